/** The texts of hits in which something may be marked. Of assets that the viewer sees. */
import type { Queryable } from '#platform/database/index.ts';
import type { HitTexts } from './highlights.ts';
import type { SoughtWords } from './index.ts';

const MOST_TEXT = 20_000;
const MOST_COLUMNS = 50;
const MOST_PATTERNS = 64;

/** Only columns that may match are read: an asset may have 1,600. Which of them do is for `markText` to say. */
export async function loadHitTexts(
  sql: Queryable,
  ids: readonly string[],
  { prefixes, exact }: SoughtWords,
): Promise<Map<string, HitTexts>> {
  const words = [...prefixes, ...exact].slice(0, MOST_PATTERNS);
  const patterns = words.map((word) => `%${word}%`);
  const rows = await sql<
    ({ id: string; path: string[]; description: string | null; sourceDescription: string | null } & Omit<
      HitTexts,
      'title' | 'descriptions'
    >)[]
  >`
    select a.id, a.name, a.path, left(e.description, ${MOST_TEXT}) as description, left(a.source_description, ${MOST_TEXT}) as source_description,
      array(select t.tag from catalog.asset_tags t where t.asset_id = a.id order by t.tag) as tags,
      array(select g.name from catalog.asset_terms t join catalog.glossary_terms g on g.id = t.term_id where t.asset_id = a.id order by g.name) as terms,
      array(
        select c.name from catalog.columns c where c.asset_id = a.id and c.deleted_at is not distinct from a.deleted_at
          and (octet_length(c.name) > length(c.name) or regexp_replace(lower(c.name), '[^a-z0-9]+', '', 'g') like any(${patterns}::text[]))
        order by regexp_replace(lower(c.name), '[^a-z0-9]+', '', 'g') = any(${words}::text[]) desc, c.ordinal, c.id limit ${MOST_COLUMNS}
      ) as columns
    from catalog.assets a left join catalog.asset_edits e on e.asset_id = a.id where a.id = any(${ids as string[]}::uuid[])`;
  return new Map(
    rows.map(({ id, path, description, sourceDescription, ...row }) => [
      id,
      { ...row, title: path.at(-1) ?? row.name, descriptions: [description, sourceDescription].filter((text) => text !== null) },
    ]),
  );
}
