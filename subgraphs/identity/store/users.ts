/** Users and their roles as rows. The password's hash leaves this file only for the sign-in. */
import type { RoleAssignment } from '#platform/auth/viewer.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { UserMapper } from '../mappers.ts';
import type { NamePage } from '../namePages.ts';
import type { UserRow } from './tables/user.ts';

/** Whatever counts or changes who administers runs alone: two administrators must not remove each other. */
const ADMINISTRATORS_LOCK = 0x61646d69;

/** What others see of a user; `u` is its row. A tombstone's address is none that could be written to (RFC 2606), also while it still waits to be taken away. */
const shown = (sql: Queryable) => sql`u.id, case when u.erased_at is null then u.email else u.id || '@erased.invalid' end as email, u.name`;
/** The name of every tombstone. */
export const ERASED_NAME = 'Erased user';

export async function listUsers(sql: Queryable, page: NamePage): Promise<UserMapper[]> {
  return await sql<UserMapper[]>`
    select u.id, u.email, u.name from identity.users u where u.erased_at is null
    ${page.after ? sql`and (u.name, u.id) > (${page.after[0]}, ${page.after[1]}::uuid)` : sql``}
    order by u.name, u.id limit ${page.first + 1}`;
}

export async function countUsers(sql: Queryable): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) as count from identity.users where erased_at is null`;
  return row!.count;
}

/** Those who were erased too: what they did is still told, as done by nobody that one could name. */
export async function getUsersById(sql: Queryable, ids: readonly string[]): Promise<UserMapper[]> {
  return await sql<UserMapper[]>`select ${shown(sql)} from identity.users u where u.id = any(${ids as string[]}::uuid[])`;
}

/** Without those who were erased. Within a transaction they cannot be until it has ended. */
export async function holdUsers(sql: Queryable, ids: readonly string[]): Promise<UserMapper[]> {
  return await sql<UserMapper[]>`
    select u.id, u.email, u.name from identity.users u
    where u.id = any(${ids as string[]}::uuid[]) and u.erased_at is null order by u.id for share`;
}

export async function getRolesByUser(sql: Queryable, userIds: readonly string[]): Promise<(RoleAssignment & { userId: string })[]> {
  return await sql<(RoleAssignment & { userId: string })[]>`
    select user_id, role, source_id, domain_id from identity.role_assignments
    where user_id = any(${userIds as string[]}::uuid[])
    order by role, source_id nulls first, domain_id nulls first`;
}

/** Who signs in: at most one user has an email, whatever its case. */
export async function findCredentials(sql: Queryable, email: string): Promise<{ id: string; passwordHash: string | null } | undefined> {
  const [row] = await sql<{ id: string; passwordHash: string | null }[]>`
    select id, password_hash from identity.users where lower(email) = lower(${email}) and erased_at is null`;
  return row;
}

/** False when another user has this email. */
export async function insertUser(tx: Transaction, row: Omit<UserRow, 'erasedAt'>): Promise<boolean> {
  const rows = await tx`
    insert into identity.users ${tx(row, 'id', 'email', 'name', 'passwordHash', 'createdAt')}
    on conflict (lower(email)) do nothing returning id`;
  return rows.length === 1;
}

export async function hasUsers(sql: Queryable): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`select exists (select from identity.users) as found`;
  return row!.found;
}

export async function lockAdministrators(tx: Transaction): Promise<void> {
  await tx`select pg_advisory_xact_lock(${ADMINISTRATORS_LOCK})`;
}

/** Whether a user other than this one is ADMIN over everything and has a password to sign in with. */
export async function hasOtherAdministrator(tx: Transaction, userId: string): Promise<boolean> {
  const [row] = await tx<{ found: boolean }[]>`
    select exists (
      select from identity.role_assignments r join identity.users u on u.id = r.user_id
      where r.role = 'ADMIN' and r.source_id is null and r.domain_id is null
        and r.user_id <> ${userId} and u.password_hash is not null
    ) as found`;
  return row!.found;
}

export async function replaceRoles(tx: Transaction, userId: string, roles: readonly RoleAssignment[]): Promise<void> {
  await tx`delete from identity.role_assignments where user_id = ${userId}`;
  if (roles.length === 0) return;
  const rows = roles.map((assignment) => ({ userId, ...assignment }));
  await tx`insert into identity.role_assignments ${tx(rows, 'userId', 'role', 'sourceId', 'domainId')}`;
}

export async function listUsersWithRolesOver(tx: Transaction, domainIds: readonly string[]): Promise<string[]> {
  const rows = await tx<{ userId: string }[]>`
    select distinct user_id from identity.role_assignments where domain_id = any(${domainIds as string[]}::uuid[]) order by user_id`;
  return rows.map((row) => row.userId);
}

/** Of these, the domains that the log tells the removal of. */
export async function findRemovedDomains(tx: Transaction, ids: readonly string[]): Promise<string[]> {
  const rows = await tx<{ subject: string }[]>`
    select distinct subject from events.log where subject = any(${ids as string[]}::text[]) and type = 'domain.removed'`;
  return rows.map((row) => row.subject);
}

export async function deleteRolesOverDomains(tx: Transaction, domainIds: readonly string[]): Promise<void> {
  await tx`delete from identity.role_assignments where domain_id = any(${domainIds as string[]}::uuid[])`;
}
