/** A random mix of what clients do, all at once, for a minute: what went wrong, whether memory stays flat, how late events come. */
import { setTimeout as sleep } from 'node:timers/promises';
import { withDatabases, type Databases } from '#deploy/testing/databases.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { createRandom } from '#subgraphs/catalog/connectors/postgres/testing/randomSchema.ts';
import { createClient, type Listening, type Pace, type Tally } from './client.ts';
import { createEstate } from './estate.ts';
import { startOwn } from './product.ts';
import type { SoakContext } from './run.ts';

const SECONDS = 60;
const CLIENTS = 50;
const TABLES = 60;
/** As people work. */
const PAUSE_MS = 1_500;
const SAMPLE_MS = 500;
const MEGABYTE = 1_048_576;
/** From the commit of an asset's event to a subscriber that has it. */
const MOST_LAG_MS = 250;
/** What the last third may take more than the one before: a leak of that mix would show more. */
const MOST_GROWTH = 1.15;
/** How long deliveries may take once nothing is changed any more. */
const SETTLE_MS = 30_000;

export type MixOptions = Pace & {
  seed: number;
  /** At most. */
  seconds: number;
  clients: number;
  tables: number;
  databases: Databases;
  isTimed: boolean;
};
export type MixReport = Tally & {
  /** Megabytes, in order. */
  memory: number[];
  /** Seconds that the product's process had a processor for, from the first sample of the memory to the last. */
  processor: number;
  delivered: number;
  /** Milliseconds from commit to delivery, and to the place in the log, sorted; only where they were timed. */
  lags: number[];
  sealing: number[];
};

export async function run({ seed, seconds = SECONDS, clients = CLIENTS, say }: SoakContext): Promise<string[]> {
  // The times of commits are the server's own: what clients measure would have their own waiting in it.
  const settings = { track_commit_timestamp: 'on' };
  const report = await withDatabases({ prefix: 'soak', settings }, (databases) =>
    mix({ seed, seconds, clients, tables: TABLES, databases, isTimed: true, pauseMs: PAUSE_MS, steps: Infinity }),
  );
  const { took, expected, memory, processor, delivered, lags, sealing } = report;
  const all = [...took.values()].flat();
  say(
    `  ${all.length} operations of ${clients} clients in ${seconds} s; ${delivered} events delivered; ${processor.toFixed(1)} s of processor time`,
  );
  for (const [name, times] of [...took].toSorted(([, a], [, b]) => b.length - a.length)) {
    const sorted = times.toSorted((a, b) => a - b);
    say(`  ${name.padEnd(22)} ${String(times.length).padStart(6)}   p50 ${ms(at(sorted, 0.5))}   p95 ${ms(at(sorted, 0.95))}`);
  }
  say(`  expected errors: ${[...expected].map(([code, times]) => `${code} ${times}`).join(', ') || 'none'}`);
  const [first, second, third] = thirds(memory);
  say(`  resident memory by thirds: ${[first, second, third].map((each) => `${each.toFixed(0)} MB`).join(', ')}`);
  say(
    `  from commit to delivery: p50 ${ms(at(lags, 0.5))}   p95 ${ms(at(lags, 0.95))}   p99 ${ms(at(lags, 0.99))}   of ${lags.length} deliveries`,
  );
  say(`  of it from commit to the log: p50 ${ms(at(sealing, 0.5))}   p95 ${ms(at(sealing, 0.95))}   p99 ${ms(at(sealing, 0.99))}`);
  return [
    ...describeWrong(report),
    ...(third > second * MOST_GROWTH ? [`Memory grew from ${second.toFixed(0)} to ${third.toFixed(0)} MB after the warm-up.`] : []),
    ...(at(lags, 0.95) > MOST_LAG_MS ? [`One event in twenty comes later than ${MOST_LAG_MS} ms after its commit.`] : []),
  ];
}

export const describeWrong = ({ wrong }: Tally): string[] =>
  [...wrong].map(([what, { times, first }]) => `${what} (${times} ×), such as ${first}`);

export async function mix({ seed, seconds, clients: many, tables, databases, isTimed, ...pace }: MixOptions): Promise<MixReport> {
  const location = await databases.createDatabase();
  const sql = connect({ url: location.ownerUrl, name: 'soak', max: 1 });
  const product = await startOwn(location);
  const tally: Tally = { took: new Map(), expected: new Map(), wrong: new Map() };
  const memory: number[] = [];
  const used: number[] = [];
  try {
    const estate = await createEstate(product, databases, tables);
    const clients = Array.from({ length: many }, (_, index) =>
      createClient(product.url, estate.people[index % estate.people.length]!, {
        estate,
        tally,
        random: createRandom(seed * 1_009 + index),
      }),
    );
    const ending = new AbortController();
    const working = Promise.all(clients.map((client) => client.run(pace, ending.signal)));
    void working.then(
      () => ending.abort(),
      () => ending.abort(),
    );
    for (const until = performance.now() + seconds * 1_000; performance.now() < until && !ending.signal.aborted; await sleep(SAMPLE_MS)) {
      const read = await product.metrics();
      memory.push(read('process_resident_memory_bytes') / MEGABYTE);
      used.push(read('process_cpu_seconds_total'));
    }
    ending.abort();
    await working;
    const listenings = clients.flatMap((client) => client.listenings);
    for (const what of await findLost(
      sql,
      clients.map((client) => client.listenings),
      SETTLE_MS,
    ))
      tally.wrong.set(what, { times: 1, first: `seed ${seed}` });
    for (const line of product.errors())
      tally.wrong.set('an error in the log', { times: product.errors().length, first: line.slice(0, 1_000) });
    for (const client of clients) client.close();
    await estate.stop();
    const delivered = listenings.reduce((sum, { received }) => sum + received.length, 0);
    return {
      ...tally,
      memory,
      processor: used.at(-1)! - used[0]!,
      delivered,
      ...(isTimed ? await readLags(sql, listenings) : { lags: [], sealing: [] }),
    };
  } finally {
    await product.stop();
    await sql.end({ timeout: 1 });
  }
}

/**
 * What a subscription did not give, gave twice or in another order, by what the log has: up to its last event, where another one took its place,
 * and up to the end of the log, where it is the client's last.
 */
async function findLost(sql: Database, clients: readonly (readonly Listening[])[], patienceMs: number): Promise<string[]> {
  const sealed = async (): Promise<number> => {
    const [row] = await sql<
      { seq: number; waiting: number }[]
    >`select seq, (select count(*) from events.outbox) as waiting from events.head`;
    return row!.waiting > 0 ? Infinity : row!.seq;
  };
  const until = performance.now() + patienceMs;
  while (performance.now() < until && !Number.isFinite(await sealed())) await sleep(50);
  const end = await sealed();
  if (!Number.isFinite(end)) return [`events were not sealed ${patienceMs / 1_000} s after the last change`];
  const found: string[] = [];
  for (const [client, listenings] of clients.entries()) {
    for (const [index, { kind, isFull, after, received }] of listenings.entries()) {
      const what = `client ${client}, subscription ${index} (${kind.name} after ${after})`;
      const odd = received.findIndex(({ seq }, place) => seq <= (received[place - 1]?.seq ?? after));
      if (odd >= 0) found.push(`${what}: ${received[odd]!.seq} came after ${received[odd - 1]?.seq ?? after}`);
      if (!isFull || kind.types === undefined) continue;
      const isLast = index === listenings.length - 1;
      const reach = (): number => (isLast ? end : (received.at(-1)?.seq ?? after));
      const expected = await sql<{ seq: number }[]>`
        select seq from events.log where type like ${kind.types} and seq > ${after} and seq <= ${reach()} order by seq`;
      while (isLast && received.length < expected.length && performance.now() < until) await sleep(50);
      const came = new Set(received.map(({ seq }) => seq));
      const lost = expected.filter(({ seq }) => !came.has(seq));
      if (lost.length > 0) found.push(`${what}: ${lost.length} of ${expected.length} events never came, the first is ${lost[0]!.seq}`);
    }
  }
  return found;
}

/** Of events of assets, whose commits the versions tell; and not of those that a subscription began with. */
async function readLags(sql: Database, listenings: readonly Listening[]): Promise<Pick<MixReport, 'lags' | 'sealing'>> {
  const rows = await sql<{ seq: number; committed: number; sealed: number }[]>`
    select l.seq, extract(epoch from pg_xact_commit_timestamp(v.xmin))::float8 * 1000 as committed,
      extract(epoch from pg_xact_commit_timestamp(l.xmin))::float8 * 1000 as sealed
    from events.log l join catalog.asset_versions v on v.asset_id::text = l.subject and v.version = coalesce((l.data ->> 'version')::int, 1)
    where l.type in ('asset.created', 'asset.updated')`;
  const commits = new Map(rows.map(({ seq, committed }) => [seq, committed]));
  const lags: number[] = [];
  for (const { openedAt, received } of listenings) {
    for (const { seq, at: receivedAt } of received) {
      const committed = commits.get(seq);
      if (committed !== undefined && committed > openedAt) lags.push(receivedAt - committed);
    }
  }
  const begun = Math.min(...listenings.map(({ openedAt }) => openedAt));
  const sealing = rows.filter(({ committed }) => committed > begun).map(({ committed, sealed }) => sealed - committed);
  return { lags: lags.sort((a, b) => a - b), sealing: sealing.sort((a, b) => a - b) };
}

/** The medians of the beginning, the middle and the end. */
function thirds(values: readonly number[]): [number, number, number] {
  const size = Math.ceil(values.length / 3);
  const median = (from: number): number =>
    at(
      values.slice(from, from + size).toSorted((a, b) => a - b),
      0.5,
    );
  return [median(0), median(size), median(2 * size)];
}

const at = (sorted: readonly number[], share: number): number =>
  sorted.length > 0 ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]! : NaN;
const ms = (value: number): string => `${value.toFixed(0)} ms`.padStart(8);
