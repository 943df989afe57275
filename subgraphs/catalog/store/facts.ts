/** The present facts of assets, for other subgraphs: a thousand assets cost a statement, and their columns another one. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { isNobody, visible } from '#platform/auth/classes.ts';
import type { Queryable } from '#platform/database/index.ts';

export type AssetFactPart = 'COLUMNS' | 'DEFINITION';
type AssetFacts = { id: string; columns?: ColumnFacts[] };
type ColumnFacts = { id: string; name: string; ordinal: number; dataType: string; description: string | null };

/**
 * Built as JSON by the server, which spares a loop over values. What people said is looked up asset by asset: joined, the planner reads all of it
 * for each batch. A removed domain is none, though its assets are moved from it in batches.
 */
const ASSET = `
  'id', a.id, 'version', a.version, 'sourceId', a.source_id,
  'domainId', (select d.id from access.classes k join catalog.domains d on d.id = k.domain_id where k.id = a.access_class),
  'accessClass', a.access_class, 'kind', a.kind, 'namespace', a.namespace, 'name', a.name, 'path', a.path,
  'description', coalesce((select e.description from catalog.asset_edits e where e.asset_id = a.id), a.source_description),
  'tags', array(select t.tag from catalog.asset_tags t where t.asset_id = a.id order by t.tag),
  'owners', coalesce((select json_agg(json_build_object('userId', o.user_id, 'teamId', o.team_id, 'role', o.role) order by o.role, o.user_id, o.team_id)
    from catalog.asset_owners o where o.asset_id = a.id), '[]'::json),
  'updatedAt', to_char(a.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'deletedAt', to_char(a.deleted_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'dependsOn', coalesce(a.depends_on, '[]'::jsonb)`;
const DEFINITION = `'definition', a.table_facet -> 'definition'`;

/** Tombstones too; in no order. Each as `Query.assetFacts` of the contract describes it. */
export async function listAssetFacts(
  sql: Queryable,
  classes: VisibleClasses,
  ids: readonly string[],
  parts: readonly AssetFactPart[],
): Promise<AssetFacts[]> {
  if (isNobody(classes)) return [];
  const members = parts.includes('DEFINITION') ? `${ASSET}, ${DEFINITION}` : ASSET;
  const [rows, columns] = await Promise.all([
    sql<{ facts: AssetFacts }[]>`
      select json_build_object(${sql.unsafe(members)}) as facts
      from catalog.assets a where a.id = any(${ids as string[]}::uuid[]) ${visible(sql, 'a', classes)}`,
    parts.includes('COLUMNS') ? listColumnFacts(sql, classes, ids) : undefined,
  ]);
  if (columns) for (const { facts } of rows) facts.columns = columns.get(facts.id) ?? [];
  return rows.map((row) => row.facts);
}

/** Of each visible one; null where it has none. Tombstones too. */
export async function findDefinitions(
  sql: Queryable,
  classes: VisibleClasses,
  ids: readonly string[],
): Promise<Map<string, string | null>> {
  const rows = await sql<{ id: string; definition: string | null }[]>`
    select a.id, a.table_facet ->> 'definition' as definition from catalog.assets a
    where a.id = any(${ids as string[]}::uuid[]) ${visible(sql, 'a', classes)}`;
  return new Map(rows.map(({ id, definition }) => [id, definition]));
}

const FIELD = '\u001f';
const RECORD = '\u001e';
const FIELDS = 5;

/**
 * Living columns by asset, in their order. They come as one text for each asset: of 1.5 million columns that takes a quarter of the
 * time that JSON takes. A name or a description that holds a separator is found out by counting, and its asset is read again.
 */
async function listColumnFacts(sql: Queryable, classes: VisibleClasses, ids: readonly string[]): Promise<Map<string, ColumnFacts[]>> {
  const rows = await sql<{ assetId: string; count: number; records: string }[]>`
    select c.asset_id, count(*) as count, string_agg(
      c.id || ${FIELD} || c.name || ${FIELD} || c.ordinal || ${FIELD} || c.data_type || ${FIELD} || coalesce('=' || coalesce(w.description, c.source_description), ''),
      ${RECORD}) as records
    from catalog.columns c left join catalog.column_edits w on w.column_id = c.id
    where c.asset_id = any(${ids as string[]}::uuid[]) and c.deleted_at is null ${visible(sql, 'c', classes)} group by c.asset_id`;
  const found = new Map<string, ColumnFacts[]>();
  const odd: string[] = [];
  for (const { assetId, count, records } of rows) {
    const columns = parseRecords(records, count);
    if (columns) found.set(assetId, inOrder(columns));
    else odd.push(assetId);
  }
  if (odd.length > 0) {
    const others = await sql<(ColumnFacts & { assetId: string })[]>`
      select c.asset_id, c.id, c.name, c.ordinal, c.data_type, coalesce(w.description, c.source_description) as description
      from catalog.columns c left join catalog.column_edits w on w.column_id = c.id
      where c.asset_id = any(${odd}::uuid[]) and c.deleted_at is null ${visible(sql, 'c', classes)}`;
    for (const [assetId, columns] of Map.groupBy(others, (row) => row.assetId)) {
      found.set(assetId, inOrder(columns.map(({ assetId: _, ...column }) => column)));
    }
  }
  return found;
}

function parseRecords(text: string, count: number): ColumnFacts[] | undefined {
  const records = text.split(RECORD);
  if (records.length !== count) return undefined;
  const columns: ColumnFacts[] = [];
  for (const record of records) {
    const fields = record.split(FIELD);
    if (fields.length !== FIELDS) return undefined;
    const [id, name, ordinal, dataType, description] = fields as [string, string, string, string, string];
    columns.push({ id, name, ordinal: Number(ordinal), dataType, description: description === '' ? null : description.slice(1) });
  }
  return columns;
}

const inOrder = (columns: ColumnFacts[]): ColumnFacts[] => columns.sort((a, b) => a.ordinal - b.ordinal || (a.id < b.id ? -1 : 1));
