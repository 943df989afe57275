/** What matched, for people to see: HTML-escaped text with `<em>` around the words. Pure. */
import type { SoughtWords } from './index.ts';
import { fold, joined, tokenize, type Token } from './words.ts';

/** About as many characters of a description are shown. */
const SNIPPET = 160;
const MOST_COLUMNS = 3;
const MOST_HIGHLIGHTS = 10;
/** Words of one name that are joined to be compared with a query without separators. */
const MOST_JOINED = 8;

export type HitTexts = {
  title: string;
  name: string;
  tags: readonly string[];
  terms: readonly string[];
  columns: readonly string[];
  descriptions: readonly string[];
};

/** The title or the qualified name, columns, tags, terms, a piece of a description: whatever matched, the most telling first. */
export function highlightsOf(texts: HitTexts, sought: SoughtWords): string[] {
  const mark = (text: string): string | null => markText(text, sought);
  const marked = (all: readonly string[], most: number): string[] =>
    all
      .map(mark)
      .filter((text) => text !== null)
      .slice(0, most);
  return [
    ...marked([texts.title], 1)
      .concat(marked([texts.name], 1))
      .slice(0, 1),
    ...bestColumns(texts.columns, sought),
    ...marked(texts.tags, MOST_COLUMNS),
    ...marked(texts.terms, MOST_COLUMNS),
    ...texts.descriptions
      .map((text) => snippet(text, sought))
      .filter((text) => text !== null)
      .slice(0, 1),
  ].slice(0, MOST_HIGHLIGHTS);
}

/** Those of which most was sought: `order_id` before all the others with an `id`. */
function bestColumns(columns: readonly string[], sought: SoughtWords): string[] {
  return columns
    .map((text) => ({ text, ranges: findMatches(text, sought) }))
    .filter(({ ranges }) => ranges.length > 0)
    .map(({ text, ranges }) => ({ text, ranges, letters: ranges.reduce((sum, { start, end }) => sum + end - start, 0) }))
    .toSorted((a, b) => b.letters - a.letters || a.text.length - b.text.length)
    .slice(0, MOST_COLUMNS)
    .map(({ text, ranges }) => render(text, ranges));
}

type Range = { start: number; end: number };

/** The text with what matched in it; null where nothing did. */
export function markText(text: string, sought: SoughtWords): string | null {
  const ranges = findMatches(text, sought);
  return ranges.length > 0 ? render(text, ranges) : null;
}

function snippet(text: string, sought: SoughtWords): string | null {
  const ranges = findMatches(text, sought);
  const [first] = ranges;
  if (!first) return null;
  const from = first.start > SNIPPET / 2 ? wordBoundary(text, first.start - SNIPPET / 4) : 0;
  const to = text.length > from + SNIPPET ? Math.max(wordBoundary(text, from + SNIPPET), first.end) : text.length;
  const inside = ranges
    .filter(({ start, end }) => start >= from && end <= to)
    .map(({ start, end }) => ({ start: start - from, end: end - from }));
  return `${from > 0 ? '… ' : ''}${render(text.slice(from, to), inside)}${to < text.length ? ' …' : ''}`;
}

/** The next place at or after `at` where a word begins; never within a pair of surrogates. */
function wordBoundary(text: string, at: number): number {
  const space = /\s/g;
  space.lastIndex = Math.floor(at);
  const match = space.exec(text);
  const place = match && match.index - at < 40 ? match.index + 1 : Math.floor(at);
  const code = text.charCodeAt(place);
  return code >= 0xdc00 && code <= 0xdfff ? place + 1 : place;
}

/** Ranges in their order, without overlaps. */
function findMatches(text: string, { prefixes, exact }: SoughtWords): Range[] {
  const tokens = [...tokenize(text)];
  const words = new Set(exact);
  const ranges: Range[] = [];
  const isSought = (word: string): boolean => words.has(word) || prefixes.some((prefix) => word.startsWith(prefix));
  // What several words are together begins as the first of them does: most words of a long text begin nothing.
  const all = [...prefixes, ...exact];
  const begins = (word: string): boolean => all.some((each) => each.startsWith(word));
  for (const [index, token] of tokens.entries()) {
    const length = isSought(token.word) ? 1 : begins(token.word) ? joinedMatch(tokens, index, text, isSought) : 0;
    if (length === 0) continue;
    const { start } = token;
    const { end } = tokens[index + length - 1]!;
    const last = ranges.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else ranges.push({ start, end });
  }
  return ranges;
}

/** How many words from `index` on are, without what separates them, what is sought. */
function joinedMatch(tokens: readonly Token[], index: number, text: string, isSought: (word: string) => boolean): number {
  const { start } = tokens[index]!;
  for (let length = 2; length <= MOST_JOINED && index + length <= tokens.length; length++) {
    const { end } = tokens[index + length - 1]!;
    // Only within one name: not over the words of a sentence.
    if (/\s/.test(text.slice(tokens[index + length - 2]!.end, tokens[index + length - 1]!.start))) return 0;
    if (isSought(joined(fold(text.slice(start, end))))) return length;
  }
  return 0;
}

function render(text: string, ranges: readonly Range[]): string {
  let html = '';
  let at = 0;
  for (const { start, end } of ranges) {
    html += `${escape(text.slice(at, start))}<em>${escape(text.slice(start, end))}</em>`;
    at = end;
  }
  return html + escape(text.slice(at));
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign]!);
