/** PostgreSQL breaks again and again under load, in ways that the dice choose: nothing is lost or doubled, and PurSight is never started again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabases, startTemporary } from '#deploy/testing/databases.ts';
import type { Embedded } from '#platform/database/embedded.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { connectLive } from '#platform/testing/liveClient.ts';
import { createRandom, type Random } from '#subgraphs/catalog/connectors/postgres/testing/randomSchema.ts';
import { startLoad, type Load } from '../faults/load.ts';
import { findLosses } from '../faults/ownServer.ts';
import { send, startOwn, type OwnProduct } from './product.ts';
import type { SoakContext } from './run.ts';

const SECONDS = 120;
const EDITORS = 4;
const TABLES = 200;
const MOST_CONNECTIONS = 120;
/** How long it may take until edits are confirmed again, on a busy machine too. */
const RECOVERY_MS = 60_000;
const SETTLE_MS = 60_000;
/** Of what the product printed last, where it did not recover. */
const MOST_LINES = 20;
const EXPECTED_CODES = ['CONFLICT', 'UPSTREAM_UNAVAILABLE'];

type Broken = { server: Embedded; owner: Database; random: Random };
const quietly = async (work: Promise<unknown>): Promise<void> => void (await work.catch(() => undefined));

const FAULTS: Readonly<Record<string, (broken: Broken) => Promise<void>>> = {
  'the server is killed': async ({ server }) => void process.kill(server.pid, 'SIGKILL'),
  'the server is killed each time that it comes': async ({ server, random }) => {
    for (const until = performance.now() + 2_000 + random.below(4_000); performance.now() < until; await sleep(300)) {
      try {
        process.kill(server.pid, 'SIGKILL');
      } catch {
        // It has not come again yet.
      }
    }
  },
  'the server is stopped': async ({ server }) => void process.kill(server.pid, 'SIGINT'),
  'one of its sessions is killed': async ({ owner }) => {
    const [session] = await owner<{ pid: number }[]>`
      select pid from pg_stat_activity where application_name like 'pursight catalog%' order by random() limit 1`;
    if (session) process.kill(session.pid, 'SIGKILL');
  },
  'all sessions are ended': ({ owner }) =>
    quietly(
      owner`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'pursight %' and pid <> pg_backend_pid()`,
    ),
  'no connection is left': async ({ server, owner, random }) => {
    const holders: Database[] = [];
    for (let failed = false; !failed;) {
      const holder = connect({ url: server.ownerUrl, name: 'holder', max: 1 });
      holders.push(holder);
      failed = await holder`select 1`.then(
        () => false,
        () => true,
      );
    }
    await quietly(owner`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'pursight catalog%'`);
    await sleep(500 + random.below(2_000));
    await Promise.all(holders.map((holder) => holder.end({ timeout: 1 })));
  },
};

export async function run({ seed, seconds = SECONDS, say }: SoakContext): Promise<string[]> {
  const random = createRandom(seed);
  const server = await startTemporary({ max_connections: MOST_CONNECTIONS }, 'silent');
  const owner = connect({ url: server.ownerUrl, name: 'soak', max: 2 });
  let product: OwnProduct | undefined;
  try {
    const databases = createDatabases(server.ownerUrl, 'faults');
    const [location, source] = [await databases.createDatabase(), await databases.createEmptyDatabase()];
    const tables = connect({ url: source.url, name: 'soak', max: 1 });
    await tables.unsafe(`do $$ begin for n in 1..${TABLES} loop execute format('create table t%s (id int, at date)', n); end loop; end $$`);
    await tables.end();
    product = await startOwn(location);
    const facts = connect({ url: location.ownerUrl, name: 'soak', max: 2 });
    try {
      return await breakAgainAndAgain({ product, facts, sourceUrl: source.url, server, owner, random, seconds, say });
    } catch (error) {
      for (const line of product.output().trimEnd().split('\n').slice(-MOST_LINES)) say(`  the product said: ${line}`);
      for (const row of await facts`
        select task_identifier, attempts, run_at - now() as due, locked_by, left(last_error, 200) as last_error
        from graphile_worker.jobs j order by run_at limit ${MOST_LINES}`)
        say(`  a job that is left: ${JSON.stringify(row)}`);
      throw error;
    } finally {
      await facts.end({ timeout: 1 });
    }
  } finally {
    await product?.stop();
    await owner.end({ timeout: 1 });
    await server.stop();
  }
}

type Run = Broken & { product: OwnProduct; facts: Database; sourceUrl: string; seconds: number; say: SoakContext['say'] };

async function breakAgainAndAgain({ product, facts, sourceUrl, seconds, say, ...broken }: Run): Promise<string[]> {
  const { url, admin } = product;
  const wrong: string[] = [];
  const { registerSource } = await admin(
    'mutation ($input: RegisterSourceInput!) { registerSource(input: $input) { source { id } cursor } }',
    {
      input: { name: 'source', connector: 'postgres', config: { url: sourceUrl } },
    },
  );
  const scan = () => admin('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } } }', { id: registerSource.source.id });
  const runsOf = async (): Promise<{ status: string }[]> => await facts`select status from catalog.scan_runs order by queued_at desc`;
  await scan();
  await until(async () => (await runsOf())[0]?.status === 'COMPLETED', 'the first scan');
  const { assets } = await admin(`{ assets(filter: { kinds: [TABLE] }, first: ${EDITORS}) { nodes { id } } }`);

  const token = await product.createUser([{ role: 'ADMIN' }]);
  const subscriber = follow(url, token, registerSource.cursor);
  const load = startLoad(
    url,
    (query, variables) => send(url, token, query, variables),
    assets.nodes.map(({ id }: { id: string }) => id),
  );
  const names = Object.keys(FAULTS);
  for (const end = performance.now() + seconds * 1_000; performance.now() < end;) {
    await confirmsMore(load, 5);
    await scan().catch(() => undefined);
    const name = broken.random.pick(names);
    await FAULTS[name]!(broken);
    const brokenAt = performance.now();
    await confirmsMore(load, 5);
    say(`  ${name}: edits are confirmed ${((performance.now() - brokenAt) / 1000).toFixed(1)} s after it`);
  }
  await load.stop();
  await until(async () => (await facts`select 1 from events.outbox limit 1`).length === 0, 'the numbering of the last events');
  await until(async () => (await runsOf()).every(({ status }) => !['QUEUED', 'RUNNING'].includes(status)), 'the end of the last scan');
  await scan();
  await until(async () => (await runsOf()).every(({ status }) => !['QUEUED', 'RUNNING'].includes(status)), 'a scan afterwards');
  if ((await runsOf())[0]?.status !== 'COMPLETED') wrong.push(`A scan afterwards ended ${(await runsOf())[0]?.status}.`);

  say(`  ${load.confirmed.length} edits were confirmed; errors: ${JSON.stringify(Object.fromEntries(load.codes))}`);
  const odd = [...load.codes.keys()].filter((code) => !EXPECTED_CODES.includes(code));
  if (odd.length > 0) wrong.push(`Clients were told ${odd.join(', ')}.`);
  for (const outage of load.outages) if (!outage.startsWith('database: ')) wrong.push(`Clients were told "${outage}".`);
  for (const loss of await findLosses(facts)) wrong.push(`${String(loss.what)}: ${String(loss.which)}`);
  const [twice] = await facts<{ count: number }[]>`
    select count(*)::int as count from (select from catalog.assets where deleted_at is null group by namespace, name having count(*) > 1) as twice`;
  if (twice!.count > 0) wrong.push(`${twice!.count} assets are there twice.`);
  const told = await facts<{ seq: number; after: string }[]>`
    select seq, data #>> '{changes,0,after}' as after from events.log where type = 'asset.updated' order by seq`;
  const written = new Set(told.map(({ after }) => after));
  const lost = load.confirmed.filter((description) => !written.has(description));
  if (lost.length > 0) wrong.push(`${lost.length} confirmed edits are not in the log.`);
  if (written.size !== told.length) wrong.push(`${told.length - written.size} edits were made twice.`);
  await until(async () => subscriber.seen.length >= told.length, 'what the subscriber was to be told').catch(() => undefined);
  await subscriber.stop();
  if (subscriber.seen.join() !== told.map(({ seq }) => seq).join())
    wrong.push(`Of ${told.length} events the subscriber was told ${subscriber.seen.length}, or in another order.`);
  say(`  ${told.length} events, of which the subscriber was told over ${subscriber.sockets()} sockets`);
  return wrong;
}

async function until(is: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + SETTLE_MS; performance.now() < end; await sleep(100)) {
    if (await is().catch(() => false)) return;
  }
  throw new Error(`After ${SETTLE_MS / 1000} s there was not ${what}.`);
}

async function confirmsMore({ confirmed, codes, outages, broken }: Load, count: number): Promise<void> {
  const before = confirmed.length;
  for (const end = performance.now() + RECOVERY_MS; performance.now() < end; await sleep(20)) {
    if (confirmed.length >= before + count) return;
    if (broken()) throw new Error('A client gave up.', { cause: broken() });
  }
  const told = JSON.stringify({ ...Object.fromEntries(codes), outages: [...outages] });
  throw new Error(`Of ${count} edits ${confirmed.length - before} were confirmed in ${RECOVERY_MS / 1000} s. Clients were told ${told}.`);
}

/** Goes on from the last cursor whenever its socket ends. */
function follow(url: string, token: string, cursor: string): { seen: number[]; sockets: () => number; stop: () => Promise<void> } {
  const seen: number[] = [];
  let after = cursor;
  let sockets = 0;
  let over = false;
  let end: (() => void) | undefined;
  const working = (async () => {
    while (!over) {
      const live = connectLive(url, token);
      sockets++;
      const stream = live.subscribe(
        'subscription ($after: String) { eventPublished(types: ["asset.updated"], after: $after) { cursor } }',
        { after },
      );
      end = stream.stop;
      for (let taken = 0; !over && (stream.ended() === undefined || taken < stream.payloads.length);) {
        const payload = stream.payloads[taken];
        if (!payload) {
          await sleep(20);
          continue;
        }
        taken++;
        after = payload.data.eventPublished.cursor;
        seen.push(Number(after.split('.')[1]));
      }
      await live.close();
      if (!over) await sleep(200);
    }
  })();
  return {
    seen,
    sockets: () => sockets,
    async stop() {
      over = true;
      end?.();
      await working;
    },
  };
}
