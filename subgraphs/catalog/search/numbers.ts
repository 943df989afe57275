/**
 * Singular and plural of English words, which most names are made of: one finds the other. Only rules: a form that nobody wrote finds nothing,
 * and words of other languages are found by their beginnings. Pure.
 */

/** Below this an `s` more or less makes another word: `ids`, `gas`, `dns`. */
const SHORTEST = 3;

/** Of a folded word: `companies` → `company`, `address` → `addresses`; of an unclear plural (`cases`) each that may be meant. None where digits are in it. */
export function otherNumbers(word: string): string[] {
  return /^[a-z]+$/.test(word) ? formsOf(word).filter((form) => Math.min(form.length, word.length) >= SHORTEST) : [];
}

function formsOf(word: string): string[] {
  if (word.endsWith('ies')) return [`${word.slice(0, -3)}y`, word.slice(0, -1)];
  if (/(s|x|z|ch|sh)es$/.test(word)) return [word.slice(0, -2), word.slice(0, -1)];
  if (/[^su]s$/.test(word)) return [word.slice(0, -1)];
  if (/[^aeiou]y$/.test(word)) return [`${word.slice(0, -1)}ies`];
  return [`${word}${/(s|x|z|ch|sh)$/.test(word) ? 'es' : 's'}`];
}
