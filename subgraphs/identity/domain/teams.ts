/** Teams: named groups of users that own things. */
import { requireEverywhere, requireReader, type Viewer } from '#platform/auth/viewer.ts';
import { sqlState, type Database, type Queryable } from '#platform/database/index.ts';
import { Conflict, InvalidInput, NotFound } from '#platform/errors.ts';
import { append, logPosition } from '#platform/events/append.ts';
import type { Change, LogCursor } from '#platform/events/types.ts';
import { checkName } from '#platform/graphql/inputs.ts';
import { isId, newId } from '#platform/ids.ts';
import type { TeamMapper } from '../mappers.ts';
import { addMembers, getMemberIds, getTeamsById, insertTeam, lockTeam, removeMembers, updateTeamRow } from '../store/teams.ts';
import { holdUsers } from '../store/users.ts';

const MEMBERS_OF_A_TEAM = 1000;
const UNIQUE_VIOLATION = '23505';

type TeamsDependencies = { database: Database; onCommit: () => void; now: () => Date };

type CreateTeam = { name: string; memberIds?: readonly string[] | null };
/** Absent keeps; null members clear. */
type UpdateTeam = { id: string; version: number; name?: string | null; memberIds?: readonly string[] | null };

export type Teams = {
  create(viewer: Viewer | null, input: CreateTeam): Promise<{ team: TeamMapper; cursor: LogCursor }>;
  update(viewer: Viewer | null, input: UpdateTeam): Promise<{ team: TeamMapper; cursor: LogCursor }>;
};

const nameTaken = (): Conflict => new Conflict('Another team has this name.', { field: 'input.name' });

/** Each once; at most a thousand. Malformed ids stay: they count as unknown. */
function readMembers(ids: readonly string[]): string[] {
  if (ids.length > MEMBERS_OF_A_TEAM) {
    throw new InvalidInput(`A team has at most ${MEMBERS_OF_A_TEAM} members.`, 'input.memberIds', { max: MEMBERS_OF_A_TEAM });
  }
  return [...new Set(ids.map((id) => id.toLowerCase()))].sort();
}

async function checkMembersExist(sql: Queryable, ids: readonly string[]): Promise<void> {
  const found = new Set((await holdUsers(sql, ids.filter(isId))).map((user) => user.id));
  const unknown = ids.find((id) => !found.has(id));
  if (unknown !== undefined) throw new NotFound('user', unknown);
}

export function createTeams({ database, onCommit, now }: TeamsDependencies): Teams {
  return {
    async create(viewer, input) {
      requireReader(viewer);
      const name = checkName(input.name, 'input.name');
      const memberIds = readMembers(input.memberIds ?? []);
      await checkMembersExist(database, memberIds);
      const { userId: actorId } = requireEverywhere(viewer, 'administer');

      const team = { id: newId(), name, version: 1 };
      const cursor = await database.begin(async (tx) => {
        const position = await logPosition(tx);
        const at = now();
        // Somebody may have been erased meanwhile.
        await checkMembersExist(tx, memberIds);
        if (!(await insertTeam(tx, { ...team, createdAt: at }))) throw nameTaken();
        await addMembers(tx, team.id, memberIds);
        await append(tx, 'identity', [{ type: 'team.created', subject: team.id, actorId, data: { name, memberIds } }], at);
        return position;
      });
      onCommit();
      return { team, cursor };
    },

    async update(viewer, input) {
      requireReader(viewer);
      if (input.name === null) throw new InvalidInput('A team needs a name: leave it out to keep it.', 'input.name');
      const name = input.name === undefined ? undefined : checkName(input.name, 'input.name');
      const memberIds = input.memberIds === undefined ? undefined : readMembers(input.memberIds ?? []);
      const [visible] = isId(input.id) ? await getTeamsById(database, [input.id]) : [];
      if (!visible) throw new NotFound('team', input.id);
      if (memberIds) await checkMembersExist(database, memberIds);
      const { userId: actorId } = requireEverywhere(viewer, 'administer');

      const result = await database.begin(async (tx) => {
        const cursor = await logPosition(tx);
        // Before the team, as an erasure has them.
        if (memberIds) await checkMembersExist(tx, memberIds);
        const team = await lockTeam(tx, visible.id);
        if (!team) throw new NotFound('team', input.id);
        if (team.version !== input.version) {
          throw new Conflict('The team was changed meanwhile. Read it again and repeat your change.', { currentVersion: team.version });
        }
        const before = new Set(memberIds ? await getMemberIds(tx, team.id) : []);
        const added = (memberIds ?? []).filter((id) => !before.has(id));
        const removed = memberIds ? [...before].filter((id) => !memberIds.includes(id)) : [];
        const changes: Change[] = [
          ...(name !== undefined && name !== team.name ? [{ path: '/name', before: team.name, after: name }] : []),
          ...added.map((id) => ({ path: `/members/${id}`, before: false, after: true })),
          ...removed.map((id) => ({ path: `/members/${id}`, before: true, after: false })),
        ];
        if (changes.length === 0) return { team, cursor };

        const changed = { id: team.id, name: name ?? team.name, version: team.version + 1 };
        await updateTeamRow(tx, changed).catch((error: unknown) => {
          throw sqlState(error) === UNIQUE_VIOLATION ? nameTaken() : error;
        });
        await addMembers(tx, team.id, added);
        await removeMembers(tx, team.id, removed);
        await append(tx, 'identity', [{ type: 'team.updated', subject: team.id, actorId, data: { name: changed.name, changes } }], now());
        return { team: changed, cursor };
      });
      onCommit();
      return result;
    },
  };
}
