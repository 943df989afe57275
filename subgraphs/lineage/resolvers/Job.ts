import type { JobResolvers, QueryResolvers } from '#generated/lineage.ts';
import { requireReader } from '#platform/auth/viewer.ts';
import { listScope } from '#platform/graphql/connections.ts';
import { keysetConnection, readKeyset } from '#platform/graphql/keysets.ts';
import { isId } from '#platform/ids.ts';
import type { LineageContext } from '../context.ts';
import { flowKeyset, historyKey } from './flowPages.ts';

export function createJobResolvers(lineage: LineageContext): { Query: Pick<QueryResolvers, 'job'>; Job: JobResolvers } {
  return {
    Query: {
      job(_, { id }, context) {
        requireReader(context.viewer);
        return isId(id) ? lineage.of(context).visibleJob.load(id.toLowerCase()) : null;
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
    },
  };
}
