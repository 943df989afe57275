/** Checks of what clients send as text and ids. PostgreSQL takes neither NUL nor half a surrogate pair: refused here with the field's name. */
import { InvalidInput } from '../errors.ts';
import { isId } from '../ids.ts';

export type TextRule = {
  /** Most characters (code points). */
  max: number;
  /** Fewest, 0 when absent. */
  min?: number;
};

/** The text as it was given, or BAD_USER_INPUT that names `field` (`input.name`) and says what to do. */
export function checkText(text: string, field: string, { max, min = 0 }: TextRule): string {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new InvalidInput('This text holds a NUL or half of a surrogate pair. Send it as well-formed Unicode without U+0000.', field);
  }
  // UTF-16 units first: counting the code points of a megabyte is wasted work.
  if (text.length > max * 2 || codePoints(text) > max) {
    throw new InvalidInput(`At most ${max} characters are possible here.`, field, { max });
  }
  if (min > 0 && codePoints(text) < min) {
    throw new InvalidInput(min === 1 ? 'This must not be empty.' : `At least ${min} characters are needed here.`, field, { min });
  }
  return text;
}

/** A name that people read: without space around it, 1 to 200 characters. */
export function checkName(text: string, field: string): string {
  return checkText(text.trim(), field, { min: 1, max: 200 });
}

/**
 * Words by which people name and find things: in one line, without space around it, and in Unicode's composed form (NFC), so
 * that what reads the same is the same.
 */
export function checkLabel(text: string, field: string, { max }: { max: number }): string {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) {
    throw new InvalidInput('This holds a line break, a tab or another control character. Write it in one line of plain text.', field);
  }
  return checkText(text.normalize('NFC').trim(), field, { min: 1, max });
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** As checkText; null and absence pass through (absent keeps, null clears). */
export function checkOptionalText<Text extends string | null | undefined>(text: Text, field: string, rule: TextRule): Text {
  if (text != null) checkText(text, field, rule);
  return text;
}

/** The ids as they were given, or BAD_USER_INPUT when one of them cannot be an id at all. */
export function checkIds(ids: readonly string[], field: string): readonly string[] {
  if (!ids.every(isId)) throw new InvalidInput('This holds something that is not an id.', field);
  return ids;
}

/** Most that one mutation changes. */
const MAX_ITEMS = 200;

/** The items of a mutation as they were given, or BAD_USER_INPUT that names the list's field. */
export function checkItems<Item>(items: readonly Item[], field: string): readonly Item[] {
  if (items.length > MAX_ITEMS) throw new InvalidInput(`At most ${MAX_ITEMS} items are possible at a time.`, field, { max: MAX_ITEMS });
  return items;
}

/** Most that a list of a filter holds. */
export const MAX_VALUES = 1000;
export const TOO_MANY_VALUES = `At most ${MAX_VALUES} values are possible here.`;

/**
 * A list of a filter, each value checked by itself; null and absence are none. In one order and each value once: it asks for nothing
 * more when it is given twice, a list that is merged over its values would give their rows twice, and the same filter makes the same cursors.
 */
export function checkValues<Value extends string>(
  values: readonly Value[] | null | undefined,
  field: string,
  check: (value: Value, index: number) => Value = (value) => value,
): Value[] | undefined {
  if (values == null) return undefined;
  if (values.length > MAX_VALUES) throw new InvalidInput(TOO_MANY_VALUES, field, { max: MAX_VALUES });
  return [...new Set(values.map(check))].toSorted();
}

/** As checkValues, in lower case. What cannot be an id of ours matches nothing: it is left out, and an empty list matches nothing. */
export function checkIdValues(values: readonly string[] | null | undefined, field: string): string[] | undefined {
  return checkValues(values, field, (id) => id.toLowerCase())?.filter(isId);
}
