/**
 * Ten thousand sockets of one user, each with one of five subscriptions, and two changes a second that all of them are told of: whether each gets
 * each once, how soon after the commit, and what the server takes for it; beside the same bytes sent to as many sockets by `ws` alone. The server
 * and the listeners are processes of their own. Fails where the aim is missed.
 */
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Databases } from '#deploy/testing/databases.ts';
import { connect, type Database } from '#platform/database/index.ts';
import type { BenchContext, BenchResult } from './run.ts';
import { startChild, type Child } from './fanout/child.ts';
import type { Report, Task } from './fanout/listeners.ts';
import { startOwn, type OwnProduct } from '../tests/soak/product.ts';

const USUAL = { sockets: 10_000, seconds: 60 };
const QUICK = { sockets: 500, seconds: 5 };
const CHANGES_PER_SECOND = 2;
/** The last ones may be on their way for so long. */
const PATIENCE_MS = 20_000;
const MOST_LAG_MS = 1_000;
const MOST_MEMORY_MB = 1_000;
const MEGABYTE = 1_000_000;
/** Of a process, besides its sockets. */
const OTHER_FILES = 500;

/** All are told of each change; what they select is of several subgraphs. */
const OPERATIONS = [
  'subscription { assetChanged { cursor at type assetId changedFields } }',
  'subscription { assetChanged { cursor asset { id displayName description version } } }',
  'subscription { assetChanged(filter: { kinds: [TABLE] }) { cursor asset { id owners { role user { name } } labels { name } violations { totalCount } } } }',
  'subscription { eventPublished(types: ["asset.*"]) { cursor event { id type subject time actor { name } } } }',
  'subscription { assetChanged { cursor asset { id source { name } columns(first: 20) { nodes { name nativeType } } } } }',
];

type Asset = { id: string; version: number };
export type Fanout = { sockets: number; events: number; openMs: number; product: Side; bare: Side };
/** `memory`: the most that the server took, in megabytes; before any socket `calm`. `processor`: seconds of it, from the first change to the last message. */
type Side = Report & { memory: number; calm: number; processor: number };

export async function run(context: BenchContext): Promise<BenchResult[]> {
  const { sockets, seconds } = context.quick ? QUICK : USUAL;
  const { events, openMs, product, bare } = await measureFanout({ sockets, seconds, databases: context, say: context.say });
  const missed = describeMissed({ sockets, events, openMs, product, bare });
  if (p95(product) > MOST_LAG_MS) missed.push(`One delivery in twenty comes later than ${MOST_LAG_MS} ms after its commit.`);
  if (product.memory > MOST_MEMORY_MB) missed.push(`The server took more than ${MOST_MEMORY_MB} MB.`);
  missed.forEach(context.say);
  if (missed.length > 0) process.exitCode = 1;

  const compared = (name: string, of: (side: Side) => number, unit: string): BenchResult[] => [
    { name: `${name}, ws alone`, value: of(bare), unit },
    { name, value: of(product), unit, ratio: of(product) / of(bare), baseline: 'ws alone' },
  ];
  return [
    { name: `${sockets} sockets opened and subscribed`, value: openMs / 1_000, unit: 's' },
    {
      name: `of ${events} × ${sockets} messages came once and in order`,
      value: (product.complete * events) / ((sockets * events) / 100),
      unit: '%',
    },
    { name: 'characters of a message', value: product.characters, unit: '' },
    ...compared('p50 from commit to arrival', (side) => at(side.lags, 0.5), 'ms'),
    ...compared('p95 from commit to arrival', p95, 'ms'),
    ...compared("server's processor time for 10,000 messages", ({ processor, messages }) => (processor * 1_000 * 10_000) / messages, 'ms'),
    ...compared("most of the server's memory", ({ memory }) => memory, 'MB'),
    ...compared('memory for each socket', ({ memory, calm }) => ((memory - calm) * 1_000) / sockets, 'KB'),
  ];
}

/** Whoever did not get exactly what there was. */
export function describeMissed({ sockets, events, product: { complete, odd, failed, lost } }: Fanout): string[] {
  return [
    ...(complete < sockets
      ? [`${sockets - complete} of ${sockets} sockets did not get ${events} messages once and in order: ${JSON.stringify(odd)}`]
      : []),
    ...(failed > 0 ? [`${failed} messages had errors.`] : []),
    ...(lost > 0 ? [`${lost} of ${sockets} sockets were closed.`] : []),
  ];
}

type Options = { sockets: number; seconds: number; databases: Databases; say(text: string): void };

export async function measureFanout({ sockets, seconds, databases, say }: Options): Promise<Fanout> {
  checkFiles(sockets);
  const location = await databases.createDatabase();
  const sql = connect({ url: location.ownerUrl, name: 'bench', max: 1 });
  const listeners = startChild(new URL('fanout/listeners.ts', import.meta.url));
  let server: OwnProduct | undefined;
  try {
    server = await startOwn(location, { WS_MAX_PER_ADDRESS: String(sockets), WS_MAX_PER_USER: String(sockets) });
    const assets = await createAssets(server, databases, seconds * CHANGES_PER_SECOND);
    const token = await server.createUser([{ role: 'READER' }]);
    say(`${sockets} sockets are opened …`);
    const calm = await memoryOf(server);
    const startedAt = performance.now();
    await listeners.ask({
      do: 'open',
      url: `${server.url.replace('http', 'ws')}/graphql`,
      sockets,
      token,
      operations: OPERATIONS,
    } satisfies Task);
    while ((await server.metrics())('pursight_subscriptions_active') < sockets) await sleep(100);
    const openMs = performance.now() - startedAt;

    say(`${CHANGES_PER_SECOND} changes a second, for ${seconds} s …`);
    const [{ seq: before }] = await sql<[{ seq: number }]>`select seq from events.head`;
    const memory = [calm, await memoryOf(server)];
    const usedBefore = await processorOf(server);
    await paced(seconds * CHANGES_PER_SECOND, async (number) => {
      await server!.admin('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor } }', {
        input: { ...assets[number]!, description: `As of change ${number}` },
      });
      memory.push(await memoryOf(server!));
    });
    const sentAt = await readTimes(sql, before, seconds * CHANGES_PER_SECOND);
    const told = await collect(listeners, sentAt);
    const processor = (await processorOf(server)) - usedBefore;
    memory.push(await memoryOf(server));
    await listeners.ask({ do: 'close' } satisfies Task);
    await server.stop();
    server = undefined;
    const product = { ...told, calm, memory: Math.max(...memory), processor };

    say('the same bytes by ws alone …');
    return {
      sockets,
      events: Object.keys(sentAt).length,
      openMs,
      product,
      bare: await measureBare(listeners, told.samples, { sockets, seconds }),
    };
  } finally {
    listeners.stop();
    await server?.stop();
    await sql.end({ timeout: 1 });
  }
}

async function measureBare(
  listeners: Child,
  texts: readonly string[],
  { sockets, seconds }: { sockets: number; seconds: number },
): Promise<Side> {
  const bare = startChild(new URL('fanout/bareServer.ts', import.meta.url));
  try {
    const port = await bare.next<number>();
    const send = (some: readonly string[]): Promise<{ at: number; memory: number; processor: number }> => bare.ask(some);
    const { memory: calm } = await send(texts); // to nobody yet
    await listeners.ask({ do: 'open', url: `ws://127.0.0.1:${port}`, sockets, operations: [] } satisfies Task);
    const sentAt: Record<number, number> = {};
    let most = 0;
    const usedBefore = (await send([])).processor;
    await paced(seconds * CHANGES_PER_SECOND, async (number) => {
      const { at: moment, memory } = await send(texts);
      sentAt[number] = moment;
      most = Math.max(most, memory / MEGABYTE);
    });
    const told = await collect(listeners, sentAt);
    return { ...told, calm: calm / MEGABYTE, memory: most, processor: (await send([])).processor - usedBefore };
  } finally {
    bare.stop();
  }
}

async function collect(listeners: Child, sentAt: Readonly<Record<number, number>>): Promise<Report> {
  await listeners.ask({ do: 'wait', messages: Object.keys(sentAt).length, patienceMs: PATIENCE_MS } satisfies Task);
  await sleep(500); // for what comes twice
  return await listeners.ask({ do: 'report', sentAt } satisfies Task);
}

/** So many times, evenly, whatever each takes. */
async function paced(times: number, once: (number: number) => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  const running: Promise<void>[] = [];
  for (let number = 0; number < times; number++) {
    await sleep(Math.max(0, startedAt + (number * 1_000) / CHANGES_PER_SECOND - performance.now()));
    const one = once(number);
    one.catch(() => {}); // thrown where all are awaited
    running.push(one);
  }
  await Promise.all(running);
}

/** Tables: one for each change, so that none waits for another. */
async function createAssets({ admin }: OwnProduct, { createEmptyDatabase }: Databases, count: number): Promise<Asset[]> {
  const { url } = await createEmptyDatabase();
  const sql = connect({ url, name: 'bench', max: 1 });
  for (let table = 0; table < count; table++)
    await sql.unsafe(`create table t${table} (id int primary key, email text, amount numeric(10, 2))`);
  await sql.end();
  const { registerSource } = await admin('mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id } } }', {
    input: { name: 'Shop', connector: 'postgres', config: { url } },
  });
  const { startScan } = await admin('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', {
    id: registerSource.source.id,
  });
  for (;;) {
    const { scanRun } = await admin('query ($id: ID!) { scanRun(id: $id) { status error } }', { id: startScan.run.id });
    if (scanRun.status === 'COMPLETED') break;
    if (!['QUEUED', 'RUNNING'].includes(scanRun.status)) throw new Error(`The scan ended ${scanRun.status}: ${scanRun.error}`);
    await sleep(50);
  }
  const { assets } = await admin('query ($count: Int!) { assets(first: $count, filter: { kinds: [TABLE] }) { nodes { id version } } }', {
    count,
  });
  return assets.nodes;
}

/** When these events were written, in their transaction: a moment before its commit. Waits until there are as many. */
async function readTimes(sql: Database, after: number, count: number): Promise<Record<number, number>> {
  for (;;) {
    const rows = await sql<
      { seq: number; time: Date }[]
    >`select seq, time from events.log where type like 'asset.%' and seq > ${after} order by seq`;
    if (rows.length >= count) return Object.fromEntries(rows.map(({ seq, time }) => [seq, time.getTime()]));
    await sleep(50);
  }
}

const processorOf = async (server: OwnProduct): Promise<number> => (await server.metrics())('process_cpu_seconds_total');
const memoryOf = async (server: OwnProduct): Promise<number> => (await server.metrics())('process_resident_memory_bytes') / MEGABYTE;

/** Node takes as many files as the system lets it: how many that are is for the shell to say. */
function checkFiles(sockets: number): void {
  const most = spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout.trim();
  if (most !== 'unlimited' && Number(most) < sockets + OTHER_FILES) {
    throw new Error(`A process here may have ${most} files open, and ${sockets + OTHER_FILES} are needed. Raise that (ulimit -Hn) first.`);
  }
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
const p95 = ({ lags }: Side): number => at(lags, 0.95);
