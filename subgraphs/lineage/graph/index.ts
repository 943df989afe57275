/**
 * The port of the graph: which asset data flows from and to, which column, and when. It only answers; the facts are written to
 * PostgreSQL (`facts.ts`), whose own implementation reads them there. Neo4j holds a projection of them. Each implementation keeps the
 * suite of `conformance.test-suite.ts`.
 */
import type { VisibleClasses } from '#platform/auth/access.ts';

/** TABLE: between assets; COLUMN: between columns. */
export type EdgeKind = 'TABLE' | 'COLUMN';
export const ORIGINS = ['NATIVE', 'PARSED', 'EVENT', 'DECLARED'] as const;
export type Origin = (typeof ORIGINS)[number];
export type Transformation = 'DIRECT' | 'CONDITIONAL' | 'INDIRECT';
/** Of which nodes a question is. */
export type Level = 'ASSET' | 'COLUMN';

/** A column that has edges. It is seen by whoever sees its asset. */
export type ColumnNode = { id: string; assetId: string; name: string };

/** What moves data. Flows carry it; none leads into it. It is seen by whoever sees both ends of one of its flows, that is or was. */
export type JobNode = { id: string; namespace: string; name: string };

export const RUN_STATES = ['STARTED', 'RUNNING', 'COMPLETED', 'ABORTED', 'FAILED', 'OTHER'] as const;
export type RunState = (typeof RUN_STATES)[number];
/**
 * A job going to work once, as its producer told. It is seen by whoever sees its job. `runId`: the producer's. `begunAt`: when it started; while
 * that is not known, the time of the first that was told of it.
 */
export type RunNode = {
  id: string;
  jobId: string;
  runId: string;
  state: RunState;
  startedAt: Date | null;
  endedAt: Date | null;
  begunAt: Date;
};

/** From `fromId` data flows to `toId`. An edge is one of these during an interval; two of them never overlap. */
export type Flow = { fromId: string; toId: string; kind: EdgeKind; origin: Origin };
/** `runId`: the node of the run that told first what flows, of origin EVENT. */
export type FlowDetails = { transformation: Transformation; confidence: number; jobId: string | null; runId: string | null };
/** Valid while `validFrom` <= moment < `validTo`; null: it still is. Never empty. */
export type GraphEdge = Flow & FlowDetails & { validFrom: Date; validTo: Date | null };

/** Upstream goes from a reader to what it reads. */
export type Direction = 'UPSTREAM' | 'DOWNSTREAM' | 'BOTH';

/** What a walk through the graph may use. */
export type View = {
  level: Level;
  direction: Direction;
  /** Null: now. */
  at: Date | null;
  /** The viewer's. Nothing that the viewer may not see has a part in any answer. */
  classes: VisibleClasses;
};

/** By (begunAt, id), the latest first. */
export type RunKey = readonly [begunAt: Date, id: string];

/** By (validFrom, fromId, toId, origin), the latest first. */
export type HistoryKey = readonly [validFrom: Date, fromId: string, toId: string, origin: Origin];

/** Ids come and go in lower case; their order is that of their text. Each list that is given has at most some thousands of them. */
export type GraphStore = {
  /** Those of the ids that are visible nodes of the level, each once. In no order. */
  findVisible(ids: readonly string[], level: Level, classes: VisibleClasses): Promise<string[]>;
  /** The visible neighbours of all these together, in order, without those of `except`: the first `limit`. */
  findNext(view: View, ids: readonly string[], except: readonly string[], limit: number): Promise<string[]>;
  /** The first `limit` visible neighbours of each, in order. Absent: none, as of what is not visible itself. */
  findNeighbours(view: View, ids: readonly string[], limit: number): Promise<Map<string, string[]>>;
  /**
   * Edges that lead from one of `ids`, in the view's direction, to one of `among`; by (fromId, toId, origin), the first `limit`. All ids are
   * visible nodes. Without `among`, to anything, whether the viewer may see it or not.
   */
  findEdges(view: View, ids: readonly string[], among: readonly string[] | null, limit: number): Promise<GraphEdge[]>;
  /** How many visible neighbours each has that are not among `except`. Absent: none. */
  countNeighbours(view: View, ids: readonly string[], except: readonly string[]): Promise<Map<string, number>>;
  /**
   * An asset's columns that have an edge to a visible column in the view's direction and moment, in the order of their ids: the first
   * `limit`. None where the asset is hidden. An edge to what is hidden counts for nothing: the list itself would tell that there is one.
   */
  findColumns(view: View, assetId: string, limit: number): Promise<string[]>;
  /** Columns by their node ids: hidden and unknown ones are left out. In no order. */
  getColumns(ids: readonly string[], classes: VisibleClasses): Promise<ColumnNode[]>;
  /** Every edge, that is or was, between one of the ids and a visible node, the latest first: the first `limit` after `after`. `ids` are visible nodes. */
  listHistory(level: Level, ids: readonly string[], classes: VisibleClasses, after: HistoryKey | null, limit: number): Promise<GraphEdge[]>;
  /** Jobs by their ids: hidden and unknown ones are left out, and those that no edge carries. In no order. */
  getJobs(ids: readonly string[], classes: VisibleClasses): Promise<JobNode[]>;
  /** Every edge of both levels, that is or was, which carries one of the jobs and leads from a visible node to another: of each job as `listHistory`. */
  listJobFlows(
    jobIds: readonly string[],
    classes: VisibleClasses,
    after: HistoryKey | null,
    limit: number,
  ): Promise<Map<string, GraphEdge[]>>;
  /** Runs by their ids: unknown ones are left out, and those of jobs that `getJobs` would leave out. In no order. */
  getRuns(ids: readonly string[], classes: VisibleClasses): Promise<RunNode[]>;
  /** The runs of each of the jobs, the latest begun first: the first `limit` after `after`. Absent: none, as of a job that is not visible. */
  listRuns(jobIds: readonly string[], classes: VisibleClasses, after: RunKey | null, limit: number): Promise<Map<string, RunNode[]>>;
  /** What flows between visible living assets now, into themselves too. In no order; an asset may come again, with the same, too. */
  streamFlows(classes: VisibleClasses): AsyncIterable<readonly { fromId: string; toIds: readonly string[] }[]>;
  /** How many living visible assets there are. */
  countAssets(classes: VisibleClasses): Promise<number>;
};

/** Where lineage is read from. All that `work` reads comes from one graph; it may be called again when the graph changed under it. */
export type GraphSource = {
  /** Throws Upstream when the graph cannot be reached, and TimedOut when it takes too long. */
  read<Result>(work: (graph: GraphStore) => Promise<Result>): Promise<Result>;
};
