/** The first user of a new database: without one nobody could sign in to make others. */
import { randomBytes } from 'node:crypto';
import { checkNewPassword, hashPassword } from '#platform/auth/passwords.ts';
import type { Database } from '#platform/database/index.ts';
import { append } from '#platform/events/append.ts';
import { newId } from '#platform/ids.ts';
import { hasUsers, insertUser, lockAdministrators, replaceRoles } from '../store/users.ts';
import { checkEmail } from './users.ts';

const DEFAULT_EMAIL = 'admin@pursight.local';
const ADMINISTRATOR = { role: 'ADMIN', sourceId: null, domainId: null } as const;

/** `generated`: the password was made up here, and this is the only time that anybody sees it. */
export type FirstAdministrator = { email: string; password: string; created: true; generated: boolean };

/** Null when there is a user already. Two processes that start together make one. */
export async function createFirstAdministrator(
  { database, onCommit, now }: { database: Database; onCommit: () => void; now: () => Date },
  wanted: { email?: string | undefined; password?: string | undefined },
): Promise<FirstAdministrator | null> {
  if (await hasUsers(database)) return null;
  const email = checkEmail(wanted.email ?? DEFAULT_EMAIL, 'email');
  const password = wanted.password === undefined ? randomBytes(18).toString('base64url') : checkNewPassword(wanted.password, 'password');
  const passwordHash = await hashPassword(password);

  const created = await database.begin(async (tx) => {
    await lockAdministrators(tx);
    if (await hasUsers(tx)) return false;
    const user = { id: newId(), email, name: 'Administrator', passwordHash, createdAt: now() };
    await insertUser(tx, user);
    await replaceRoles(tx, user.id, [ADMINISTRATOR]);
    const data = { email, name: user.name, roles: [ADMINISTRATOR] };
    await append(tx, 'identity', [{ type: 'identity.userCreated', subject: user.id, actorId: null, data }], user.createdAt);
    return true;
  });
  if (!created) return null;
  onCommit();
  return { email, password, created: true, generated: wanted.password === undefined };
}
