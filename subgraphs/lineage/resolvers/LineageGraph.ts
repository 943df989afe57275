import type {
  JobResolvers,
  LineageDeclarationResolvers,
  LineageEdgeResolvers,
  LineageGraphResolvers,
  LineageNodeResolvers,
} from '#generated/lineage.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import type { LineageContext } from '../context.ts';
import type { LineageEdgeParent } from '../mappers.ts';
import { reference } from './Asset.ts';
import { columnReference } from './Column.ts';

export const LineageGraph: LineageGraphResolvers = {
  nodes: ({ nodes, level }) => nodes.map((node) => ({ ...node, level })),
};

/**
 * A column that catalog does not know, or that it cannot be asked about now, keeps the graph's id: nodes and edges still fit together, and
 * every question about lineage takes it. Who asks for `column` is told why catalog says nothing.
 */
const columnId = (lineage: LineageContext, nodeId: string, context: RequestContext): Promise<string> => lineage.of(context).shownId(nodeId);

export function createLineageNode(lineage: LineageContext): LineageNodeResolvers {
  return {
    id: ({ id, level }, _, context) => (level === 'ASSET' ? id : columnId(lineage, id, context)),
    async asset({ id, level }, _, context) {
      if (level === 'ASSET') return reference(id);
      const column = await lineage.of(context).column.load(id);
      return column && reference(column.assetId);
    },
    column: async ({ id, level }, _, context) => (level === 'ASSET' ? null : columnReference(await lineage.of(context).catalogId(id))),
    job: () => null,
  };
}

export function createLineageEdge(lineage: LineageContext): LineageEdgeResolvers {
  const end = ({ kind }: LineageEdgeParent, nodeId: string, context: RequestContext) =>
    kind === 'TABLE' ? nodeId : columnId(lineage, nodeId, context);
  return {
    from: (edge, _, context) => end(edge, edge.fromId, context),
    to: (edge, _, context) => end(edge, edge.toId, context),
    job: ({ jobId }, _, context) => (jobId ? lineage.of(context).job.load(jobId) : null),
    declaration: (edge, _, context) => (edge.origin === 'DECLARED' ? lineage.of(context).declaration.load(edge) : null),
  };
}

export const LineageDeclaration: LineageDeclarationResolvers = {
  by: ({ declaredBy: id }) => ({ id }),
  at: ({ declaredAt }) => declaredAt,
  retractedBy: ({ retractedBy: id }) => (id ? { id } : null),
};

export const createJob = (lineage: LineageContext): JobResolvers => ({
  __resolveReference: ({ id }, context) => (isId(id) ? lineage.of(context).job.load(id.toLowerCase()) : null),
});
