/** What a search asks Meilisearch for, as filters. Pure. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { AssetFilter } from '../../store/assets.ts';
import { combine, type Language } from '../lexemes.ts';
import { seeking, type Sought } from '../tiers.ts';
import { encode, SPREAD } from './stored.ts';

const value = (text: string): string => `"${encode(text)}"`;
const list = (texts: readonly string[]): string => `[${texts.map((text) => `"${text}"`).join(', ')}]`;

/** Lexemes as filters. Everything is encoded: nothing that was typed can be part of the filter's own language. */
const FILTERS: Language = {
  exactly: (lexeme) => `words = ${value(lexeme)}`,
  beginning: (lexeme) => `words STARTS WITH ${value(lexeme)}`,
  allOf: (parts) => combine(parts, ' AND '),
  anyOf: (parts) => combine(parts, ' OR '),
};

export const { seekAll, seekAny } = seeking(FILTERS);

/** Those that are found by a filter, and stand above those of lower numbers. Null finds everything. */
export type Step = { number: number; filter: string | null; by: 'byTitle' | 'byMerit' };

/** As many steps are in a tier. */
export const IN_TIER = 4;
/** Of more words than this only so many count for how many are there. */
const MOST_PARTS = 4;

/** The best first. What was found by a better step is found by a worse one, too, or not. */
export function stepsOf(sought: Sought | null): Step[] {
  if (!sought) return [{ number: 0, filter: null, by: 'byMerit' }];
  const { tiers, exact, asTyped, parts } = sought;
  const levels = atLeast(parts.slice(0, MOST_PARTS));
  return tiers
    .flatMap(({ tier, query, title }): Step[] => {
      if (title) return [{ number: tier * IN_TIER, filter: query, by: 'byTitle' }];
      // As many of the words as possible, first of all; and where all are, as they were typed.
      if (parts.length > 0)
        return levels.map((level, index) => ({
          number: (levels.length - index) * IN_TIER + tier,
          filter: combine([query, level], ' AND '),
          by: 'byTitle',
        }));
      return [asTyped, exact, null].flatMap((better, index): Step[] =>
        index < 2 && better === null
          ? []
          : [{ number: tier * IN_TIER + 2 - index, filter: combine([query, better], ' AND '), by: 'byMerit' }],
      );
    })
    .toSorted((a, b) => b.number - a.number);
}

/** All of the parts, all but one, and so on; at last whatever is found. */
function atLeast(parts: readonly string[]): (string | null)[] {
  const levels = parts.slice(1).map((_, missing) => combine(choose(parts, parts.length - missing), ' OR '));
  return [...levels, null];
}

/** Each way to have so many of the parts, as a filter. */
function choose(parts: readonly string[], count: number): string[] {
  if (count === 0) return [];
  if (count === 1) return [...parts];
  return parts.flatMap((part, index) => choose(parts.slice(index + 1), count - 1).map((rest) => combine([part, rest], ' AND ')!));
}

/** The condition of every read: what the viewer may see, and the filter. Each has to be so. */
export function scopeOf(classes: VisibleClasses, filter: AssetFilter): string[] {
  const { kinds, namePrefix, tags, labels, ownerIds, hasOwner, includeDeleted, updatedAfter } = filter;
  return [
    // Always something that only assets have.
    includeDeleted ? 'deleted IN [true, false]' : 'deleted = false',
    ...(classes === 'all' ? [] : [`accessClass IN [${classes.join(', ')}]`]),
    ...(kinds ? [`kind IN ${list(kinds)}`] : []),
    ...(namePrefix ? [`name STARTS WITH ${value(namePrefix)}`] : []),
    ...(tags ? [`tags IN ${list(tags.map(encode))}`] : []),
    ...(labels ? [`labels IN ${list(labels.map(encode))}`] : []),
    ...(ownerIds ? [`owners IN ${list(ownerIds)}`] : []),
    ...(hasOwner == null ? [] : [hasOwner ? 'owners IS NOT EMPTY' : 'owners IS EMPTY']),
    ...(updatedAfter ? [`updatedAt > ${updatedAfter.getTime()}`] : []),
  ];
}

/** The score of what a step finds: its number and, below the point, where it stands in it. A double holds it as it is. */
export const scoreOf = ({ number, by }: Step, hit: { byTitle: number; byMerit: number }): number => number + hit[by] / SPREAD;
/** Back. */
export const placeInStep = (score: number): { number: number; value: number } => ({
  number: Math.floor(score),
  value: Math.round((score - Math.floor(score)) * SPREAD),
});
