/** The known words that mistyped ones may have been meant as. Words that only hidden documents have are not known to the viewer. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Queryable } from '#platform/database/index.ts';
import { afterPrefix } from '../store/prefix.ts';
import type { Meant } from './tiers.ts';
import { meantBy, probeFor, type Care } from './typos.ts';

/** More words than this with the same half and nearly the same length are looked at no further. */
const MOST_KNOWN = 500;

const reversed = (text: string): string => [...text].toReversed().join('');
/** Where every text begins with the prefix there is no end: this sorts after all of them. */
const endOf = (prefix: string): string => afterPrefix(prefix) ?? '\u{10ffff}';

/** One statement for all words. */
export async function findMeant(sql: Queryable, classes: VisibleClasses, typed: readonly string[], care: Care = 'well'): Promise<Meant> {
  if (typed.length === 0) return () => [];
  const probes = typed.map((word) => probeFor(word, care));
  const column = <Key extends keyof (typeof probes)[number]>(key: Key) => probes.map((probe) => probe[key]);
  const seen = classes === 'all' ? sql`` : sql`and w.classes && ${classes}::int[]`;
  const rows = await sql<{ typed: string; word: string }[]>`
    select p.typed, k.word from unnest(
      ${column('typed')}::text[], ${column('swapped')}::text[], ${column('length')}::int[], ${column('most')}::int[],
      ${column('head')}::text[], ${probes.map(({ head }) => endOf(head))}::text[], ${column('longerHead')}::text[], ${column('endOfRest')}::text[],
      ${probes.map(({ tail }) => reversed(tail))}::text[], ${probes.map(({ tail }) => endOf(reversed(tail)))}::text[],
      ${column('longerTail')}::text[], ${column('startOfRest')}::text[]
    ) as p (typed, swapped, length, most, head, head_end, longer_head, end_of_rest, tail, tail_end, longer_tail, start_of_rest)
    cross join lateral (
      select w.word from catalog.search_words w where w.word = p.swapped ${seen}
      union (
        select w.word from catalog.search_words w
        where w.word >= p.head and w.word < p.head_end and length(w.word) between p.length - p.most and p.length + p.most
          and (starts_with(w.word, p.longer_head) or right(w.word, length(p.end_of_rest)) = p.end_of_rest) ${seen}
        order by w.word limit ${MOST_KNOWN}
      )
      union (
        select w.word from catalog.search_words w
        where reverse(w.word) >= p.tail and reverse(w.word) < p.tail_end and length(w.word) between p.length - p.most and p.length + p.most
          and (starts_with(w.word, p.start_of_rest) or right(w.word, length(p.longer_tail)) = p.longer_tail) ${seen}
        order by reverse(w.word) limit ${MOST_KNOWN}
      )
    ) k`;
  const known = Map.groupBy(rows, (row) => row.typed);
  const found = new Map(typed.map((word) => [word, meantBy(word, new Set((known.get(word) ?? []).map((row) => row.word)), care)]));
  return (word) => found.get(word) ?? [];
}
