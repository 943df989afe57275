/**
 * The port of the graph: which asset data flows from and to, and when. PostgreSQL has one implementation; whatever else
 * implements it keeps the suite of `conformance.test-suite.ts`. A graph is a projection: it can be filled again from the log.
 */
import type { VisibleClasses } from '#platform/auth/access.ts';

/** An asset as the graph knows it. Tombstones too: what flowed through them once is history. */
export type GraphNode = {
  id: string;
  accessClass: number;
  namespace: string;
  name: string;
  isDeleted: boolean;
  /** The event that told this. */
  seq: number;
};

/** From `fromId` data flows to `toId`. */
export type Flow = { fromId: string; toId: string; kind: 'TABLE'; origin: 'NATIVE' };
/** Valid while `validFrom` <= moment < `validTo`; null: it still is. */
export type GraphEdge = Flow & { validFrom: Date; validTo: Date | null };
export type FlowChange = Flow & { change: 'opened' | 'closed'; at: Date };

export type GraphFacts = {
  /** Added, or replacing those of their ids. */
  nodes: readonly GraphNode[];
  /**
   * In the order in which they happened. Opening what is open and closing what is closed changes nothing. A flow's intervals
   * never overlap and never end before they begin, whatever the clocks said: what would is cut, and an empty interval is none.
   * So the same facts may come twice.
   */
  changes: readonly FlowChange[];
};

/** Upstream goes from a reader to what it reads. */
export type Direction = 'UPSTREAM' | 'DOWNSTREAM' | 'BOTH';

/** What a walk through the graph may use. */
export type View = {
  direction: Direction;
  /** Null: now. */
  at: Date | null;
  /** The viewer's. Nothing that the viewer may not see has a part in any answer. */
  classes: VisibleClasses;
};

/** Ids come and go in lower case; their order is that of their text. Each list that is given has at most some thousands of them. */
export type GraphStore = {
  apply(facts: GraphFacts): Promise<void>;
  /** Those of the ids that are visible nodes. */
  findVisible(ids: readonly string[], classes: VisibleClasses): Promise<string[]>;
  /** The visible neighbours of all these together, in order, without those of `except`: the first `limit`. */
  findNext(view: View, ids: readonly string[], except: readonly string[], limit: number): Promise<string[]>;
  /** The first `limit` visible neighbours of each, in order. Absent: none, as of what is not visible itself. */
  findNeighbours(view: View, ids: readonly string[], limit: number): Promise<Map<string, string[]>>;
  /** Edges that lead from one of `ids`, in the view's direction, to one of `among`; by (fromId, toId), the first `limit`. All ids are visible nodes. */
  findEdges(view: View, ids: readonly string[], among: readonly string[], limit: number): Promise<GraphEdge[]>;
  /** How many visible neighbours each has that are not among `except`. Absent: none. */
  countNeighbours(view: View, ids: readonly string[], except: readonly string[]): Promise<Map<string, number>>;
};
