/** A router that is killed between a change and its delivery: the log has the event, and whoever comes back gets it from another router. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, TEST_ROOT_KEY, type TestDatabase } from '#platform/testing/database.ts';
import { freePort } from '#platform/testing/freePort.ts';
import { connectLive, openSocket } from '#platform/testing/liveClient.ts';
import { ready, runNode, START_MS, type Running } from './separate.ts';

const [EMAIL, PASSWORD] = ['first@example.org', 'a password of the processes'];
const TEAMS = 'subscription ($after: String) { eventPublished(types: ["team.created"], after: $after) { cursor event { data } } }';

let database: TestDatabase;
let env: Record<string, string>;
let url: string;
const running = new Set<Running>();

const start = async (part: 'router' | 'worker'): Promise<Running> => {
  const process = runNode([`deploy/separate/${part}.ts`], env);
  running.add(process);
  return await ready(process);
};

async function ask(query: string, variables: object, token?: string): Promise<any> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return ((await response.json()) as { data: any }).data;
}

beforeAll(async () => {
  database = await createTestDatabase();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  env = {
    DATABASE_URL: database.location.ownerUrl,
    SECRET_KEY: Buffer.from(TEST_ROOT_KEY).toString('base64'),
    PORT: String(port),
    ADMIN_EMAIL: EMAIL,
    ADMIN_PASSWORD: PASSWORD,
  };
});
afterAll(async () => {
  await Promise.all([...running].map((process) => process.stop()));
  await database?.drop();
});

it('what was changed before a router was killed is delivered by the next one', { timeout: 2 * START_MS }, async () => {
  const first = await start('router');
  const { signIn } = await ask('mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }', {
    input: { email: EMAIL, password: PASSWORD },
  });
  const token: string = signIn.session.accessToken;
  const createTeam = (name: string) => ask('mutation ($name: String!) { createTeam(input: { name: $name }) { cursor } }', { name }, token);

  const socket = await openSocket(url);
  await socket.init(token);
  const { payload } = await socket.message('connection_ack');
  socket.send({ id: '1', type: 'subscribe', payload: { query: TEAMS } });
  // Committed, but without a worker nothing is in the log yet, so nothing can have been delivered.
  await createTeam('Before');
  await first.kill();
  expect(await socket.closeCode()).toBe(1006);
  expect(socket.messages.filter(({ type }) => type === 'next')).toEqual([]);

  await Promise.all([start('worker'), start('router')]);
  await createTeam('After');
  const live = connectLive(url, token);
  const stream = live.subscribe(TEAMS, { after: payload.cursor });
  const names: string[] = [];
  while (names.length < 2) names.push((await stream.next()).data.eventPublished.event.data.name);
  expect(names).toEqual(['Before', 'After']);
  await live.close();
});
