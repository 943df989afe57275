/** What the feed knows of assets: their names and what they read. */
import { copyRows } from '#platform/database/copy.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { ColumnFlow as ViewFlow } from '#platform/sql/viewLineage.ts';

/** From a column of what is read to one of the view's, as the view's SQL says. */
export type ColumnFlow = Omit<ViewFlow, 'relation'>;
export type Dependency = { name: string; columns: readonly string[]; flows: readonly ColumnFlow[] };

/** An asset after an event. `dependsOn`: names of the same namespace; a tombstone reads nothing. */
export type AssetState = {
  id: string;
  accessClass: number;
  namespace: string;
  name: string;
  isDeleted: boolean;
  seq: number;
  dependsOn: readonly Dependency[];
  /** `<reader>:<hash>` of what the flows were read from: the same says the same flows. Null: of nothing. */
  readFrom: string | null;
};
export type Name = { namespace: string; name: string };

/** The `seq` of an asset whose events are still to come: older than every event. */
export const NOT_FED = 0;

/** As a row has them. */
type FlowRow = [from: string, to: string, transformation: ColumnFlow['transformation'], confidence: number];
const flowOf = ([from, to, transformation, confidence]: FlowRow): ColumnFlow => ({ from, to, transformation, confidence });

/** Without those that only a declaration has told of so far (`NOT_FED`): to the feed they are new. */
export async function findAssets(sql: Queryable, ids: readonly string[]): Promise<AssetState[]> {
  type Row = Omit<AssetState, 'dependsOn'> & { dependsOn: { name: string; columns: string[]; flows: FlowRow[] }[] };
  const rows = await sql<Row[]>`
    select a.asset_id as id, a.access_class, a.namespace, a.name, a.is_deleted, a.seq, coalesce(d.depends_on, '[]') as depends_on, d.read_from
    from lineage.assets a
    left join lateral (
      select max(d.read_from) as read_from,
        jsonb_agg(jsonb_build_object('name', d.name, 'columns', d.columns, 'flows', d.flows) order by d.name) as depends_on
      from lineage.dependencies d where d.asset_id = a.asset_id
    ) d on true
    where a.asset_id = any(${ids as string[]}::uuid[]) and a.seq > ${NOT_FED}`;
  return rows.map((row) => ({
    ...row,
    dependsOn: row.dependsOn.map(({ name, columns, flows }) => ({ name, columns, flows: flows.map(flowOf) })),
  }));
}

/** Those of the ids that no row tells of. */
export async function listMissing(sql: Queryable, ids: readonly string[]): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from unnest(${ids as string[]}::uuid[]) as given (id) where not exists (select from lineage.assets a where a.asset_id = id)`;
  return rows.map((row) => row.id);
}

/** The first assets after one that read something of which this reader has read no SQL: nobody has, or another one. */
export async function listUnread(sql: Queryable, reader: string, after: string, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select distinct asset_id as id from lineage.dependencies
    where asset_id > ${after} and (read_from is null or split_part(read_from, ':', 1) <> ${reader}) order by id limit ${limit}`;
  return rows.map((row) => row.id);
}

/** Living assets with these names. */
export async function findNamed(sql: Queryable, names: readonly Name[]): Promise<(Name & { id: string })[]> {
  if (names.length === 0) return [];
  return [
    ...(await sql<(Name & { id: string })[]>`
      select a.asset_id as id, a.namespace, a.name from ${wanted(sql, names)}
      join lineage.assets a on a.namespace = wanted.namespace and a.name = wanted.name where not a.is_deleted and a.seq > ${NOT_FED}`),
  ];
}

/** Living assets that read these names, and what flows from there: a tombstone has no dependencies. */
export async function findReaders(sql: Queryable, names: readonly Name[]): Promise<(Name & { id: string; flows: ColumnFlow[] })[]> {
  if (names.length === 0) return [];
  const rows = await sql<(Name & { id: string; flows: FlowRow[] })[]>`
    select d.asset_id as id, d.namespace, d.name, d.flows from ${wanted(sql, names)}
    join lineage.dependencies d on d.namespace = wanted.namespace and d.name = wanted.name`;
  return rows.map(({ flows, ...row }) => ({ ...row, flows: flows.map(flowOf) }));
}

/** How many flows between columns are kept of these assets, and of all that reads these names. */
export async function countFlows(sql: Queryable, { ids, names }: { ids: readonly string[]; names: readonly Name[] }): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select coalesce(sum(jsonb_array_length(flows)), 0)::bigint as count from (
      select d.flows from lineage.dependencies d where d.asset_id = any(${ids as string[]}::uuid[])
      union all
      select d.flows from ${wanted(sql, names)} join lineage.dependencies d on d.namespace = wanted.namespace and d.name = wanted.name
    ) as kept`;
  return row!.count;
}

const wanted = (sql: Queryable, names: readonly Name[]) =>
  sql`unnest(${names.map(({ namespace }) => namespace)}::text[], ${names.map(({ name }) => name)}::text[]) as wanted (namespace, name)`;

type Reading = Pick<AssetState, 'id' | 'namespace' | 'dependsOn' | 'readFrom'>;

/** Names are given once for each asset. */
export async function replaceDependencies(tx: Transaction, readings: readonly Reading[]): Promise<void> {
  if (readings.length === 0) return;
  await tx`delete from lineage.dependencies where asset_id = any(${readings.map(({ id }) => id)}::uuid[])`;
  await copyRows(
    tx,
    'lineage.dependencies',
    ['asset_id', 'namespace', 'name', 'columns', 'flows', 'read_from'],
    readings.flatMap(({ id, namespace, dependsOn, readFrom }) =>
      dependsOn.map(({ name, columns, flows }) => [id, namespace, name, columns, rowsOf(flows), readFrom] as const),
    ),
  );
}

const rowsOf = (flows: readonly ColumnFlow[]): string =>
  JSON.stringify(flows.map(({ from, to, transformation, confidence }): FlowRow => [from, to, transformation, confidence]));
