/** Role assignments beside each other, and as others may see them. Pure. */
import { roleKey } from '#platform/auth/roleInputs.ts';
import { scopesFor, type RoleAssignment, type Viewer } from '#platform/auth/viewer.ts';

export const sameRoles = (a: readonly RoleAssignment[], b: readonly RoleAssignment[]): boolean =>
  a.length === b.length && a.map(roleKey).sort().join() === b.map(roleKey).sort().join();

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
