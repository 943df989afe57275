/** Prefixes as ranges: under the "C" collation an index serves them, also in a generic plan, where LIKE with a parameter is not. */
import type { Queryable } from '#platform/database/index.ts';

const LAST = 0x10ffff;
const BEFORE_SURROGATES = 0xd7ff;

/** The least text that is greater than every text with this prefix; undefined when there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const points = [...prefix].map((character) => character.codePointAt(0)!);
  while (points.length > 0) {
    const last = points.pop()!;
    if (last === LAST) continue;
    // UTF-8 sorts as code points do, and has none for surrogates.
    return String.fromCodePoint(...points, last === BEFORE_SURROGATES ? 0xe000 : last + 1);
  }
  return undefined;
}

/**
 * `and name has this prefix`, for a column under the "C" collation. A page after a key leaves out the bound that the key
 * replaces: PostgreSQL starts an index scan at one of two lower bounds, and not always at the higher.
 */
export function hasPrefix(sql: Queryable, column: string, prefix: string | null | undefined, replaced: 'low' | 'high' | null = null) {
  if (prefix == null || prefix === '') return sql``;
  const end = afterPrefix(prefix);
  const low = replaced === 'low' ? sql`` : sql`and ${sql(column)} >= ${prefix}`;
  const high = replaced === 'high' || end === undefined ? sql`` : sql`and ${sql(column)} < ${end}`;
  return sql`${low} ${high}`;
}
