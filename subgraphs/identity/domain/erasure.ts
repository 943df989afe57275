/**
 * Erasing a user: the row stays as a tombstone, so that what was done is still told as done by somebody, and by whom no more. The address is
 * kept until it is gone everywhere else: whoever is killed on the way finds the user by it again, and goes on.
 */
import type { Database } from '#platform/database/index.ts';
import { Conflict, NotFound } from '#platform/errors.ts';
import { append } from '#platform/events/append.ts';
import type { NewEvent } from '#platform/events/types.ts';
import { findErasable, leaveTeams, makeTombstone, removeAddress, type ErasableUser } from '../store/erasure.ts';
import { getRolesByUser, hasOtherAdministrator, lockAdministrators } from '../store/users.ts';
import { isAdministrator } from './roles.ts';
import { createSignInLimits } from './signInLimits.ts';

type Dependencies = { database: Database; rootKey: Uint8Array; now?: () => Date };

export type Erasure = {
  /** Throws NOT_FOUND for an address that nobody has. */
  find(email: string): Promise<ErasableUser>;
  /** Ends the sessions, tokens, roles and memberships at once. Again, it does nothing. CONFLICT for the last who can sign in as ADMIN over everything. */
  begin(user: ErasableUser): Promise<void>;
  /** Once the address is nowhere else. */
  finish(user: ErasableUser): Promise<void>;
};

export function createErasure({ database, rootKey, now = () => new Date() }: Dependencies): Erasure {
  const limits = createSignInLimits(rootKey);
  return {
    async find(email) {
      const user = await findErasable(database, email);
      if (!user) throw new NotFound('user', email);
      return user;
    },

    async begin({ id, email }) {
      await database.begin(async (tx) => {
        await lockAdministrators(tx);
        const user = await findErasable(tx, email);
        if (!user || user.id !== id) throw new NotFound('user', email);
        await limits.forgetAccount(tx, email);
        if (user.erasedAt !== null) return;
        if (isAdministrator(await getRolesByUser(tx, [id])) && !(await hasOtherAdministrator(tx, id))) {
          throw new Conflict(
            'This is the last user who can sign in as ADMIN over everything. Give that role to another user with a password first.',
          );
        }
        const at = now();
        await makeTombstone(tx, id, at);
        const left = await leaveTeams(tx, id);
        const events = left.map((team): NewEvent => {
          const changes = [{ path: `/members/${id}`, before: true, after: false }];
          return { type: 'team.updated', subject: team.id, actorId: null, data: { name: team.name, changes } };
        });
        await append(tx, 'identity', [{ type: 'identity.userErased', subject: id, actorId: null, data: {} }, ...events], at);
      });
    },

    async finish({ id }) {
      await database.begin((tx) => removeAddress(tx, id));
    },
  };
}
