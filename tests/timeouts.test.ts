/** Operations that take too long, or whose caller left: their SQL ends with them, and nobody else's does. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, type Ask, type World } from './world.ts';

const DEADLINE_MS = 3_000;
/** Less than the deadline, and long on a busy machine. */
const SOON = { timeout: 2_500 };
let world: World;
let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
let assetId: string;
let token: string;
beforeAll(async () => {
  world = await createWorld({ deadlineMs: DEADLINE_MS });
  source = await createEmptyDatabase();
  await source.sql`create table orders (id int primary key, at timestamptz)`;
  const { id } = await world.addSource('shop', { url: source.url });
  await world.scan(id);
  assetId = (await world.admin('{ assets(filter: { kinds: [TABLE] }) { nodes { id } } }')).assets.nodes[0].id;
  const { data } = await world.anonymous(
    'mutation { signIn(input: { email: "admin@example.org", password: "a password of the tests" }) { session { accessToken } } }',
  );
  token = data.signIn.session.accessToken;
});
afterAll(async () => {
  await source.drop();
  await world.stop();
});

/** Statements of the subgraphs that wait for a lock. */
const waiting = async (): Promise<string[]> => {
  const rows = await world.owner<{ query: string }[]>`
    select query from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and application_name in ('pursight catalog', 'pursight identity')`;
  return rows.map(({ query }) => query);
};

/** Does something while no statement can read or write the table. */
async function whileLocked(table: string, work: () => Promise<void>): Promise<void> {
  await world.owner.begin(async (tx) => {
    await tx.unsafe(`lock table ${table} in access exclusive mode`);
    await work();
  });
}

const send = (query: string, signal?: AbortSignal): Promise<Response> =>
  fetch(`${world.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
    signal,
  });

it('at the deadline a query and a mutation are answered with TIMEOUT, and no statement of theirs is left', async () => {
  const edit = `mutation { updateAsset(input: { id: "${assetId}", version: 1, description: "late" }) { cursor } }`;
  await whileLocked('catalog.assets', async () => {
    const answers = Promise.all([send('{ assets { totalCount nodes { name columns { nodes { name } } } } }'), send(edit)]);
    await expect.poll(waiting, SOON).toHaveLength(2);
    for (const answer of await answers) {
      expect(answer.status).toBe(504);
      expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'TIMEOUT', deadlineMs: DEADLINE_MS } }] });
    }
    await expect.poll(waiting, SOON).toEqual([]);
  });
  expect((await world.admin(`{ asset(id: "${assetId}") { description version } }`)).asset).toEqual({ description: null, version: 1 });
});

it('when the caller leaves, the SQL ends at once, that of signing a request in as well', async () => {
  for (const table of ['catalog.assets', 'identity.users']) {
    await whileLocked(table, async () => {
      const controller = new AbortController();
      const asked = send('{ assets { nodes { name } } me { name } }', controller.signal);
      await expect.poll(waiting, SOON).toHaveLength(1);
      controller.abort();
      await expect(asked).rejects.toThrow();
      await expect.poll(waiting, SOON).toEqual([]);
    });
  }
});

it('callers who leave at any moment cost the others nothing', async () => {
  const stay = async (ask: Ask): Promise<void> => {
    const { data, errors } = await ask(`{ asset(id: "${assetId}") { id displayName columns { nodes { name } } } me { id } }`);
    expect(errors).toBeUndefined();
    expect(data.asset).toEqual({ id: assetId, displayName: 'orders', columns: { nodes: [{ name: 'id' }, { name: 'at' }] } });
  };
  const leave = async (): Promise<void> => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), Math.random() * 60);
    await send(`{ assets { totalCount nodes { name columns { nodes { name } } } } }`, controller.signal).catch(() => undefined);
    clearTimeout(timer);
  };
  for (let round = 0; round < 8; round++) {
    await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? stay(world.ask) : leave())));
  }
  await expect.poll(waiting, SOON).toEqual([]);
});

it('searches of one viewer that hang hold nobody else up, and are answered once they can go on', async () => {
  const other = await world.createUser([{ role: 'READER' }]);
  const answers: Promise<Response>[] = [];
  let hanging = 20;
  await whileLocked('catalog.search_documents', async () => {
    for (let n = 0; n < 20; n++) {
      const answer = send('{ search(query: "orders") { nodes { asset { id } } } }');
      void answer.finally(() => hanging--);
      answers.push(answer);
    }
    // Half of the six sessions that the catalog has for requests.
    await expect.poll(waiting, SOON).toHaveLength(3);
    expect(await other('{ assets(filter: { kinds: [TABLE] }, first: 1) { nodes { id } } }')).toEqual({
      data: { assets: { nodes: [{ id: assetId }] } },
    });
    expect(hanging).toBe(20);
  });
  for (const answer of await Promise.all(answers)) expect((await answer.json()).errors).toBeUndefined();
});
