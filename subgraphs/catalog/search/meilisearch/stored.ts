/** A document as Meilisearch has it. Pure. */
import type { SearchDocument } from '../index.ts';
import { lexemesOf } from '../lexemes.ts';

export type StoredDocument = {
  id: string;
  accessClass: number;
  source: string;
  /** Of its class, also when that domain was removed since. */
  domain: string | null;
  kind: string;
  /** For people who look into the index. */
  title: string;
  /** These are encoded, so that they are compared as they are. */
  name: string;
  tags: string[];
  labels: string[];
  /** Lexemes. */
  words: string[];
  owners: string[];
  deleted: boolean;
  /** Milliseconds since 1970. */
  updatedAt: number;
  /** Where it stands among those that are found as well: below SPREAD, the shortest title first, or the described and owned first. */
  byTitle: number;
  byMerit: number;
  /** Among those that are equal in this, too. */
  place: number;
};

/** Of a class. */
export type ClassOf = (accessClass: number) => { sourceId: string; domainId: string | null };

export const SPREAD = 1_024;
const MOST_TITLE = 255;
/** Meilisearch cuts values of facets at 468 bytes. */
const MOST_ENCODED = 400;

/**
 * As ASCII that Meilisearch leaves as it is: it would fold cases and decompose letters, and leave out what stands at the ends and is
 * empty. A beginning of the text is a beginning of this, too, and no filter can be broken out of with it.
 */
export const encode = (text: string): string =>
  text === ''
    ? '~'
    : text.replaceAll(/[^a-z0-9=#.^|_-]/gu, (sign) => `~${sign.codePointAt(0)!.toString(16).padStart(6, '0')}`).slice(0, MOST_ENCODED);

/** Of what was not cut. */
export const decode = (text: string): string =>
  text === '~' ? '' : text.replaceAll(/~([0-9a-f]{6})/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)));

/** The last 52 bits, which are random in a UUIDv7. */
export const placeOf = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(-13), 16);

const encodeAll = (texts: readonly string[]): string[] => [...new Set(texts.map(encode))];

export function toStored(document: SearchDocument, classOf: ClassOf): StoredDocument {
  const { id, accessClass, kind, name, path, tags, labels, ownerIds, description, sourceDescription, updatedAt, deletedAt } = document;
  const { sourceId, domainId } = classOf(accessClass);
  const title = path.at(-1) ?? name;
  const merit = (description?.trim() || sourceDescription?.trim() ? 1 : 0) + (ownerIds.length > 0 ? 1 : 0);
  const shortness = MOST_TITLE - Math.min([...title].length, MOST_TITLE);
  return {
    id,
    accessClass,
    source: sourceId,
    domain: domainId,
    kind,
    title: title.toWellFormed(),
    name: encode(name),
    tags: encodeAll(tags),
    labels: encodeAll(labels),
    words: encodeAll([...lexemesOf(document).weights.keys()]),
    owners: [...new Set(ownerIds)],
    deleted: deletedAt !== null,
    updatedAt: updatedAt.getTime(),
    byTitle: shortness * 4 + merit,
    byMerit: merit * (MOST_TITLE + 1) + shortness,
    place: placeOf(id),
  };
}
