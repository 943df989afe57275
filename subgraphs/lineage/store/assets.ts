/** What the feed knows of assets: their names and what they read. */
import { copyRows } from '#platform/database/copy.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { ColumnFlow as ViewFlow } from '#platform/sql/viewLineage.ts';

/** From a column of what is read to one of the view's, as the view's SQL says. */
export type ColumnFlow = Omit<ViewFlow, 'relation'>;
/** `name`: as the view's source said it. `renamedTo`: what had that name has this one since; null: it has the name still, or nothing has. */
export type Dependency = { name: string; renamedTo: string | null; columns: readonly string[]; flows: readonly ColumnFlow[] };

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
  type Row = Omit<AssetState, 'dependsOn'> & { dependsOn: (Omit<Dependency, 'flows'> & { flows: FlowRow[] })[] };
  const rows = await sql<Row[]>`
    select a.asset_id as id, a.access_class, a.namespace, a.name, a.is_deleted, a.seq, coalesce(d.depends_on, '[]') as depends_on, d.read_from
    from lineage.assets a
    left join lateral (
      select max(d.read_from) as read_from,
        jsonb_agg(jsonb_build_object('name', d.name, 'renamedTo', d.renamed_to, 'columns', d.columns, 'flows', d.flows) order by d.name) as depends_on
      from lineage.dependencies d where d.asset_id = a.asset_id
    ) d on true
    where a.asset_id = any(${ids as string[]}::uuid[]) and a.seq > ${NOT_FED}`;
  return rows.map((row) => ({
    ...row,
    dependsOn: row.dependsOn.map(({ flows, ...dependency }) => ({ ...dependency, flows: flows.map(flowOf) })),
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

/** An asset with some of what it reads. */
export type Reader = Pick<AssetState, 'id' | 'namespace' | 'seq'> & { dependsOn: readonly Omit<Dependency, 'columns'>[] };

/** Living assets that read what has these names now, with that of what they read: a tombstone has no dependencies. */
export async function findReaders(sql: Queryable, names: readonly Name[]): Promise<Reader[]> {
  if (names.length === 0) return [];
  type Row = Omit<Reader, 'dependsOn'> & { name: string; renamedTo: string | null; flows: FlowRow[] };
  const rows = await sql<Row[]>`
    select d.asset_id as id, d.namespace, a.seq, d.name, d.renamed_to, d.flows from ${reading(sql, names)}
    join lineage.assets a on a.asset_id = d.asset_id order by d.asset_id, d.name`;
  return [...Map.groupBy(rows, ({ id }) => id)].map(([id, all]) => ({
    id,
    namespace: all[0]!.namespace,
    seq: all[0]!.seq,
    dependsOn: all.map(({ name, renamedTo, flows }) => ({ name, renamedTo, flows: flows.map(flowOf) })),
  }));
}

/** How many flows between columns are kept of these assets, and of all that reads these names. */
export async function countFlows(sql: Queryable, { ids, names }: { ids: readonly string[]; names: readonly Name[] }): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select coalesce(sum(jsonb_array_length(flows)), 0)::bigint as count from (
      select d.flows from lineage.dependencies d where d.asset_id = any(${ids as string[]}::uuid[])
      union all
      select d.flows from ${reading(sql, names)}
    ) as kept`;
  return row!.count;
}

const wanted = (sql: Queryable, names: readonly Name[]) =>
  sql`unnest(${names.map(({ namespace }) => namespace)}::text[], ${names.map(({ name }) => name)}::text[]) as wanted (namespace, name)`;

/** The dependencies on what has these names now, as `d`. */
const reading = (sql: Queryable, names: readonly Name[]) => sql`(
    select d.* from ${wanted(sql, names)} join lineage.dependencies d on d.namespace = wanted.namespace and d.name = wanted.name and d.renamed_to is null
    union all
    select d.* from ${wanted(sql, names)} join lineage.dependencies d on d.namespace = wanted.namespace and d.renamed_to = wanted.name
  ) as d`;

type Reading = Pick<AssetState, 'id' | 'namespace' | 'dependsOn' | 'readFrom'>;

/** Names are given once for each asset. */
export async function replaceDependencies(tx: Transaction, readings: readonly Reading[]): Promise<void> {
  if (readings.length === 0) return;
  await tx`delete from lineage.dependencies where asset_id = any(${readings.map(({ id }) => id)}::uuid[])`;
  await copyRows(
    tx,
    'lineage.dependencies',
    ['asset_id', 'namespace', 'name', 'renamed_to', 'columns', 'flows', 'read_from'],
    readings.flatMap(({ id, namespace, dependsOn, readFrom }) =>
      dependsOn.map(({ name, renamedTo, columns, flows }) => [id, namespace, name, renamedTo, columns, rowsOf(flows), readFrom] as const),
    ),
  );
}

/** Of those of their dependencies that are given, how what they read is called now. */
export async function renameDependencies(tx: Transaction, readers: readonly Reader[]): Promise<void> {
  const rows = readers.flatMap(({ id, namespace, dependsOn }) =>
    dependsOn.map(({ name, renamedTo }) => ({ id, namespace, name, renamedTo })),
  );
  if (rows.length === 0) return;
  await tx`
    update lineage.dependencies d set renamed_to = n.renamed_to
    from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ namespace }) => namespace)}::text[],
      ${rows.map(({ name }) => name)}::text[], ${rows.map(({ renamedTo }) => renamedTo)}::text[]) as n (asset_id, namespace, name, renamed_to)
    where d.asset_id = n.asset_id and d.namespace = n.namespace and d.name = n.name and d.renamed_to is distinct from n.renamed_to`;
}

const rowsOf = (flows: readonly ColumnFlow[]): string =>
  JSON.stringify(flows.map(({ from, to, transformation, confidence }): FlowRow => [from, to, transformation, confidence]));
