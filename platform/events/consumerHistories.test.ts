import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { createLogger } from '../logger.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { append } from './append.ts';
import { createConsumer } from './consumer.ts';
import { createSequencer } from './sequencer.ts';
import type { NewEvent } from './types.ts';

const EVENTS = 180;
const SUBJECTS = 25;
// oxlint-disable-next-line node/no-process-env -- the printed seed of a run is given back this way
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function createRandom(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const logger = createLogger({ level: 'silent', format: 'json' });
let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
  await test.owner`create table public.handled (id bigserial, seq bigint, subject text)`;
  await test.owner`grant all on public.handled, public.handled_id_seq to public`;
});
afterAll(() => test.drop());

it(`three consumers of one name, events that fail now and then, and lost sessions: each is done once and in its subject's order, or is a dead letter (SEED=${seed})`, async () => {
  const random = createRandom(seed);
  const subjects = Array.from({ length: SUBJECTS }, () => newId());
  const sequencer = createSequencer({ sql: test.connect('events'), logger });
  /** How likely each event fails at a try, by its name: never, now and then, always. */
  const chances = new Map<string, number>();
  const write = async (count: number): Promise<void> => {
    const events = Array.from({ length: count }, (): NewEvent => {
      const name = String(chances.size);
      const kind = random();
      chances.set(name, kind < 0.05 ? 1 : kind < 0.15 ? 0.4 : 0);
      const subject = subjects[Math.floor(random() * SUBJECTS)]!;
      return { type: 'domain.created', subject, actorId: null, data: { name, parentId: null }, attributes: { name } };
    });
    await test.connect('catalog').begin((tx) => append(tx, 'catalog', events));
    while ((await sequencer.sealOnce()) > 0);
  };
  const make = () => {
    const sql = test.connect('catalog');
    const consumer = createConsumer({
      sql,
      name: 'catalog.histories',
      types: ['domain.created'],
      logger,
      async handle(tx, events) {
        for (const { seq, subject, attributes } of events) {
          await tx`insert into public.handled (seq, subject) values (${seq}, ${subject})`;
          if (random() < chances.get(attributes.name!)!) throw new Error(`${attributes.name} fails`);
        }
        // As a process that is killed between its work and its commit.
        if (random() < 0.02) await tx`select pg_terminate_backend(pg_backend_pid())`;
      },
    });
    return async (): Promise<boolean> => await consumer.runOnce().catch(() => true);
  };
  const turns = [make(), make(), make()];
  for (let written = 0; written < EVENTS; written += 60) {
    await write(60);
    await Promise.all(
      turns.map(async (turn) => {
        for (let count = Math.ceil(random() * 12); count > 0; count--) await turn();
      }),
    );
    await test.owner`update events.failures set retry_at = now() - interval '1 second' where retry_at < 'infinity'`;
  }
  const isOpen = async () =>
    (
      await test.owner`
        select from events.cursors where seq < (select seq from events.head)
        union all select from events.failures where retry_at is not null`
    ).length > 0;
  while (await isOpen()) {
    await test.owner`update events.failures set retry_at = now() - interval '1 second' where retry_at < 'infinity'`;
    await Promise.all(turns.map((turn) => turn()));
  }

  const dead = (await test.owner`select l.attributes ->> 'name' as name from events.failures f join events.log l using (seq)`).map(
    ({ name }) => name as string,
  );
  for (const name of dead) expect(chances.get(name), name).toBeGreaterThan(0);
  for (const [name, chance] of chances) if (chance === 1) expect(dead).toContain(name);
  const handled = await test.owner<{ seq: number; subject: string }[]>`select seq, subject from public.handled order by id`;
  expect(new Set(handled.map(({ seq }) => seq)).size).toBe(handled.length);
  expect(handled).toHaveLength(EVENTS - dead.length);
  for (const [subject, events] of Map.groupBy(handled, (event) => event.subject)) {
    const seqs = events.map(({ seq }) => seq);
    expect(seqs, `order of ${subject}`).toEqual(seqs.toSorted((a, b) => a - b));
  }
});
