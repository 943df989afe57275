/** Sessions as rows, and the one statement that turns an access token into a viewer. */
import type { RoleAssignment } from '#platform/auth/viewer.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { SessionRow } from './tables/user.ts';

export type SessionState = Pick<SessionRow, 'expiresAt' | 'revokedAt'> & { roles: RoleAssignment[] };

/** The session's state and its user's roles as they are now, so that sign-outs and changed roles count at once. */
export async function findSessionState(sql: Queryable, sessionId: string, userId: string): Promise<SessionState | undefined> {
  const [row] = await sql<SessionState[]>`
    select s.expires_at, s.revoked_at, coalesce(
      (select json_agg(json_build_object('role', r.role, 'sourceId', r.source_id, 'domainId', r.domain_id))
       from identity.role_assignments r where r.user_id = s.user_id), '[]') as roles
    from identity.sessions s where s.id = ${sessionId} and s.user_id = ${userId}`;
  return row;
}

export async function insertSession(tx: Transaction, row: Omit<SessionRow, 'revokedAt'>): Promise<void> {
  await tx`insert into identity.sessions ${tx(row, 'id', 'userId', 'refreshHash', 'createdAt', 'refreshedAt', 'expiresAt')}`;
}

/** Locked until the transaction ends: of two refreshes with one token the second sees what the first did. */
export async function lockSession(tx: Transaction, id: string): Promise<SessionRow | undefined> {
  const [row] = await tx<SessionRow[]>`select * from identity.sessions where id = ${id} for update`;
  return row;
}

export async function renewSession(
  tx: Transaction,
  id: string,
  values: Pick<SessionRow, 'refreshHash' | 'refreshedAt' | 'expiresAt'>,
): Promise<void> {
  await tx`update identity.sessions set ${tx(values, 'refreshHash', 'refreshedAt', 'expiresAt')} where id = ${id}`;
}

/** Ends one session of a user, or all (null). Gives the ids of those that went on until now. */
export async function revokeSessions(tx: Transaction, userId: string, sessionId: string | null, at: Date): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    update identity.sessions set revoked_at = ${at}
    where user_id = ${userId} and revoked_at is null ${sessionId === null ? tx`` : tx`and id = ${sessionId}`}
    returning id`;
  return rows.map((row) => row.id);
}

/** Drops a user's sessions that ended before `before`: nobody can use or misuse them any more. */
export async function pruneSessions(tx: Transaction, userId: string, before: Date): Promise<void> {
  await tx`delete from identity.sessions where user_id = ${userId} and (expires_at < ${before} or revoked_at < ${before})`;
}
