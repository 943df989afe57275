/** A consumer that fails: what it leaves, who is not held up, and how it is mended. Over two starts of the product on one database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMINISTRATOR, startInProcess, type InProcess } from '#deploy/testing/inProcess.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';

let database: TestDatabase;
let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
let product: InProcess;
beforeAll(async () => {
  database = await createTestDatabase();
  source = await createEmptyDatabase();
});
afterAll(async () => {
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

const LETTERS = '{ deadLetters(first: 200) { totalCount nodes { id consumer attempts lastError event { type subject } } } }';
const FOUND = '{ search(query: "wombat") { totalCount } }';

it('a consumer that fails leaves dead letters and holds up no other; redriven after the fix, nothing is missing', async () => {
  await source.sql`create table wombat (id int)`;
  const admin = await start('consumer:catalog.search');
  const { registerSource } = await admin('mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id } } }', {
    input: { name: 'shop', connector: 'postgres', config: { url: source.url } },
  });
  await admin('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', { id: registerSource.source.id });
  const written = async () =>
    (await database.owner`select subject from events.log where type = 'asset.created'`).map((row) => row.subject as string);
  await until(written, (subjects) => subjects.length >= 3);
  // No time passes in the test: what is being retried is due at once.
  const hurry = () => database.owner`update events.failures set retry_at = now() - interval '1 second' where retry_at < 'infinity'`;
  const { deadLetters } = await until(
    async () => (await hurry(), await admin(LETTERS)),
    ({ deadLetters: { totalCount } }) => totalCount >= 3,
  );
  for (const letter of deadLetters.nodes) {
    expect(letter).toMatchObject({
      consumer: 'catalog.search',
      attempts: 5,
      lastError: expect.stringContaining('FAULT'),
      event: { type: 'asset.created' },
    });
  }
  expect(deadLetters.nodes.map((letter: any) => letter.event.subject).toSorted()).toEqual((await written()).toSorted());
  const others = () =>
    database.owner`select consumer from events.cursors where consumer <> 'catalog.search' and seq < (select seq from events.log where type = 'asset.created' order by seq desc limit 1)`;
  await until(others, (behind) => behind.length === 0);
  expect((await admin(FOUND)).search.totalCount).toBe(0);
  const metrics = await (await fetch(`${product.url}/metrics`)).text();
  expect(metrics).toContain(`pursight_dead_letters{consumer="catalog.search"} ${deadLetters.totalCount}\n`);
  expect(metrics).toContain('pursight_dead_letters{consumer="identity.domains"} 0\n');

  await product.stop();
  const mended = await start();
  expect((await mended(LETTERS)).deadLetters.totalCount).toBe(deadLetters.totalCount);
  for (const { id } of deadLetters.nodes) {
    await mended('mutation ($id: ID!) { redriveDeadLetter(input: { id: $id }) { deadLetter { id } cursor } }', { id });
  }
  await until(
    () => mended(FOUND),
    ({ search }) => search.totalCount === 1,
  );
  await until(
    () => database.owner`select from events.failures`,
    (rows) => rows.length === 0,
  );
  expect((await mended(LETTERS)).deadLetters.totalCount).toBe(0);
});
