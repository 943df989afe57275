/** What search is to know of assets, as the tables have it now. */
import type { Queryable } from '#platform/database/index.ts';
import type { SearchDocument } from './index.ts';

/** Texts are read up to here: a batch must fit into memory whatever people write. */
const MOST_TEXT = 20_000;
const MOST_COLUMN_TEXT = 500;

/** Tombstones too, with the columns that went with them. */
export async function loadDocuments(sql: Queryable, ids: readonly string[]): Promise<SearchDocument[]> {
  if (ids.length === 0) return [];
  // Names and descriptions as two arrays: as objects they would take several times as long to read.
  const rows = await sql<
    (Omit<SearchDocument, 'columns'> & { columnNames: string[] | null; columnDescriptions: (string | null)[] | null })[]
  >`
    select a.id, a.access_class, a.kind, a.name, a.path, a.updated_at, a.deleted_at,
      left(e.description, ${MOST_TEXT}) as description, left(a.source_description, ${MOST_TEXT}) as source_description,
      array(select t.tag from catalog.asset_tags t where t.asset_id = a.id order by t.tag) as tags,
      array(select g.name from catalog.asset_terms t join catalog.glossary_terms g on g.id = t.term_id where t.asset_id = a.id order by g.name) as terms,
      array(select distinct coalesce(o.user_id, o.team_id) from catalog.asset_owners o where o.asset_id = a.id order by 1) as owner_ids,
      array(select distinct l.label from catalog.column_labels l where l.asset_id = a.id and l.state = 'CONFIRMED' order by l.label) as labels,
      c.names as column_names, c.descriptions as column_descriptions
    from catalog.assets a
    left join catalog.asset_edits e on e.asset_id = a.id
    left join lateral (
      select array_agg(c.name order by c.ordinal, c.id) as names,
        case when count(*) filter (where coalesce(ce.description, c.source_description) is not null) > 0 then
          array_agg(left(concat_ws(' ', ce.description, c.source_description), ${MOST_COLUMN_TEXT}) order by c.ordinal, c.id) end as descriptions
      from catalog.columns c left join catalog.column_edits ce on ce.column_id = c.id
      where c.asset_id = a.id and c.deleted_at is not distinct from a.deleted_at
    ) c on true
    where a.id = any(${ids as string[]}::uuid[])`;
  return rows.map(({ columnNames, columnDescriptions, ...row }) => ({
    ...row,
    columns: (columnNames ?? []).map((name, index) => ({ name, description: columnDescriptions?.[index] || null })),
  }));
}
