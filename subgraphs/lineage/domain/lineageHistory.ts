/** Every flow into and out of an asset or its columns, that is and that was, the latest begun first. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { GraphEdge, GraphStore, HistoryKey, Level } from '../graph/index.ts';

export type HistoryRequest = {
  assetId: string;
  level: Level;
  /** Of the asset's columns, at the level COLUMN: those that edges were ever known of. */
  columnIds: readonly string[];
  after: HistoryKey | null;
  limit: number;
};

/** The first `limit` after `after`; null where the asset is hidden or unknown. */
export async function readHistory(graph: GraphStore, classes: VisibleClasses, request: HistoryRequest): Promise<GraphEdge[] | null> {
  const { assetId, level, columnIds, after, limit } = request;
  if ((await graph.findVisible([assetId], 'ASSET', classes)).length === 0) return null;
  return await graph.listHistory(level, level === 'ASSET' ? [assetId] : columnIds, classes, after, limit);
}
