/** PostgreSQL is killed under load, and comes again: what was confirmed is there, once, and nothing of PurSight is started again. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { startSlowProxy, type SlowProxy } from '#platform/testing/slowProxy.ts';
import { EDIT, startLoad } from './load.ts';
import { addSource, findLosses, say, startOnOwnServer, startScan, type OwnServer } from './ownServer.ts';

const TABLES = 40;
const SCANNED_TABLES = 900;

let product: OwnServer;
let sources: Awaited<ReturnType<typeof createEmptyDatabase>>[];
let proxy: SlowProxy;
beforeAll(async () => {
  [product, ...sources] = await Promise.all([startOnOwnServer(), createEmptyDatabase(), createEmptyDatabase()]);
  const create = (count: number) =>
    `do $$ begin for n in 1..${count} loop execute format('create table t%s (id int, at date)', n); end loop; end $$`;
  await Promise.all([sources[0]!.sql.unsafe(create(TABLES)), sources[1]!.sql.unsafe(create(SCANNED_TABLES))]);
  const { hostname, port } = new URL(sources[1]!.url);
  proxy = await startSlowProxy({ host: hostname, port: Number(port) });
}, 60_000);
afterAll(async () => {
  await product.stop();
  await proxy.stop();
  for (const source of sources) await source.drop();
});

const runStatus = async (id: string) =>
  (await product.ask('query ($id: ID!) { scanRun(id: $id) { status added error } }', { id })).data?.scanRun;

it('PostgreSQL is killed and comes again: clear errors, and nothing is lost or doubled', { timeout: 120_000 }, async () => {
  const first = await startScan(product, await addSource(product, 'edited', sources[0]!.url));
  await expect.poll(() => runStatus(first), { timeout: 30_000 }).toMatchObject({ status: 'COMPLETED' });
  const { assets } = await product.admin('{ assets(filter: { kinds: [TABLE] }, first: 100) { nodes { id version } } }');

  const live = await product.live();
  const { cursor } = (await product.admin(EDIT, { input: { ...assets.nodes[0], description: 'before' } })).updateAsset;
  const stream = live.subscribe(
    'subscription ($after: String) { eventPublished(types: ["asset.updated"], after: $after) { event { subject data } } }',
    { after: cursor },
  );
  await stream.next();

  // A scan that takes long enough to meet the kill.
  const url = new URL(sources[1]!.url);
  url.port = String(proxy.port);
  proxy.delayMs = 150;
  const second = await startScan(product, await addSource(product, 'scanned', url.href));

  const edited = assets.nodes.slice(1, 4).map((node: { id: string }) => node.id);
  const { codes, outages, confirmed, readiness, stop } = startLoad(product.url, product.ask, edited);
  await expect.poll(() => confirmed.length, { timeout: 20_000 }).toBeGreaterThan(5);
  await expect.poll(() => runStatus(second), { timeout: 20_000 }).toMatchObject({ status: 'RUNNING' });

  const pid = product.pid();
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => outages.size > 0 && readiness.has(503), { timeout: 10_000 }).toBe(true);
  await expect.poll(product.pid, { timeout: 30_000 }).not.toBe(pid);
  const before = confirmed.length;
  await expect.poll(() => confirmed.length, { timeout: 30_000 }).toBeGreaterThan(before + 5);
  await stop();
  expect((await fetch(`${product.url}/health/ready`)).status).toBe(200);

  say(`errors of the outage: ${JSON.stringify(Object.fromEntries(codes))}`);
  expect([...outages]).toEqual([expect.stringMatching(/^database: The database does not answer/)]);
  // An edit whose confirmation was lost was made, or not: its version tells.
  expect([...codes.keys()].toSorted()).toEqual(codes.has('CONFLICT') ? ['CONFLICT', 'UPSTREAM_UNAVAILABLE'] : ['UPSTREAM_UNAVAILABLE']);

  proxy.delayMs = 0;
  await expect.poll(() => runStatus(second), { timeout: 60_000 }).toMatchObject({ status: 'COMPLETED' });
  const known = await product.owner<{ count: number; names: number }[]>`
    select count(*)::int as count, count(distinct name)::int as names from catalog.assets where kind = 'TABLE' and deleted_at is null`;
  expect(known).toEqual([{ count: TABLES + SCANNED_TABLES, names: TABLES + SCANNED_TABLES }]);

  await expect.poll(() => product.owner`select 1 from events.outbox`, { timeout: 20_000 }).toEqual([]);
  expect(await findLosses(product.owner)).toEqual([]);
  const told = await product.owner<{ subject: string; after: string }[]>`
    select subject, data #>> '{changes,0,after}' as after from events.log
    where type = 'asset.updated' order by seq`;
  expect(told.map(({ after }) => after)).toEqual(expect.arrayContaining([...confirmed]));
  expect(new Set(told.map(({ after }) => after)).size).toBe(told.length);

  // The subscriber, on one and the same socket, was told of each once, in order.
  await expect.poll(() => stream.payloads.length, { timeout: 20_000 }).toBe(told.length);
  const seen = stream.payloads.map(({ data }) => data.eventPublished.event);
  expect(seen.map(({ subject, data }) => ({ subject, after: data.changes[0].after }))).toEqual([...told]);
  expect(stream.ended()).toBeUndefined();
  await live.close();

  // Jobs go on, too.
  const third = await startScan(product, (await product.admin('{ sources { nodes { id } } }')).sources.nodes[0].id);
  await expect.poll(() => runStatus(third), { timeout: 30_000 }).toMatchObject({ status: 'COMPLETED', added: 0 });
});
