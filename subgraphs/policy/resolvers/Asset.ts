/** What policy adds to assets. Each part is wired with its roots. */
import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import type { PolicyContext } from '../context.ts';
import { createViolationsOf } from './violationsOf.ts';

export function createLabelsOfAsset(policy: PolicyContext) {
  return {
    labels: ({ id }: { id: string }, _: unknown, context: RequestContext) =>
      isId(id) ? policy.of(context).labelsOfAsset.load(id.toLowerCase()) : [],
  };
}

export const createViolationsOfAsset = (policy: PolicyContext) => ({ violations: createViolationsOf(policy, 'asset') });
