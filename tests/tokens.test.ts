/** API tokens over HTTP: what they may do, when they end, and that their secrets are nowhere; sessions that end everywhere. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createSessionStore } from '#router/playground/session.ts';
import { API_FILE } from '#router/supergraph.ts';
import { pursight } from '../cli/testing/terminal.ts';
import type { Answer } from '#deploy/testing/inProcess.ts';
import { createWorld, PASSWORD, type Ask, type World } from './world.ts';

const UNKNOWN = '01a20000-0000-7000-8000-000000000000';
const CREATE_TOKEN = 'mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) { secret token { id scopes expiresAt } } }';
const REVOKE = 'mutation ($id: ID!) { revokeApiToken(input: { id: $id }) { cursor token { id revokedAt } } }';
const SET_ROLES = 'mutation ($input: SetUserRolesInput!) { setUserRoles(input: $input) { user { roles { role } } } }';
const DESCRIBE =
  'mutation ($id: ID!, $version: Int!) { updateAsset(input: { id: $id, version: $version, description: "x" }) { asset { id } } }';
const EVERYWHERE = 'mutation { signOut(input: { everywhere: true }) { signedOut } }';

const logged: string[] = [];
let world: World;
let a: string;
let b: string;
let reader: Ask & { id: string; email: string };
beforeAll(async () => {
  world = await createWorld({ logged });
  [a, b] = [await addSource('alpha'), await addSource('beta')];
  reader = await world.createUser([{ role: 'READER', sourceId: a }]);
});
afterAll(() => world.stop());

async function addSource(name: string): Promise<string> {
  const database = await createEmptyDatabase();
  await database.sql.unsafe(`create table ${name}_table (id int primary key)`);
  const { id } = await world.addSource(name, { url: database.url });
  expect(await world.scan(id)).toMatchObject({ status: 'COMPLETED' });
  return id;
}

const codes = (answer: Answer): string[] => answer.errors?.map((error) => error.extensions.code) ?? [];
const ME = '{ me { name } }';
const setRoles = (userId: string, roles: object[]) => world.admin(SET_ROLES, { input: { userId, roles } });

/** A value that the type takes: nothing is left for a field to complain about but who asks. */
function dummy(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return dummy(type.ofType);
  if (isListType(type)) return [dummy(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    return Object.fromEntries(required.map((field) => [field.name, dummy(field.type)]));
  }
  const values: Record<string, unknown> = { ID: UNKNOWN, Int: 1, Float: 1, Boolean: true, DateTime: '2026-01-01T00:00:00Z', JSON: {} };
  return values[type.name] ?? 'x';
}

/** The shortest way down to a leaf without arguments. */
function selection(type: GraphQLNamedType): string {
  if (!isCompositeType(type)) return '';
  if (!isObjectType(type)) return '{ __typename }';
  const fields = Object.values(type.getFields()).filter((field) => !field.args.some(isRequiredArgument));
  const leaf = fields.find((field) => !isCompositeType(getNamedType(field.type)));
  const down = leaf ?? fields.find((field) => field.name === 'nodes') ?? fields[0]!;
  return `{ ${down.name} ${selection(getNamedType(down.type))} }`;
}

function operationOf(
  { name, args, type }: GraphQLField<unknown, unknown>,
  kind: 'query' | 'mutation',
): { query: string; variables: Record<string, unknown> } {
  const required = args.filter(isRequiredArgument);
  const declared = required.length > 0 ? `(${required.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ')})` : '';
  const passed = required.length > 0 ? `(${required.map((arg) => `${arg.name}: $${arg.name}`).join(', ')})` : '';
  return {
    query: `${kind} ${declared} { ${name}${passed} ${selection(getNamedType(type))} }`,
    variables: Object.fromEntries(required.map((arg) => [arg.name, dummy(arg.type)])),
  };
}

const api = buildSchema(readFileSync(API_FILE, 'utf8'), { assumeValid: true });
const queries = Object.values(api.getQueryType()!.getFields());
/** Of sessions and tokens, which need no role. */
const OPEN_MUTATIONS = ['signIn', 'refreshSession', 'signOut', 'createApiToken', 'revokeApiToken'];
const mutations = Object.values(api.getMutationType()!.getFields()).filter(({ name }) => !OPEN_MUTATIONS.includes(name));

/** `id` in place of the unknown one, wherever that is. */
const withId = (variables: Record<string, unknown>, id: string): Record<string, unknown> =>
  JSON.parse(JSON.stringify(variables).replaceAll(UNKNOWN, id));

describe('a token', () => {
  it('that may only bring things in is FORBIDDEN every query but `me`', async () => {
    const ingestor = await world.createToken(world.ask, ['INGESTOR']);
    const roleless = await world.createUser([]);
    const idle = await world.createToken(roleless, ['ADMIN']);
    expect(queries.length).toBeGreaterThan(20);
    const wrong: [string, string[]][] = [];
    for (const field of queries) {
      const { query, variables } = operationOf(field, 'query');
      for (const asker of [ingestor, idle, roleless]) {
        const answer = await asker(query, variables);
        const expected = field.name === 'me' ? [] : ['FORBIDDEN'];
        if (codes(answer).join() !== expected.join() || (answer.data?.[field.name] != null) !== (field.name === 'me')) {
          wrong.push([field.name, codes(answer)]);
        }
      }
      // That it is the token which is refused, not the question.
      const admin = codes(await world.ask(query, variables));
      if (admin.includes('FORBIDDEN')) wrong.push([`${field.name}, as an administrator`, admin]);
    }
    expect(wrong).toEqual([]);
  });

  it('that may only bring things in is FORBIDDEN every other mutation but those of sessions and tokens, whatever it names', async () => {
    const ingestor = await world.createToken(world.ask, ['INGESTOR']);
    const roleless = await world.createUser([]);
    const idle = await world.createToken(roleless, ['ADMIN']);
    const { assets, scanRuns } = await world.admin(
      `{ assets(filter: { sourceIds: ["${b}"], kinds: [TABLE] }) { nodes { id columns { nodes { id } } } }
         scanRuns: source(id: "${b}") { scans { id } runs { nodes { id } } } }`,
    );
    const [asset] = assets.nodes;
    const ids = [UNKNOWN, b, asset.id, asset.columns.nodes[0].id, scanRuns.scans[0].id, scanRuns.runs.nodes[0].id, reader.id, roleless.id];
    expect(mutations.length).toBeGreaterThan(15);
    const wrong: [string, string, string[]][] = [];
    for (const field of mutations) {
      const { query, variables } = operationOf(field, 'mutation');
      for (const asker of field.name === 'ingestLineage' ? [idle, roleless] : [ingestor, idle, roleless]) {
        const answers = await Promise.all(ids.map((id) => asker(query, withId(variables, id))));
        answers.forEach((answer, index) => {
          if (codes(answer).join() !== 'FORBIDDEN') wrong.push([field.name, ids[index]!, codes(answer)]);
        });
      }
      // Of somebody who reads, an unknown id is NOT_FOUND: it is the viewer who is refused, not the question.
      if (JSON.stringify(variables).includes(UNKNOWN) && codes(await reader(query, variables)).includes('FORBIDDEN')) {
        wrong.push([field.name, 'as a reader', ['FORBIDDEN']]);
      }
    }
    expect(wrong).toEqual([]);
    const INGEST = 'mutation { ingestLineage(input: { events: [{}] }) { accepted failed { index } } }';
    expect((await ingestor(INGEST)).data.ingestLineage).toEqual({ accepted: 0, failed: [{ index: 0 }] });
  });

  it('reads what its owner reads, and changes nothing beyond its scope', async () => {
    const of = (sourceId: string) =>
      `{ assets(filter: { sourceIds: ["${sourceId}"], kinds: [TABLE] }) { totalCount nodes { id version } } }`;
    const [mine] = (await world.admin(of(a))).assets.nodes;
    const [hidden] = (await world.admin(of(b))).assets.nodes;
    const narrow = await world.createToken(reader, ['ADMIN']);
    expect((await narrow(of(a))).data.assets.totalCount).toBe(1);
    expect((await narrow(of(b))).data.assets).toEqual({ totalCount: 0, nodes: [] });
    expect(codes(await narrow(DESCRIBE, mine))).toEqual(['FORBIDDEN']);
    expect(codes(await narrow(DESCRIBE, hidden))).toEqual(['NOT_FOUND']);

    const wide = await world.createToken(world.ask, ['READER']);
    expect((await wide(of(b))).data.assets.totalCount).toBe(1);
    expect(codes(await wide(DESCRIBE, hidden))).toEqual(['FORBIDDEN']);
    expect(codes(await wide(`mutation { createUser(input: { email: "x@example.org", name: "x", roles: [] }) { cursor } }`))).toEqual([
      'FORBIDDEN',
    ]);
    const steward = await world.createToken(world.ask, ['STEWARD']);
    expect(codes(await steward(DESCRIBE, mine))).toEqual([]);
    expect(codes(await steward(SET_ROLES, { input: { userId: reader.id, roles: [{ role: 'ADMIN' }] } }))).toEqual(['FORBIDDEN']);
  });

  it('makes none that may more, or lasts longer, than itself', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const token = await world.createToken(world.ask, ['READER'], expiresAt);
    const make = (input: object) => token(CREATE_TOKEN, { input: { name: 'child', scopes: ['READER'], ...input } });
    for (const scopes of [['ADMIN'], ['STEWARD'], ['READER', 'INGESTOR']])
      expect(codes(await make({ scopes })), scopes.join()).toEqual(['FORBIDDEN']);
    expect(codes(await make({ expiresAt: '2999-01-01T00:00:00Z' }))).toEqual(['FORBIDDEN']);
    const unknown = await make({ scopes: ['READER', 'ROOT'] });
    expect(unknown.errors![0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'input.scopes' });
    expect(unknown.errors![0]!.message).toContain('ADMIN, STEWARD, READER, INGESTOR');
    const made = await make({});
    expect(made.data.createApiToken.token).toMatchObject({ scopes: ['READER'], expiresAt });
    expect(codes(await world.as(made.data.createApiToken.secret)(CREATE_TOKEN, { input: { name: 'x', scopes: ['ADMIN'] } }))).toEqual([
      'FORBIDDEN',
    ]);
  });

  it('is refused at once when revoked, with those made with it, whoever revokes it', async () => {
    const token = await world.createToken(reader, ['READER']);
    const child = await world.createToken(token, ['READER']);
    let revoked = false;
    const answers: [boolean, Answer][] = [];
    const asking = Array.from({ length: 4 }, async () => {
      for (let after = 0; after < 3;) {
        const before = revoked;
        const answer = await child('{ assets { totalCount } }');
        answers.push([before, answer]);
        if (before) after++;
      }
    });
    await expect.poll(() => answers.length).toBeGreaterThan(8);
    const { data } = await world.ask(REVOKE, { id: token.id });
    revoked = true;
    await Promise.all(asking);
    expect(data.revokeApiToken.token).toEqual({ id: token.id, revokedAt: expect.any(String) });
    for (const [before, answer] of answers) {
      // Those under way may end either way, but never in a half or as something else.
      if (answer.errors) expect(codes(answer)).toEqual(['UNAUTHENTICATED']);
      else expect([before, answer.data.assets.totalCount]).toEqual([false, expect.any(Number)]);
    }
    expect(answers.some(([, answer]) => !answer.errors)).toBe(true);
    for (const asker of [token, child]) expect(codes(await asker(ME))).toEqual(['UNAUTHENTICATED']);
    expect(codes(await reader(REVOKE, { id: token.id }))).toEqual([]);
    expect(codes(await reader(REVOKE, { id: (await world.createToken(world.ask, ['READER'])).id }))).toEqual(['NOT_FOUND']);
  });

  it('is refused once expired, and when it is none', async () => {
    const token = await world.createToken(reader, ['READER'], new Date(Date.now() + 3_600_000).toISOString());
    expect(codes(await token(ME))).toEqual([]);
    await world.owner`update identity.api_tokens set expires_at = now() where id = ${token.id}`;
    const expired = await token(ME);
    expect([codes(expired), expired.errors![0]!.message]).toEqual([['UNAUTHENTICATED'], expect.stringContaining('expired')]);
    for (const text of ['pursight_', `pursight_${'A'.repeat(84)}`, token.secret.slice(0, -1), token.secret.slice('pursight_'.length)]) {
      expect(codes(await world.as(text)(ME)), text.slice(0, 20)).toEqual(['UNAUTHENTICATED']);
    }
  });

  it('follows its owner’s roles at once', async () => {
    const user = await world.createUser([{ role: 'READER' }]);
    const token = await world.createToken(user, ['STEWARD', 'INGESTOR']);
    const count = async () => {
      const answer = await token('{ sources { totalCount } }');
      return answer.data.sources?.totalCount ?? codes(answer).join();
    };
    expect(await count()).toBe(2);
    await setRoles(user.id, [{ role: 'STEWARD', sourceId: b }]);
    expect(await count()).toBe(1);
    await setRoles(user.id, [{ role: 'INGESTOR' }]);
    expect(await count()).toBe('FORBIDDEN');
    await setRoles(user.id, []);
    expect([await count(), (await token(ME)).data.me]).toEqual(['FORBIDDEN', { name: expect.any(String) }]);
  });

  it('tells its owner of it, to the minute of its last use, and shows a token only itself', async () => {
    const user = await world.createUser([{ role: 'READER' }]);
    const [first, second] = [
      await world.createToken(user, ['READER'], '2999-01-01T00:00:00.000Z'),
      await world.createToken(user, ['STEWARD', 'READER']),
    ];
    const LIST =
      '{ apiTokens { totalCount nodes { id name scopes createdAt expiresAt lastUsedAt revokedAt } edges { cursor node { id } } } }';
    const list = async (asker: Ask) => (await asker(LIST)).data.apiTokens;
    expect((await list(second)).nodes.map((node: { id: string }) => node.id)).toEqual([second.id]);
    expect((await list(first)).nodes).toMatchObject([{ id: first.id, createdAt: expect.stringMatching(/^20/) }]);
    await user(REVOKE, { id: first.id });
    const lastUses = async () => (await list(user)).nodes.map((node: { lastUsedAt: string | null }) => node.lastUsedAt);
    await expect.poll(lastUses).toEqual([expect.stringMatching(/^20/), expect.stringMatching(/^20/)]);
    expect(await list(user)).toMatchObject({
      totalCount: 2,
      edges: [{ node: { id: second.id } }, { node: { id: first.id } }],
      nodes: [
        { id: second.id, name: 'Token of STEWARD,READER', scopes: ['STEWARD', 'READER'], expiresAt: null, revokedAt: null },
        { id: first.id, name: 'Token of READER', expiresAt: '2999-01-01T00:00:00.000Z', revokedAt: expect.any(String) },
      ],
    });
    expect((await list(reader)).nodes.map((node: { id: string }) => node.id)).not.toContain(second.id);
  });

  it('opens the metrics only to who administers everything', async () => {
    const status = async (token: Ask & { secret: string }) =>
      (await fetch(`${world.url}/metrics`, { headers: { authorization: `Bearer ${token.secret}` } })).status;
    expect(await status(await world.createToken(world.ask, ['ADMIN']))).toBe(200);
    expect(await status(await world.createToken(world.ask, ['STEWARD']))).toBe(403);
  });
});

describe('sessions', () => {
  const refresh = async (refreshToken: string) =>
    codes(
      await world.anonymous('mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { session { expiresAt } } }', {
        input: { refreshToken },
      }),
    );

  it('end everywhere at once, the playground’s too, and tokens stay', async () => {
    const user = await world.createUser([{ role: 'READER' }]);
    const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken refreshToken } } }';
    const signedIn = await world.anonymous(SIGN_IN, { input: { email: user.email, password: PASSWORD } });
    const { accessToken, refreshToken } = signedIn.data.signIn.session;
    const token = await world.createToken(user, ['READER']);

    const items = new Map<string, string>();
    const storage = {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
      removeItem: (key: string) => void items.delete(key),
    } as unknown as Storage;
    const { fetch } = globalThis;
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => fetch(new URL(path, world.url), init));
    try {
      const playground = createSessionStore(storage);
      await playground.signIn(user.email, PASSWORD);
      expect(await playground.send({ query: ME })).toEqual({ data: { me: { name: expect.any(String) } } });
      // A token that was found must not throw its owner out.
      expect(codes(await token(EVERYWHERE))).toEqual(['FORBIDDEN']);
      expect((await token('mutation { signOut(input: {}) { signedOut } }')).data).toEqual({ signOut: { signedOut: false } });
      expect(codes(await world.as(accessToken)(ME))).toEqual([]);

      expect((await user(EVERYWHERE)).data).toEqual({ signOut: { signedOut: true } });
      for (const asker of [user, world.as(accessToken)]) expect(codes(await asker(ME))).toEqual(['UNAUTHENTICATED']);
      expect(await refresh(refreshToken)).toEqual(['UNAUTHENTICATED']);
      await expect(playground.send({ query: ME })).rejects.toThrow('This session has ended');
      expect([playground.current(), items.size]).toEqual([null, 0]);
    } finally {
      vi.unstubAllGlobals();
    }
    expect(codes(await token(ME))).toEqual([]);
  });

  it('have what a person was given or lost, at once, also by a token of an administrator', async () => {
    const admin = await world.createToken(world.ask, ['ADMIN']);
    const made = await admin('mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id roles { role } } } }', {
      input: { email: 'made@example.org', name: 'Made', password: PASSWORD, roles: [{ role: 'READER', sourceId: a }] },
    });
    const user = await world.signIn('made@example.org', PASSWORD);
    const sources = async () => (await user('{ sources { totalCount } }')).data.sources?.totalCount ?? 'none';
    expect(await sources()).toBe(1);
    const set = (roles: object[]) => admin(SET_ROLES, { input: { userId: made.data.createUser.user.id, roles } });
    expect((await set([{ role: 'READER' }])).data.setUserRoles.user.roles).toEqual([{ role: 'READER' }]);
    expect(await sources()).toBe(2);
    await set([]);
    expect(await sources()).toBe('none');
  });
});

it('the command line makes tokens, works with them, and revokes them', async () => {
  const home = mkdtempSync(join(tmpdir(), 'pursight-tokens-'));
  const cli = (args: string[], token?: string) =>
    pursight(args, { stdin: PASSWORD, env: { PURSIGHT_URL: world.url, XDG_CONFIG_HOME: home, ...(token && { PURSIGHT_TOKEN: token }) } });
  try {
    expect(await cli(['signin', '--email', reader.email, '--password-stdin'])).toMatchObject({ code: 0 });
    const made = await cli(['token', 'create', 'by hand', '--scope', 'steward,reader', '--expires', '30d']);
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^pursight_\S{84}\n$/) });
    const child = JSON.parse((await cli(['token', 'create', 'child', '--scope', 'READER', '--json'], made.stdout)).stdout);
    expect((await cli(['source', 'list'], child.secret)).stdout).toMatch(/^NAME .*\nalpha /);
    expect((await cli(['runs', 'alpha'], child.secret)).stdout).toContain('COMPLETED');
    // The search index follows within a second.
    await expect.poll(async () => (await cli(['search', 'table', '--kind', 'table'], child.secret)).stdout).toContain('.alpha_table');
    const hits = JSON.parse((await cli(['search', 'alpha_table', '--source', 'alpha', '--json'], child.secret)).stdout);
    expect([hits.totalCount, hits.nodes[0].highlights]).toEqual([1, [expect.stringContaining('<em>')]]);
    const { namespace, name } = hits.nodes[0].asset;
    expect((await cli(['asset', namespace, name], child.secret)).stdout).toMatch(/primary key +id\n[^]*\nid +integer +no/);
    expect((await cli(['search', 'beta_table'], child.secret)).stdout).not.toContain('beta');
    expect(await cli(['token', 'create', 'x', '--scope', 'ADMIN'], child.secret)).toMatchObject({ code: 3, stdout: '' });
    expect(await cli(['source', 'remove', 'alpha'], child.secret)).toMatchObject({ code: 3 });
    expect((await cli(['token', 'list'], child.secret)).stdout).toMatch(/^ID .*\n\S+ +child +READER +active .*\n$/);
    expect(await cli(['token', 'revoke', UNKNOWN])).toMatchObject({ code: 1 });
    const listed: { id: string; name: string }[] = JSON.parse((await cli(['token', 'list', '--json'])).stdout);
    const { id } = listed.find(({ name }) => name === 'by hand')!;
    expect(await cli(['token', 'revoke', id])).toMatchObject({ code: 0, stdout: 'Revoked by hand, and what was made with it.\n' });
    for (const secret of [made.stdout, child.secret]) {
      expect(await cli(['source', 'list'], secret)).toEqual({ code: 3, stdout: '', stderr: expect.stringContaining('PURSIGHT_TOKEN') });
    }
  } finally {
    rmSync(home, { recursive: true });
  }
});

it('the secrets of tokens are in no row and no line of the log', async () => {
  const token = await world.createToken(reader, ['READER']);
  await token(ME);
  await token('{ wrong }');
  await world.as(`${token.secret}A`)(ME);
  await token('query ($x: Int!) { assets(first: $x) { totalCount } }', { x: token.secret });
  await world.sealed();
  const random = Buffer.from(token.secret.slice('pursight_'.length), 'base64url');
  const needles = [
    token.secret.slice('pursight_'.length),
    token.secret.slice(40),
    random.subarray(16, 48).toString('hex'),
    Buffer.from(token.secret).toString('hex'),
  ];
  const columns = await world.owner<{ schema: string; table: string; column: string; type: string }[]>`
    select table_schema as schema, table_name as table, column_name as column, data_type as type from information_schema.columns
    where table_schema in ('identity', 'events', 'catalog', 'access')`;
  const find = async (needle: string): Promise<string[]> => {
    const found: string[] = [];
    for (const { schema, table, column, type } of columns) {
      const sql = world.owner;
      const text = type === 'bytea' ? sql`encode(${sql(column)}, 'hex')` : sql`${sql(column)}::text`;
      const [row] = await sql`select count(*)::int as count from ${sql(`${schema}.${table}`)} where position(${needle} in ${text}) > 0`;
      if (row!.count > 0) found.push(`${schema}.${table}.${column}`);
    }
    return found;
  };
  expect(columns.length).toBeGreaterThan(100);
  // What is kept is found by the same search.
  const [kept] = await world.owner`select encode(secret_hash, 'hex') as hash from identity.api_tokens where id = ${token.id}`;
  expect(await find(kept!.hash)).toContain('identity.api_tokens.secret_hash');
  expect(await find('Token of READER')).toEqual(expect.arrayContaining(['identity.api_tokens.name', 'events.log.data']));
  for (const needle of needles) expect(await find(needle)).toEqual([]);
  const log = logged.join('');
  expect(log).toContain(token.id);
  for (const needle of needles) expect(log).not.toContain(needle);
});
