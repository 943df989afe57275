/** Teams and who is in them, as rows. */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { TeamMapper, UserMapper } from '../mappers.ts';
import type { NamePage } from '../namePages.ts';
import type { TeamRow } from './tables/user.ts';

/** Most teams that `User.teams`, a list without pages, gives. */
const TEAMS_OF_A_USER = 200;

export async function listTeams(sql: Queryable, page: NamePage): Promise<TeamMapper[]> {
  return await sql<TeamMapper[]>`
    select t.id, t.name, t.version from identity.teams t
    ${page.after ? sql`where (t.name, t.id) > (${page.after[0]}, ${page.after[1]}::uuid)` : sql``}
    order by t.name, t.id limit ${page.first + 1}`;
}

export async function countTeams(sql: Queryable): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) as count from identity.teams`;
  return row!.count;
}

export async function getTeamsById(sql: Queryable, ids: readonly string[]): Promise<TeamMapper[]> {
  return await sql<TeamMapper[]>`
    select t.id, t.name, t.version from identity.teams t where t.id = any(${ids as string[]}::uuid[])`;
}

export async function getTeamsByUser(sql: Queryable, userIds: readonly string[]): Promise<(TeamMapper & { userId: string })[]> {
  return await sql<(TeamMapper & { userId: string })[]>`
    select wanted.id as user_id, team.id, team.name, team.version
    from unnest(${userIds as string[]}::uuid[]) as wanted (id)
    cross join lateral (
      select t.id, t.name, t.version from identity.team_members m join identity.teams t on t.id = m.team_id
      where m.user_id = wanted.id order by t.name, t.id limit ${TEAMS_OF_A_USER}
    ) as team
    order by team.name, team.id`;
}

/** The same page of each team's members: `first + 1` rows for each. */
export async function listMembers(
  sql: Queryable,
  teamIds: readonly string[],
  page: NamePage,
): Promise<(UserMapper & { teamId: string })[]> {
  return await sql<(UserMapper & { teamId: string })[]>`
    select wanted.id as team_id, member.id, member.email, member.name
    from unnest(${teamIds as string[]}::uuid[]) as wanted (id)
    cross join lateral (
      select u.id, u.email, u.name from identity.team_members m join identity.users u on u.id = m.user_id
      where m.team_id = wanted.id
        ${page.after ? sql`and (u.name, u.id) > (${page.after[0]}, ${page.after[1]}::uuid)` : sql``}
      order by u.name, u.id limit ${page.first + 1}
    ) as member
    order by member.name, member.id`;
}

export async function countMembers(sql: Queryable, teamIds: readonly string[]): Promise<{ teamId: string; count: number }[]> {
  return await sql<{ teamId: string; count: number }[]>`
    select team_id, count(*) as count from identity.team_members
    where team_id = any(${teamIds as string[]}::uuid[]) group by team_id`;
}

/** False when another team has this name. */
export async function insertTeam(tx: Transaction, row: TeamRow): Promise<boolean> {
  const rows = await tx`
    insert into identity.teams ${tx(row, 'id', 'name', 'version', 'createdAt')}
    on conflict (name) do nothing returning id`;
  return rows.length === 1;
}

/** The team, locked against other changes until the transaction ends. */
export async function lockTeam(tx: Transaction, id: string): Promise<TeamMapper | undefined> {
  const [row] = await tx<TeamMapper[]>`select id, name, version from identity.teams where id = ${id} for update`;
  return row;
}

/** Fails with SQLSTATE 23505 when another team has this name. */
export async function updateTeamRow(tx: Transaction, { id, name, version }: TeamMapper): Promise<void> {
  await tx`update identity.teams set name = ${name}, version = ${version} where id = ${id}`;
}

export async function getMemberIds(tx: Transaction, teamId: string): Promise<string[]> {
  const rows = await tx<{ userId: string }[]>`select user_id from identity.team_members where team_id = ${teamId} order by user_id`;
  return rows.map((row) => row.userId);
}

export async function addMembers(tx: Transaction, teamId: string, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await tx`insert into identity.team_members (team_id, user_id) select ${teamId}, unnest(${userIds as string[]}::uuid[])`;
}

export async function removeMembers(tx: Transaction, teamId: string, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await tx`delete from identity.team_members where team_id = ${teamId} and user_id = any(${userIds as string[]}::uuid[])`;
}
