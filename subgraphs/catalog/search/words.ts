/** How texts become words, the same for documents and queries. Pure. */

/** A folded word, and where it stands in the text (UTF-16 units). */
export type Token = {
  word: string;
  start: number;
  end: number;
  /** The last character of a CJK run alone: with it every character of the run begins some word. */
  tail?: true;
};

/** Longer words are cut, in documents and queries alike, so that they still meet. */
const MAX_WORD = 64;
const MAX_JOINED = 200;

/** Latin letters that are no base letter with a mark, and so survive the decomposition. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ı: 'i',
  ĸ: 'k',
  ς: 'σ',
};
const LETTER = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');
/** Of Latin, Greek and Cyrillic; other scripts write vowels as marks. */
const MARKS = /[\u0300-\u036f]|[\u1ab0-\u1aff]|[\u1dc0-\u1dff]|[\u20d0-\u20ff]/g;
const ASCII = /^[\0-\x7f]*$/;

/** Lower case, without diacritics, with compatibility forms (full width, ligatures) as their plain ones. */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replace(LETTER, (letter) => LETTERS[letter]!)
    .normalize('NFC');
}

/** What PostgreSQL takes as text: without NUL and half surrogate pairs. */
export const clean = (text: string): string => text.replaceAll('\0', ' ').toWellFormed();

/** Scripts that put no spaces between words. */
const CJK = String.raw`\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}`;
/** In this order: CJK, digits, ABBREVIATION before a Word, Word, word. */
const PIECE = new RegExp(
  String.raw`(?:(?=[\p{L}\p{M}])[${CJK}])+|\p{N}+|(?:\p{Lu}\p{M}*)+(?![\p{Ll}\p{M}])|\p{Lu}?\p{M}*(?:(?![${CJK}])[\p{Ll}\p{Lt}\p{Lm}\p{Lo}]\p{M}*)+|\p{Lu}\p{M}*|\p{M}+`,
  'gu',
);
const ASCII_PIECE = /[0-9]+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;
const IS_CJK = new RegExp(`[${CJK}]`, 'u');
const PARTS = /[\p{L}\p{N}\p{M}]+/gu;
const NO_PART = /[^\p{L}\p{N}\p{M}]+/gu;

/**
 * The words of a text in their order: split at all that is no letter or digit, between letters and digits, and where
 * case says so (`HTTPServer`: http, server). A run of CJK gives its pairs of characters.
 */
export function* tokenize(text: string): Generator<Token> {
  for (const match of text.matchAll(ASCII.test(text) ? ASCII_PIECE : PIECE)) {
    const [piece] = match;
    const start = match.index;
    const end = start + piece.length;
    const folded = fold(piece);
    if (ASCII.test(piece)) yield { word: folded.slice(0, MAX_WORD), start, end };
    else
      for (const [part] of folded.matchAll(PARTS))
        yield* IS_CJK.test(part) ? pairs(part, piece, start) : [{ word: cut(part, MAX_WORD), start, end }];
  }
}

/** `piece` is the part as written; where folding left the number of characters alone, each pair knows its place in it. */
function* pairs(part: string, piece: string, start: number): Generator<Token> {
  const characters = [...part];
  const written = [...piece];
  const whole = { start, end: start + piece.length };
  const offsets = written.length === characters.length ? [0] : undefined;
  if (offsets) for (const character of written) offsets.push(offsets.at(-1)! + character.length);
  const place = (from: number, to: number) => (offsets ? { start: start + offsets[from]!, end: start + offsets[to]! } : whole);
  const last = characters.length - 1;
  for (let index = 0; index < last; index++) yield { word: characters[index]! + characters[index + 1]!, ...place(index, index + 2) };
  yield { word: characters[last]!, ...place(last, last + 1), ...(last > 0 ? { tail: true as const } : {}) };
}

/** The text without what separates its words: `customer_id`, `customerId` and `customer id` meet here. */
export const joined = (text: string): string => cut(fold(text).replace(NO_PART, ''), MAX_JOINED);

/** By code points, so that no pair of surrogates is halved. */
const cut = (text: string, length: number): string => (text.length <= length ? text : [...text].slice(0, length).join(''));
