/** Pages of flows that are and that were, the latest begun first. */
import type { Keyset } from '#platform/graphql/keysets.ts';
import { ORIGINS, type GraphEdge, type HistoryKey, type Origin } from '../graph/index.ts';

type CursorKey = [string, string, string, Origin];

export const flowKeyset = (scope: string): Keyset<GraphEdge, CursorKey> => ({
  scope,
  parts: ['time', 'id', 'id', ORIGINS],
  keyOf: ({ validFrom, fromId, toId, origin }) => [validFrom.toISOString(), fromId, toId, origin],
});

export const historyKey = ([validFrom, ...rest]: CursorKey): HistoryKey => [new Date(validFrom), ...rest];
