/** Users, teams, sessions, and what they own. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, PASSWORD, type World } from '../world.ts';
import { mutate } from './mutate.ts';

const USER = 'id name email roles { role sourceId domainId } teams { id name version }';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

const change = (name: string, input: object, selection: string) => mutate(world.admin, name, input, selection);
const roleOver = (role: string, sourceId: string | null = null) => ({ role, sourceId, domainId: null });

it('a user is the same by its id, in the list, in its teams, and for itself', async () => {
  const source = await world.addSource('people', { url: 'postgres://u@db.example.org/d' });
  const steward = await world.createUser([{ role: 'STEWARD', sourceId: source.id }]);
  const reader = await world.createUser([{ role: 'READER' }]);
  const both = [steward.id, reader.id];
  const { team } = await change('createTeam', { name: 'Data office', memberIds: both }, 'team { id name version }');
  const { team: second } = await change('createTeam', { name: 'Platform', memberIds: [reader.id] }, 'team { id name version }');
  const expected = [
    { id: steward.id, name: 'User 1', email: steward.email, roles: [roleOver('STEWARD', source.id)], teams: [team] },
    { id: reader.id, name: 'User 2', email: reader.email, roles: [roleOver('READER')], teams: [team, second] },
  ];
  for (const [index, ask] of [steward, reader].entries()) {
    const user = expected[index]!;
    expect((await world.admin(`query ($id: ID!) { user(id: $id) { ${USER} } }`, { id: user.id })).user).toEqual(user);
    expect((await ask(`{ me { ${USER} } }`)).data.me).toEqual(user);
  }
  const { users, teams } = await world.admin(`{ users { nodes { ${USER} } } teams { nodes { id name members { nodes { ${USER} } } } } }`);
  expect(users.nodes.slice(1)).toEqual(expected);
  expect(teams.nodes).toEqual([
    { id: team.id, name: 'Data office', members: { nodes: expected } },
    { id: second.id, name: 'Platform', members: { nodes: expected.slice(1) } },
  ]);
});

it('a session goes on for 5 more minutes with each refresh, as the same person', async () => {
  const SESSION = 'session { accessToken refreshToken expiresAt user { id name } }';
  for (const roles of [[{ role: 'READER' }], []]) {
    const person = await world.createUser(roles);
    const refreshTokens = new Set<string>();
    const pairOf = async (mutation: string, input: object): Promise<{ refreshToken: string }> => {
      const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
      const before = Date.now();
      const { data } = await world.anonymous(`mutation ($input: ${type}!) { ${mutation}(input: $input) { ${SESSION} } }`, { input });
      const { session } = data[mutation];
      const left = [before, Date.now()].map((moment) => Date.parse(session.expiresAt) - moment);
      // The end is told in whole seconds.
      expect(left[0]).toBeGreaterThan(299_000);
      expect(left[1]).toBeLessThanOrEqual(300_000);
      expect(session.user).toEqual({ id: person.id, name: expect.stringMatching(/^User \d$/) });
      refreshTokens.add(session.refreshToken);
      expect((await world.as(session.accessToken)('{ me { id } }')).data.me).toEqual({ id: person.id });
      return session;
    };
    let pair = await pairOf('signIn', { email: person.email, password: PASSWORD });
    for (let times = 0; times < 2; times++) pair = await pairOf('refreshSession', { refreshToken: pair.refreshToken });
    expect(refreshTokens.size).toBe(3);
  }
});

it('users and teams own assets, each in a role', async () => {
  const { url, sql } = await createEmptyDatabase();
  await sql`create table t (id int)`;
  const { id } = await world.addSource('owned', { url });
  await world.scan(id);
  const [{ me }, { teams }, { assets }] = await Promise.all([
    world.admin('{ me { id name } }'),
    world.admin('{ teams { nodes { id name } } }'),
    world.admin('query ($filter: AssetFilter) { assets(filter: $filter) { nodes { id } } }', {
      filter: { sourceIds: [id], kinds: ['TABLE'] },
    }),
  ]);
  const [office, platform] = teams.nodes;
  const owners = [
    { role: 'EXPERT', user: null, team: platform },
    { role: 'OWNER', user: me, team: null },
    { role: 'STEWARD', user: null, team: office },
  ];
  const input = owners.map(({ role, user, team }) => ({ role, ...(user ? { userId: user.id } : { teamId: team.id }) }));
  const { asset } = await change(
    'updateAsset',
    { id: assets.nodes[0].id, version: 1, owners: input },
    'asset { owners { role user { id name } team { id name } } }',
  );
  expect(asset.owners.toSorted((a: { role: string }, b: { role: string }) => (a.role < b.role ? -1 : 1))).toEqual(owners);
  for (const team of [office, platform]) {
    const found = await world.admin('query ($filter: AssetFilter) { assets(filter: $filter) { nodes { id } } }', {
      filter: { ownerIds: [team.id] },
    });
    expect(found.assets.nodes).toEqual([{ id: assets.nodes[0].id }]);
  }
});
