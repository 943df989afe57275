/** What a token may do: what its owner may and a scope allows. Pure. */
import { ROLES, type Role, type RoleAssignment } from '#platform/auth/viewer.ts';
import { InvalidInput } from '#platform/errors.ts';

const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);

/** Names of roles, at least one, each once, in the order given. */
export function readScopes(inputs: readonly string[], field: string): Role[] {
  const possible = ROLES.join(', ');
  if (inputs.length === 0) throw new InvalidInput(`A token needs at least one scope of ${possible}.`, field, { possible: ROLES });
  const scopes = new Set<Role>();
  for (const input of inputs) {
    if (!isRole(input))
      throw new InvalidInput(`"${input.slice(0, 50)}" is no scope. Possible are ${possible}.`, field, { possible: ROLES });
    scopes.add(input);
  }
  return [...scopes];
}

/** The owner's roles as far as one of the scopes allows each, over what they are over; each once. */
export function narrowRoles(roles: readonly RoleAssignment[], scopes: readonly Role[]): RoleAssignment[] {
  const narrowed = new Map<string, RoleAssignment>();
  for (const { role, sourceId, domainId } of roles) {
    for (const scope of scopes) {
      const both = whatBothAllow(role, scope);
      if (both) narrowed.set(`${both} ${sourceId} ${domainId}`, { role: both, sourceId, domainId });
    }
  }
  return [...narrowed.values()];
}

/** Of ADMIN, STEWARD and READER the weaker. Intake is something else: an ADMIN may, but neither STEWARD nor READER, and it gives no sight. */
function whatBothAllow(role: Role, scope: Role): Role | undefined {
  if (scope === 'INGESTOR') return role === 'INGESTOR' || role === 'ADMIN' ? 'INGESTOR' : undefined;
  if (role === 'INGESTOR') return undefined;
  return ROLES.indexOf(role) > ROLES.indexOf(scope) ? role : scope;
}
