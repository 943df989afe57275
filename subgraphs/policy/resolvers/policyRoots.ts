/** Policies: root fields, and the types that they give. */
import type { Resolvers } from '#platform/graphql/subgraph.ts';
import type { PolicyContext } from '../context.ts';

export function createPolicyResolvers(_deps: { context: PolicyContext }): Resolvers {
  return {};
}
