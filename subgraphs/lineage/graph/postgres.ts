/** The graph in PostgreSQL: the facts themselves, read where they are written. */
import type postgres from 'postgres';
import type { Database } from '#platform/database/index.ts';
import { isNobody, visible } from '#platform/auth/classes.ts';
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { ColumnNode, GraphEdge, GraphSource, GraphStore, JobNode, Level, RunNode, View } from './index.ts';

/** Flows that are read at once. */
const FLOWS_AT_ONCE = 5_000;

type Side = { own: 'from_id' | 'to_id'; other: 'from_id' | 'to_id' };

const UP: Side = { own: 'to_id', other: 'from_id' };
const DOWN: Side = { own: 'from_id', other: 'to_id' };
const SIDES: Record<View['direction'], readonly Side[]> = { UPSTREAM: [UP], DOWNSTREAM: [DOWN], BOTH: [UP, DOWN] };

export function createPostgresSource(sql: Database): GraphSource {
  const graph = createPostgresGraph(sql);
  return { read: (work) => work(graph) };
}

export function createPostgresGraph(sql: Database): GraphStore {
  /**
   * That an edge holds. Towards sources in words that no partial index promises: a planner without statistics, as there are none just after
   * very many edges came, would walk the index of open edges from end to end instead of looking up the target.
   */
  const valid = (at: Date | null, { own }: Side) => {
    if (at) return sql`e.valid_from <= ${at}::timestamptz and coalesce(e.valid_to, 'infinity') > ${at}::timestamptz`;
    return own === 'to_id' ? sql`coalesce(e.valid_to, 'infinity') > '9999-01-01'` : sql`e.valid_to is null`;
  };

  const edgeColumns = sql`e.from_id, e.to_id, e.kind, e.origin, e.transformation, e.confidence, e.job_id, e.run_id, e.valid_from, e.valid_to`;

  const except = (side: Side, ids: readonly string[]) =>
    ids.length > 0 ? sql`and e.${sql(side.other)} <> all(${ids as string[]}::uuid[])` : sql``;

  /** Joins what a viewer's classes are asked of, as `a`. A column is seen by whoever sees its asset. */
  const seen = (level: Level, id: postgres.PendingQuery<postgres.Row[]>) =>
    level === 'ASSET'
      ? sql`join lineage.assets a on a.asset_id = ${id}`
      : sql`join lineage.columns c on c.column_id = ${id} join lineage.assets a on a.asset_id = c.asset_id`;

  /** Of edges between two visible nodes: what is asked of each level by itself, as its ends are found. */
  const ofVisible = (level: Level, classes: VisibleClasses) => {
    const kind = level === 'ASSET' ? 'TABLE' : 'COLUMN';
    const end = (alias: string, id: string) =>
      level === 'ASSET'
        ? sql`join lineage.assets ${sql(alias)} on ${sql(alias)}.asset_id = e.${sql(id)}`
        : sql`join lineage.columns ${sql(`${alias}_column`)} on ${sql(`${alias}_column`)}.column_id = e.${sql(id)}
          join lineage.assets ${sql(alias)} on ${sql(alias)}.asset_id = ${sql(`${alias}_column`)}.asset_id`;
    const ends = classes === 'all' ? sql`` : sql`${end('source', 'from_id')} ${end('target', 'to_id')}`;
    const seenEnds = classes === 'all' ? sql`` : sql`${visible(sql, 'source', classes)} ${visible(sql, 'target', classes)}`;
    return sql`lineage.edges e ${ends} where e.kind = ${kind} and (e.valid_to is null or e.valid_to > e.valid_from) ${seenEnds}`;
  };

  const isVisible = (classes: VisibleClasses) => visible(sql, 'a', classes);

  /** That a job, as `j`, moves or has moved something between two visible nodes. */
  const isVisibleJob = (classes: VisibleClasses) => {
    // One edge is enough: a job may have very many. Where each is seen the order makes the planner look one up in the index.
    const moves = (level: Level) =>
      classes === 'all'
        ? sql`(select true from ${ofVisible(level, classes)} and e.job_id = j.job_id order by e.valid_from limit 1)`
        : sql`exists (select from ${ofVisible(level, classes)} and e.job_id = j.job_id)`;
    return sql`(${moves('ASSET')} or ${moves('COLUMN')})`;
  };

  const runColumns = sql`r.id, r.job_id, r.run_id, r.state, r.started_at, r.ended_at, r.begun_at`;

  /**
   * Pairs of a node (`own`) and a visible neighbour (`id`), each once. A viewer of everything needs no more than `limit` of each
   * node and side. For others a node is no hub by what they see of it: all its edges are looked at, at once, so that the planner
   * sees whether to go by the edges or by what the viewer sees.
   */
  function pairs({ level, direction, at, classes }: View, ids: readonly string[], others: readonly string[], limit: number | null) {
    const ofSide = (side: Side) =>
      classes === 'all' && limit !== null
        ? sql`
          select given.id as own, found.id from unnest(${ids as string[]}::uuid[]) as given (id) cross join lateral (
            select distinct e.${sql(side.other)} as id from lineage.edges e
            where e.${sql(side.own)} = given.id and ${valid(at, side)} ${except(side, others)} order by id limit ${limit}
          ) as found`
        : sql`
          select distinct e.${sql(side.own)} as own, e.${sql(side.other)} as id from lineage.edges e
          ${classes === 'all' ? sql`` : seen(level, sql`e.${sql(side.other)}`)}
          where e.${sql(side.own)} = any(${ids as string[]}::uuid[]) and ${valid(at, side)} ${except(side, others)} ${isVisible(classes)}`;
    const [first, second] = SIDES[direction];
    return second ? sql`${ofSide(first!)} union ${ofSide(second)}` : ofSide(first!);
  }

  return {
    async findVisible(ids, level, classes) {
      if (isNobody(classes) || ids.length === 0) return [];
      const rows = await sql<{ id: string }[]>`
        select distinct given.id from unnest(${ids as string[]}::uuid[]) as given (id) ${seen(level, sql`given.id`)} where true ${isVisible(classes)}`;
      return rows.map((row) => row.id);
    },

    async findNext(view, ids, others, limit) {
      if (isNobody(view.classes) || ids.length === 0) return [];
      const rows = await sql<{ id: string }[]>`
        select distinct id from (${pairs(view, ids, others, limit)}) as pair order by id limit ${limit}`;
      return rows.map((row) => row.id);
    },

    async findNeighbours(view, ids, limit) {
      if (isNobody(view.classes) || ids.length === 0) return new Map();
      const rows = await sql<{ own: string; ids: string[] }[]>`
        select own, (array_agg(id order by id))[1:${limit}::int] as ids from (${pairs(view, ids, [], limit)}) as pair
        ${view.classes === 'all' ? sql`` : sql`${seen(view.level, sql`pair.own`)} where true ${isVisible(view.classes)}`}
        group by own`;
      return new Map(rows.map((row) => [row.own, row.ids]));
    },

    async findEdges({ direction, at }, ids, among, limit) {
      // Both ends are conditions of one index: it is searched for the pairs, not read along a hub's neighbours.
      const ofSide = (side: Side) => sql`
        select ${edgeColumns} from lineage.edges e
        where e.${sql(side.own)} = any(${ids as string[]}::uuid[]) and ${valid(at, side)}
          ${among ? sql`and e.${sql(side.other)} = any(${among as string[]}::uuid[])` : sql``}`;
      const [first, second] = SIDES[direction];
      return [
        ...(await sql<GraphEdge[]>`
          select * from (${second ? sql`${ofSide(first!)} union ${ofSide(second)}` : ofSide(first!)}) as e
          order by e.from_id, e.to_id, e.origin limit ${limit}`),
      ];
    },

    async countNeighbours(view, ids, others) {
      if (isNobody(view.classes) || ids.length === 0) return new Map();
      const rows = await sql<{ own: string; count: number }[]>`
        select own, count(*) as count from (${pairs(view, ids, others, null)}) as pair group by own`;
      return new Map(rows.map((row) => [row.own, row.count]));
    },

    async findColumns({ direction, at, classes }, assetId, limit) {
      if (isNobody(classes)) return [];
      const ends = SIDES[direction].map(
        (side) => sql`exists (
          select from lineage.edges e ${classes === 'all' ? sql`` : seen('COLUMN', sql`e.${sql(side.other)}`)}
          where e.${sql(side.own)} = given.column_id and ${valid(at, side)} ${isVisible(classes)})`,
      );
      const [first, second] = ends;
      const rows = await sql<{ id: string }[]>`
        select given.column_id as id from lineage.columns given join lineage.assets a on a.asset_id = given.asset_id
        where given.asset_id = ${assetId} and (${second ? sql`${first!} or ${second}` : first!}) ${isVisible(classes)}
        order by given.column_id limit ${limit}`;
      return rows.map((row) => row.id);
    },

    async getColumns(ids, classes) {
      if (isNobody(classes) || ids.length === 0) return [];
      return [
        ...(await sql<ColumnNode[]>`
          select c.column_id as id, c.asset_id, c.name from lineage.columns c join lineage.assets a on a.asset_id = c.asset_id
          where c.column_id = any(${ids as string[]}::uuid[]) ${isVisible(classes)}`),
      ];
    },

    async listHistory(level, ids, classes, after, limit) {
      if (isNobody(classes) || ids.length === 0) return [];
      const [from, fromId, toId, origin] = after ?? [];
      const ofSide = ({ own, other }: Side) => sql`
        select ${edgeColumns} from lineage.edges e ${classes === 'all' ? sql`` : seen(level, sql`e.${sql(other)}`)}
        where e.${sql(own)} = any(${ids as string[]}::uuid[]) and (e.valid_to is null or e.valid_to > e.valid_from)
          ${after ? sql`and (e.valid_from, e.from_id, e.to_id, e.origin) < (${from!}::timestamptz, ${fromId!}::uuid, ${toId!}::uuid, ${origin!}::text)` : sql``}
          ${isVisible(classes)}
        order by e.valid_from desc, e.from_id desc, e.to_id desc, e.origin desc limit ${limit}`;
      return [
        ...(await sql<GraphEdge[]>`
          select * from ((${ofSide(UP)}) union (${ofSide(DOWN)})) as e
          order by e.valid_from desc, e.from_id desc, e.to_id desc, e.origin desc limit ${limit}`),
      ];
    },

    async getJobs(ids, classes) {
      if (isNobody(classes) || ids.length === 0) return [];
      return [
        ...(await sql<JobNode[]>`
          select j.job_id as id, j.namespace, j.name from lineage.jobs j
          where j.job_id = any(${ids as string[]}::uuid[]) and ${isVisibleJob(classes)}`),
      ];
    },

    async listJobFlows(jobIds, classes, after, limit) {
      if (isNobody(classes) || jobIds.length === 0) return new Map();
      const [from, fromId, toId, origin] = after ?? [];
      const ofLevel = (level: Level) => sql`
        select ${edgeColumns} from ${ofVisible(level, classes)} and e.job_id = given.id
          ${after ? sql`and (e.valid_from, e.from_id, e.to_id, e.origin) < (${from!}::timestamptz, ${fromId!}::uuid, ${toId!}::uuid, ${origin!}::text)` : sql``}
        order by e.valid_from desc, e.from_id desc, e.to_id desc, e.origin desc limit ${limit}`;
      const rows = await sql<GraphEdge[]>`
        select found.* from unnest(${jobIds as string[]}::uuid[]) as given (id) cross join lateral (
          select * from ((${ofLevel('ASSET')}) union all (${ofLevel('COLUMN')})) as e
          order by e.valid_from desc, e.from_id desc, e.to_id desc, e.origin desc limit ${limit}
        ) as found order by found.job_id, found.valid_from desc, found.from_id desc, found.to_id desc, found.origin desc`;
      return Map.groupBy(rows, ({ jobId }) => jobId!);
    },

    async getRuns(ids, classes) {
      if (isNobody(classes) || ids.length === 0) return [];
      // A job is looked at once, however many runs of it are asked for.
      return [
        ...(await sql<RunNode[]>`
          with found as materialized (select ${runColumns} from lineage.runs r where r.id = any(${ids as string[]}::uuid[])),
          seen as materialized (select j.job_id from (select distinct job_id from found) as j where ${isVisibleJob(classes)})
          select found.* from found join seen using (job_id)`),
      ];
    },

    async listRuns(jobIds, classes, after, limit) {
      if (isNobody(classes) || jobIds.length === 0) return new Map();
      const [begunAt, id] = after ?? [];
      const rows = await sql<RunNode[]>`
        with seen as materialized (
          select j.job_id from (select distinct job_id from unnest(${jobIds as string[]}::uuid[]) as given (job_id)) as j where ${isVisibleJob(classes)}
        )
        select found.* from seen cross join lateral (
          select ${runColumns} from lineage.runs r
          where r.job_id = seen.job_id ${after ? sql`and (r.begun_at, r.id) < (${begunAt!}::timestamptz, ${id!}::uuid)` : sql``}
          order by r.begun_at desc, r.id desc limit ${limit}
        ) as found order by found.job_id, found.begun_at desc, found.id desc`;
      return Map.groupBy(rows, ({ jobId }) => jobId);
    },

    async *streamFlows(classes) {
      if (isNobody(classes)) return;
      // Few are deleted: they are looked up for who sees all, and what lives for others. Neither grouped nor told once: that would be sorted.
      const isCounted = (id: postgres.PendingQuery<postgres.Row[]>) =>
        classes === 'all'
          ? sql`not exists (select from lineage.assets a where a.asset_id = ${id} and a.is_deleted)`
          : sql`exists (select from lineage.assets a where a.asset_id = ${id} and not a.is_deleted ${isVisible(classes)})`;
      const batches = sql<{ fromId: string; toId: string }[]>`
        select e.from_id, e.to_id from lineage.edges e
        where e.valid_to is null and e.kind = 'TABLE' and ${isCounted(sql`e.from_id`)} and ${isCounted(sql`e.to_id`)}`.cursor(
        FLOWS_AT_ONCE,
      );
      for await (const rows of batches) yield rows.map(({ fromId, toId }) => ({ fromId, toIds: [toId] }));
    },

    async countAssets(classes) {
      if (isNobody(classes)) return 0;
      const [row] = await sql<{ count: number }[]>`select count(*) from lineage.assets a where not a.is_deleted ${isVisible(classes)}`;
      return row!.count;
    },
  };
}
