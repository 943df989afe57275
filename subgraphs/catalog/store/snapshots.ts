/** Whole snapshots of assets as they are now: what the scan knows and what people say, in one statement. */
import type { Queryable } from '#platform/database/index.ts';
import { tableSnapshot, type ColumnSnapshot, type OwnerWords, type Snapshot } from '../domain/snapshot.ts';
import type { AssetRow, ColumnRow } from './tables/asset.ts';

type Row = Pick<
  AssetRow,
  'id' | 'kind' | 'name' | 'path' | 'sourceDescription' | 'sourceOwner' | 'tableFacet' | 'dependsOn' | 'deletedAt' | 'version'
> & {
  description: string | null;
  owners: OwnerWords[];
  tags: string[];
  domainId: string | null;
  termIds: string[];
  columns: (Pick<ColumnRow, 'name' | 'ordinal'> & {
    data_type: string;
    native_type: string;
    nullable: boolean;
    default_value: string | null;
    generated: boolean;
    source_description: string | null;
    description: string | null;
  })[];
};

/** By asset id; an unknown id is absent. A tombstone has the columns that went with it, at the same moment. */
export async function loadSnapshots(sql: Queryable, ids: readonly string[]): Promise<Map<string, { version: number; snapshot: Snapshot }>> {
  const rows = await sql<Row[]>`
    select a.id, a.kind, a.name, a.path, a.source_description, a.source_owner, a.table_facet, a.depends_on, a.deleted_at, a.version,
           e.description, e.domain_id,
           coalesce((select jsonb_agg(jsonb_build_object('userId', o.user_id, 'teamId', o.team_id, 'role', o.role) order by o.role, o.user_id, o.team_id)
                     from catalog.asset_owners o where o.asset_id = a.id), '[]') as owners,
           coalesce((select jsonb_agg(t.tag order by t.tag) from catalog.asset_tags t where t.asset_id = a.id), '[]') as tags,
           array(select t.term_id from catalog.asset_terms t where t.asset_id = a.id order by t.term_id) as term_ids,
           coalesce((select jsonb_agg(to_jsonb(c) - 'id' || jsonb_build_object('description', ce.description) order by c.ordinal)
                     from catalog.columns c left join catalog.column_edits ce on ce.column_id = c.id
                     where c.asset_id = a.id and (c.deleted_at is null or c.deleted_at = a.deleted_at)), '[]') as columns
    from catalog.assets a left join catalog.asset_edits e on e.asset_id = a.id
    where a.id = any(${ids as string[]}::uuid[])`;
  return new Map(rows.map((row) => [row.id, { version: row.version, snapshot: toSnapshot(row) }]));
}

function toSnapshot(row: Row): Snapshot {
  return {
    kind: row.kind,
    name: row.name,
    path: row.path,
    sourceDescription: row.sourceDescription,
    sourceOwner: row.sourceOwner,
    table: row.tableFacet ? tableSnapshot(row.tableFacet) : null,
    dependsOn: row.dependsOn,
    columns: Object.fromEntries(
      row.columns.map((column): [string, ColumnSnapshot] => [
        column.name,
        {
          ordinal: column.ordinal,
          dataType: column.data_type,
          nativeType: column.native_type,
          nullable: column.nullable,
          default: column.default_value,
          generated: column.generated,
          sourceDescription: column.source_description,
          description: column.description,
        },
      ]),
    ),
    description: row.description,
    owners: row.owners,
    tags: row.tags,
    domainId: row.domainId,
    termIds: row.termIds,
    deletedAt: row.deletedAt?.toISOString() ?? null,
  };
}
