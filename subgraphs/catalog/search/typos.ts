/** Which words a mistyped one may have been meant as. Pure. */

/** Below this a letter more or less makes another word. */
const SHORTEST = 3;
/** From here on two wrong letters are forgiven. */
const LONG = 9;
/** From here on one more, where a word is only asked after. */
const LONG_ENOUGH = 6;

/** How sure a search must be that a word was meant: `loosely` forgives a letter more. */
export type Care = 'well' | 'loosely';
const mostWrong = (length: number, care: Care): number => (length >= LONG ? 2 : 1) + (care === 'loosely' && length >= LONG_ENOUGH ? 1 : 0);

const CJK = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}]/u;
const digitsOf = (word: string): string => word.replaceAll(/\P{N}+/gu, '');

/** CJK has no letters to mistype. */
export const mayBeMistyped = (word: string): boolean => word.length - digitsOf(word).length >= SHORTEST && !CJK.test(word);

/** How many wrong, missing, doubled or swapped letters lie between two words (optimal string alignment); `most + 1` for more than that. */
export function distance(a: string, b: string, most: number): number {
  const from = [...a];
  const to = [...b];
  if (Math.abs(from.length - to.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1];
      let least = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) least = Math.min(least, before[j - 2]! + 1);
      next.push(least);
    }
    before = row;
    row = next;
    if (Math.min(...row) > most && Math.min(...before) > most) return most + 1;
  }
  return Math.min(row[to.length]!, most + 1);
}

/** How many of the words that somebody may have meant are looked for. */
const MOST_MEANT = 30;

/** Of known words those that may have been meant, the likeliest first. What begins with the typed word is found without this. */
export function meantBy(typed: string, known: Iterable<string>, care: Care = 'well'): string[] {
  const length = [...typed].length;
  const most = mostWrong(length, care);
  const digits = digitsOf(typed);
  return (
    [...known]
      // Another digit is another name: `p2007_01` is no mistyped `p2007_02`.
      .filter((word) => !word.startsWith(typed) && digitsOf(word) === digits)
      .map((word) => ({ word, away: distance(typed, word, most), first: word[0] === typed[0] ? 0 : 1 }))
      // Of three letters one may be missing; with a wrong one there are too many words like it.
      .filter(({ word, away }) => away <= most && (length > SHORTEST || [...word].length === length + 1))
      .sort((a, b) => a.away - b.away || a.first - b.first || (a.word < b.word ? -1 : 1))
      .slice(0, MOST_MEANT)
      .map(({ word }) => word)
  );
}

/**
 * Where to look for the words that `typed` may have been meant as: whatever letter is wrong, one half is as it was typed, and half of the
 * other one; loosely one half is enough.
 */
export type Probe = {
  typed: string;
  head: string;
  longerHead: string;
  endOfRest: string;
  tail: string;
  longerTail: string;
  startOfRest: string;
  /** The two letters where the halves meet may be swapped. */
  swapped: string;
  length: number;
  most: number;
};

export function probeFor(typed: string, care: Care = 'well'): Probe {
  const letters = [...typed];
  const { length } = letters;
  const half = Math.floor(length / 2);
  const later = care === 'loosely' ? half : half + Math.ceil((length - half) / 2);
  const earlier = care === 'loosely' ? half : Math.floor(half / 2);
  const part = (from: number, to = length): string => letters.slice(from, to).join('');
  return {
    typed,
    head: part(0, half),
    longerHead: part(0, later),
    endOfRest: part(Math.min(later + 1, length)),
    tail: part(half),
    longerTail: part(earlier),
    startOfRest: part(0, Math.max(earlier - 1, 0)),
    swapped: [...letters.slice(0, half - 1), letters[half]!, letters[half - 1]!, ...letters.slice(half + 1)].join(''),
    length,
    most: mostWrong(length, care),
  };
}
