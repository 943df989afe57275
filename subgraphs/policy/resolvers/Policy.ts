import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import type { PolicyContext } from '../context.ts';
import type { PolicyParent } from '../mappers.ts';
import { findRuleType } from '../rules/registry.ts';
import { createViolationsOf } from './violationsOf.ts';

export function createPolicyType(policy: PolicyContext) {
  return {
    __resolveReference: ({ id }: { id: string }, context: RequestContext) =>
      isId(id) ? policy.of(context).policyById.load(id.toLowerCase()) : null,
    // A later version of PurSight may have stored one that this one does not know.
    ruleType: ({ ruleType: name }: PolicyParent) =>
      findRuleType(name) ?? { name, description: 'This version of PurSight does not know this rule type.', paramsSchema: null },
    // It counts assets, also those that this viewer may not see.
    evaluation: async ({ id }: PolicyParent, _: unknown, context: RequestContext) => {
      const { classes, evaluationOf } = policy.of(context);
      return (await classes()) === 'all' ? evaluationOf.load(id) : null;
    },
    violations: createViolationsOf(policy, 'policy'),
  };
}
