/** The present facts of assets, for other subgraphs: built as JSON by the server, so that a thousand assets cost a statement and no loop over their columns. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { isNobody, visible } from '#platform/auth/classes.ts';
import type { Queryable } from '#platform/database/index.ts';

export type AssetFactPart = 'COLUMNS' | 'DEFINITION';

/** A removed domain is none, though its assets are moved from it in batches. */
const BASE = `
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

const PARTS: Record<AssetFactPart, string> = {
  COLUMNS: `'columns', coalesce((select json_agg(json_build_object('id', c.id, 'name', c.name, 'ordinal', c.ordinal, 'dataType', c.data_type, 'description',
      coalesce((select w.description from catalog.column_edits w where w.column_id = c.id), c.source_description)) order by c.ordinal, c.id)
    from catalog.columns c where c.asset_id = a.id and c.deleted_at is null), '[]'::json)`,
  DEFINITION: `'definition', a.table_facet -> 'definition'`,
};

/** Tombstones too; in no order. Each as `Query.assetFacts` of the contract describes it. */
export async function listAssetFacts(
  sql: Queryable,
  classes: VisibleClasses,
  ids: readonly string[],
  parts: readonly AssetFactPart[],
): Promise<object[]> {
  if (isNobody(classes)) return [];
  const members = [BASE, ...new Set(parts.map((part) => PARTS[part]))].join(', ');
  const rows = await sql<{ facts: object }[]>`
    select json_build_object(${sql.unsafe(members)}) as facts
    from catalog.assets a where a.id = any(${ids as string[]}::uuid[]) ${visible(sql, 'a', classes)}`;
  return rows.map((row) => row.facts);
}
