/** The input of domains and glossary terms, checked. */
import { InvalidInput } from '#platform/errors.ts';
import { checkIds, checkLabel, checkText } from '#platform/graphql/inputs.ts';
import type { Noun } from '../store/vocabulary.ts';

const MAX_NAME = { max: 200 };
const MAX_WORDS_BYTES = 64 * 1024;

/** As messages say it. */
export const NOUNS = { domain: 'domain', term: 'glossary term' } as const satisfies Record<Noun, string>;
/** The field of the contract that holds a node's words. */
export const WORDS = { domain: 'description', term: 'definition' } as const satisfies Record<Noun, string>;

type Words = { description?: string | null; definition?: string | null };
export type NewNode = Words & { name: string; parentId?: string | null };
export type NodeUpdate = Words & { id: string; version: number; name?: string | null; parentId?: string | null };

/** Of an update: undefined keeps, null clears. */
export type CheckedUpdate = {
  id: string;
  version: number;
  name: string | undefined;
  parentId: string | null | undefined;
  words: string | null | undefined;
};

export function checkNewNode(noun: Noun, input: NewNode): { name: string; parentId: string | null; words: string | null } {
  return {
    name: checkLabel(input.name, 'input.name', MAX_NAME),
    parentId: checkParent(input.parentId) ?? null,
    words: checkWords(noun, input[WORDS[noun]]) ?? null,
  };
}

export function checkNodeUpdate(noun: Noun, input: NodeUpdate): CheckedUpdate {
  if (input.name === null) throw new InvalidInput('A name cannot be cleared. Give another one, or leave it out.', 'input.name');
  return {
    id: input.id.toLowerCase(),
    version: input.version,
    name: input.name === undefined ? undefined : checkLabel(input.name, 'input.name', MAX_NAME),
    parentId: checkParent(input.parentId),
    words: checkWords(noun, input[WORDS[noun]]),
  };
}

const checkParent = (id: string | null | undefined): string | null | undefined =>
  id == null ? id : checkIds([id], 'input.parentId')[0]!.toLowerCase();

function checkWords(noun: Noun, text: string | null | undefined): string | null | undefined {
  const field = `input.${WORDS[noun]}`;
  if (text === undefined) return undefined;
  if (text !== null) checkText(text, field, { max: MAX_WORDS_BYTES });
  if (text !== null && Buffer.byteLength(text) > MAX_WORDS_BYTES) {
    throw new InvalidInput(`At most ${MAX_WORDS_BYTES} bytes (64 KB) are possible here.`, field, { max: MAX_WORDS_BYTES });
  }
  if (text !== null && text.trim() !== '') return text;
  if (noun === 'term') throw new InvalidInput('A glossary term needs a definition: say what it means.', field);
  return null;
}
