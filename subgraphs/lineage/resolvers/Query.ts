import type { QueryResolvers } from '#generated/lineage.ts';
import { requireReader } from '#platform/auth/viewer.ts';
import { isId } from '#platform/ids.ts';
import type { LineageContext } from '../context.ts';
import { checkLineage, readLineage } from '../domain/lineage.ts';

const DEFAULT_DEPTH = 3;
const DEFAULT_NODES = 500;

export function createQueryResolvers(lineage: LineageContext): QueryResolvers {
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
      return found && { ...found, level: request.level };
    },
  };
}
