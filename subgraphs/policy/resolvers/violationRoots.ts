/** Violations: root fields, and the types that they give. */
import { requireReader } from '#platform/auth/viewer.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { keysetConnection, readKeyset } from '#platform/graphql/keysets.ts';
import type { Resolvers } from '#platform/graphql/subgraph.ts';
import { isId } from '#platform/ids.ts';
import { checkViolationFilter } from '../domain/violationInputs.ts';
import type { ViolationConnectionParent } from '../mappers.ts';
import { countViolationsBy, type ViolationCountKey } from '../store/violationCounts.ts';
import type { ViolationFilter } from '../store/violationFilter.ts';
import type { ViolationOrder } from '../store/violationMerge.ts';
import { countViolations, listViolations } from '../store/violations.ts';
import { createViolationsOfAsset } from './Asset.ts';
import { createViolation } from './Violation.ts';
import { createViolationMutations, type ViolationMutationDeps } from './violationMutations.ts';
import { violationKeyset, type ViolationsArguments } from './violationsOf.ts';

export function createViolationResolvers(deps: ViolationMutationDeps): Resolvers {
  const policy = deps.context;
  return {
    Query: {
      async violation(_: unknown, { id }: { id: string }, context: RequestContext) {
        requireReader(context.viewer);
        return isId(id) ? policy.of(context).violationById.load(id.toLowerCase()) : null;
      },

      async violations(
        _: unknown,
        args: ViolationsArguments & { orderBy?: ViolationOrder | null },
        context: RequestContext,
      ): Promise<ViolationConnectionParent> {
        requireReader(context.viewer);
        const { sql, classes, violationById } = policy.of(context);
        const filter = checkViolationFilter(args.filter);
        const order: ViolationOrder = { field: args.orderBy?.field ?? 'RAISED_AT', direction: args.orderBy?.direction ?? 'DESC' };
        const keyset = violationKeyset('violations', filter, order);
        const page = readKeyset(keyset, args);
        const visible = await classes();
        const rows = await listViolations(sql, visible, filter, order, page);
        for (const row of rows) violationById.prime(row.id, row);
        return keysetConnection(keyset, rows, page, () => countViolations(sql, visible, filter));
      },

      async violationCounts(_: unknown, args: { filter?: ViolationFilter | null; by: ViolationCountKey }, context: RequestContext) {
        requireReader(context.viewer);
        const { sql, classes } = policy.of(context);
        return countViolationsBy(sql, await classes(), checkViolationFilter(args.filter), args.by);
      },
    },
    Mutation: createViolationMutations(deps),
    Violation: createViolation(policy),
    Asset: createViolationsOfAsset(policy),
  };
}
