/** Users and their roles: who may make and change them, and what must stay true. */
import { checkNewPassword, hashPassword } from '#platform/auth/passwords.ts';
import { readRoles, type RoleAssignmentInput } from '#platform/auth/roleInputs.ts';
import { requireEverywhere, requireReader, type Viewer } from '#platform/auth/viewer.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import { Conflict, InvalidInput, NotFound } from '#platform/errors.ts';
import { append, logPosition } from '#platform/events/append.ts';
import type { LogCursor } from '#platform/events/types.ts';
import { checkName, checkText } from '#platform/graphql/inputs.ts';
import { isId, newId } from '#platform/ids.ts';
import type { UserMapper } from '../mappers.ts';
import {
  findRemovedDomains,
  getRolesByUser,
  hasOtherAdministrator,
  holdUsers,
  insertUser,
  lockAdministrators,
  replaceRoles,
} from '../store/users.ts';
import { isAdministrator, sameRoles } from './roles.ts';

type UsersDependencies = { database: Database; onCommit: () => void; now: () => Date };

type CreateUser = { email: string; name: string; password?: string | null; roles: readonly RoleAssignmentInput[] };
type SetUserRoles = { userId: string; roles: readonly RoleAssignmentInput[] };

export type Users = {
  create(viewer: Viewer | null, input: CreateUser): Promise<{ user: UserMapper; cursor: LogCursor }>;
  setRoles(viewer: Viewer | null, input: SetUserRoles): Promise<{ user: UserMapper; cursor: LogCursor }>;
};

/** An address without space around it, as it was given: case matters to nobody but its owner. */
export function checkEmail(text: string, field: string): string {
  const email = checkText(text.trim(), field, { max: 320 });
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new InvalidInput('This is not an email address, such as "name@example.com".', field);
  return email;
}

/**
 * Roles are only given over domains that are not known to be removed; an id that was never one covers nothing. Asked under the
 * lock of `lockAdministrators`, which whoever takes roles over removed domains away (`removedDomains.ts`) holds as well:
 * what was given before that is taken away by it, and what comes after finds the removal in the log.
 */
async function checkDomains(tx: Transaction, inputs: readonly RoleAssignmentInput[]): Promise<void> {
  const ids = inputs.map(({ domainId }) => domainId?.toLowerCase());
  const asked = ids.filter((id) => id !== undefined);
  const removed = new Set(asked.length > 0 ? await findRemovedDomains(tx, asked) : []);
  const index = ids.findIndex((id) => id !== undefined && removed.has(id));
  if (index === -1) return;
  throw new InvalidInput('This domain was removed. Give the role over another one, or leave it out.', `input.roles.${index}.domainId`);
}

export function createUsers({ database, onCommit, now }: UsersDependencies): Users {
  return {
    async create(viewer, input) {
      requireReader(viewer);
      const email = checkEmail(input.email, 'input.email');
      const name = checkName(input.name, 'input.name');
      const password = input.password == null ? null : checkNewPassword(input.password, 'input.password');
      const roles = readRoles(input.roles, 'input.roles');
      const { userId: actorId } = requireEverywhere(viewer, 'administer');
      const passwordHash = password === null ? null : await hashPassword(password);

      const user = { id: newId(), email, name };
      const cursor = await database.begin(async (tx) => {
        const position = await logPosition(tx);
        await lockAdministrators(tx);
        await checkDomains(tx, input.roles);
        const at = now();
        if (!(await insertUser(tx, { ...user, passwordHash, createdAt: at }))) {
          throw new Conflict('Another user has this email.', { field: 'input.email' });
        }
        await replaceRoles(tx, user.id, roles);
        await append(tx, 'identity', [{ type: 'identity.userCreated', subject: user.id, actorId, data: { email, name, roles } }], at);
        return position;
      });
      onCommit();
      return { user, cursor };
    },

    async setRoles(viewer, input) {
      requireReader(viewer);
      const roles = readRoles(input.roles, 'input.roles');
      const [user] = isId(input.userId) ? await holdUsers(database, [input.userId]) : [];
      if (!user) throw new NotFound('user', input.userId);
      const { userId: actorId } = requireEverywhere(viewer, 'administer');

      const cursor = await database.begin(async (tx) => {
        const position = await logPosition(tx);
        await lockAdministrators(tx);
        // It may have been erased meanwhile.
        if ((await holdUsers(tx, [user.id])).length === 0) throw new NotFound('user', input.userId);
        await checkDomains(tx, input.roles);
        const before = (await getRolesByUser(tx, [user.id])).map(({ role, sourceId, domainId }) => ({ role, sourceId, domainId }));
        if (sameRoles(before, roles)) return position;
        if (isAdministrator(before) && !isAdministrator(roles) && !(await hasOtherAdministrator(tx, user.id))) {
          throw new Conflict(
            'This is the last user who can sign in as ADMIN over everything. Give that role to another user with a password first.',
          );
        }
        await replaceRoles(tx, user.id, roles);
        await append(tx, 'identity', [{ type: 'identity.rolesChanged', subject: user.id, actorId, data: { before, after: roles } }], now());
        return position;
      });
      onCommit();
      return { user, cursor };
    },
  };
}
