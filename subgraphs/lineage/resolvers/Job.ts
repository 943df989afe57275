import type { JobResolvers, QueryResolvers, RunResolvers } from '#generated/lineage.ts';
import { requireReader } from '#platform/auth/viewer.ts';
import { listScope } from '#platform/graphql/connections.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';
import { isId } from '#platform/ids.ts';
import type { LineageContext } from '../context.ts';
import type { RunNode } from '../graph/index.ts';
import { flowKeyset, historyKey } from './flowPages.ts';

type Resolvers = { Query: Pick<QueryResolvers, 'job' | 'run'>; Job: JobResolvers; Run: RunResolvers };

const runKeyset = (scope: string): Keyset<RunNode, [string, string]> => ({
  scope,
  parts: ['time', 'id'],
  keyOf: ({ begunAt, id }) => [begunAt.toISOString(), id],
});

export function createJobResolvers(lineage: LineageContext): Resolvers {
  return {
    Query: {
      job(_, { id }, context) {
        requireReader(context.viewer);
        return isId(id) ? lineage.of(context).visibleJob.load(id.toLowerCase()) : null;
      },
      run(_, { id }, context) {
        requireReader(context.viewer);
        return isId(id) ? lineage.of(context).visibleRun.load(id.toLowerCase()) : null;
      },
    },
    Job: {
      __resolveReference: ({ id }, context) => (isId(id) ? lineage.of(context).visibleJob.load(id.toLowerCase()) : null),
      async flows({ id }, args, context) {
        const keyset = flowKeyset(listScope('Job.flows', id));
        const page = readKeyset(keyset, args);
        const found = await lineage.of(context).jobFlows(id, page.after && historyKey(page.after), page.first + 1);
        return keysetConnection(keyset, found, page, () => null);
      },
      async runs({ id }, args, context) {
        const keyset = runKeyset(listScope('Job.runs', id));
        const page = readKeyset(keyset, args);
        const after = page.after && ([new Date(page.after[0]), page.after[1]] as const);
        const found = await lineage.of(context).jobRuns(id, after, page.first + 1);
        return keysetConnection(keyset, found, page, () => null);
      },
    },
    Run: {
      __resolveReference: ({ id }, context) => (isId(id) ? lineage.of(context).visibleRun.load(id.toLowerCase()) : null),
      job: ({ jobId }, _, context) => lineage.of(context).job.load(jobId),
    },
  };
}
