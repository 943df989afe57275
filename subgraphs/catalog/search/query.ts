/** What a person typed, as words to look for. Any text is a query: what is too long is cut, what says nothing is left out. */
import { clean, fold, joined, tokenize } from './words.ts';

const MAX_QUERY = 1_000;
const MAX_WORDS = 16;

/** Something that was typed without a space or a dot in it. */
export type QueryUnit = {
  words: string[];
  /** The words without what separates them; null for a single word. */
  joined: string | null;
};

export type ParsedQuery = {
  /** What counts of what was typed. */
  text: string;
  /** As typed, folded: what a whole name is compared with. '' finds everything. */
  raw: string;
  /** Empty where there is no word at all, only signs: then nothing but `raw` counts. */
  units: QueryUnit[];
  /** All of it without what separates its words. */
  joined: string;
};

export function parseQuery(text: string): ParsedQuery {
  const cut = clean(text.slice(0, MAX_QUERY)).trim();
  const units: QueryUnit[] = [];
  let left = MAX_WORDS;
  for (const part of cut.split(/[^\p{L}\p{N}\p{M}_-]+/u)) {
    if (left <= 0) break;
    const words = [...tokenize(part)].filter(({ tail }) => !tail).map(({ word }) => word);
    if (words.length === 0) continue;
    units.push({ words: words.slice(0, left), joined: words.length > 1 && words.length <= left ? joined(part) : null });
    left -= words.length;
  }
  return { text: cut, raw: fold(cut).replaceAll(/\s+/g, ' '), units, joined: left >= 0 ? joined(cut) : '' };
}
