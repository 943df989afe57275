import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoleAssignment, Viewer } from '#platform/auth/viewer.ts';
import { countStatements } from '#platform/testing/statements.ts';
import { createIdentity } from './index.ts';
import { createTestIdentity, PASSWORD, type TestIdentity } from './testing/identity.ts';

const SOURCE_A = '0190b5a0-0000-7000-8000-00000000000a';
const SOURCE_B = '0190b5a0-0000-7000-8000-00000000000b';
const DOMAIN = '0190b5a0-0000-7000-8000-00000000000d';
const UNKNOWN = '0190b5a0-0000-7000-8000-0000000000ff';

const CREATE_USER =
  'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id email name roles { role sourceId domainId } } cursor } }';
const SET_ROLES =
  'mutation ($input: SetUserRolesInput!) { setUserRoles(input: $input) { user { roles { role sourceId domainId } } cursor } }';
const CREATE_TEAM =
  'mutation ($input: CreateTeamInput!) { createTeam(input: $input) { team { id name version members { nodes { name } totalCount } } cursor } }';
const UPDATE_TEAM =
  'mutation ($input: UpdateTeamInput!) { updateTeam(input: $input) { team { id name version members { nodes { name } } } cursor } }';

let world: TestIdentity;
let reader: Viewer;
let scoped: Viewer;
let ingestor: Viewer;
beforeAll(async () => {
  world = await createTestIdentity();
  reader = await world.addUser('reader@example.com', [{ role: 'READER' }]);
  scoped = await world.addUser('scoped@example.com', [{ role: 'READER', sourceId: SOURCE_A }]);
  ingestor = await world.addUser('ingestor@example.com', [{ role: 'INGESTOR' }]);
});
afterAll(() => world.test.drop());

const mutate = (source: string, input: object, as?: Viewer | null) => world.run(source, { variables: { input }, as });
const lastEventId = async (): Promise<number> => (await world.eventsSince()).at(-1)?.id ?? 0;

describe('who may ask', () => {
  const QUERIES = ['users { nodes { name } }', 'teams { nodes { name } }', `user(id: "${UNKNOWN}") { name }`];

  it('is nobody without a viewer', async () => {
    for (const field of ['me { name }', ...QUERIES])
      expect((await world.run(`{ ${field} }`, { as: null })).codes).toEqual(['UNAUTHENTICATED']);
    expect((await mutate(CREATE_USER, { email: 'x', name: '', roles: [] }, null)).codes).toEqual(['UNAUTHENTICATED']);
    expect((await mutate(SET_ROLES, { userId: 'x', roles: [] }, null)).codes).toEqual(['UNAUTHENTICATED']);
    expect((await mutate(CREATE_TEAM, { name: '' }, null)).codes).toEqual(['UNAUTHENTICATED']);
    expect((await mutate(UPDATE_TEAM, { id: 'x', version: 1 }, null)).codes).toEqual(['UNAUTHENTICATED']);
  });

  it('without a reading role is only answered about oneself', async () => {
    const { data, codes } = await world.run('{ me { name email roles { role } teams { name } } }', { as: ingestor });
    expect(codes).toEqual([]);
    expect(data.me).toEqual({ name: 'ingestor', email: 'ingestor@example.com', roles: [{ role: 'INGESTOR' }], teams: [] });
    for (const field of QUERIES) expect((await world.run(`{ ${field} }`, { as: ingestor })).codes).toEqual(['FORBIDDEN']);
    await mutate(CREATE_TEAM, { name: 'Intake', memberIds: [ingestor.userId] });
    const team = await world.run('{ me { teams { name members { nodes { name } } } } }', { as: ingestor });
    expect([team.data.me.teams, team.codes]).toEqual([[{ name: 'Intake', members: null }], ['FORBIDDEN']]);
  });

  it('with a role over one source sees names, and of roles only those over everything and that source', async () => {
    await world.addUser('mixed@example.com', [
      { role: 'STEWARD' },
      { role: 'READER', sourceId: SOURCE_A },
      { role: 'ADMIN', sourceId: SOURCE_B },
      { role: 'READER', domainId: DOMAIN },
    ]);
    const QUERY = '{ users { nodes { email roles { role sourceId domainId } } totalCount } }';
    const rolesFor = async (as: Viewer) =>
      (await world.run(QUERY, { as })).data.users.nodes.find((user: { email: string }) => user.email === 'mixed@example.com').roles;
    expect(await rolesFor(scoped)).toEqual([
      { role: 'READER', sourceId: SOURCE_A, domainId: null },
      { role: 'STEWARD', sourceId: null, domainId: null },
    ]);
    expect(await rolesFor(reader)).toHaveLength(4);
  });

  it('may change nothing without ADMIN over everything, and is told of wrong input first', async () => {
    const admin: Viewer = { ...scoped, roles: [{ role: 'ADMIN', sourceId: SOURCE_A, domainId: null }] };
    for (const as of [reader, admin]) {
      expect((await mutate(CREATE_USER, { email: 'new@example.com', name: 'New', roles: [] }, as)).codes).toEqual(['FORBIDDEN']);
      expect((await mutate(CREATE_USER, { email: 'new', name: 'New', roles: [] }, as)).codes).toEqual(['BAD_USER_INPUT']);
      expect((await mutate(SET_ROLES, { userId: reader.userId, roles: [] }, as)).codes).toEqual(['FORBIDDEN']);
      expect((await mutate(SET_ROLES, { userId: UNKNOWN, roles: [] }, as)).codes).toEqual(['NOT_FOUND']);
      expect((await mutate(CREATE_TEAM, { name: 'Team' }, as)).codes).toEqual(['FORBIDDEN']);
    }
    for (const userId of [reader.userId, ingestor.userId, UNKNOWN]) {
      expect((await mutate(SET_ROLES, { userId, roles: [] }, ingestor)).codes).toEqual(['FORBIDDEN']);
    }
  });

  it('resolves references of what the viewer may see, and null for the rest', async () => {
    const QUERY = 'query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on User { name } } }';
    const refs = [reader.userId, UNKNOWN, 'malformed', ingestor.userId].map((id) => ({ __typename: 'User', id }));
    expect((await world.run(QUERY, { variables: { refs }, as: scoped })).data._entities).toEqual([
      { name: 'reader' },
      null,
      null,
      { name: 'ingestor' },
    ]);
    expect((await world.run(QUERY, { variables: { refs }, as: ingestor })).data._entities).toEqual([
      null,
      null,
      null,
      { name: 'ingestor' },
    ]);
    expect((await world.run(QUERY, { variables: { refs }, as: null })).codes[0]).toBe('UNAUTHENTICATED');
  });
});

describe('createUser', () => {
  it('makes a user who can sign in, and writes the event after the cursor', async () => {
    const after = await lastEventId();
    const input = {
      email: ' New.User@Example.com',
      name: ' New User ',
      password: PASSWORD,
      roles: [
        { role: 'READER', sourceId: SOURCE_A },
        { role: 'READER', sourceId: SOURCE_A },
      ],
    };
    const { data, codes } = await mutate(CREATE_USER, input);
    expect(codes).toEqual([]);
    const { user, cursor } = data.createUser;
    expect(user).toMatchObject({
      email: 'New.User@Example.com',
      name: 'New User',
      roles: [{ role: 'READER', sourceId: SOURCE_A, domainId: null }],
    });
    expect(cursor).toMatch(/^[0-9a-z]+\.\d+$/);
    expect(await world.eventsSince(after)).toMatchObject([
      { type: 'identity.userCreated', subject: user.id, actorId: world.administrator.userId },
    ]);
    const session = await world.identity.sessions.signIn({ email: 'new.user@example.com', password: PASSWORD }, '192.0.2.1');
    expect(session.viewer.roles).toEqual([{ role: 'READER', sourceId: SOURCE_A, domainId: null }]);
    expect((await mutate(CREATE_USER, { ...input, email: 'NEW.USER@EXAMPLE.COM' })).codes).toEqual(['CONFLICT']);
  });

  it('lets one of two at once have an email', async () => {
    const input = { email: 'twice@example.com', name: 'Twice', roles: [] };
    const codes = (await Promise.all([mutate(CREATE_USER, input), mutate(CREATE_USER, input)])).flatMap((answer) => answer.codes);
    expect(codes).toEqual(['CONFLICT']);
  });

  it('refuses what is no email, name, password or role, and says where', async () => {
    const good = { email: 'good@example.com', name: 'Good', roles: [] };
    const role = (rest: object) => [{ role: 'READER', ...rest }];
    const wrong: [object, string][] = [
      [{ email: 'nobody' }, 'input.email'],
      [{ email: `${'a'.repeat(400)}@example.com` }, 'input.email'],
      [{ email: 'a\0@example.com' }, 'input.email'],
      [{ name: '  ' }, 'input.name'],
      [{ name: 'x'.repeat(201) }, 'input.name'],
      [{ name: 'x\0' }, 'input.name'],
      [{ name: 'x\ud800' }, 'input.name'],
      [{ password: 'seven77' }, 'input.password'],
      [{ password: 'x'.repeat(1025) }, 'input.password'],
      [{ roles: role({ sourceId: SOURCE_A, domainId: DOMAIN }) }, 'input.roles.0'],
      [{ roles: role({ sourceId: 'x' }) }, 'input.roles.0.sourceId'],
      [{ roles: role({ domainId: '' }) }, 'input.roles.0.domainId'],
      [{ roles: Array(101).fill({ role: 'READER' }) }, 'input.roles'],
    ];
    for (const [change, field] of wrong) {
      const { errors } = await mutate(CREATE_USER, { ...good, ...change });
      expect(errors?.[0]?.originalError).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
    }
    // Two hundred characters, not UTF-16 units.
    expect((await mutate(CREATE_USER, { ...good, name: '🙂'.repeat(200) })).codes).toEqual([]);
  });
});

describe('setUserRoles', () => {
  it('replaces the roles and tells before and after; the same again writes nothing', async () => {
    const user = await world.addUser('roles@example.com', [{ role: 'READER' }]);
    const after = await lastEventId();
    const roles = [{ role: 'STEWARD', domainId: DOMAIN }, { role: 'INGESTOR' }];
    const { data } = await mutate(SET_ROLES, { userId: user.userId, roles });
    const now = [
      { role: 'INGESTOR', sourceId: null, domainId: null },
      { role: 'STEWARD', sourceId: null, domainId: DOMAIN },
    ];
    expect(data.setUserRoles.user.roles).toEqual(now);
    await mutate(SET_ROLES, { userId: user.userId, roles: roles.reverse() });
    expect((await world.eventsSince(after)).map(({ type, data: change }) => [type, change])).toEqual([
      ['identity.rolesChanged', { before: [{ role: 'READER', sourceId: null, domainId: null }], after: now }],
    ]);
    expect((await mutate(SET_ROLES, { userId: 'malformed', roles: [] })).codes).toEqual(['NOT_FOUND']);
  });

  it('never takes the last ADMIN over everything away, also not when two try at once', async () => {
    const set = (userId: string, roles: Partial<RoleAssignment>[]) => mutate(SET_ROLES, { userId, roles });
    const { errors } = await set(world.administrator.userId, [{ role: 'ADMIN', sourceId: SOURCE_A }]);
    expect(errors?.[0]?.message).toContain('last user who can sign in as ADMIN');
    const passwordless = await mutate(CREATE_USER, { email: 'ghost@example.com', name: 'Ghost', roles: [{ role: 'ADMIN' }] });
    expect((await set(world.administrator.userId, [])).codes).toEqual(['CONFLICT']);
    expect((await set(passwordless.data.createUser.user.id, [])).codes).toEqual([]);

    const second = await world.addUser('second@example.com', [{ role: 'ADMIN' }]);
    const codes = (await Promise.all([set(world.administrator.userId, []), set(second.userId, [])])).flatMap((answer) => answer.codes);
    expect(codes).toEqual(['CONFLICT']);
    const left = await world.database`select user_id from identity.role_assignments where role = 'ADMIN' and source_id is null`;
    expect(left).toHaveLength(1);
    await set(world.administrator.userId, [{ role: 'ADMIN' }]);
    await set(second.userId, [{ role: 'READER' }]);
  });
});

describe('teams', () => {
  it('are made, renamed and filled under a version; each change tells what changed', async () => {
    const after = await lastEventId();
    const made = await mutate(CREATE_TEAM, { name: 'Sales', memberIds: [reader.userId, reader.userId, scoped.userId] });
    const { team } = made.data.createTeam;
    expect(team).toMatchObject({ name: 'Sales', version: 1, members: { nodes: [{ name: 'reader' }, { name: 'scoped' }], totalCount: 2 } });

    const renamed = await mutate(UPDATE_TEAM, { id: team.id, version: 1, name: 'Selling', memberIds: [scoped.userId, ingestor.userId] });
    expect(renamed.data.updateTeam.team).toEqual({
      id: team.id,
      name: 'Selling',
      version: 2,
      members: { nodes: [{ name: 'ingestor' }, { name: 'scoped' }] },
    });
    const stale = await mutate(UPDATE_TEAM, { id: team.id, version: 1, name: 'Stale' });
    expect(stale.errors?.[0]?.originalError).toMatchObject({ code: 'CONFLICT', details: { currentVersion: 2 } });
    expect((await mutate(UPDATE_TEAM, { id: team.id, version: 2, name: 'Selling' })).data.updateTeam.team.version).toBe(2);
    expect((await mutate(UPDATE_TEAM, { id: team.id, version: 2, memberIds: null })).data.updateTeam.team).toMatchObject({
      version: 3,
      members: { nodes: [] },
    });

    const events = await world.eventsSince(after);
    expect(events.map((event) => event.type)).toEqual(['team.created', 'team.updated', 'team.updated']);
    expect(events[1]!.data).toEqual({
      name: 'Selling',
      changes: [
        { path: '/name', before: 'Sales', after: 'Selling' },
        { path: `/members/${ingestor.userId}`, before: false, after: true },
        { path: `/members/${reader.userId}`, before: true, after: false },
      ],
    });
  });

  it('have one name each, known members and an id that exists', async () => {
    const { data } = await mutate(CREATE_TEAM, { name: 'Unique' });
    expect((await mutate(CREATE_TEAM, { name: ' Unique ' })).codes).toEqual(['CONFLICT']);
    const other = (await mutate(CREATE_TEAM, { name: 'Other' })).data.createTeam.team;
    expect((await mutate(UPDATE_TEAM, { id: other.id, version: 1, name: 'Unique' })).codes).toEqual(['CONFLICT']);
    expect((await mutate(UPDATE_TEAM, { id: other.id, version: 1, name: null })).codes).toEqual(['BAD_USER_INPUT']);
    expect((await mutate(CREATE_TEAM, { name: 'Ghosts', memberIds: [UNKNOWN] })).codes).toEqual(['NOT_FOUND']);
    expect((await mutate(CREATE_TEAM, { name: 'Ghosts', memberIds: ['malformed'] })).codes).toEqual(['NOT_FOUND']);
    for (const id of [UNKNOWN, 'malformed']) expect((await mutate(UPDATE_TEAM, { id, version: 1 })).codes).toEqual(['NOT_FOUND']);
    expect((await mutate(UPDATE_TEAM, { id: data.createTeam.team.id, version: 1, name: 'Mine' }, reader)).codes).toEqual(['FORBIDDEN']);
    for (const id of [data.createTeam.team.id, UNKNOWN]) {
      expect((await mutate(UPDATE_TEAM, { id, version: 1, name: 'Mine' }, ingestor)).codes).toEqual(['FORBIDDEN']);
    }
  });
});

describe('lists', () => {
  const pageThrough = async (field: string, first: number): Promise<string[]> => {
    const names: string[] = [];
    for (let after: string | null = null; ;) {
      const { data } = await world.run(
        `query ($after: String) { list: ${field}(first: ${first}, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } totalCount } }`,
        { variables: { after } },
      );
      names.push(...data.list.nodes.map((node: { name: string }) => node.name));
      if (!data.list.pageInfo.hasNextPage) {
        expect(names).toHaveLength(data.list.totalCount);
        return names;
      }
      after = data.list.pageInfo.endCursor;
    }
  };

  it('come by name, page after page, without a gap or a double', async () => {
    for (let n = 0; n < 12; n++)
      await world
        .addUser(`same${n}@example.com`)
        .then(({ userId }) => world.test.owner`update identity.users set name = 'Same' where id = ${userId}`);
    const all = await pageThrough('users', 200);
    expect(await pageThrough('users', 5)).toEqual(all);
    expect(all).toEqual([...all].sort((a, b) => Buffer.from(a).compare(Buffer.from(b))));
    expect(await pageThrough('teams', 1)).toEqual(await pageThrough('teams', 200));
  });

  it('refuse a size out of bounds and cursors of another list', async () => {
    const cursor = (await world.run('{ users(first: 1) { pageInfo { endCursor } } }')).data.users.pageInfo.endCursor;
    const forged = Buffer.from(JSON.stringify([JSON.parse(Buffer.from(cursor, 'base64url').toString())[0], 'x', 'not an id'])).toString(
      'base64url',
    );
    for (const list of [
      `teams(first: 1, after: "${cursor}")`,
      'users(first: 0)',
      'users(first: 201)',
      'users(first: -1)',
      'users(after: "x")',
      `users(after: "${forged}")`,
    ]) {
      expect((await world.run(`{ ${list} { nodes { name } } }`)).codes, list).toEqual(['BAD_USER_INPUT']);
    }
  });

  it('cost a fixed number of statements, however long', async () => {
    const ids = (await world.database`select id from identity.users`).map((row) => row.id as string);
    for (let n = 0; n < 4; n++)
      await mutate(CREATE_TEAM, { name: `Crowd ${n}`, memberIds: ids.filter((_, index) => index % (n + 1) === 0) });
    const statements = async (query: string): Promise<number> => {
      await world.run(query);
      return await countStatements(world.test.owner, 'identity', async () => expect((await world.run(query)).codes).toEqual([]));
    };
    expect(await statements('{ users(first: 50) { nodes { name teams { name } } } }')).toBe(2);
    expect(
      await statements(
        '{ users(first: 50) { nodes { name roles { role } teams { name members(first: 5) { nodes { name roles { role } } totalCount } } } totalCount } }',
      ),
    ).toBeLessThanOrEqual(7);
    expect(await statements('{ teams { nodes { name members { nodes { email } } } } }')).toBe(2);
    const refs = ids
      .slice(0, 50)
      .map((id) => `{ __typename: "User", id: "${id}" }`)
      .join();
    expect(await statements(`{ _entities(representations: [${refs}]) { ... on User { name teams { name } } } }`)).toBe(2);
  });
});

describe('the first administrator', () => {
  it('is made once, also by processes that start together, with a password that is told but not kept', async () => {
    const fresh = await createTestIdentity();
    try {
      expect(await fresh.identity.createFirstAdministrator({})).toBeNull();
      await fresh.test.owner`delete from identity.users`;
      const after = (await fresh.eventsSince()).at(-1)!.id;
      const made = await Promise.all(Array.from({ length: 3 }, () => fresh.identity.createFirstAdministrator({})));
      const [first, ...others] = made.filter((answer) => answer !== null);
      expect(others).toEqual([]);
      expect(first).toMatchObject({ created: true, generated: true });
      expect(first!.password.length).toBeGreaterThanOrEqual(24);
      const { viewer } = await fresh.identity.sessions.signIn(first!, '192.0.2.1');
      expect(viewer.roles).toEqual([{ role: 'ADMIN', sourceId: null, domainId: null }]);
      expect((await fresh.eventsSince(after))[0]).toMatchObject({ type: 'identity.userCreated', actorId: null });
      const kept = JSON.stringify(
        await fresh.test.owner`select to_jsonb(u) as row from identity.users u union all select to_jsonb(o) from events.outbox o`,
      );
      expect(kept + fresh.logged.join()).not.toContain(first!.password);
    } finally {
      await fresh.test.drop();
    }
  });

  it('refuses a password that is too short', async () => {
    const fresh = await createTestIdentity();
    try {
      await fresh.test.owner`delete from identity.users`;
      const identity = createIdentity({
        database: fresh.database,
        rootKey: fresh.test.location.rootKey,
        logger: (await import('pino')).pino({ level: 'silent' }),
      });
      await expect(identity.createFirstAdministrator({ password: 'short' })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    } finally {
      await fresh.test.drop();
    }
  });
});
