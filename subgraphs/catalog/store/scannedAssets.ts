/** What the scanner reads and writes of assets: always for a whole batch, never for one. */
import { copyRows } from '#platform/database/copy.ts';
import type { Database, Queryable, Transaction } from '#platform/database/index.ts';
import { following } from '#platform/dateTime.ts';
import type { OwnerWords } from '../domain/snapshot.ts';
import type { AssetRow, ColumnRow } from './tables/asset.ts';

/** As little as tells whether an asset is new, unchanged or changed. */
export type KnownAsset = Pick<
  AssetRow,
  'id' | 'name' | 'kind' | 'hash' | 'nativeId' | 'rowEstimate' | 'sourceId' | 'container' | 'runId' | 'deletedAt'
>;

const knownColumns = (sql: Queryable) => sql`id, name, kind, hash, native_id, row_estimate, source_id, container, run_id, deleted_at`;

export async function listLivingByName(sql: Queryable, namespace: string, names: readonly string[]): Promise<KnownAsset[]> {
  return await sql<KnownAsset[]>`
    select ${knownColumns(sql)} from catalog.assets
    where namespace = ${namespace} and name = any(${names as string[]}::text[]) and deleted_at is null`;
}

/** The latest tombstone of each name. */
export async function listTombstonesByName(sql: Queryable, namespace: string, names: readonly string[]): Promise<KnownAsset[]> {
  return await sql<KnownAsset[]>`
    select distinct on (name) ${knownColumns(sql)} from catalog.assets
    where namespace = ${namespace} and name = any(${names as string[]}::text[]) and deleted_at is not null
    order by name, deleted_at desc, id desc`;
}

export async function listLivingByNativeId(sql: Queryable, sourceId: string, nativeIds: readonly string[]): Promise<KnownAsset[]> {
  return await sql<KnownAsset[]>`
    select ${knownColumns(sql)} from catalog.assets
    where source_id = ${sourceId} and native_id = any(${nativeIds as string[]}::text[]) and deleted_at is null`;
}

/** Whole rows, locked in the order of their ids: a person's edit of one of them waits, or is waited for. */
export async function lockAssets(tx: Transaction, ids: readonly string[]): Promise<Map<string, AssetRow>> {
  const rows = await tx<AssetRow[]>`select * from catalog.assets where id = any(${ids as string[]}::uuid[]) order by id for update`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** A column with what a person says of it, which is part of the snapshot that goes when the column goes. */
export type DescribedColumn = ColumnRow & { description: string | null };

/** All columns of assets, tombstones too, in their order. */
export async function listAllColumns(tx: Transaction, assetIds: readonly string[]): Promise<Map<string, DescribedColumn[]>> {
  const rows = await tx<DescribedColumn[]>`
    select c.*, e.description from catalog.columns c left join catalog.column_edits e on e.column_id = c.id
    where c.asset_id = any(${assetIds as string[]}::uuid[]) order by c.asset_id, c.ordinal, c.id`;
  return Map.groupBy(rows, (row) => row.assetId);
}

/** `domainId` only of a domain that there is. `labels`: confirmed ones of its columns. */
export type Words = { owners: OwnerWords[]; tags: string[]; labels: string[]; domainId: string | null };

/** What people said that an event's attributes repeat. */
export async function listWords(tx: Transaction, assetIds: readonly string[]): Promise<Map<string, Words>> {
  const rows = await tx<({ id: string } & Words)[]>`
    select a.id,
      coalesce((select jsonb_agg(jsonb_build_object('userId', user_id, 'teamId', team_id, 'role', role)) from catalog.asset_owners where asset_id = a.id), '[]') as owners,
      coalesce((select jsonb_agg(tag order by tag) from catalog.asset_tags where asset_id = a.id), '[]') as tags,
      coalesce((select jsonb_agg(distinct label) from catalog.column_labels where asset_id = a.id and state = 'CONFIRMED'), '[]') as labels,
      (select e.domain_id from catalog.asset_edits e join catalog.domains d on d.id = e.domain_id where e.asset_id = a.id) as domain_id
    from unnest(${assetIds as string[]}::uuid[]) as a(id)`;
  return new Map(rows.map((row) => [row.id, row]));
}

export async function insertAssets(tx: Transaction, rows: readonly AssetRow[]): Promise<void> {
  if (rows.length === 0) return;
  await copyRows(
    tx,
    'catalog.assets',
    [
      'id',
      'source_id',
      'access_class',
      'kind',
      'namespace',
      'name',
      'path',
      'container',
      'parent_id',
      'native_id',
      'hash',
      'source_description',
      'source_owner',
      'table_facet',
      'depends_on',
      'row_estimate',
      'version',
      'run_id',
      'created_at',
      'updated_at',
    ],
    rows.map((row) => [
      row.id,
      row.sourceId,
      row.accessClass,
      row.kind,
      row.namespace,
      row.name,
      row.path,
      row.container,
      row.parentId,
      row.nativeId,
      row.hash,
      row.sourceDescription,
      row.sourceOwner,
      row.tableFacet && JSON.stringify(row.tableFacet),
      row.dependsOn && JSON.stringify(row.dependsOn),
      row.rowEstimate,
      row.version,
      row.runId,
      row.createdAt,
      row.updatedAt,
    ]),
  );
}

export async function insertColumns(tx: Transaction, rows: readonly ColumnRow[]): Promise<void> {
  if (rows.length === 0) return;
  await copyRows(
    tx,
    'catalog.columns',
    [
      'id',
      'asset_id',
      'source_id',
      'access_class',
      'name',
      'ordinal',
      'data_type',
      'native_type',
      'nullable',
      'default_value',
      'generated',
      'source_description',
      'version',
      'updated_at',
    ],
    rows.map((row) => [
      row.id,
      row.assetId,
      row.sourceId,
      row.accessClass,
      row.name,
      row.ordinal,
      row.dataType,
      row.nativeType,
      row.nullable,
      row.defaultValue,
      row.generated,
      row.sourceDescription,
      row.version,
      row.updatedAt,
    ]),
  );
}

/** Writes what a scan may change of these rows. */
export async function updateAssets(tx: Transaction, rows: readonly AssetRow[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map((row) => ({
    id: row.id,
    source_id: row.sourceId,
    access_class: row.accessClass,
    kind: row.kind,
    name: row.name,
    path: row.path,
    container: row.container,
    parent_id: row.parentId,
    native_id: row.nativeId,
    hash: row.hash.toString('hex'),
    source_description: row.sourceDescription,
    source_owner: row.sourceOwner,
    table_facet: row.tableFacet,
    depends_on: row.dependsOn,
    row_estimate: row.rowEstimate,
    version: row.version,
    run_id: row.runId,
    updated_at: row.updatedAt,
    deleted_at: row.deletedAt,
  }));
  await tx`
    update catalog.assets a set source_id = n.source_id, access_class = n.access_class, kind = n.kind, name = n.name, path = n.path,
      container = n.container, parent_id = n.parent_id, native_id = n.native_id, hash = decode(n.hash, 'hex'), source_description = n.source_description,
      source_owner = n.source_owner, table_facet = n.table_facet, depends_on = n.depends_on, row_estimate = n.row_estimate,
      version = n.version, run_id = n.run_id, updated_at = n.updated_at, deleted_at = n.deleted_at
    from jsonb_to_recordset(${JSON.stringify(values)}::text::jsonb) as n(id uuid, source_id uuid, access_class int, kind text, name text, path text[],
      container text, parent_id uuid, native_id text, hash text, source_description text, source_owner text, table_facet jsonb,
      depends_on jsonb, row_estimate bigint, version int, run_id uuid, updated_at timestamptz, deleted_at timestamptz)
    where a.id = n.id`;
}

export async function updateColumns(tx: Transaction, rows: readonly ColumnRow[]): Promise<void> {
  if (rows.length === 0) return;
  const values = rows.map((row) => ({
    id: row.id,
    source_id: row.sourceId,
    access_class: row.accessClass,
    ordinal: row.ordinal,
    data_type: row.dataType,
    native_type: row.nativeType,
    nullable: row.nullable,
    default_value: row.defaultValue,
    generated: row.generated,
    source_description: row.sourceDescription,
    version: row.version,
    updated_at: row.updatedAt,
    deleted_at: row.deletedAt,
  }));
  await tx`
    update catalog.columns c set source_id = n.source_id, access_class = n.access_class, ordinal = n.ordinal, data_type = n.data_type,
      native_type = n.native_type, nullable = n.nullable, default_value = n.default_value, generated = n.generated,
      source_description = n.source_description, version = n.version, updated_at = n.updated_at, deleted_at = n.deleted_at
    from jsonb_to_recordset(${JSON.stringify(values)}::text::jsonb) as n(id uuid, source_id uuid, access_class int, ordinal int, data_type text,
      native_type text, nullable boolean, default_value text, generated boolean, source_description text, version int,
      updated_at timestamptz, deleted_at timestamptz)
    where c.id = n.id`;
}

/** What is outside of the content hash: no version, no event, `updated_at` stays. */
export async function updateEstimates(
  tx: Transaction,
  rows: readonly { id: string; nativeId: string | null; rowEstimate: number | null; hash: Buffer }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx`
    update catalog.assets a set native_id = n.native_id, row_estimate = n.row_estimate, hash = decode(n.hash, 'hex')
    from unnest(${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.nativeId)}::text[], ${rows.map((row) => row.rowEstimate)}::float8[],
      ${rows.map((row) => row.hash.toString('hex'))}::text[]) as n(id, native_id, row_estimate, hash)
    where a.id = n.id`;
}

export async function updateSizes(
  sql: Queryable,
  sourceId: string,
  sizes: readonly { nativeId: string; bytes: number | null }[],
): Promise<void> {
  const known = sizes.filter((size) => size.bytes !== null);
  await sql`
    update catalog.assets a set size_bytes = n.bytes
    from unnest(${known.map((size) => size.nativeId)}::text[], ${known.map((size) => size.bytes)}::float8[]) as n(native_id, bytes)
    where a.source_id = ${sourceId} and a.native_id = n.native_id and a.deleted_at is null and a.size_bytes is distinct from n.bytes::bigint`;
}

export async function forgetNativeIds(tx: Transaction, sourceId: string): Promise<void> {
  await tx`update catalog.assets set native_id = null where source_id = ${sourceId} and native_id is not null`;
}

export type Present = Pick<AssetRow, 'id' | 'kind' | 'path' | 'parentId' | 'runId' | 'version'>;

/** Every living asset of a source's container, in pages: a cursor, since a container may hold hundreds of thousands. */
export function streamContainer(sql: Database, sourceId: string, container: string): AsyncIterable<Present[]> {
  return sql<Present[]>`
    select id, kind, path, parent_id, run_id, version from catalog.assets
    where source_id = ${sourceId} and container = ${container} and deleted_at is null`.cursor(5_000);
}

export async function listContainers(sql: Queryable, sourceId: string): Promise<string[]> {
  const rows = await sql<{ container: string }[]>`
    select distinct container from catalog.assets where source_id = ${sourceId} and deleted_at is null`;
  return rows.map((row) => row.container);
}

export async function listLivingIds(sql: Queryable, sourceId: string, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from catalog.assets where source_id = ${sourceId} and deleted_at is null order by container, id limit ${limit}`;
  return rows.map((row) => row.id);
}

/** Makes living assets tombstones; their columns carry the same time, by which a revival finds them. Gives the rows as they are now. */
export async function entomb(
  tx: Transaction,
  sourceId: string,
  ids: readonly string[],
  at: Date,
  runId: string | null,
): Promise<AssetRow[]> {
  const locked = await tx<Pick<AssetRow, 'updatedAt'>[]>`
    select updated_at from catalog.assets where id = any(${ids as string[]}::uuid[]) order by id for update`;
  const deletedAt = following(at, ...locked.map(({ updatedAt }) => updatedAt));
  const rows = await tx<AssetRow[]>`
    update catalog.assets set deleted_at = ${deletedAt}, updated_at = ${deletedAt}, version = version + 1, run_id = ${runId}
    where id = any(${ids as string[]}::uuid[]) and source_id = ${sourceId} and deleted_at is null returning *`;
  await tx`
    update catalog.columns set deleted_at = ${deletedAt}, updated_at = ${deletedAt}
    where asset_id = any(${rows.map((row) => row.id)}::uuid[]) and deleted_at is null`;
  return rows;
}
