/** A sealed event as the log has it, and whether its leaf is of it: what `leafOf` tells, at three times its speed. */
import { hash } from 'node:crypto';
import { canonicalJson } from '../leaf.ts';

export type SealedRow = {
  seq: number;
  hash: Buffer;
  leaf: Buffer;
  eventId: string;
  type: string;
  source: string;
  subject: string | null;
  time: Date;
  actorId: string | null;
  /** JSON; null, and so the salt: erased. */
  data: string | null;
  salt: Buffer | null;
  /** JSON. */
  attributes: string;
};

const text = JSON.stringify;

export function isOfItsLeaf({ leaf, eventId, type, source, subject, time, actorId, data, salt, attributes }: SealedRow): boolean {
  if (salt === null || data === null) return false;
  const body = sha256(salt, Buffer.from(canonicalText(data)));
  // Its members in their order, as RFC 8785 wants them.
  const envelope = `{"actor":${text(actorId)},"attributes":${canonicalText(attributes)},"id":${text(eventId)},"source":${text(source)},"specversion":"1.0","subject":${text(subject)},"time":${text(time.toISOString())},"type":${text(type)}}`;
  return sha256(Buffer.from(envelope), body).equals(leaf);
}

const sha256 = (...parts: Buffer[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

/** RFC 8785 text of JSON text of the database, which holds no half of a character and no number that JSON could not. */
function canonicalText(json: string): string {
  const value = JSON.parse(json) as unknown;
  return UNSORTABLE.test(json) ? canonicalJson(value) : text(sorted(value));
}

/** A member whose name is a number goes before all others in an object, and `__proto__` is none of its members. */
const UNSORTABLE = /"(?:\d+|__proto__)":/;

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = value as Record<string, unknown>;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(members).toSorted()) copy[name] = sorted(members[name]);
  return copy;
}
