/** Policies: root fields, and the types that they give. */
import { requireReader } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { listScope, type PageArguments } from '#platform/graphql/connections.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';
import type { Resolvers } from '#platform/graphql/subgraph.ts';
import { isId } from '#platform/ids.ts';
import type { PolicyContext } from '../context.ts';
import { createPolicies, type Policies, type PolicyVersion } from '../domain/policies.ts';
import type { NewPolicy, PolicyEdit } from '../domain/policyInputs.ts';
import type { PolicyConnectionParent, PolicyParent } from '../mappers.ts';
import { RULE_TYPES } from '../rules/registry.ts';
import { countPolicies, listPolicies, type PolicyKey } from '../store/policies.ts';
import { createPolicyType } from './Policy.ts';
import { RuleType } from './RuleType.ts';

type Input<Of> = { input: Of };

const BY_NAME: Keyset<PolicyParent, PolicyKey> = {
  scope: listScope('policies'),
  parts: ['text', 'id'],
  keyOf: ({ name, id }) => [name, id],
};

type Deps = { sql: Database; context: PolicyContext; onCommit: () => void; now?: () => Date };

export function createPolicyResolvers({ context: policy, ...deps }: Deps): Resolvers {
  const policies = createPolicies(deps);
  const written = async (context: RequestContext, work: ReturnType<Policies['create']>) => {
    const payload = await work;
    policy.forget(context);
    return payload;
  };

  return {
    Query: {
      ruleTypes(_: unknown, __: unknown, context: RequestContext) {
        requireReader(context.viewer);
        return RULE_TYPES;
      },

      async policy(_: unknown, { id }: { id: string }, context: RequestContext) {
        requireReader(context.viewer);
        return isId(id) ? policy.of(context).policyById.load(id.toLowerCase()) : null;
      },

      async policies(_: unknown, args: PageArguments, context: RequestContext): Promise<PolicyConnectionParent> {
        requireReader(context.viewer);
        const { sql, policyById } = policy.of(context);
        const page = readKeyset(BY_NAME, args);
        const rows = await listPolicies(sql, page);
        for (const row of rows) policyById.prime(row.id, row);
        return keysetConnection(BY_NAME, rows, page, () => countPolicies(sql));
      },
    },
    Mutation: {
      createPolicy: (_: unknown, { input }: Input<NewPolicy>, context: RequestContext) =>
        written(context, policies.create(context.viewer, input)),
      updatePolicy: (_: unknown, { input }: Input<PolicyEdit>, context: RequestContext) =>
        written(context, policies.update(context.viewer, input)),
      publishPolicy: (_: unknown, { input }: Input<PolicyVersion>, context: RequestContext) =>
        written(context, policies.publish(context.viewer, input)),
      retirePolicy: (_: unknown, { input }: Input<PolicyVersion>, context: RequestContext) =>
        written(context, policies.retire(context.viewer, input)),
    },
    Policy: createPolicyType(policy),
    RuleType,
  };
}
