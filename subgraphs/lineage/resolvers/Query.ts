import type { QueryResolvers } from '#generated/lineage.ts';
import { requireReader } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { listScope } from '#platform/graphql/connections.ts';
import { keysetConnection, readKeyset } from '#platform/graphql/keysets.ts';
import { isId } from '#platform/ids.ts';
import type { LineageContext } from '../context.ts';
import { checkRange } from '../domain/budgets.ts';
import { checkMoments, readDiff } from '../domain/diff.ts';
import type { ReadStatistics } from '../domain/keptStatistics.ts';
import { listMovers } from '../domain/movers.ts';
import { checkLineage, readLineage, type LineageNode } from '../domain/lineage.ts';
import { readHistory } from '../domain/lineageHistory.ts';
import { checkPaths, readPaths } from '../domain/paths.ts';
import { MOST_LISTED } from '../domain/statistics.ts';
import type { Level } from '../graph/index.ts';
import { listColumnIds } from '../store/columns.ts';
import { reference } from './Asset.ts';
import { flowKeyset, historyKey } from './flowPages.ts';
import { findPathEnds } from './pathEnds.ts';

const DEFAULT_DEPTH = 3;
const DEFAULT_NODES = 500;
const DEFAULT_LENGTH = 10;
const DEFAULT_PATHS = 10;
const DEFAULT_LISTED = 10;

type Deps = { sql: Database; lineage: LineageContext; readStatistics: ReadStatistics };

export function createQueryResolvers({ sql, lineage, readStatistics }: Deps): Omit<QueryResolvers, 'impact' | 'job' | 'run'> {
  return {
    async lineage(_, { assetId, direction, depth, maxNodes, asOf, level: given }, context) {
      requireReader(context.viewer);
      const { graph, classes } = lineage.of(context);
      const bounds = { depth: depth ?? DEFAULT_DEPTH, maxNodes: maxNodes ?? DEFAULT_NODES };
      checkLineage(bounds);
      if (!isId(assetId)) return null;
      const request = { rootId: assetId.toLowerCase(), level: given ?? 'ASSET', direction, asOf: asOf ?? null, ...bounds };
      const visible = await classes();
      const found = await graph.read((store) => readLineage(store, visible, request));
      if (!found) return null;
      const { isCut, ...movers } = listMovers(found, bounds.maxNodes - found.nodes.length);
      return { ...found, ...movers, level: request.level, truncated: found.truncated || isCut };
    },

    async paths(_, { from, to, maxLength, limit, asOf }, context) {
      requireReader(context.viewer);
      const bounds = { maxLength: maxLength ?? DEFAULT_LENGTH, limit: limit ?? DEFAULT_PATHS };
      const [fromId, toId] = [from.toLowerCase(), to.toLowerCase()];
      checkPaths({ fromId, toId, ...bounds });
      const ends = isId(fromId) && isId(toId) ? await findPathEnds(lineage.of(context), { fromId, toId }) : null;
      if (!ends) return null;
      // A column has two ids.
      checkPaths({ ...ends, ...bounds });
      const { graph, classes } = lineage.of(context);
      const visible = await classes();
      const { paths, truncated } = await graph.read((store) => readPaths(store, visible, { ...ends, ...bounds, asOf: asOf ?? null }));
      const inOrder = (ids: readonly string[]) => ids.map((id, depth) => ({ id, depth, unexpanded: 0 }));
      return {
        paths: paths.map(({ nodeIds, edges }) => ({ length: nodeIds.length - 1, nodes: ofLevel(ends.level, inOrder(nodeIds)), edges })),
        truncated,
      };
    },

    async lineageDiff(_, { assetId, from, to, direction, depth, maxNodes, level: given }, context) {
      requireReader(context.viewer);
      const bounds = { depth: depth ?? DEFAULT_DEPTH, maxNodes: maxNodes ?? DEFAULT_NODES };
      checkLineage(bounds);
      checkMoments({ from, to });
      if (!isId(assetId)) return null;
      const level = given ?? 'ASSET';
      const { graph, classes } = lineage.of(context);
      const visible = await classes();
      const request = { rootId: assetId.toLowerCase(), level, direction: direction ?? 'BOTH', from, to, ...bounds };
      const found = await graph.read((store) => readDiff(store, visible, request));
      return (
        found && { ...found, from, to, addedNodes: ofLevel(level, found.addedNodes), removedNodes: ofLevel(level, found.removedNodes) }
      );
    },

    async lineageHistory(_, { assetId: given, level: givenLevel, ...args }, context) {
      requireReader(context.viewer);
      const level = givenLevel ?? 'ASSET';
      const assetId = given.toLowerCase();
      const keyset = flowKeyset(listScope('lineageHistory', assetId, level));
      const page = readKeyset(keyset, args);
      if (!isId(assetId)) return null;
      const { graph, classes } = lineage.of(context);
      const visible = await classes();
      const columnIds = level === 'COLUMN' ? await listColumnIds(sql, assetId) : [];
      const request = { assetId, level, columnIds, after: page.after && historyKey(page.after), limit: page.first + 1 };
      const found = await graph.read((store) => readHistory(store, visible, request));
      return found && keysetConnection(keyset, found, page, () => null);
    },

    async lineageStatistics(_, { first: given }, context) {
      requireReader(context.viewer);
      const first = given ?? DEFAULT_LISTED;
      checkRange(first, 'first', MOST_LISTED);
      const { cycles, mostDependedUpon, ...counts } = await readStatistics(await lineage.of(context).classes(), context);
      return {
        ...counts,
        cycles: cycles.slice(0, first).map(({ size, assetIds }) => ({ size, assets: assetIds.map(reference) })),
        mostDependedUpon: mostDependedUpon.slice(0, first).map(({ assetId, readers }) => ({ asset: reference(assetId), readers })),
      };
    },
  };
}

const ofLevel = (level: Level, nodes: readonly LineageNode[]) => nodes.map((node) => ({ ...node, level }));
