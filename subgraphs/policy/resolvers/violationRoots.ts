/** Violations: root fields, and the types that they give. */
import type { Resolvers } from '#platform/graphql/subgraph.ts';
import type { PolicyContext } from '../context.ts';

export function createViolationResolvers(_deps: { context: PolicyContext }): Resolvers {
  return {};
}
