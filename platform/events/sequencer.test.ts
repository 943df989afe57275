import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Database, type Transaction } from '../database/index.ts';
import { roleUrl } from '../database/roles.ts';
import { createLogger, type Logger } from '../logger.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { findFaults, readLog } from '../testing/eventLog.ts';
import { append, logPosition } from './append.ts';
import { createSequencer, type Sequencer } from './sequencer.ts';
import type { NewEvent } from './types.ts';

let database: TestDatabase;
let writers: Database;
let logged: { level: number; msg: string }[];
let logger: Logger;

beforeEach(async () => {
  database = await createTestDatabase();
  writers = connect({ url: roleUrl(database.location, 'catalog'), name: 'test', max: 12 });
  logged = [];
  logger = createLogger({ level: 'info', format: 'json', destination: { write: (line) => void logged.push(JSON.parse(line)) } });
});
afterEach(async () => {
  await writers.end({ timeout: 1 });
  await database.drop();
});

const sequencer = (): Sequencer => createSequencer({ sql: database.connect('events'), logger });
const event = (subject: string, version = 1): NewEvent => ({
  type: 'asset.updated',
  subject,
  actorId: null,
  attributes: { accessAfter: 1, accessBefore: 1, name: subject },
  data: { namespace: 'n', name: subject, kind: 'TABLE', version, changes: [] },
});
const write = (...events: NewEvent[]): Promise<void> => writers.begin((tx) => append(tx, 'catalog', events)) as Promise<void>;
const subjects = async (): Promise<(string | null)[]> => (await readLog(database.owner)).map((row) => row.subject);

/** Opens a transaction, does the work, and gives back what ends it. */
async function open(work: (tx: Transaction) => Promise<unknown>): Promise<{ commit: () => Promise<void>; rollback: () => Promise<void> }> {
  const started = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const done = writers.begin(async (tx) => {
    await work(tx);
    started.resolve();
    await end.promise;
  });
  done.catch(() => {});
  await Promise.race([started.promise, done]);
  return {
    commit: async () => void (end.resolve(), await done),
    rollback: async () => void (end.reject(new Error('rolled back')), await done.catch(() => {})),
  };
}

/** Rows whose lock orders the changes of a subject, as an asset's own row does. */
async function createSubjects(count: number): Promise<void> {
  await database.owner.unsafe(`
    create table catalog.test_subjects (id int primary key, version int not null default 0);
    insert into catalog.test_subjects (id) select generate_series(1, ${count});
    grant select, update on catalog.test_subjects to test_catalog`);
}
async function change(tx: Transaction, id: number): Promise<void> {
  const [row] = await tx<{ version: number }[]>`update catalog.test_subjects set version = version + 1 where id = ${id} returning version`;
  await append(tx, 'catalog', [event(`s${id}`, row!.version)]);
}
/** Every subject's versions, in the order of the log. */
async function versions(): Promise<Map<string, number[]>> {
  const bySubject = Map.groupBy(await readLog(database.owner), (row) => row.subject!);
  return new Map([...bySubject].map(([subject, rows]) => [subject, rows.map((row) => (row.data as { version: number }).version)]));
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('sealing', () => {
  it('numbers and chains what is committed, in the order of the transactions and within them', async () => {
    await write(event('a'), event('b'));
    await write(event('c'));
    expect(await logPosition(writers)).toMatch(/^[0-9a-f]{8}\.0$/);
    expect(await sequencer().sealOnce()).toBe(3);
    expect(await subjects()).toEqual(['a', 'b', 'c']);
    expect(findFaults(await readLog(database.owner))).toEqual([]);
    expect(await logPosition(writers)).toMatch(/^[0-9a-f]{8}\.3$/);
    expect(await database.owner`select 1 from events.outbox`).toHaveLength(0);
  });

  it('seals at most 2,000 events in a batch', async () => {
    await write(...upTo(2_500).map((number) => event(`s${number}`)));
    const one = sequencer();
    expect(await one.sealOnce()).toBe(2_000);
    expect(await one.sealOnce()).toBe(500);
    expect(await one.sealOnce()).toBe(0);
    expect(await subjects()).toEqual(upTo(2_500).map((number) => `s${number}`));
  });

  it('tells each batch once on pursight_events, with the new position', async () => {
    const told: string[] = [];
    await database.owner.listen('pursight_events', (payload) => void told.push(payload));
    await write(event('a'), event('b'));
    await sequencer().sealOnce();
    await expect.poll(() => told).toEqual([await logPosition(writers)]);
  });

  it('leaves a change of the data, the attributes, the order or the chain to be found', async () => {
    await write(...upTo(5).map((number) => event(`s${number}`)));
    await sequencer().sealOnce();
    const faultsAfter = async (statement: string): Promise<string[]> => {
      let faults: string[] = [];
      await database.owner
        .begin(async (tx) => {
          await tx.unsafe(statement);
          faults = findFaults(await readLog(tx));
          throw new Error('undo');
        })
        .catch(() => {});
      return faults;
    };
    expect(await faultsAfter('select 1')).toEqual([]);
    expect(await faultsAfter(`update events.log set data = jsonb_set(data, '{version}', '7') where seq = 2`)).toEqual(['leaf of 2']);
    expect(await faultsAfter(`update events.log set attributes = '{"accessAfter":2}' where seq = 3`)).toEqual(['leaf of 3']);
    expect(await faultsAfter(`update events.log set leaf = (select leaf from events.log where seq = 1) where seq = 3`)).toEqual([
      'leaf of 3',
      'hash of 3',
    ]);
    expect(await faultsAfter('delete from events.log where seq = 4')).toEqual(['seq 5 instead of 4', 'hash of 5']);
  });
});

describe('transactions that commit late', () => {
  it('go into the log when they commit, and nothing waits for them', async () => {
    const late = await open((tx) => append(tx, 'catalog', [event('late')]));
    await write(event('early'));
    const one = sequencer();
    expect(await one.sealOnce()).toBe(1);
    expect(await one.sealOnce()).toBe(0);
    await late.commit();
    expect(await one.sealOnce()).toBe(1);
    expect(await subjects()).toEqual(['early', 'late']);
  });

  it('are found by any sequencer, after others have ended or were rolled back', async () => {
    const late = await open((tx) => append(tx, 'catalog', [event('late')]));
    const abandoned = await open((tx) => append(tx, 'catalog', [event('abandoned')]));
    const later = await open((tx) => append(tx, 'catalog', [event('later')]));
    await write(event('early'));
    expect(await sequencer().sealOnce()).toBe(1);
    await abandoned.rollback();
    await later.commit();
    expect(await sequencer().sealOnce()).toBe(1);
    await write(event('between'));
    expect(await sequencer().sealOnce()).toBe(1);
    await late.commit();
    expect(await sequencer().sealOnce()).toBe(1);
    expect(await subjects()).toEqual(['early', 'later', 'between', 'late']);
  });

  it('are found while more waits than goes into a batch', async () => {
    const late = await open((tx) => append(tx, 'catalog', [event('late')]));
    await write(...upTo(4_500).map((number) => event(`s${number}`)));
    const one = sequencer();
    expect(await one.sealOnce()).toBe(2_000);
    await late.commit();
    await write(event('last'));
    expect(await one.sealOnce()).toBe(2_000);
    expect(await one.sealOnce()).toBe(502);
    expect(await one.sealOnce()).toBe(0);
    const numbered = (await subjects()).filter((subject) => subject!.startsWith('s'));
    expect(numbered).toEqual(upTo(4_500).map((number) => `s${number}`));
    expect((await subjects()).indexOf('late')).toBe(2_000);
    expect(findFaults(await readLog(database.owner))).toEqual([]);
  });

  it('keep the order of their subject also when a later change is sealed with them', async () => {
    await createSubjects(1);
    const one = sequencer();
    one.start();
    const first = await open((tx) => change(tx, 1));
    await write(event('other'));
    await sleep(1_500);
    const second = writers.begin((tx) => change(tx, 1)); // waits for the row
    await write(event('another'));
    await sleep(100);
    await first.commit();
    await second;
    one.wake();
    await one.stop();
    expect(await versions()).toEqual(
      new Map([
        ['other', [1]],
        ['another', [1]],
        ['s1', [1, 2]],
      ]),
    );
  });
});

describe('the sweep', () => {
  it('finds what was left although it should have been sealed, as after a restore under new transaction ids', async () => {
    const one = sequencer();
    await write(event('a'));
    await one.sealOnce();
    await database.owner`update events.head set snapshot = '900000000:900000000:'`;
    await write(event('b'));
    expect(await one.sealOnce()).toBe(0);
    one.start();
    await expect.poll(subjects, { timeout: 3_000 }).toEqual(['a', 'b']);
    await write(event('c'));
    one.wake();
    await expect.poll(subjects, { timeout: 500, interval: 10 }).toEqual(['a', 'b', 'c']);
    await one.stop();
  });
});

describe('the running sequencer', () => {
  it('seals without gaps and in the order of each subject under 8 writers, rollbacks and a transaction that stays open', async () => {
    await createSubjects(5);
    const one = sequencer();
    one.start();
    const late = await open((tx) => append(tx, 'catalog', [event('late')]));
    let committed = 0;
    await Promise.all(
      upTo(8).map(async () => {
        for (let round = 0; round < 40; round++) {
          const count = 1 + Math.floor(Math.random() * 3);
          const chosen = upTo(5)
            .toSorted(() => Math.random() - 0.5)
            .slice(0, count)
            .toSorted();
          const fails = Math.random() < 0.2;
          await writers
            .begin(async (tx) => {
              for (const id of chosen) await change(tx, id);
              if (fails) throw new Error('rolled back');
            })
            .then(
              () => (committed += count),
              () => {},
            );
          one.wake();
        }
      }),
    );
    await late.commit();
    await one.stop();
    const [counted] = await database.owner`select count(*), max(seq) - min(seq) + 1 as span from events.log`;
    expect(counted).toEqual({ count: committed + 1, span: committed + 1 });
    expect(findFaults(await readLog(database.owner))).toEqual([]);
    const bySubject = await versions();
    bySubject.delete('late');
    for (const found of bySubject.values()) expect(found).toEqual(upTo(found.length));
    expect(logged.filter(({ level }) => level > 30)).toEqual([]);
  });

  it('seals what other processes commit, without being woken', async () => {
    const one = sequencer();
    one.start();
    await sleep(150);
    await write(event('a'));
    await expect.poll(subjects, { timeout: 1_000, interval: 20 }).toEqual(['a']);
    await one.stop();
  });

  it('writes nothing while there is nothing to seal', async () => {
    const one = sequencer();
    one.start();
    await sleep(200);
    const state = () => database.owner`select xmin::text, xmax::text, ctid::text from events.head`;
    const before = await state();
    await sleep(1_300);
    expect(await state()).toEqual(before);
    await one.stop();
  });

  it('seals what is committed before it stops, and starts again', async () => {
    const one = sequencer();
    one.start();
    await write(...upTo(3_000).map((number) => event(`s${number}`)));
    await one.stop();
    expect(await subjects()).toHaveLength(3_000);
    one.start();
    await write(event('again'));
    one.wake();
    await expect.poll(async () => (await subjects()).length).toBe(3_001);
    await one.stop();
    await one.stop();
  });

  it('shares the work with a second one, neither doubling nor losing anything', async () => {
    const [one, two] = [sequencer(), sequencer()];
    one.start();
    two.start();
    await Promise.all(
      upTo(8).map(async (writer) => {
        for (const round of upTo(30)) {
          await write(event(`w${writer}`, round), event(`w${writer}b`, round));
          one.wake();
          two.wake();
        }
      }),
    );
    await Promise.all([one.stop(), two.stop()]);
    expect(await subjects()).toHaveLength(480);
    expect(findFaults(await readLog(database.owner))).toEqual([]);
    for (const found of (await versions()).values()) expect(found).toEqual(upTo(30));
    expect(logged.filter(({ level }) => level > 30)).toEqual([]);
  });

  it('does not wait for another that holds the head', async () => {
    await write(event('a'));
    const holder = await holdHead();
    const startedAt = performance.now();
    expect(await sequencer().sealOnce()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await holder.release();
    expect(await sequencer().sealOnce()).toBe(1);
  });

  it('goes on after its connections were terminated in the middle of batches, and tells it once each time', async () => {
    const one = sequencer();
    one.start();
    let writing = true;
    const killing = (async () => {
      let killed = 0;
      while (writing) {
        await sleep(40);
        const rows = await database.owner`
          select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'test_events'`;
        killed += rows.length;
      }
      return killed;
    })();
    for (const round of upTo(60)) {
      await write(...upTo(100).map((number) => event(`s${number}`, round)));
      one.wake();
      await sleep(10);
    }
    writing = false;
    expect(await killing).toBeGreaterThan(3);
    await expect.poll(async () => (await subjects()).length, { timeout: 15_000, interval: 100 }).toBe(6_000);
    await one.stop();
    expect(findFaults(await readLog(database.owner))).toEqual([]);
    for (const found of (await versions()).values()) expect(found).toEqual(upTo(60));
    const failures = logged.filter(({ msg }) => msg === 'sealing events failed, trying again');
    const recoveries = logged.filter(({ msg }) => msg === 'sealing events again');
    expect(failures.length).toBeGreaterThan(0);
    expect(recoveries).toHaveLength(failures.length);
  });

  async function holdHead(): Promise<{ release: () => Promise<void> }> {
    const held = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const done = database.owner.begin(async (tx) => {
      await tx`select 1 from events.head for update`;
      held.resolve();
      await release.promise;
    });
    await held.promise;
    return { release: async () => void (release.resolve(), await done) };
  }
});

describe('partitions', () => {
  const partitions = async (): Promise<string[]> =>
    (
      await database.owner<{ name: string }[]>`
      select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events.log'::regclass order by inhrelid`
    ).map((row) => row.name);

  it('are made ahead of the head, once', async () => {
    expect(await partitions()).toEqual(['events.log_0']);
    await database.owner`update events.head set seq = 499999`;
    await Promise.all([write(event('a')), write(event('b'))]);
    await sequencer().sealOnce();
    await sequencer().sealOnce();
    expect(await partitions()).toEqual(['events.log_0', 'events.log_1']);
  });

  it('are crossed within a batch, while a reader of the log keeps its transaction open', async () => {
    await database.owner`update events.head set seq = 999990`;
    await write(...upTo(50).map((number) => event(`s${number}`)));
    const identity = database.connect('identity');
    await identity.begin(async (reader) => {
      await reader`select count(*) from events.log`;
      expect(await sequencer().sealOnce()).toBe(50);
      const [counted] = await reader`select count(*), min(seq), max(seq) from events.log`;
      expect(counted).toEqual({ count: 50, min: 999_991, max: 1_000_040 });
    });
    expect(findFaults(await readLog(database.owner), 999_991)).toEqual([]);
    expect(await partitions()).toEqual(['events.log_0', 'events.log_1']);
    const indexes = await database.owner`select 1 from pg_indexes where schemaname = 'events' and tablename = 'log_1'`;
    expect(indexes).toHaveLength(
      (await database.owner`select 1 from pg_indexes where schemaname = 'events' and tablename = 'log_0'`).length,
    );
  });

  it('are made by a sequencer that finds the head far ahead of what it knew', async () => {
    const one = sequencer();
    await one.sealOnce();
    await database.owner`update events.head set seq = 7300000`;
    await write(event('a'));
    expect(await one.sealOnce()).toBe(1);
    expect(await partitions()).toEqual(['events.log_0', 'events.log_7']);
  });
});
