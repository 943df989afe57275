/** Erasing a person while the product runs: what is gone afterwards, what stays, and who is refused. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import type { Outcome, RunOptions } from '../cli/testing/terminal.ts';
import { pursight as run, settingsOf } from './commands.ts';
import { mutate } from './contract/mutate.ts';
import { createWorld, EMAIL, PASSWORD, type Ask, type World } from './world.ts';

type Person = Ask & { id: string; email: string };

let world: World;
let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeAll(async () => {
  world = await createWorld();
  source = await createEmptyDatabase();
});
afterAll(async () => {
  await world.stop();
  await source.drop();
});

const pursight = (args: string[], options?: RunOptions): Promise<Outcome> => run(world, args, options);

const change = (name: string, input: object, selection?: string) => mutate(world.admin, name, input, selection);

/** As somebody, throwing on errors. */
const by =
  (ask: Ask): World['admin'] =>
  async (query, variables) => {
    const { data, errors } = await ask(query, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };

/** Tables that have a text anywhere, in whatever case and kind of column; bytes are looked at, too. */
async function tablesWith(text: string): Promise<string[]> {
  const tables = await world.owner<{ name: string }[]>`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' order by 1`;
  expect(tables.length).toBeGreaterThan(50);
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await world.owner.unsafe(
      `select from ${name} as t where strpos(lower(t::text), lower($1)) > 0 or strpos(t::text, encode(convert_to($1, 'utf8'), 'hex')) > 0 limit 1`,
      [text],
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}

/** The chain as it was sealed, each event without data told of, and nobody told of who has theirs. */
async function checkLog(): Promise<number> {
  const events = await world.owner<
    { eventId: string; type: string; subject: string; leaf: Buffer; hash: Buffer; data: unknown; salt: Buffer | null }[]
  >`select event_id, type, subject, leaf, hash, data, salt from events.log order by seq`;
  let previous: Buffer = Buffer.alloc(32);
  for (const { leaf, hash } of events) {
    expect(hash).toEqual(createHash('sha256').update(previous).update(leaf).digest());
    previous = hash;
  }
  const told = events.filter(({ type }) => type === 'event.erased').map(({ subject }) => subject);
  const without = events.filter(({ data, salt }) => data === null && salt === null).map(({ eventId }) => eventId);
  expect(told.toSorted()).toEqual(without.toSorted());
  expect(events.filter(({ data, salt }) => (data === null) !== (salt === null))).toEqual([]);
  return without.length;
}

const ASSET = `query ($id: ID!) { asset(id: $id) { id version description tags sourceDescription owners { role user { id name } }
  columns(first: 1) { nodes { description } } history { nodes { version changes { path } } } } }`;
const USER = 'query ($id: ID!) { user(id: $id) { id name email roles { role } teams { id } } }';

describe('a person who is erased', { timeout: 120_000 }, () => {
  let ann: Person;
  let token: Ask;
  let other: string;
  let ids: Record<'table' | 'view' | 'source' | 'team', string>;

  it('has left the address in many places', async () => {
    ann = await world.createUser([{ role: 'STEWARD' }]);
    other = `x${ann.email}`;
    token = await world.createToken(ann, ['READER']);
    await source.sql.unsafe(`create schema s; create table s.orders (id int, contact text);
      comment on table s.orders is 'Ask ${ann.email.toUpperCase()} first';
      create view s.hers as select id from s.orders where contact = '${ann.email}'`);
    const registered = await world.addSource('shop', { url: source.url });
    await world.scan(registered.id);
    const { assets } = await world.admin('{ assets(first: 200) { nodes { id path kind } } }');
    const idOf = (name: string): string => assets.nodes.find(({ path }: { path: string[] }) => path.at(-1) === name).id;
    const { team } = await change('createTeam', { name: 'Data office', memberIds: [ann.id] }, 'team { id }');
    ids = { table: idOf('orders'), view: idOf('hers'), source: registered.id, team: team.id };
    const hers = by(ann);
    await mutate(hers, 'updateAsset', {
      id: ids.table,
      version: 1,
      description: `Mine: mailto:${ann.email}, not ${other}.`,
      tags: [ann.email, `TO:${ann.email.toUpperCase()}`],
      owners: [
        { userId: ann.id, role: 'OWNER' },
        { teamId: ids.team, role: 'STEWARD' },
      ],
    });
    const { asset } = await hers('query ($id: ID!) { asset(id: $id) { columns { nodes { id name version } } } }', { id: ids.table });
    const [column] = asset.columns.nodes;
    await mutate(
      hers,
      'updateColumns',
      { items: [{ id: column.id, version: column.version, description: `As ${ann.email} says` }] },
      'cursor',
    );
    await change('updateSource', { id: ids.source, version: 1, owners: [{ userId: ann.id, role: 'OWNER' }] });
    await mutate(hers, 'createGlossaryTerm', { name: 'Order', definition: `Defined by ${ann.email}` });
    await mutate(hers, 'declareLineage', { from: ids.table, to: ids.view, reason: `${ann.email} said so` });
    const policy = {
      name: 'Short',
      ruleType: 'namingConvention',
      params: { pattern: '^x+$', target: 'asset' },
      scope: {},
      severity: 'INFO',
    };
    const made = await mutate(hers, 'createPolicy', { ...policy, description: `Questions: ${ann.email}` }, 'policy { id version }');
    await mutate(hers, 'publishPolicy', made.policy);
    await world.anonymous('mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }', {
      input: { email: ann.email, password: 'a wrong one' },
    });
    let violations: { id: string; version: number }[] = [];
    while (violations.length === 0) {
      violations = (await world.admin(`{ violations(first: 1, filter: { assetIds: ["${ids.table}"] }) { nodes { id } } }`)).violations
        .nodes;
      await sleep(50);
    }
    const until = new Date(Date.now() + 86_400_000).toISOString();
    await mutate(hers, 'waiveViolation', { id: violations[0]!.id, until, because: `I am ${ann.email}` });
    await world.consumed();
    expect(await tablesWith(ann.email)).toEqual(
      expect.arrayContaining([
        'catalog.asset_edits',
        'catalog.asset_tags',
        'catalog.asset_versions',
        'catalog.assets',
        'catalog.column_edits',
        'catalog.glossary_terms',
        'catalog.search_documents',
        'events.log_0',
        'identity.users',
        'lineage.declarations',
        'policy.policies',
        'policy.violations',
      ]),
    );
  });

  it('is not erased without being asked for, nor where nobody would be left to administer', async () => {
    expect(await pursight(['user', 'erase', ann.email])).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
    expect(await pursight(['user', 'erase', ann.email], { tty: true, stdin: 'n' })).toMatchObject({ code: 1, stdout: '' });
    expect(await pursight(['user', 'erase', 'nobody@example.org', '--yes'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nobody@example.org'),
    });
    expect(await pursight(['user', 'erase', EMAIL, '--yes'])).toMatchObject({ code: 1, stderr: expect.stringContaining('last user') });
    expect((await ann('{ me { id name } }')).data.me).toEqual({ id: ann.id, name: 'User 1' });
    expect((await world.admin('{ me { id } }')).me).not.toBeNull();
  });

  it('is in no row any more, and out of what goes on at once', async () => {
    const live = await world.live(ann.email);
    const stream = live.subscribe('subscription { eventPublished { cursor } }');
    const { code, stdout, stderr } = await pursight(['user', 'erase', ann.email.toUpperCase(), '--json'], { tty: true, stdin: 'y' });
    expect(stderr).toContain('Erase User 1 <');
    expect({ code, erased: JSON.parse(stdout) }).toMatchObject({ code: 0, erased: { userId: ann.id, assets: 1, sources: 1, waiting: 0 } });
    await stream.end();
    await live.close();
    for (const ask of [ann, token]) expect((await ask('{ me { id } }')).errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
    await expect(world.signIn(ann.email, PASSWORD)).rejects.toThrow('wrong');

    await world.consumed();
    // Somebody else's, which is longer, stays where it was.
    const left = await tablesWith(ann.email);
    expect(left).toEqual(await tablesWith(other));
    expect(left).toEqual(['catalog.asset_edits', 'catalog.asset_versions']);
    expect(await tablesWith(ann.email.replaceAll(/[@.]/g, ''))).toEqual(await tablesWith(other.replaceAll(/[@.]/g, '')));
    const erased = await checkLog();
    expect(erased).toBeGreaterThan(10);
    const verified = await pursight(['audit', 'verify', '--no-file', '--json']);
    expect({ code: verified.code, found: JSON.parse(verified.stdout) }).toMatchObject({ code: 0, found: { faultCount: 0, erased } });
  });

  it('is nobody that one could name, wherever something was done by them', async () => {
    const tombstone = { id: ann.id, name: 'Erased user', email: `${ann.id}@erased.invalid`, roles: [], teams: [] };
    expect((await world.admin(USER, { id: ann.id })).user).toEqual(tombstone);
    const { users, teams } = await world.admin(
      '{ users { totalCount nodes { name } } teams { nodes { version members { nodes { id } } } } }',
    );
    expect(users).toEqual({ totalCount: 1, nodes: [{ name: 'Administrator' }] });
    expect(teams.nodes).toEqual([{ version: 2, members: { nodes: [] } }]);
    const { events } = await world.admin(
      'query ($id: ID!) { events(first: 200, actorId: $id) { nodes { type data actor { id name } } } }',
      {
        id: ann.id,
      },
    );
    expect(events.nodes.length).toBeGreaterThan(5);
    for (const { actor } of events.nodes) expect(actor).toEqual({ id: ann.id, name: 'Erased user' });
    const about = (await world.admin('query ($id: ID!) { events(first: 200, subject: $id) { nodes { type data } } }', { id: ann.id }))
      .events.nodes;
    expect(new Set(about.map(({ type }: { type: string }) => type))).toEqual(
      new Set(['identity.userCreated', 'identity.signedIn', 'identity.signInFailed', 'identity.userErased']),
    );
    for (const { data } of about) expect(data).toEqual({});
    const { waived } = await world.admin('{ waived: violations(filter: { statuses: [WAIVED] }) { nodes { waivedBecause } } }');
    expect(waived.nodes).toEqual([{ waivedBecause: 'I am [erased]' }]);
  });

  it('leaves what they wrote without the address, and owns nothing any more', async () => {
    const { asset } = await world.admin(ASSET, { id: ids.table });
    expect(asset).toMatchObject({
      description: `Mine: mailto:[erased], not ${other}.`,
      tags: ['TO:[erased]', '[erased]'],
      sourceDescription: 'Ask [erased] first',
      owners: [{ role: 'STEWARD', user: null }],
    });
    expect(asset.columns.nodes[0].description).toBe('As [erased] says');
    const [latest] = asset.history.nodes;
    expect(latest.changes).toMatchObject([{ path: '/owners' }]);
    const found = async (query: string) =>
      (
        await world.admin('query ($query: String!) { search(query: $query) { nodes { asset { id } } facets { name values { value } } } }', {
          query,
        })
      ).search;
    expect((await found('ask erased')).nodes).toMatchObject([{ asset: { id: ids.table } }]);
    const { source: owned } = await world.admin('query ($id: ID!) { source(id: $id) { version owners { role } } }', { id: ids.source });
    expect(owned).toEqual({ version: 3, owners: [] });
    // It goes on: versions follow each other, and a scan finds nothing to change.
    await change('updateAsset', { id: ids.table, version: asset.version, description: 'Nobody is named here' });
    expect(await world.scan(ids.source)).toMatchObject({ status: 'COMPLETED', changed: 0 });
  });

  it('may come again as somebody new, who may be erased in turn', async () => {
    await change('createUser', { email: ann.email, name: 'Ann', password: PASSWORD, roles: [] });
    const again = await pursight(['user', 'erase', ann.email, '--yes']);
    expect(again).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^The user \S+ is erased: the data of \d+ events? went, /),
    });
    expect(await pursight(['user', 'erase', ann.email, '--yes'])).toMatchObject({ code: 1 });
  });
});

it('leaves nothing to somebody who signs in, makes tokens or is given something at that moment', { timeout: 120_000 }, async () => {
  const { team } = await change('createTeam', { name: 'Late comers' }, 'team { id }');
  for (let round = 0; round < 5; round++) {
    const person = await world.createUser([{ role: 'STEWARD' }]);
    /** Again and again, until it is refused. */
    const insist = async (work: (times: number) => Promise<unknown>): Promise<number> => {
      for (let times = 0; ; times++) {
        try {
          await work(times);
        } catch {
          return times;
        }
      }
    };
    const versionOf = async () =>
      (await world.admin('{ teams { nodes { id version } } }')).teams.nodes.find(({ id }: { id: string }) => id === team.id).version;
    const insisting = [
      insist(() => world.signIn(person.email, PASSWORD)),
      ...Array.from({ length: 3 }, () => insist(() => world.createToken(person, ['READER']))),
      insist((times) => change('setUserRoles', { userId: person.id, roles: [{ role: times % 2 === 0 ? 'READER' : 'STEWARD' }] })),
      insist(async (times) =>
        change('updateTeam', { id: team.id, version: await versionOf(), memberIds: times % 2 === 0 ? [person.id] : [] }),
      ),
    ];
    await sleep(50 * round);
    expect(await pursight(['user', 'erase', person.email, '--yes'])).toMatchObject({ code: 0 });
    expect((await Promise.all(insisting)).reduce((sum, times) => sum + times)).toBeGreaterThan(0);
    const left = await world.owner`
      select 'session' from identity.sessions where user_id = ${person.id} union all select 'token' from identity.api_tokens where user_id = ${person.id}
      union all select 'role' from identity.role_assignments where user_id = ${person.id}
      union all select 'member' from identity.team_members where user_id = ${person.id}`;
    expect(left).toEqual([]);
    expect(await tablesWith(person.email)).toEqual([]);
  }
});

it('goes on after it was killed', { timeout: 120_000 }, async () => {
  const person = await world.createUser([{ role: 'STEWARD' }]);
  for (let index = 0; index < 20; index++)
    await mutate(by(person), 'createGlossaryTerm', { name: `Term ${index}`, definition: `By ${person.email}` });
  await world.consumed();
  const command = ['cli/pursight.mjs', 'user', 'erase', person.email, '--yes'];
  const start = () => spawn(process.execPath, command, { env: { ...process.env, ...settingsOf(world) }, stdio: 'ignore' });
  // Once it has begun, wherever it is.
  const isBegun = async () => (await world.owner`select from identity.users where id = ${person.id} and erased_at is not null`).length > 0;
  for (const delay of [0, 30, 100]) {
    const child = start();
    const ended = once(child, 'exit');
    while (child.exitCode === null && !(await isBegun())) await sleep(5);
    await sleep(delay);
    child.kill('SIGKILL');
    await ended;
  }
  const last = await pursight(['user', 'erase', person.email, '--yes']);
  // One that was killed may have come to its end just before.
  if (last.code !== 0) expect(last.stderr).toContain('There is no user');
  expect(await tablesWith(person.email)).toEqual([]);
  await world.consumed();
  await checkLog();
});

it('waits for consumers that have yet to read what is to be erased, and says so where they do not come', { timeout: 120_000 }, async () => {
  const person = await world.createUser([{ role: 'STEWARD' }]);
  await mutate(by(person), 'createDomain', { name: `Of ${person.email}` });
  await world.consumed();
  const { eraseUser } = await import('#deploy/userTools.ts');
  const { DATABASE_URL, SECRET_KEY } = settingsOf(world);
  const place = {
    settings: (await import('#platform/config.ts')).parseSettings({}),
    ownerUrl: DATABASE_URL,
    rootKey: Buffer.from(SECRET_KEY, 'base64'),
  };
  const options = { confirm: async () => {}, onProgress: () => {}, patienceMs: 1_000 };
  await world.owner`insert into events.cursors (consumer, seq) values ('some.late', 0)`;
  const early = await eraseUser(place, person.email, options);
  expect(early).toMatchObject({ userId: person.id, waiting: expect.any(Number), behind: ['some.late'] });
  expect(early.waiting).toBeGreaterThan(0);
  expect(await tablesWith(person.email)).toEqual(expect.arrayContaining(['events.log_0', 'identity.users']));
  await world.owner`delete from events.cursors where consumer = 'some.late'`;
  expect(await eraseUser(place, person.email, options)).toMatchObject({ userId: person.id, waiting: 0 });
  expect(await tablesWith(person.email)).toEqual([]);
});
