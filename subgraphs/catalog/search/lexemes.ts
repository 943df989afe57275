/** A document as lexemes, and how they are asked for: on PostgreSQL as the text of a tsvector and a tsquery. Pure. */
import type { SearchDocument } from './index.ts';
import { clean, fold, joined, tokenize } from './words.ts';

/**
 * What a lexeme tells beyond its word, as a sign in front of it that no word begins with. So one index answers for
 * whole names and titles, too: `=` the whole title, `#` the same without what separates its words, `.` a qualified name, `^` a word of the title, `|` all of a column, tag or term.
 */
export const TITLE = '=';
export const JOINED_TITLE = '#';
export const QUALIFIED = '.';
export const TITLE_WORD = '^';
export const PART = '|';

/** PostgreSQL takes 2,046 bytes a lexeme, and 1 MB of them in all. */
const MAX_LEXEME = 2_000;
const MAX_BYTES = 500_000;
const MAX_DESCRIPTION_WORDS = 2_000;
const MAX_COLUMN_DESCRIPTION_WORDS = 5_000;

/** The ranks of PostgreSQL's weights, each with a position of its own: only the weights count. */
type Weight = '1A' | '2B' | '3C' | '4D';

export type Lexemes = {
  /** Each with the weights that it has; those that only tell of a whole name have none. */
  weights: ReadonlyMap<string, ReadonlySet<Weight>>;
  /** Every word that a mistyped one may have been meant as. */
  words: Set<string>;
};

export function lexemesOf(document: SearchDocument): Lexemes {
  const weights = new Map<string, Set<Weight>>();
  const known = new Set<string>();
  let bytes = 0;

  const add = (lexeme: string, weight?: Weight): void => {
    let found = weights.get(lexeme);
    if (!found) {
      if (lexeme === '' || bytes > MAX_BYTES) return;
      weights.set(lexeme, (found = new Set()));
      bytes += Buffer.byteLength(lexeme) + 4;
    }
    if (weight) found.add(weight);
  };
  /** A name or the like: its words, and all of them as one. */
  const addName = (name: string, weight: Weight): void => {
    let count = 0;
    for (const { word, tail } of tokenize(name)) {
      add(word, weight);
      if (!tail) count++;
      known.add(word);
    }
    if (count > 1) add(joined(name), weight);
  };
  const addPart = (name: string, weight: Weight): void => {
    addName(name, weight);
    add(PART + joined(name));
  };
  /** A name within the text (`order_items`, `SKU77`) is one word, too. Gives how many words may still come. */
  const addText = (text: string, weight: Weight, most: number): number => {
    let left = most;
    for (const [part] of text.matchAll(/\S+/g)) {
      let count = 0;
      for (const { word } of tokenize(part)) {
        if (left-- <= 0) return 0;
        add(word, weight);
        count++;
      }
      if (count > 1) add(joined(part), weight);
    }
    return left;
  };

  const title = document.path.at(-1) ?? document.name;
  addName(title, '1A');
  for (const { word } of tokenize(title)) add(TITLE_WORD + word);
  const whole = joined(title);
  add(JOINED_TITLE + whole);
  add(wholeName(TITLE, title));
  if (whole !== '') known.add(whole);
  for (const name of qualifiedNames(document)) add(wholeName(QUALIFIED, name));
  for (const part of document.path.slice(0, -1)) addName(part, '2B');
  for (const name of [...document.tags, ...document.terms]) addPart(name, '2B');
  let left = MAX_DESCRIPTION_WORDS;
  for (const text of [document.description, document.sourceDescription]) if (text) left = addText(text, '3C', left);
  for (const column of document.columns) addPart(column.name, '4D');
  left = MAX_COLUMN_DESCRIPTION_WORDS;
  for (const { description } of document.columns) if (description) left = addText(description, '4D', left);

  return { weights, words: known };
}

/** As the text of a tsvector. */
export const toTsvector = (weights: Lexemes['weights']): string =>
  Array.from(weights, ([lexeme, each]) => (each.size > 0 ? `${quote(lexeme)}:${[...each].join(',')}` : quote(lexeme))).join(' ');

/** `schema.table` and `database.schema.table`, as people write them: without quotes too. */
function qualifiedNames({ name, path }: SearchDocument): string[] {
  const names = [name];
  for (let from = 0; from < path.length - 1; from++) names.push(path.slice(from).join('.'));
  return names;
}

/** Of a whole name, signs and all; a very long one counts by its beginning. */
export function wholeName(sign: string, name: string): string {
  const folded = sign + fold(clean(name)).replaceAll(/\s+/g, ' ');
  if (Buffer.byteLength(folded) <= MAX_LEXEME) return folded;
  return new TextDecoder().decode(Buffer.from(folded).subarray(0, MAX_LEXEME - 3), { stream: true });
}

/** As both tsvector and tsquery read it. */
const quote = (lexeme: string): string => `'${lexeme.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

/** How an index is asked for lexemes. Of empty lists there is nothing to look for. */
export type Language = {
  exactly: (lexeme: string) => string;
  beginning: (lexeme: string) => string;
  allOf: (parts: readonly string[]) => string | null;
  anyOf: (parts: readonly (string | null)[]) => string | null;
};

/** Parts of a tsquery's text. */
export const TSQUERY: Language = {
  exactly: quote,
  beginning: (lexeme) => `${quote(lexeme)}:*`,
  allOf: (parts) => combine(parts, ' & '),
  anyOf: (parts) => combine(parts, ' | '),
};

export function combine(parts: readonly (string | null)[], sign: string): string | null {
  const different = [...new Set(parts.filter((part) => part !== null))];
  return different.length > 1 ? `(${different.join(sign)})` : (different[0] ?? null);
}
