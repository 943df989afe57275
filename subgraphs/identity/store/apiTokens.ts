/** API tokens as rows. The hash of a secret leaves this file only for its comparison. */
import type { RoleAssignment } from '#platform/auth/viewer.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { Page } from '#platform/graphql/connections.ts';
import type { ApiTokenMapper } from '../mappers.ts';
import type { ApiTokenRow } from './tables/user.ts';

export type TokenState = Pick<ApiTokenRow, 'userId' | 'scopes' | 'secretHash' | 'expiresAt' | 'lastUsedAt' | 'revokedAt'> & {
  roles: RoleAssignment[];
};
/** Newest first. */
export type TokenPage = Page<[createdAt: string, id: string]>;
/** All tokens of a user, or of these only one and those that were made with it, however far down. */
export type TokensOf = { userId: string; root: string | null };

/** The token and its owner's roles as they are now, so that revocation and changed roles count at once. */
export async function findTokenState(sql: Queryable, id: string): Promise<TokenState | undefined> {
  const [row] = await sql<TokenState[]>`
    select t.user_id, t.scopes, t.secret_hash, t.expires_at, t.last_used_at, t.revoked_at, coalesce(
      (select json_agg(json_build_object('role', r.role, 'sourceId', r.source_id, 'domainId', r.domain_id))
       from identity.role_assignments r where r.user_id = t.user_id), '[]') as roles
    from identity.api_tokens t where t.id = ${id}`;
  return row;
}

/** Of many requests at once the first writes; the others find the row as it left it. */
export async function markUsed(sql: Queryable, id: string, at: Date, notSince: Date): Promise<void> {
  await sql`
    update identity.api_tokens set last_used_at = ${at}
    where id = ${id} and (last_used_at is null or last_used_at <= ${notSince})`;
}

/** One change of a user's tokens at a time: else one could be made with a token while that one is being revoked. False for a user who was erased. */
export async function lockTokensOf(tx: Transaction, userId: string): Promise<boolean> {
  const rows = await tx`select id from identity.users where id = ${userId} and erased_at is null for no key update`;
  return rows.length > 0;
}

export async function countLivingTokens(tx: Transaction, userId: string, at: Date): Promise<number> {
  const [row] = await tx<{ count: number }[]>`
    select count(*)::int as count from identity.api_tokens
    where user_id = ${userId} and revoked_at is null and (expires_at is null or expires_at > ${at})`;
  return row!.count;
}

export async function insertToken(tx: Transaction, row: ApiTokenRow): Promise<void> {
  await tx`
    insert into identity.api_tokens
    ${tx(row, 'id', 'userId', 'parentId', 'name', 'scopes', 'secretHash', 'createdAt', 'expiresAt', 'lastUsedAt', 'revokedAt')}`;
}

export async function findToken(sql: Queryable, id: string): Promise<(ApiTokenMapper & { userId: string }) | undefined> {
  const [row] = await sql<(ApiTokenMapper & { userId: string })[]>`
    select t.id, t.user_id, t.name, t.scopes, t.created_at, t.expires_at, t.last_used_at, t.revoked_at
    from identity.api_tokens t where t.id = ${id}`;
  return row;
}

export async function listTokens(sql: Queryable, whose: TokensOf, page: TokenPage): Promise<ApiTokenMapper[]> {
  return await sql<ApiTokenMapper[]>`
    select t.id, t.name, t.scopes, t.created_at, t.expires_at, t.last_used_at, t.revoked_at
    from identity.api_tokens t where ${belongs(sql, whose)}
    ${page.after ? sql`and (t.created_at, t.id) < (${page.after[0]}::timestamptz, ${page.after[1]}::uuid)` : sql``}
    order by t.created_at desc, t.id desc limit ${page.first + 1}`;
}

export async function countTokens(sql: Queryable, whose: TokensOf): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from identity.api_tokens t where ${belongs(sql, whose)}`;
  return row!.count;
}

/** Whether a token is the root or was made with it, however far down. */
export async function isTokenWithin(sql: Queryable, id: string, root: string): Promise<boolean> {
  const rows = await sql`select 1 from (${tree(sql, root)}) as tree where tree.id = ${id}`;
  return rows.length > 0;
}

/** Revokes a token and what was made with it. Gives those that were alive until now. */
export async function revokeTree(tx: Transaction, root: string, at: Date): Promise<{ id: string; name: string }[]> {
  return await tx<{ id: string; name: string }[]>`
    update identity.api_tokens t set revoked_at = ${at} from (${tree(tx, root)}) as tree
    where t.id = tree.id and t.revoked_at is null returning t.id, t.name`;
}

const belongs = (sql: Queryable, { userId, root }: TokensOf) =>
  sql`t.user_id = ${userId} ${root === null ? sql`` : sql`and t.id in (${tree(sql, root)})`}`;

const tree = (sql: Queryable, root: string) => sql`
  with recursive made (id) as (
    select id from identity.api_tokens where id = ${root}
    union select child.id from identity.api_tokens child join made on child.parent_id = made.id
  ) select id from made`;
