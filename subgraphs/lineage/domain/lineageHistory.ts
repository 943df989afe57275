/** Every flow into and out of an asset or its columns, that is and that was, the latest begun first. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { GraphEdge, GraphStore, HistoryKey, Level } from '../graph/index.ts';
import { edgeKey } from './lineage.ts';

export type HistoryRequest = {
  assetId: string;
  level: Level;
  /** Of the asset's columns, at the level COLUMN: those that edges were ever known of. */
  columnIds: readonly string[];
  after: HistoryKey | null;
  limit: number;
};

/** As many as the graph takes at a time. */
const IDS_AT_ONCE = 5_000;

/** The first `limit` after `after`; null where the asset is hidden or unknown. */
export async function readHistory(
  graph: GraphStore,
  classes: VisibleClasses,
  request: HistoryRequest,
  idsAtOnce = IDS_AT_ONCE,
): Promise<GraphEdge[] | null> {
  const { assetId, level, columnIds, after, limit } = request;
  if ((await graph.findVisible([assetId], 'ASSET', classes)).length === 0) return null;
  const ids = level === 'ASSET' ? [assetId] : columnIds;
  const found = new Map<string, GraphEdge>();
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    // One between two of the columns may be found twice.
    for (const edge of await graph.listHistory(level, ids.slice(from, from + idsAtOnce), classes, after, limit)) {
      found.set(`${edgeKey(edge)} ${edge.validFrom.getTime()}`, edge);
    }
  }
  return [...found.values()].sort(latestFirst).slice(0, limit);
}

const latestFirst = (a: GraphEdge, b: GraphEdge): number =>
  b.validFrom.getTime() - a.validFrom.getTime() || compare(b.fromId, a.fromId) || compare(b.toId, a.toId) || compare(b.origin, a.origin);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
