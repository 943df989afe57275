/** Role assignments as input. Pure. */
import { InvalidInput } from '../errors.ts';
import { isId } from '../ids.ts';
import type { RoleAssignment } from './viewer.ts';

const ROLES_OF_A_USER = 100;

export type RoleAssignmentInput = { role: RoleAssignment['role']; sourceId?: string | null; domainId?: string | null };

/** Checked, each once, in one order. Whether a source exists is not ours to know: its id is only a scope. */
export function readRoles(inputs: readonly RoleAssignmentInput[], field: string): RoleAssignment[] {
  if (inputs.length > ROLES_OF_A_USER) {
    throw new InvalidInput(`A user has at most ${ROLES_OF_A_USER} roles.`, field, { max: ROLES_OF_A_USER });
  }
  const byKey = new Map<string, RoleAssignment>();
  for (const [index, { role, sourceId = null, domainId = null }] of inputs.entries()) {
    const at = `${field}.${index}`;
    if (sourceId !== null && domainId !== null) {
      throw new InvalidInput('A role is over one source or over one domain: give sourceId or domainId, or neither for everything.', at);
    }
    if (sourceId !== null && !isId(sourceId)) throw new InvalidInput('This is not the id of a source.', `${at}.sourceId`);
    if (domainId !== null && !isId(domainId)) throw new InvalidInput('This is not the id of a domain.', `${at}.domainId`);
    const assignment = { role, sourceId: sourceId?.toLowerCase() ?? null, domainId: domainId?.toLowerCase() ?? null };
    byKey.set(roleKey(assignment), assignment);
  }
  return [...byKey.values()].sort((a, b) => (roleKey(a) < roleKey(b) ? -1 : 1));
}

/** The same for assignments of the same role over the same. */
export const roleKey = ({ role, sourceId, domainId }: RoleAssignment): string => `${role} ${sourceId ?? ''} ${domainId ?? ''}`;
