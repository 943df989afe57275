/** Cursors whose keys go into SQL: a forged one is refused as another list's would be, before PostgreSQL sees it. */
import { InvalidInput } from '../errors.ts';
import { encodeCursor, readPage, toConnection, type Connection, type Page, type PageArguments } from './connections.ts';
import { isId } from '../ids.ts';

/** A list: one of these texts. */
type Part = NamedPart | readonly string[];
type NamedPart = 'text' | 'id' | 'number' | 'float' | 'time';

const MAX_INT = 2 ** 31 - 1;

const FITS: Record<NamedPart, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string' && !value.includes('\0') && value.isWellFormed(),
  id: (value) => typeof value === 'string' && isId(value),
  number: (value) => Number.isInteger(value) && Math.abs(value as number) <= MAX_INT,
  float: (value) => Number.isFinite(value),
  time: (value) =>
    typeof value === 'string' &&
    /^\d{4}-/.test(value) &&
    !value.startsWith('0000') &&
    !Number.isNaN(Date.parse(value)) &&
    new Date(value).toISOString() === value,
};

const fits = (part: Part, value: unknown): boolean => (typeof part === 'string' ? FITS[part](value) : part.includes(value as string));

/** A list in one order: the scope of its cursors, what its keys are made of, and the key of a row. */
export type Keyset<Row, Key extends readonly unknown[]> = { scope: string; parts: readonly Part[]; keyOf: (row: Row) => Key };

export function readKeyset<Row, Key extends readonly unknown[]>(keyset: Keyset<Row, Key>, args: PageArguments): Page<Key> {
  const page = readPage<Key>(keyset.scope, args, keyset.parts.length);
  if (page.after && !keyset.parts.every((part, index) => fits(part, page.after![index]))) {
    throw new InvalidInput('"after" is not a cursor of this list. Start again without it.', 'after');
  }
  return page;
}

/** From `first + 1` rows. */
export function keysetConnection<Row, Key extends readonly unknown[]>(
  keyset: Keyset<Row, Key>,
  rows: readonly Row[],
  page: Page<Key>,
  totalCount: Connection<Row>['totalCount'],
): Connection<Row> {
  return toConnection<Row>(rows, page, (row) => encodeCursor(keyset.scope, keyset.keyOf(row)), totalCount);
}
