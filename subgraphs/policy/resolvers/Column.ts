import type { RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import type { PolicyContext } from '../context.ts';

export function createColumn(policy: PolicyContext) {
  return {
    labels: ({ id }: { id: string }, _: unknown, context: RequestContext) =>
      isId(id) ? policy.of(context).labelsOfColumn.load(id.toLowerCase()) : [],
  };
}
