/**
 * Writes the facts that every graph is made of, in a few statements however many they are. What a source reports and what people say
 * are told apart by the edge's origin: nothing here closes what another origin opened.
 */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import { foldChanges, type Interval } from './intervals.ts';
import type { ColumnNode, Flow, FlowDetails, JobNode, RunNode } from '../graph/index.ts';

/** An asset as lineage knows it. Tombstones too: what flowed through them once is history. */
export type AssetNode = {
  id: string;
  accessClass: number;
  namespace: string;
  name: string;
  isDeleted: boolean;
  /** The event that told this. */
  seq: number;
};
/** `details` of what is opened: DIRECT, certain and of no known job if not given. */
export type FlowChange = Flow & { change: 'opened' | 'closed' | 'resumed'; at: Date; details?: Partial<FlowDetails> };

export type GraphFacts = {
  /** Added, or replacing those of their ids. */
  assets: readonly AssetNode[];
  /** Of edges among `changes`, or known. An id stands for ever for the same column. */
  columns?: readonly ColumnNode[];
  /** Those that details of `changes` name by their ids, or known. An id stands for ever for the same job. */
  jobs?: readonly JobNode[];
  /** Added, or replacing those of their ids; each once. Of jobs among `jobs`, or known: whose an id is, and which of its runs, stands for ever. */
  runs?: readonly RunNode[];
  /**
   * In the order in which they happened. Opening what is open, closing what is closed and resuming what did not end then changes nothing. A flow's intervals
   * never overlap and never end before they begin, whatever the clocks said: what would is cut, and an empty interval is none.
   * So the same facts may come twice.
   */
  changes: readonly FlowChange[];
};

/** In the caller's transaction: the feed's place in the log is part of it. Other writers wait until it ends. */
export const writeFacts = (tx: Transaction, facts: GraphFacts): Promise<void> => writeAllFacts(tx, [facts]);

/** The same of facts that are too many to be there at once: one writing, in the order in which they are told. */
export async function writeAllFacts(tx: Transaction, parts: Iterable<GraphFacts>): Promise<void> {
  let revision: number | undefined;
  for (const { assets, columns = [], jobs = [], runs = [], changes } of parts) {
    if ([assets, columns, jobs, runs, changes].every(({ length }) => length === 0)) continue;
    revision ??= await nextRevision(tx);
    if (assets.length > 0) await upsertAssets(tx, revision, assets);
    if (columns.length > 0) await insertColumns(tx, revision, columns);
    if (jobs.length > 0) await insertJobs(tx, revision, jobs);
    if (runs.length > 0) await upsertRuns(tx, revision, runs);
    // A later part of a flow's changes goes on from what the earlier one has written.
    for (let from = 0; from < changes.length; from += CHANGES_AT_ONCE) {
      await writeChanges(tx, revision, changes.slice(from, from + CHANGES_AT_ONCE));
    }
  }
}

/** Of one statement, whose parameters lie in memory several times. */
const CHANGES_AT_ONCE = 10_000;

async function nextRevision(tx: Transaction): Promise<number> {
  const [head] = await tx<{ revision: number }[]>`update lineage.head set revision = revision + 1 returning revision`;
  return head!.revision;
}

/** Rows that say the same are left as they are: no projection need hear of them. */
async function upsertAssets(tx: Queryable, revision: number, assets: readonly AssetNode[]): Promise<void> {
  // A column's revision follows its asset's class, which a projection has on the column.
  await tx`
    with given as (
      select * from unnest(
        ${assets.map(({ id }) => id)}::uuid[], ${assets.map(({ accessClass }) => accessClass)}::int[], ${assets.map(({ namespace }) => namespace)}::text[],
        ${assets.map(({ name }) => name)}::text[], ${assets.map(({ isDeleted }) => String(isDeleted))}::text[]::bool[], ${assets.map(({ seq }) => seq)}::bigint[])
        as given (asset_id, access_class, namespace, name, is_deleted, seq)
    ), moved as (
      update lineage.columns c set revision = ${revision}
      from given join lineage.assets a using (asset_id) where c.asset_id = given.asset_id and a.access_class <> given.access_class
    )
    insert into lineage.assets as a (asset_id, access_class, namespace, name, is_deleted, seq, revision)
    select given.*, ${revision}::bigint from given
    on conflict (asset_id) do update set access_class = excluded.access_class, namespace = excluded.namespace, name = excluded.name,
      is_deleted = excluded.is_deleted, seq = excluded.seq,
      revision = case when (a.access_class, a.namespace, a.name, a.is_deleted)
        = (excluded.access_class, excluded.namespace, excluded.name, excluded.is_deleted) then a.revision else excluded.revision end`;
}

async function insertColumns(tx: Queryable, revision: number, columns: readonly ColumnNode[]): Promise<void> {
  await tx`
    insert into lineage.columns (column_id, asset_id, name, revision)
    select id, asset_id, name, ${revision}::bigint from unnest(
      ${columns.map(({ id }) => id)}::uuid[], ${columns.map(({ assetId }) => assetId)}::uuid[], ${columns.map(({ name }) => name)}::text[]
    ) as given (id, asset_id, name)
    on conflict do nothing`;
}

async function insertJobs(tx: Queryable, revision: number, jobs: readonly JobNode[]): Promise<void> {
  await tx`
    insert into lineage.jobs (job_id, namespace, name, revision)
    select id, namespace, name, ${revision}::bigint from unnest(
      ${jobs.map(({ id }) => id)}::uuid[], ${jobs.map(({ namespace }) => namespace)}::text[], ${jobs.map(({ name }) => name)}::text[]
    ) as given (id, namespace, name)
    on conflict do nothing`;
}

/** One that is told again as it is stays as it is: no projection need hear of it. */
async function upsertRuns(tx: Queryable, revision: number, runs: readonly RunNode[]): Promise<void> {
  const moments = (name: 'startedAt' | 'endedAt' | 'begunAt') => runs.map((run) => run[name]?.toISOString() ?? null);
  await tx`
    insert into lineage.runs as r (id, job_id, run_id, state, started_at, ended_at, begun_at, revision)
    select given.*, ${revision}::bigint from unnest(
      ${runs.map(({ id }) => id)}::uuid[], ${runs.map(({ jobId }) => jobId)}::uuid[], ${runs.map(({ runId }) => runId)}::uuid[],
      ${runs.map(({ state }) => state)}::text[], ${moments('startedAt')}::text[]::timestamptz[], ${moments('endedAt')}::text[]::timestamptz[],
      ${moments('begunAt')}::text[]::timestamptz[]
    ) as given
    on conflict (id) do update set state = excluded.state, started_at = excluded.started_at, ended_at = excluded.ended_at,
      begun_at = excluded.begun_at, revision = excluded.revision
    where (r.state, r.started_at, r.ended_at, r.begun_at)
      is distinct from (excluded.state, excluded.started_at, excluded.ended_at, excluded.begun_at)`;
}

type Written = Flow & FlowDetails & Interval;

async function writeChanges(tx: Queryable, revision: number, changes: readonly FlowChange[]): Promise<void> {
  const flows = [...Map.groupBy(changes, ({ fromId, toId, kind, origin }) => `${fromId} ${toId} ${kind} ${origin}`).values()];
  const histories = await loadHistories(
    tx,
    flows.map(([first]) => first!),
    // Each that closes takes back one at most.
    flows.reduce((most, all) => Math.max(most, all.filter(({ change }) => change === 'closed').length), 1),
  );
  const ended: Written[] = [];
  const begun: Written[] = [];
  for (const [index, all] of flows.entries()) {
    const { fromId, toId, kind, origin } = all[0]!;
    const before = histories[index]!;
    const after = foldChanges(before, all);
    const write = (into: Written[], interval: Interval) => into.push({ fromId, toId, kind, origin, ...interval });
    for (const interval of before) if (!findSame(after, interval)) write(ended, { ...interval, validTo: interval.validFrom });
    for (const interval of after) {
      const known = findSame(before, interval);
      // It may begin where one ends that was none after all, and be another one. Before others begin that one is open no more.
      if (known && !isAlike(known, interval)) write(ended, { ...known, validTo: known.validFrom });
      if (!known || !isAlike(known, interval)) write(begun, interval);
      else if (known.validTo?.getTime() !== interval.validTo?.getTime()) write(ended, interval);
    }
  }
  // What ends before what goes on after all, and before what begins: of a flow only one interval is open at a time.
  for (const rows of [ended.filter(({ validTo }) => validTo !== null), ended.filter(({ validTo }) => validTo === null)]) {
    if (rows.length === 0) continue;
    await tx`
      update lineage.edges e set valid_to = n.valid_to, revision = ${revision} from ${unnest(tx, rows)}
      where e.from_id = n.from_id and e.to_id = n.to_id and e.kind = n.kind and e.origin = n.origin and e.valid_from = n.valid_from`;
  }
  if (begun.length > 0) {
    // One that was taken back before may begin at the same moment. In the order of two of the indexes, which makes it a third faster.
    await tx`
      insert into lineage.edges (from_id, to_id, kind, origin, transformation, confidence, job_id, run_id, valid_from, valid_to, revision)
      select n.from_id, n.to_id, n.kind, n.origin, n.transformation, n.confidence, n.job_id, n.run_id, n.valid_from, n.valid_to, ${revision}::bigint
      from ${unnest(tx, begun)} order by n.from_id, n.to_id
      on conflict (from_id, to_id, kind, origin, valid_from) do update set transformation = excluded.transformation,
        confidence = excluded.confidence, job_id = excluded.job_id, run_id = excluded.run_id, valid_to = excluded.valid_to, revision = excluded.revision`;
  }
}

const findSame = (intervals: readonly Interval[], { validFrom }: Interval): Interval | undefined =>
  intervals.find((each) => each.validFrom.getTime() === validFrom.getTime());

const isAlike = (one: Interval, other: Interval): boolean =>
  one.transformation === other.transformation &&
  one.confidence === other.confidence &&
  one.jobId === other.jobId &&
  one.runId === other.runId;

/** The last intervals of each, the older ones first: as many as may be undone, and one before them, which another one begins after. */
export async function loadHistories(tx: Queryable, flows: readonly Flow[], undone: number): Promise<Interval[][]> {
  const rows = await tx<(Interval & { position: number })[]>`
    select wanted.position, e.transformation, e.confidence, e.job_id, e.run_id, e.valid_from, e.valid_to
    from unnest(${flows.map(({ fromId }) => fromId)}::uuid[], ${flows.map(({ toId }) => toId)}::uuid[],
      ${flows.map(({ kind }) => kind)}::text[], ${flows.map(({ origin }) => origin)}::text[])
      with ordinality as wanted (from_id, to_id, kind, origin, position)
    cross join lateral (
      select e.* from lineage.edges e
      where e.from_id = wanted.from_id and e.to_id = wanted.to_id and e.kind = wanted.kind and e.origin = wanted.origin
        and (e.valid_to is null or e.valid_to > e.valid_from)
      order by e.valid_from desc limit ${undone + 1}::int
    ) e order by wanted.position, e.valid_from`;
  const found = Map.groupBy(rows, ({ position }) => position);
  return flows.map((_, index) => (found.get(index + 1) ?? []).map(({ position: _position, ...interval }) => interval));
}

function unnest(tx: Queryable, rows: readonly Written[]) {
  const moments = (name: 'validFrom' | 'validTo') => rows.map((row) => row[name]?.toISOString() ?? null);
  return tx`unnest(
    ${rows.map(({ fromId }) => fromId)}::uuid[], ${rows.map(({ toId }) => toId)}::uuid[], ${rows.map(({ kind }) => kind)}::text[],
    ${rows.map(({ origin }) => origin)}::text[], ${rows.map(({ transformation }) => transformation)}::text[],
    ${rows.map(({ confidence }) => confidence)}::real[], ${rows.map(({ jobId }) => jobId)}::uuid[],
    ${rows.map(({ runId }) => runId)}::uuid[],
    ${moments('validFrom')}::text[]::timestamptz[], ${moments('validTo')}::text[]::timestamptz[])
    as n (from_id, to_id, kind, origin, transformation, confidence, job_id, run_id, valid_from, valid_to)`;
}
