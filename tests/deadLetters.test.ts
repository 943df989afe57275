/** A consumer that fails: what it leaves, who is not held up, and how it is mended. Over two starts of the product on one database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ADMINISTRATOR, startInProcess, type InProcess } from '#deploy/testing/inProcess.ts';
import { EVENTS_CHANNEL } from '#platform/events/seal.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';

let database: TestDatabase;
let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
let product: InProcess;
beforeEach(async () => {
  database = await createTestDatabase();
  source = await createEmptyDatabase();
});
afterEach(async () => {
  await product.stop();
  await source.drop();
  await database.drop();
});

/** As the administrator; throws on errors. */
async function start(fault?: string): Promise<(query: string, variables?: Record<string, unknown>) => Promise<any>> {
  product = await startInProcess({ location: database.location, environment: { NODE_ENV: 'test', ...(fault && { FAULT: fault }) } });
  const token = await product.signIn(ADMINISTRATOR.email, ADMINISTRATOR.password);
  return async (query, variables) => {
    const { data, errors } = await product.ask(token, query, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
}

/** Asks until the answer is wanted; what hangs is ended by the test's own limit. */
async function until<Answer>(ask: () => Promise<Answer>, isWanted: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    await sleep(50);
  }
}

type Ask = Awaited<ReturnType<typeof start>>;
type Letter = { id: string; consumer: string; attempts: number; lastError: string; event: { type: string; subject: string } };

async function scan(ask: Ask, name: string, url: string): Promise<string> {
  const { registerSource } = await ask('mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id } } }', {
    input: { name, connector: 'postgres', config: { url } },
  });
  const { id } = registerSource.source;
  const { startScan } = await ask('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', { id });
  await until(
    () => ask('query ($id: ID!) { scanRun(id: $id) { status } }', startScan.run),
    ({ scanRun }) => scanRun.status === 'COMPLETED',
  );
  return id as string;
}

async function listLetters(ask: Ask): Promise<Letter[]> {
  const { deadLetters } = await ask(
    '{ deadLetters(first: 200) { totalCount nodes { id consumer attempts lastError event { type subject } } } }',
  );
  expect(deadLetters.nodes).toHaveLength(deadLetters.totalCount);
  return deadLetters.nodes;
}

/** Waits until each consumer has handled every event, or has given it up. No time passes in the test: what is being retried is due at once. */
async function settle(): Promise<void> {
  await until(
    async () => {
      await database.owner`update events.failures set retry_at = now() - interval '1 second' where retry_at < 'infinity'`;
      await database.owner`select pg_notify(${EVENTS_CHANNEL}, '')`;
      return await database.owner`
        select from events.outbox union all select from events.failures where retry_at is not null
        union all select from events.cursors where seq < (select seq from events.head)`;
    },
    (open) => open.length === 0,
  );
}

async function redriveAll(ask: Ask, letters: readonly Letter[]): Promise<void> {
  for (const { id } of letters)
    await ask('mutation ($id: ID!) { redriveDeadLetter(input: { id: $id }) { deadLetter { id } cursor } }', { id });
}

const assetsWritten = async (): Promise<string[]> =>
  (await database.owner<{ subject: string }[]>`select subject from events.log where type = 'asset.created'`).map((row) => row.subject);
const FOUND = '{ search(query: "wombat") { totalCount } }';

it('a consumer that fails leaves dead letters and holds up no other; redriven after the fix, nothing is missing', async () => {
  await source.sql`create table wombat (id int)`;
  const admin = await start('consumer:catalog.search');
  await scan(admin, 'shop', source.url);
  await settle();
  const letters = await listLetters(admin);
  for (const letter of letters) {
    expect(letter).toMatchObject({
      consumer: 'catalog.search',
      attempts: 5,
      lastError: expect.stringContaining('FAULT'),
      event: { type: 'asset.created' },
    });
  }
  expect(letters.length).toBeGreaterThanOrEqual(3);
  expect(letters.map(({ event }) => event.subject).toSorted()).toEqual((await assetsWritten()).toSorted());
  expect((await admin(FOUND)).search.totalCount).toBe(0);
  const metrics = await (await fetch(`${product.url}/metrics`)).text();
  expect(metrics).toContain(`pursight_dead_letters{consumer="catalog.search"} ${letters.length}\n`);
  expect(metrics).toContain('pursight_dead_letters{consumer="identity.domains"} 0\n');

  await product.stop();
  const mended = await start();
  expect((await listLetters(mended)).length).toBe(letters.length);
  await redriveAll(mended, letters);
  await settle();
  expect(await listLetters(mended)).toEqual([]);
  expect((await mended(FOUND)).search.totalCount).toBe(1);
});

it('policies that fail hold up neither search nor lineage; redriven after the fix, labels and violations are those of a run without the fault', async () => {
  const schema =
    'create table wombat (id int, "E-Mail" text); create table "Burrow" (id int); create view "Dens" as select id from "Burrow"';
  await source.sql.unsafe(schema);
  const admin = await start('consumer:policy');
  for (const target of ['asset', 'column']) {
    const { createPolicy } = await admin(
      'mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id version } } }',
      {
        input: {
          name: target,
          ruleType: 'namingConvention',
          params: { pattern: '^[a-z_]+$', target },
          scope: { kinds: ['TABLE', 'VIEW'] },
          severity: 'ERROR',
        },
      },
    );
    await admin('mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { cursor } }', { input: createPolicy.policy });
  }
  const failed = await scan(admin, 'shop', source.url);
  await settle();
  const letters = await listLetters(admin);
  const assets = await assetsWritten();
  const byConsumer = Map.groupBy(letters, ({ consumer }) => consumer);
  expect([...byConsumer.keys()].toSorted()).toEqual(['policy.assets', 'policy.evaluation', 'policy.labels']);
  for (const each of byConsumer.values()) expect(each.map(({ event }) => event.subject).toSorted()).toEqual(assets.toSorted());
  const { search, views } = await admin(
    '{ search(query: "wombat") { totalCount } views: assets(filter: { kinds: [VIEW] }) { nodes { upstream { nodes { displayName } } } } }',
  );
  expect(search.totalCount).toBe(1);
  expect(views.nodes).toEqual([{ upstream: { nodes: [{ displayName: 'Burrow' }] } }]);
  const none = await readFindings(admin, failed);
  expect(none).toEqual({ violations: [], labels: [] });

  await product.stop();
  const mended = await start();
  await redriveAll(mended, letters);
  await settle();
  expect(await listLetters(mended)).toEqual([]);
  const redriven = await readFindings(mended, failed);
  expect(redriven.violations).toEqual(['asset Burrow', 'asset Dens', 'column wombat E-Mail']);
  expect(redriven.labels).toEqual(['wombat E-Mail EMAIL SUGGESTED']);
  const other = await createEmptyDatabase();
  try {
    await other.sql.unsafe(schema);
    const whole = await scan(mended, 'other shop', other.url);
    await settle();
    expect(redriven).toEqual(await readFindings(mended, whole));
  } finally {
    await other.drop();
  }
});

/** What policies say of a source, without ids. */
async function readFindings(ask: Ask, sourceId: string): Promise<{ violations: string[]; labels: string[] }> {
  const { violations, assets } = await ask(
    `query ($ids: [ID!]) {
      violations(first: 200) { nodes { status policy { name } column { name } asset { displayName source { id } } } }
      assets(first: 20, filter: { sourceIds: $ids }) { nodes { displayName columns { nodes { name labels { state label { name } } } } } }
    }`,
    { ids: [sourceId] },
  );
  return {
    violations: violations.nodes
      .filter((each: any) => each.asset.source.id === sourceId && each.status === 'OPEN')
      .map((each: any) => [each.policy.name, each.asset.displayName, each.column?.name].filter(Boolean).join(' '))
      .toSorted(),
    labels: assets.nodes
      .flatMap((asset: any) =>
        asset.columns.nodes.flatMap((column: any) =>
          column.labels.map((each: any) => [asset.displayName, column.name, each.label.name, each.state].join(' ')),
        ),
      )
      .toSorted(),
  };
}
