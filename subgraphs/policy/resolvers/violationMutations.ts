import type { Database } from '#platform/database/index.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { renderItemError } from '#platform/graphql/itemErrors.ts';
import type { Logger } from '#platform/logger.ts';
import type { PolicyContext } from '../context.ts';
import { createViolations, type Decided, type Decider } from '../domain/violations.ts';
import type { Waiver } from '../domain/violationInputs.ts';

export type ViolationMutationDeps = { sql: Database; context: PolicyContext; onCommit: () => void; logger: Logger; now?: () => Date };
type Input<Of> = { input: Of };

export function createViolationMutations({ context: policy, logger, ...deps }: ViolationMutationDeps) {
  const violations = createViolations(deps);
  const deciderOf = (context: RequestContext): Decider => {
    const { classes, editable } = policy.of(context);
    return { viewer: context.viewer, classes, editable };
  };

  async function one(context: RequestContext, id: string, work: Promise<Decided>) {
    const { outcomes, cursor } = await work;
    if (outcomes[0]!.error) throw outcomes[0]!.error;
    policy.forget(context);
    return { violation: () => policy.of(context).violationById.load(id.toLowerCase()), cursor };
  }

  async function many(context: RequestContext, work: Promise<Decided>) {
    const { outcomes, cursor } = await work;
    policy.forget(context);
    const { violationById } = policy.of(context);
    const results = outcomes.map(({ id, error }) => ({
      id,
      violation: error ? null : () => violationById.load(id.toLowerCase()),
      error: renderItemError(error, context, logger),
    }));
    return { results, cursor };
  }

  return {
    acknowledgeViolation: (_: unknown, { input: { id } }: Input<{ id: string }>, context: RequestContext) =>
      one(context, id, violations.acknowledge(deciderOf(context), [id])),
    acknowledgeViolations: (_: unknown, { input: { ids } }: Input<{ ids: readonly string[] }>, context: RequestContext) =>
      many(context, violations.acknowledge(deciderOf(context), ids)),
    waiveViolation: (_: unknown, { input: { id, ...waiver } }: Input<Waiver & { id: string }>, context: RequestContext) =>
      one(context, id, violations.waive(deciderOf(context), [id], waiver)),
    waiveViolations: (_: unknown, { input: { ids, ...waiver } }: Input<Waiver & { ids: readonly string[] }>, context: RequestContext) =>
      many(context, violations.waive(deciderOf(context), ids, waiver)),
    reopenViolation: (_: unknown, { input: { id } }: Input<{ id: string }>, context: RequestContext) =>
      one(context, id, violations.reopen(deciderOf(context), [id])),
  };
}
