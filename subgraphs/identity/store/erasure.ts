/** What erasing a user does to rows. */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { TeamMapper } from '../mappers.ts';
import { ERASED_NAME } from './users.ts';

export type ErasableUser = { id: string; email: string; name: string; erasedAt: Date | null };

/** Also one whose erasure was begun, as long as the address is there. In a transaction locked until that has ended. */
export async function findErasable(sql: Queryable, email: string): Promise<ErasableUser | undefined> {
  const [row] = await sql<ErasableUser[]>`
    select id, email, name, erased_at from identity.users where lower(email) = lower(${email}) for no key update`;
  return row;
}

/** Nothing lets the user in any more, and nothing but the address says who it was. */
export async function makeTombstone(tx: Transaction, userId: string, at: Date): Promise<void> {
  await tx`update identity.users set erased_at = ${at}, name = ${ERASED_NAME}, password_hash = null where id = ${userId}`;
  await tx`delete from identity.sessions where user_id = ${userId}`;
  await tx`delete from identity.api_tokens where user_id = ${userId}`;
  await tx`delete from identity.role_assignments where user_id = ${userId}`;
}

/** Takes the user out of all teams, and gives these as they are then. */
export async function leaveTeams(tx: Transaction, userId: string): Promise<TeamMapper[]> {
  await tx`
    select id from identity.teams where id in (select team_id from identity.team_members where user_id = ${userId}) order by id for update`;
  return await tx<TeamMapper[]>`
    with gone as (delete from identity.team_members where user_id = ${userId} returning team_id)
    update identity.teams t set version = version + 1 from gone where t.id = gone.team_id returning t.id, t.name, t.version`;
}

/** The last step: from here on nobody finds the user by the address. */
export async function removeAddress(tx: Transaction, userId: string): Promise<void> {
  await tx`update identity.users set email = id || '@erased.invalid' where id = ${userId} and erased_at is not null`;
}
