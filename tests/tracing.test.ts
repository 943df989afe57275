/** Who did what when: request ids through answers, logs and events, run ids through a scan's log, and the numbers of /metrics. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, EMAIL, PASSWORD, type World } from './world.ts';

let world: World;
let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
const logged: string[] = [];
const lines = () => logged.map((line) => JSON.parse(line) as Record<string, unknown>);
beforeAll(async () => {
  world = await createWorld({ logged });
  source = await createEmptyDatabase();
  await source.sql`create table things (id int)`;
});
afterAll(async () => {
  await world.stop();
  await source.drop();
});

async function post(query: string, variables: Record<string, unknown>, token?: string) {
  const response = await fetch(`${world.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await response.json()) as { data: any };
  return { requestId: response.headers.get('x-request-id')!, data: answer.data };
}
const requestIds = async (type: string) => {
  await world.sealed();
  const rows = await world.owner`select attributes ->> 'requestId' as id from events.log where type = ${type} order by seq`;
  return rows.map(({ id }) => id as string | null);
};

it('a request id goes from the answer into the log and the events of the operation, and no further', async () => {
  const signedIn = await post('mutation SignIn($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }', {
    input: { email: EMAIL, password: PASSWORD },
  });
  const { accessToken } = signedIn.data.signIn.session;
  expect((await requestIds('identity.signedIn')).at(-1)).toBe(signedIn.requestId);
  const token = await post(
    'mutation NewToken($input: CreateApiTokenInput!) { createApiToken(input: $input) { token { id } } }',
    { input: { name: 'traced', scopes: ['READER'] } },
    accessToken,
  );
  expect(await requestIds('token.created')).toEqual([token.requestId]);
  expect(token.requestId).not.toBe(signedIn.requestId);
  expect(lines().filter(({ requestId }) => requestId === token.requestId)).toContainEqual(
    expect.objectContaining({ msg: 'API token created', tokenId: token.data.createApiToken.token.id }),
  );
});

it('a scan tells its run in its log; its events are of no request, but for the one that queued it', async () => {
  const { id } = await world.addSource('things', { url: source.url });
  const run = await world.scan(id);
  expect(run.status).toBe('COMPLETED');
  const ofRun = lines().filter((line) => line.runId === run.id);
  expect(ofRun.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['scan started', 'scan finished']));
  for (const line of ofRun) expect(line).toMatchObject({ jobId: expect.any(String) });
  expect(ofRun.some(({ requestId }) => requestId !== undefined)).toBe(false);
  expect(await requestIds('scan.queued')).toEqual([expect.stringMatching(/^[\w-]{36}$/)]);
  for (const type of ['scan.started', 'asset.created', 'scan.completed']) {
    const ids = await requestIds(type);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids)).toEqual(new Set([null]));
  }
});

it('metrics have operations by name, scans by status, and where the log and each consumer are', async () => {
  await world.consumed();
  const text = await (await fetch(`${world.url}/metrics`)).text();
  expect(text).toMatch(/^pursight_graphql_operation_duration_seconds_count\{operation="NewToken"\} 1$/m);
  expect(text).toMatch(/^pursight_graphql_operation_duration_seconds_count\{operation="anonymous"\} \d+$/m);
  expect(text).toMatch(/^pursight_scan_duration_seconds_count\{status="COMPLETED"\} 1$/m);
  expect(text).toMatch(/^pursight_events_lag_seconds 0$/m);
  const [consumers, behind] = [
    await world.owner`select from events.cursors`,
    text.match(/^pursight_consumer_lag_events\{consumer="[\w.]+"\} 0$/gm),
  ];
  expect(behind).toHaveLength(consumers.length);
  expect(text).toMatch(/^pursight_subscriptions_active 0$/m);
  expect(text).toMatch(/^pursight_websockets_open 0$/m);
});
