/**
 * The facts as rows, for the projection: those that changed since a position, and those that it is compared with. Revisions are committed
 * in their order, and no fact is ever deleted: who reads page by page in the order of (revision, id) and remembers how far it came
 * misses nothing.
 */
import type postgres from 'postgres';
import type { Queryable } from '#platform/database/index.ts';
import { LINEAGE_GRAPH } from '#platform/events/consumerNames.ts';
import type { ColumnNode, Flow, FlowDetails, JobNode, RunNode } from '../graph/index.ts';

export type AssetRow = { id: string; accessClass: number; namespace: string; name: string; isDeleted: boolean };
/** With the class of its asset. */
export type ColumnRow = ColumnNode & { accessClass: number };
export type JobRow = JobNode;
export type RunRow = RunNode;
/** An interval of a flow; empty where it never was. */
export type EdgeRow = { id: number } & Flow & FlowDetails & { validFrom: Date; validTo: Date | null };

/** Up to this row, in the order of (revision, id). */
export type Position = { revision: number; id: string };
export type Positions = { assets: Position; columns: Position; jobs: Position; runs: Position; edges: Position };

/**
 * How far the facts are: of which history they are, their last revision, and up to which event they were written. Two histories have
 * revisions in common that mean something else in each. `epoch`: of the log, the database and, after its last dot, PostgreSQL's timeline: a
 * standby that took over, and a database that was put back to a moment, may not have what was copied.
 */
export type Head = { epoch: string; revision: number; fedTo: number };

/** What a standby is on is told to nobody, and may change under it: no copy of the primary's answers there. */
export const STANDBY = 'standby';

export function historyOf(epoch: string): { history: string; timeline: string } {
  const dot = epoch.lastIndexOf('.');
  return { history: epoch.slice(0, dot), timeline: epoch.slice(dot + 1) };
}

/** Within one snapshot all pages and this are of one moment. */
export async function readHead(sql: Queryable): Promise<Head> {
  const [row] = await sql<Head[]>`
    select
      -- A segment's name begins with the timeline, in eight digits; that of what is written next changes with the promotion.
      l.epoch || '.' || d.oid || '.' || case when pg_is_in_recovery() then ${STANDBY} else left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) end as epoch,
      h.revision, coalesce((select c.seq from events.cursors c where c.consumer = ${LINEAGE_GRAPH}), 0) as fed_to
    from lineage.head h cross join events.head l join pg_database d on d.datname = current_database()`;
  return row!;
}

export type Revised<Row> = Row & { revision: number };

export type Facts<Row> = {
  /** The first `limit` rows that changed after a position, and the position of the last one; undefined when there are none. */
  listChanges(sql: Queryable, after: Position, limit: number): Promise<{ rows: Row[]; upTo: Position } | undefined>;
  /** The first `limit` rows by id, after one or from the beginning. */
  list(sql: Queryable, after: string | undefined, limit: number): Promise<Revised<Row>[]>;
  get(sql: Queryable, ids: readonly string[]): Promise<Revised<Row>[]>;
};

type Fragment = postgres.PendingQuery<postgres.Row[]>;
/** `from`: without conditions, and with the revision. `id` and `revision`: what they are there. */
type Source = { from: (sql: Queryable) => Fragment; id: string; ids: (sql: Queryable) => Fragment; revision: string };

function factsOf<Row extends { id: string | number }>({ from, id, ids: type, revision }: Source): Facts<Row> {
  return {
    async listChanges(sql, after, limit) {
      const found = await sql<Revised<Row>[]>`
        ${from(sql)} where (${sql(revision)}, ${sql(id)}) > (${after.revision}, ${after.id}) order by ${sql(revision)}, ${sql(id)} limit ${limit}`;
      const last = found.at(-1);
      if (!last) return undefined;
      const rows = found.map(({ revision: _, ...row }) => row as unknown as Row);
      return { rows, upTo: { revision: last.revision, id: String(last.id) } };
    },
    list: async (sql, after, limit) => [
      ...(await sql<Revised<Row>[]>`
        ${from(sql)} ${after === undefined ? sql`` : sql`where ${sql(id)} > ${after}`} order by ${sql(id)} limit ${limit}`),
    ],
    get: async (sql, ids) => [
      ...(await sql<Revised<Row>[]>`${from(sql)} where ${sql(id)} = any(${ids as string[]}::text[]::${type(sql)})`),
    ],
  };
}

export const ASSET_FACTS = factsOf<AssetRow>({
  from: (sql) => sql`select a.asset_id as id, a.access_class, a.namespace, a.name, a.is_deleted, a.revision from lineage.assets a`,
  id: 'a.asset_id',
  ids: (sql) => sql`uuid[]`,
  revision: 'a.revision',
});

export const COLUMN_FACTS = factsOf<ColumnRow>({
  from: (sql) => sql`
    select c.column_id as id, c.asset_id, c.name, a.access_class, c.revision
    from lineage.columns c join lineage.assets a on a.asset_id = c.asset_id`,
  id: 'c.column_id',
  ids: (sql) => sql`uuid[]`,
  revision: 'c.revision',
});

export const JOB_FACTS = factsOf<JobRow>({
  from: (sql) => sql`select j.job_id as id, j.namespace, j.name, j.revision from lineage.jobs j`,
  id: 'j.job_id',
  ids: (sql) => sql`uuid[]`,
  revision: 'j.revision',
});

export const RUN_FACTS = factsOf<RunRow>({
  from: (sql) => sql`select r.id, r.job_id, r.run_id, r.state, r.started_at, r.ended_at, r.begun_at, r.revision from lineage.runs r`,
  id: 'r.id',
  ids: (sql) => sql`uuid[]`,
  revision: 'r.revision',
});

export const EDGE_FACTS = factsOf<EdgeRow>({
  from: (sql) => sql`
    select e.id, e.from_id, e.to_id, e.kind, e.origin, e.transformation, e.confidence, e.job_id, e.run_id, e.valid_from, e.valid_to, e.revision
    from lineage.edges e`,
  id: 'e.id',
  ids: (sql) => sql`bigint[]`,
  revision: 'e.revision',
});

/** How many rows there are to copy. */
export async function countFacts(sql: Queryable): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select (select count(*) from lineage.assets) + (select count(*) from lineage.columns) + (select count(*) from lineage.jobs)
      + (select count(*) from lineage.runs) + (select count(*) from lineage.edges) as count`;
  return row!.count;
}

/** How many rows a copy that has come to these positions has yet to get of those up to a revision, counted up to `most`. */
export async function countBehind(
  sql: Queryable,
  { assets, columns, jobs, runs, edges }: Positions,
  revision: number,
  most: number,
): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from (
      select from lineage.assets where (revision, asset_id) > (${assets.revision}, ${assets.id}) and revision <= ${revision}
      union all
      select from lineage.columns where (revision, column_id) > (${columns.revision}, ${columns.id}) and revision <= ${revision}
      union all
      select from lineage.jobs where (revision, job_id) > (${jobs.revision}, ${jobs.id}) and revision <= ${revision}
      union all
      select from lineage.runs where (revision, id) > (${runs.revision}, ${runs.id}) and revision <= ${revision}
      union all
      select from lineage.edges where (revision, id) > (${edges.revision}, ${edges.id}) and revision <= ${revision}
      limit ${most}
    ) as behind`;
  return row!.count;
}
