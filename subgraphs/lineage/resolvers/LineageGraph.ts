import type { LineageDeclarationResolvers, LineageEdgeResolvers, LineageGraphResolvers, LineageNodeResolvers } from '#generated/lineage.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { LineageContext } from '../context.ts';
import type { LineageEdgeParent } from '../mappers.ts';
import { reference } from './Asset.ts';
import { columnReference } from './Column.ts';

export const LineageGraph: LineageGraphResolvers = {
  nodes: ({ nodes, level, jobs, runs }) => [
    ...nodes.map((node) => ({ ...node, level })),
    ...jobs.map((job) => ({ ...job, level: 'JOB' as const })),
    ...runs.map((run) => ({ ...run, level: 'RUN' as const })),
  ],
};

/**
 * A column that catalog does not know, or that it cannot be asked about now, keeps the graph's id: nodes and edges still fit together, and
 * every question about lineage takes it. Who asks for `column` is told why catalog says nothing.
 */
const columnId = (lineage: LineageContext, nodeId: string, context: RequestContext): Promise<string> => lineage.of(context).shownId(nodeId);

export function createLineageNode(lineage: LineageContext): LineageNodeResolvers {
  return {
    id: ({ id, level }, _, context) => (level === 'COLUMN' ? columnId(lineage, id, context) : id),
    async asset({ id, level }, _, context) {
      if (level !== 'COLUMN') return level === 'ASSET' ? reference(id) : null;
      const column = await lineage.of(context).column.load(id);
      return column && reference(column.assetId);
    },
    column: async ({ id, level }, _, context) => (level === 'COLUMN' ? columnReference(await lineage.of(context).catalogId(id)) : null),
    job: ({ id, level }, _, context) => (level === 'JOB' ? lineage.of(context).job.load(id) : null),
    run: ({ id, level }, _, context) => (level === 'RUN' ? lineage.of(context).run.load(id) : null),
  };
}

export function createLineageEdge(lineage: LineageContext): LineageEdgeResolvers {
  const end = ({ kind }: LineageEdgeParent, nodeId: string, context: RequestContext) =>
    kind === 'TABLE' ? nodeId : columnId(lineage, nodeId, context);
  return {
    from: (edge, _, context) => end(edge, edge.fromId, context),
    to: (edge, _, context) => end(edge, edge.toId, context),
    job: ({ jobId }, _, context) => (jobId ? lineage.of(context).job.load(jobId) : null),
    run: ({ runId }, _, context) => (runId ? lineage.of(context).run.load(runId) : null),
    query: (edge, _, context) => (isOfSql(edge) ? lineage.of(context).definition(edge) : null),
    declaration: (edge, _, context) => (edge.origin === 'DECLARED' ? lineage.of(context).declaration.load(edge) : null),
  };
}

/** What people and runs say is in no view's SQL. */
const isOfSql = ({ origin }: LineageEdgeParent): boolean => origin === 'PARSED' || origin === 'NATIVE';

export const LineageDeclaration: LineageDeclarationResolvers = {
  by: ({ declaredBy: id }) => ({ id }),
  at: ({ declaredAt }) => declaredAt,
  retractedBy: ({ retractedBy: id }) => (id ? { id } : null),
};
