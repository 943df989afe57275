/** What the identity resolvers need beside the request: the domain, and the loaders of one operation. */
import DataLoader from 'dataloader';
import type { Database } from '#platform/database/index.ts';
import { mayRead, requireViewer, type RoleAssignment } from '#platform/auth/viewer.ts';
import { getEvents } from '#platform/events/log.ts';
import type { LogEvent } from '#platform/events/types.ts';
import { eventScope, type EventScope } from '#platform/events/visibility.ts';
import { perOperation, type RequestContext } from '#platform/graphql/context.ts';
import { isId } from '#platform/ids.ts';
import type { ApiTokens } from './domain/apiTokens.ts';
import type { DeadLetters } from './domain/deadLetters.ts';
import type { Teams } from './domain/teams.ts';
import type { Users } from './domain/users.ts';
import type { DeadLetterMapper, TeamMapper, UserMapper } from './mappers.ts';
import type { NamePage } from './namePages.ts';
import { getDeadLetters } from './store/deadLetters.ts';
import { countMembers, getTeamsById, getTeamsByUser, listMembers } from './store/teams.ts';
import { getRolesByUser, getUsersById } from './store/users.ts';

export type Loaders = ReturnType<typeof createLoaders>;
type MemberPage = { teamId: string; page: NamePage };

/** Wiring of the resolvers: made once. */
export type IdentityContext = {
  database: Database;
  users: Users;
  teams: Teams;
  apiTokens: ApiTokens;
  deadLetters: DeadLetters;
  loaders: { of(context: RequestContext): Loaders; forget(context: RequestContext): void };
};

export const createLoadersPerOperation = (sql: Database): IdentityContext['loaders'] =>
  perOperation((context) => createLoaders(sql, context));

function createLoaders(sql: Database, context: RequestContext) {
  let scope: Promise<EventScope> | undefined;
  const eventScopeOnce = (): Promise<EventScope> => (scope ??= eventScope(sql, requireViewer(context.viewer)));
  return {
    eventScope: eventScopeOnce,
    event: byId<LogEvent>(async (ids) => getEvents(sql, ids, await eventScopeOnce())),
    deadLetter: byId<DeadLetterMapper>((ids) => getDeadLetters(sql, ids)),
    user: byId<UserMapper>((ids) => getUsersById(sql, ids)),
    team: byId<TeamMapper>((ids) => getTeamsById(sql, ids)),
    rolesByUser: grouped<RoleAssignment & { userId: string }>(
      (ids) => getRolesByUser(sql, ids),
      (row) => row.userId,
    ),
    teamsByUser: grouped<TeamMapper & { userId: string }>(
      (ids) => getTeamsByUser(sql, ids),
      (row) => row.userId,
    ),
    memberCount: new DataLoader<string, number>(async (ids) => {
      const counts = new Map((await countMembers(sql, ids)).map((row) => [row.teamId, row.count]));
      return ids.map((id) => counts.get(id) ?? 0);
    }),
    members: new DataLoader<MemberPage, UserMapper[], string>((keys) => loadMembers(sql, keys), { cacheKeyFn: memberPageKey }),
  };
}

const memberPageKey = ({ teamId, page }: MemberPage): string => JSON.stringify([teamId, page.first, page.after]);

/** One statement for each distinct page; the teams of one selection share theirs. */
async function loadMembers(sql: Database, keys: readonly MemberPage[]): Promise<UserMapper[][]> {
  const byPage = Map.groupBy(keys, ({ page }) => JSON.stringify([page.first, page.after]));
  const found = new Map<string, UserMapper[]>();
  for (const group of byPage.values()) {
    const { page } = group[0]!;
    const rows = await listMembers(
      sql,
      group.map((key) => key.teamId),
      page,
    );
    const byTeam = Map.groupBy(rows, (row) => row.teamId);
    for (const key of group) found.set(memberPageKey(key), byTeam.get(key.teamId) ?? []);
  }
  return keys.map((key) => found.get(memberPageKey(key))!);
}

/** Null for unknown and malformed ids. */
function byId<Row extends { id: string }>(get: (ids: readonly string[]) => Promise<Row[]>): DataLoader<string, Row | null> {
  return new DataLoader(async (ids) => {
    const known = ids.filter(isId);
    const rows = new Map((known.length > 0 ? await get(known) : []).map((row) => [row.id, row]));
    return ids.map((id) => rows.get(id.toLowerCase()) ?? null);
  });
}

function grouped<Row>(get: (ids: readonly string[]) => Promise<Row[]>, keyOf: (row: Row) => string): DataLoader<string, Row[]> {
  return new DataLoader(async (ids) => {
    const rows = Map.groupBy(await get(ids), keyOf);
    return ids.map((id) => rows.get(id) ?? []);
  });
}

/** A user as the viewer may see it: oneself always, others with any reading role; null else, as for nobody. */
export async function findVisibleUser(loaders: Loaders, context: RequestContext, id: string): Promise<UserMapper | null> {
  const viewer = requireViewer(context.viewer);
  return mayRead(viewer) || viewer.userId === id ? await loaders.user.load(id) : null;
}
