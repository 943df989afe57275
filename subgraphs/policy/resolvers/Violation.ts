import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import type { PolicyContext } from '../context.ts';
import type { ViolationParent } from '../mappers.ts';

export function createViolation(policy: PolicyContext) {
  return {
    __resolveReference: ({ id }: { id: string }, context: RequestContext) =>
      isId(id) ? policy.of(context).violationById.load(id.toLowerCase()) : null,
    policy: ({ policyId }: ViolationParent, _: unknown, context: RequestContext) => policy.of(context).policyById.load(policyId),
    // Whether they are seen, catalog decides.
    asset: ({ assetId }: ViolationParent) => ({ __typename: 'Asset', id: assetId }),
    column: ({ columnId }: ViolationParent) => columnId && { __typename: 'Column', id: columnId },
  };
}
