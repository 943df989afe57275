/** The violations of a policy, or of an asset: the newest first. */
import { listScope, type PageArguments } from '#platform/graphql/connections.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';
import { isId } from '#platform/ids.ts';
import type { PolicyContext } from '../context.ts';
import { checkViolationFilter } from '../domain/violationInputs.ts';
import type { ViolationConnectionParent, ViolationParent } from '../mappers.ts';
import type { ViolationFilter } from '../store/violationFilter.ts';
import { SEVERITIES, type ViolationKey, type ViolationOrder } from '../store/violationMerge.ts';
import { NEWEST_FIRST, type ViolationParentNoun } from '../store/violations.ts';

/** `parts`: what else makes the list. */
export function violationKeyset(
  field: string,
  filter: ViolationFilter,
  order: ViolationOrder,
  ...parts: string[]
): Keyset<ViolationParent, ViolationKey> {
  const bySeverity = order.field === 'SEVERITY';
  return {
    scope: listScope(field, filter, order.field, order.direction, ...parts),
    parts: bySeverity ? [SEVERITIES, 'time', 'id'] : ['time', 'id'],
    keyOf: ({ severity, raisedAt, id }) => (bySeverity ? [severity, raisedAt.toISOString(), id] : [raisedAt.toISOString(), id]),
  };
}

export type ViolationsArguments = PageArguments & { filter?: ViolationFilter | null };

export function createViolationsOf(policy: PolicyContext, noun: ViolationParentNoun) {
  return async (
    { id: given }: { id: string },
    args: ViolationsArguments,
    context: RequestContext,
  ): Promise<ViolationConnectionParent | null> => {
    if (!isId(given)) return null;
    const id = given.toLowerCase();
    const filter = checkViolationFilter(args.filter);
    const pages = policy.of(context).violationsOf(noun, filter);
    const keyset = violationKeyset(`${noun}.violations`, filter, NEWEST_FIRST, id);
    const page = readKeyset(keyset, args);
    return keysetConnection(keyset, await pages.list(id, page), page, () => pages.count(id));
  };
}
