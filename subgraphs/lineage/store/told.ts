/** What OpenLineage events told, and which job tells of which flow now. The edges that come of it are among the facts (`facts.ts`). */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { RunNode } from '../graph/index.ts';
import type { Name } from '../openLineage/event.ts';
import type { toldFlows, toldRuns } from './tables/told.ts';

export type ToldRun = typeof toldRuns.$inferSelect;
export type ToldFlow = typeof toldFlows.$inferSelect;
/** `TABLE` or `COLUMN`, between these. */
export type Ends = Pick<ToldFlow, 'fromId' | 'toId' | 'kind'>;

export type Named = Name & { id: string; accessClass: number };

/** Living assets with these names, also those that only a declaration has told of so far. */
export async function listNamed(sql: Queryable, names: readonly Name[]): Promise<Named[]> {
  if (names.length === 0) return [];
  return [
    ...(await sql<Named[]>`
      select a.asset_id as id, a.access_class, a.namespace, a.name
      from unnest(${names.map(({ namespace }) => namespace)}::text[], ${names.map(({ name }) => name)}::text[]) as wanted (namespace, name)
      join lineage.assets a on a.namespace = wanted.namespace and a.name = wanted.name where not a.is_deleted order by a.asset_id`),
  ];
}

/** Deleted assets that have a part in what these jobs tell. */
export async function listDeleted(sql: Queryable, jobIds: readonly string[]): Promise<Named[]> {
  return [
    ...(await sql<Named[]>`
      select distinct a.asset_id as id, a.access_class, a.namespace, a.name
      from lineage.told_flows f join lineage.assets a on a.asset_id in (f.from_asset_id, f.to_asset_id)
      where f.job_id = any(${jobIds as string[]}::uuid[]) and f.kind = 'TABLE' and a.is_deleted order by a.asset_id`),
  ];
}

/** The classes of assets, by their ids. */
export async function findClasses(sql: Queryable, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ id: string; accessClass: number }[]>`
    select asset_id as id, access_class from lineage.assets where asset_id = any(${ids as string[]}::uuid[])`;
  return new Map(rows.map(({ id, accessClass }) => [id, accessClass]));
}

/** All that is kept of the jobs' runs. */
export async function listToldRuns(sql: Queryable, jobIds: readonly string[]): Promise<ToldRun[]> {
  return [...(await sql<ToldRun[]>`select * from lineage.told_runs where job_id = any(${jobIds as string[]}::uuid[]) order by id`)];
}

/** The jobs of whose runs something is kept that names one of these (`datasetNameId`). */
export async function listJobsNaming(sql: Queryable, nameIds: readonly string[]): Promise<string[]> {
  const rows = await sql<{ jobId: string }[]>`
    select distinct job_id from lineage.told_runs where names && ${nameIds as string[]}::uuid[] order by job_id`;
  return rows.map(({ jobId }) => jobId);
}

export async function listToldFlows(sql: Queryable, jobIds: readonly string[]): Promise<ToldFlow[]> {
  return [...(await sql<ToldFlow[]>`select * from lineage.told_flows where job_id = any(${jobIds as string[]}::uuid[])`)];
}

/** What all jobs tell of these flows. */
export async function listTellers(sql: Queryable, flows: readonly Ends[]): Promise<ToldFlow[]> {
  return [
    ...(await sql<ToldFlow[]>`
      select f.* from ${unnestEnds(sql, flows)}
      join lineage.told_flows f on f.from_id = given.from_id and f.to_id = given.to_id and f.kind = given.kind`),
  ];
}

export async function findRunNodes(sql: Queryable, ids: readonly string[]): Promise<RunNode[]> {
  return [
    ...(await sql<RunNode[]>`
      select id, job_id, run_id, state, started_at, ended_at, begun_at from lineage.runs where id = any(${ids as string[]}::uuid[])`),
  ];
}

export async function saveToldRuns(tx: Transaction, runs: readonly ToldRun[]): Promise<void> {
  if (runs.length === 0) return;
  const arrays = (values: readonly (readonly (string | number)[] | null)[]) => values.map((each) => each && `{${each.join()}}`);
  await tx`
    insert into lineage.told_runs (id, job_id, run_id, classes, told, names)
    select id, job_id, run_id, classes::int[], told::jsonb, names::uuid[] from unnest(
      ${runs.map(({ id }) => id)}::uuid[], ${runs.map(({ jobId }) => jobId)}::uuid[], ${runs.map(({ runId }) => runId)}::uuid[],
      ${arrays(runs.map(({ classes }) => classes))}::text[], ${runs.map(({ told }) => JSON.stringify(told))}::text[],
      ${arrays(runs.map(({ names }) => names))}::text[]
    ) as given (id, job_id, run_id, classes, told, names)
    on conflict (id) do update set classes = excluded.classes, told = excluded.told, names = excluded.names`;
}

export async function deleteToldRuns(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx`delete from lineage.told_runs where id = any(${ids as string[]}::uuid[])`;
}

/** What the job tells of these flows is this from now on. */
export async function replaceToldFlows(
  tx: Transaction,
  of: readonly (Ends & { jobId: string })[],
  rows: readonly ToldFlow[],
): Promise<void> {
  if (of.length > 0) {
    await tx`
      delete from lineage.told_flows f
      using unnest(${of.map(({ fromId }) => fromId)}::uuid[], ${of.map(({ toId }) => toId)}::uuid[], ${of.map(({ kind }) => kind)}::text[],
        ${of.map(({ jobId }) => jobId)}::uuid[]) as given (from_id, to_id, kind, job_id)
      where f.from_id = given.from_id and f.to_id = given.to_id and f.kind = given.kind and f.job_id = given.job_id`;
  }
  if (rows.length === 0) return;
  const moments = (name: 'since' | 'toldAt' | 'until') => rows.map((row) => row[name]?.toISOString() ?? null);
  const ids = (name: 'fromId' | 'toId' | 'jobId' | 'toldBy' | 'runId' | 'fromAssetId' | 'toAssetId' | 'endedBy') =>
    rows.map((row) => row[name]);
  await tx`
    insert into lineage.told_flows
      (from_id, to_id, kind, job_id, told_by, run_id, from_asset_id, to_asset_id, transformation, since, told_at, until, ended_by)
    select * from unnest(
      ${ids('fromId')}::uuid[], ${ids('toId')}::uuid[], ${rows.map(({ kind }) => kind)}::text[], ${ids('jobId')}::uuid[],
      ${ids('toldBy')}::uuid[], ${ids('runId')}::uuid[], ${ids('fromAssetId')}::uuid[], ${ids('toAssetId')}::uuid[],
      ${rows.map(({ transformation }) => transformation)}::text[], ${moments('since')}::text[]::timestamptz[],
      ${moments('toldAt')}::text[]::timestamptz[], ${moments('until')}::text[]::timestamptz[], ${ids('endedBy')}::uuid[])`;
}

const unnestEnds = (sql: Queryable, flows: readonly Ends[]) => sql`
  unnest(${flows.map(({ fromId }) => fromId)}::uuid[], ${flows.map(({ toId }) => toId)}::uuid[], ${flows.map(({ kind }) => kind)}::text[])
    as given (from_id, to_id, kind)`;
