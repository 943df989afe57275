/**
 * The event log: events appended and sealed a second, beside plain INSERTs of the same rows by the same writers; and how long
 * after its commit an event is sealed, also while another transaction stays open.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { append, logPosition } from '#platform/events/append.ts';
import { canonicalJson } from '#platform/events/leaf.ts';
import { createSequencer, type Sequencer } from '#platform/events/sequencer.ts';
import type { NewEvent } from '#platform/events/types.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import type { BenchContext, BenchResult } from './run.ts';

const WRITERS = 8;
const SIZES = [1, 10, 100];
/** The load under which the lag is measured: the aim for transactions of ten. */
const PACED_TRANSACTIONS = 200;
const PACED_SIZE = 10;

type Lags = { p50: number; p95: number; rate: number };

/** An asset's change as a scan tells it. */
function event(subject: string): NewEvent {
  const name = `shop.public.table_${subject.slice(-8)}`;
  return {
    type: 'asset.updated',
    subject,
    actorId: null,
    attributes: {
      accessBefore: 1,
      accessAfter: 1,
      sourceId: newId(),
      domainId: null,
      kind: 'TABLE',
      namespace: 'postgres://db.example:5432',
      name,
      tags: [],
      ownerIds: [],
    },
    data: {
      namespace: 'postgres://db.example:5432',
      name,
      kind: 'TABLE',
      version: 2,
      changes: [{ path: '/columns/email/nullable', before: true, after: false }],
    },
  };
}
const events = (size: number): NewEvent[] => Array.from({ length: size }, () => event(newId()));

/** Runs as many writers as WRITERS for some time; gives how often they did it, and what one of them did a second. */
async function write(ms: number, once: () => Promise<unknown>): Promise<number> {
  const until = performance.now() + ms;
  let count = 0;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      for (; performance.now() < until; count++) await once();
    }),
  );
  return count;
}

/** Rows of the same width, made beforehand, into a table with nothing but its key: what no log can do without. */
async function plainRate(sql: Database, size: number, ms: number): Promise<number> {
  const rows = events(size).map((one) => ({
    event_id: newId(),
    type: one.type,
    source: 'catalog',
    subject: one.subject,
    time: new Date().toISOString(),
    data: canonicalJson(one.data),
    attributes: canonicalJson(one.attributes),
    salt: randomBytes(16).toString('hex'),
    leaf: randomBytes(32).toString('hex'),
  }));
  const column = (name: keyof (typeof rows)[number]): string[] => rows.map((row) => row[name] as string);
  const columns = (['event_id', 'type', 'source', 'subject', 'time', 'data', 'attributes', 'salt', 'leaf'] as const).map(column);
  const [ids, types, sources, subjects, times, data, attributes, salts, leaves] = columns as [
    string[],
    string[],
    string[],
    string[],
    string[],
    string[],
    string[],
    string[],
    string[],
  ];
  const startedAt = performance.now();
  const count = await write(ms, () =>
    sql.begin(
      (tx) => tx`
    insert into public.plain (event_id, type, source, subject, time, data, attributes, salt, leaf)
    select id, type, source, subject, time, data::jsonb, attributes::jsonb, decode(salt, 'hex'), decode(leaf, 'hex')
    from unnest(${ids}::uuid[], ${types}::text[], ${sources}::text[], ${subjects}::text[], ${times}::timestamptz[], ${data}::text[], ${attributes}::text[], ${salts}::text[], ${leaves}::text[])
      as row (id, type, source, subject, time, data, attributes, salt, leaf)`,
    ),
  );
  return (count * size * 1_000) / (performance.now() - startedAt);
}

/** Until the last of them is sealed. */
async function sealedRate(sql: Database, sequencer: Sequencer, size: number, ms: number): Promise<number> {
  const before = await sealed(sql);
  const startedAt = performance.now();
  const count = await write(ms, async () => {
    await sql.begin((tx) => append(tx, 'catalog', events(size)));
    sequencer.wake();
  });
  while ((await sealed(sql)) < before + count * size) await sleep(2);
  return (count * size * 1_000) / (performance.now() - startedAt);
}

const sealed = async (sql: Database): Promise<number> => Number((await logPosition(sql)).split('.')[1]);

/** From the commit, as its writer learns of it, to the notification, as a consumer does. One transaction in ten is rolled back. */
async function measureLag(owner: Database, sql: Database, sequencer: Sequencer, ms: number): Promise<Lags> {
  const told: { seq: number; at: number }[] = [];
  const listening = await owner.listen(
    'pursight_events',
    (cursor) => void told.push({ seq: Number(cursor.split('.')[1]), at: performance.now() }),
  );
  const before = await sealed(sql);
  const committed = new Map<string, number>();
  const startedAt = performance.now();
  let started = 0;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      for (;;) {
        const due = startedAt + (started++ * 1_000) / PACED_TRANSACTIONS;
        if (due > startedAt + ms) return;
        if (due > performance.now()) await sleep(due - performance.now());
        const subject = newId();
        const fails = started % 10 === 0;
        await sql
          .begin(async (tx) => {
            await append(tx, 'catalog', [...events(PACED_SIZE - 1), event(subject)]);
            if (fails) throw new RolledBack();
          })
          .then(
            () => void committed.set(subject, performance.now()),
            (error: unknown) => {
              if (!(error instanceof RolledBack)) throw error;
            },
          );
        sequencer.wake();
      }
    }),
  );
  const took = performance.now() - startedAt;
  const goal = before + committed.size * PACED_SIZE;
  for (let waited = 0; (told.at(-1)?.seq ?? 0) < goal && waited < 5_000; waited += 10) await sleep(10);
  await listening.unlisten();
  const rows = await owner<{ subject: string; seq: number }[]>`select subject, seq from events.log where seq > ${before} order by seq`;
  const lags: number[] = [];
  let index = 0;
  for (const { subject, seq } of rows) {
    while (index < told.length && told[index]!.seq < seq) index++;
    const at = committed.get(subject);
    if (at !== undefined) lags.push(Math.max(0, (told[index]?.at ?? Infinity) - at));
  }
  if (lags.length !== committed.size) throw new Error(`${committed.size} transactions were committed but ${lags.length} of them sealed.`);
  lags.sort((a, b) => a - b);
  const at = (share: number): number => lags[Math.min(lags.length - 1, Math.floor(lags.length * share))]!;
  return { p50: at(0.5), p95: at(0.95), rate: (committed.size * PACED_SIZE * 1_000) / took };
}

class RolledBack extends Error {}

/** While a transaction that took an outbox id, and so keeps every later row's remains from being cleaned up, stays open. */
async function whileOpen<Result>(sql: Database, work: () => Promise<Result>): Promise<Result> {
  let result: Result | undefined;
  await sql.begin(async (tx) => {
    await append(tx, 'catalog', events(1));
    result = await work();
  });
  return result!;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

export async function run({ quick, say, createDatabase }: BenchContext): Promise<BenchResult[]> {
  const location = await createDatabase();
  const owner = connect({ url: location.ownerUrl, name: 'bench', max: WRITERS });
  const sql = connect({ url: roleUrl(location, 'catalog'), name: 'bench', max: WRITERS + 2, statementTimeoutMs: 120_000 });
  const sealing = connect({ url: roleUrl(location, 'events'), name: 'bench', max: 2 });
  const sequencer = createSequencer({ sql: sealing, logger: createLogger({ level: 'warn', format: 'json' }) });
  const results: BenchResult[] = [];
  try {
    await owner`create table public.plain (
      id bigint primary key generated always as identity, event_id uuid not null, type text not null, source text not null, subject text,
      time timestamptz(3) not null, actor_id uuid, data jsonb, salt bytea, attributes jsonb not null, leaf bytea not null)`;
    sequencer.start();
    const ms = quick ? 700 : 2_000;
    for (const size of SIZES) {
      say(`transactions of ${size}, ${WRITERS} writers …`);
      const plain: number[] = [];
      const log: number[] = [];
      for (let round = 0; round < (quick ? 2 : 5); round++) {
        plain.push(await plainRate(owner, size, ms));
        log.push(await sealedRate(sql, sequencer, size, ms));
      }
      results.push(
        { name: `plain INSERTs in transactions of ${size}`, value: median(plain), unit: 'rows/s' },
        {
          name: `appended and sealed in transactions of ${size}`,
          value: median(log),
          unit: 'events/s',
          ratio: median(log) / median(plain),
          baseline: 'plain INSERTs',
        },
      );
    }
    say('lag …');
    const calm = await measureLag(owner, sql, sequencer, quick ? 3_000 : 15_000);
    say('lag while a transaction stays open …');
    const open = await whileOpen(sql, () => measureLag(owner, sql, sequencer, quick ? 8_000 : 60_000));
    const rate = (lags: Lags): string => `at ${Math.round(lags.rate)} events/s`;
    results.push(
      { name: `lag p50 ${rate(calm)}`, value: calm.p50, unit: 'ms' },
      { name: `lag p95 ${rate(calm)}`, value: calm.p95, unit: 'ms' },
      {
        name: `lag p50 ${rate(open)}, a transaction open for ${quick ? 8 : 60} s`,
        value: open.p50,
        unit: 'ms',
        ratio: open.p50 / calm.p50,
        baseline: 'without it',
      },
      {
        name: `lag p95 ${rate(open)}, a transaction open for ${quick ? 8 : 60} s`,
        value: open.p95,
        unit: 'ms',
        ratio: open.p95 / calm.p95,
        baseline: 'without it',
      },
    );
    await sequencer.stop();
    const [counted] = await owner<{ count: number; missing: number; waiting: number }[]>`
      select count(*), max(seq) - min(seq) + 1 - count(*) as missing, (select count(*) from events.outbox) as waiting from events.log`;
    if (counted!.missing !== 0 || counted!.waiting !== 0)
      throw new Error(`The log of ${counted!.count} events has ${counted!.missing} gaps; ${counted!.waiting} were not sealed.`);
    results.push(
      { name: `events sealed under ${WRITERS} writers`, value: counted!.count, unit: 'events' },
      { name: 'max(seq) - min(seq) + 1 - count(*)', value: counted!.missing, unit: 'events' },
    );
    return results;
  } finally {
    await sequencer.stop();
    await Promise.all([owner.end({ timeout: 1 }), sql.end({ timeout: 1 }), sealing.end({ timeout: 1 })]);
  }
}
