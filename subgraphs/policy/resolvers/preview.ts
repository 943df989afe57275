/** Query.previewPolicy, and what it gives. */
import { requireReader } from '#platform/auth/viewer.ts';
import { pageSize } from '#platform/graphql/connections.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { Resolvers } from '#platform/graphql/subgraph.ts';
import type { PolicyContext } from '../context.ts';
import { checkPolicyInput, type PolicyInput } from '../domain/definition.ts';
import type { Previews } from '../domain/preview.ts';
import type { PolicyFindingParent, PolicyPreviewParent } from '../mappers.ts';

export function createPreviewResolvers({ context: policy, preview }: { context: PolicyContext; preview: Previews }): Resolvers {
  return {
    Query: {
      async previewPolicy(_: unknown, { input }: { input: PolicyInput }, context: RequestContext): Promise<PolicyPreviewParent> {
        requireReader(context.viewer);
        const definition = checkPolicyInput(input);
        return await preview(definition, { context, classes: await policy.of(context).classes() });
      },
    },
    PolicyPreview: {
      sample: ({ findings }: PolicyPreviewParent, { first }: { first?: number | null }) => findings.slice(0, pageSize(first)),
    },
    PolicyFinding: {
      asset: ({ assetId }: PolicyFindingParent) => ({ __typename: 'Asset', id: assetId }),
      column: ({ columnId }: PolicyFindingParent) => (columnId === null ? null : { __typename: 'Column', id: columnId }),
    },
  };
}
