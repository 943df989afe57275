/** Role assignments as input and as others may see them. Pure. */
import { scopesFor, type RoleAssignment, type Viewer } from '#platform/auth/viewer.ts';
import { InvalidInput } from '#platform/errors.ts';
import { isId } from '#platform/ids.ts';

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
    byKey.set(keyOf(assignment), assignment);
  }
  return [...byKey.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

export const sameRoles = (a: readonly RoleAssignment[], b: readonly RoleAssignment[]): boolean =>
  a.length === b.length && a.map(keyOf).sort().join() === b.map(keyOf).sort().join();

const keyOf = ({ role, sourceId, domainId }: RoleAssignment): string => `${role} ${sourceId ?? ''} ${domainId ?? ''}`;

export const isAdministrator = (roles: readonly RoleAssignment[]): boolean =>
  roles.some(({ role, sourceId, domainId }) => role === 'ADMIN' && sourceId === null && domainId === null);

/** What a viewer may know of another's roles: those over everything, and those over what the viewer may see too. */
export function visibleRoles(viewer: Viewer, userId: string, roles: readonly RoleAssignment[]): RoleAssignment[] {
  const scopes = scopesFor(viewer, 'read');
  if (scopes.everything || viewer.userId === userId) return [...roles];
  return roles.filter(({ sourceId, domainId }) => {
    if (sourceId !== null) return scopes.sourceIds.includes(sourceId);
    return domainId === null || scopes.domainIds.includes(domainId);
  });
}
