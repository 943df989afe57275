/** A parsed query as what its tiers ask an index for, in its language: what is found by a better one stands above. Pure. */
import type { SoughtWords } from './index.ts';
import { JOINED_TITLE, PART, QUALIFIED, TITLE, TITLE_WORD, wholeName, type Language } from './lexemes.ts';
import { otherNumbers } from './numbers.ts';
import type { ParsedQuery, QueryUnit } from './query.ts';
import { mayBeMistyped } from './typos.ts';

/** Words that a mistyped one may have been meant as. */
export type Meant = (typed: string) => readonly string[];

/** `title`: all that was asked for is in the title. */
export type Tier = { tier: number; query: string; title: boolean };

export type Sought = {
  /** The best first. */
  tiers: Tier[];
  /** Everything that is found: what any tier finds is among it. */
  everything: string;
  /** What it is ranked by: on PostgreSQL ts_rank takes the mean over these. */
  rank: string | null;
  /** Better than words that only begin so. */
  exact: string | null;
  /** Better still: words that were typed as one name stand as one somewhere. */
  asTyped: string | null;
  /** How many letters were asked for. */
  length: number;
  /** Each adds to the score if it is there; where not all words must be. */
  parts: string[];
};

/** What could be mistyped: each word, each unit and the whole without what separates their words. */
export function typedWords({ units, joined }: ParsedQuery): string[] {
  const all = units.flatMap((unit) => (unit.joined ? [...unit.words, unit.joined] : unit.words));
  return [...new Set([...all, joined])].filter(mayBeMistyped);
}

/** A single letter or digit begins too many words: it is one of its own, or begins a word of a title. */
const isShort = (word: string): boolean => word.length === 1 && /[a-z0-9]/.test(word);

/** No word was meant as another one. */
export const verbatim: Meant = () => [];

/** What this tier and better ones of seekAll find has every word as it was typed. */
export const AS_TYPED = 4;

/** Its plural or singular, unless a beginning finds it anyway: of what is asked for twice PostgreSQL expects twice as much, and reads all rows for it. */
const otherForms = (word: string, meant: Meant): string[] =>
  otherNumbers(word).filter((other) => ![word, ...meant(word)].some((each) => other.startsWith(each)));

export type Seeking = {
  /** For those in which every word is. */
  seekAll: (query: ParsedQuery, meant: Meant) => Sought;
  /** For those in which any word is, the more the better. Null for a single word, of which all is any. */
  seekAny: (query: ParsedQuery, meant: Meant) => Sought | null;
};

export function seeking({ exactly, beginning, allOf, anyOf }: Language): Seeking {
  return { seekAll, seekAny };

  function begins(word: string): string {
    return isShort(word) ? anyOf([exactly(word), beginning(TITLE_WORD + word)])! : beginning(word);
  }
  /** What was meant begins words as what was typed does: `custmer` finds `customers`. */
  function orMeant(strict: string, word: string, meant: Meant): string {
    return anyOf([strict, ...meant(word).map(beginning)])!;
  }
  /** Another number is a word of its own: `cases` finds `case` and no `casehardening`. */
  function anywhere(word: string, meant: Meant): string {
    return anyOf([orMeant(begins(word), word, meant), ...otherForms(word, meant).map(exactly)])!;
  }
  function inTitle(word: string, meant: Meant): string {
    return anyOf([
      ...[word, ...meant(word)].map((each) => beginning(TITLE_WORD + each)),
      ...otherForms(word, meant).map((other) => exactly(TITLE_WORD + other)),
    ])!;
  }
  /** Whole names that are written otherwise: their words without what separates them, in the other number, or with a dot for a space. */
  function otherwise({ raw, joined }: ParsedQuery): string[] {
    const titles = joined ? [joined, ...otherNumbers(joined)].map((each) => JOINED_TITLE + each) : [];
    return [...titles, wholeName(QUALIFIED, raw.replaceAll(' ', '.'))].map(exactly);
  }

  function unitQuery({ words, joined }: QueryUnit, meant: Meant): string {
    const each = allOf(words.map((word) => anywhere(word, meant)));
    return anyOf([each, joined && orMeant(beginning(joined), joined, meant)])!;
  }

  function wholeQuery(query: ParsedQuery, meant: Meant): string {
    const { raw, units, joined } = query;
    return anyOf([
      ...wholeNames(raw),
      allOf(units.map((unit) => unitQuery(unit, meant))),
      [...joined].length > 1 ? orMeant(beginning(joined), joined, meant) : null,
      ...otherwise(query),
    ])!;
  }

  function wholeNames(raw: string): string[] {
    return [exactly(wholeName(TITLE, raw)), exactly(wholeName(QUALIFIED, raw))];
  }

  function seekAll(query: ParsedQuery, meant: Meant): Sought {
    const { raw, units, joined } = query;
    if (units.length === 0) {
      const everything = anyOf(wholeNames(raw))!;
      return {
        tiers: [{ tier: 8, query: everything, title: true }],
        everything,
        rank: null,
        exact: null,
        asTyped: null,
        length: 1,
        parts: [],
      };
    }
    const words = units.flatMap((unit) => unit.words);
    const titleWords = (each: Meant): string | null => allOf(words.map((word) => inTitle(word, each)));
    const everything = wholeQuery(query, meant);
    const queries: { query: string | null; title: boolean }[] = [
      { query: anyOf(wholeNames(raw)), title: true },
      { query: anyOf(otherwise(query)), title: true },
      {
        query: anyOf([
          beginning(wholeName(TITLE, raw)),
          // Of a single word it would not say where the words of the title begin: `invoices` is no beginning of `invoice_settlements`.
          joined && words.length > 1 ? beginning(JOINED_TITLE + joined) : null,
          raw.includes('.') ? beginning(wholeName(QUALIFIED, raw)) : null,
        ]),
        title: true,
      },
      { query: titleWords(verbatim), title: true },
      { query: joined ? exactly(PART + joined) : null, title: false },
      { query: anyOf(meant(joined).map((other) => exactly(JOINED_TITLE + other))), title: true },
      { query: wholeQuery(query, verbatim), title: false },
      { query: titleWords(meant), title: true },
      { query: everything, title: false },
    ];
    const tiers = queries
      .map(({ query: each, title }, index) => ({ tier: queries.length - 1 - index, query: each, title }))
      .filter((each, index): each is Tier => each.query !== null && queries.findIndex((other) => other.query === each.query) === index);
    const wholeUnits = units.map((unit) => unit.joined).filter((each) => each !== null);
    return {
      tiers,
      everything,
      rank: anyOf([...words.map(begins), ...wholeUnits.map(exactly)]),
      exact: anyOf([allOf(words.map(exactly)), joined ? exactly(joined) : null]),
      asTyped: wholeUnits.length > 0 ? allOf(units.map((unit) => exactly(unit.joined ?? unit.words[0]!))) : null,
      length: [...joined].length,
      parts: [],
    };
  }

  function seekAny(query: ParsedQuery, meant: Meant): Sought | null {
    const words = [...new Set(query.units.flatMap((unit) => unit.words))];
    if (words.length < 2) return null;
    const parts = words.map((word) => anywhere(word, meant));
    const joinedUnits = query.units.flatMap((unit) => (unit.joined ? [orMeant(beginning(unit.joined), unit.joined, meant)] : []));
    const everything = anyOf([...parts, ...joinedUnits])!;
    return {
      tiers: [
        {
          tier: 1,
          query: anyOf(words.map((word) => inTitle(word, meant)))!,
          title: false,
        },
        { tier: 0, query: everything, title: false },
      ],
      everything,
      rank: anyOf(words.map(begins)),
      exact: null,
      asTyped: null,
      length: 1,
      parts,
    };
  }
}

/** What to mark in the texts that were found. */
export function soughtWords({ units, joined }: ParsedQuery, meant: Meant): SoughtWords {
  const prefixes = [...new Set([...units.flatMap((unit) => (unit.joined ? [...unit.words, unit.joined] : unit.words)), joined])];
  return {
    prefixes: [...new Set([...prefixes.filter((word) => word !== '' && !isShort(word)), ...prefixes.flatMap((word) => meant(word))])],
    exact: [...new Set([...prefixes.filter(isShort), ...prefixes.flatMap((word) => otherForms(word, meant))])],
  };
}
