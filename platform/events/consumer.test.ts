import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Database } from '../database/index.ts';
import { newId } from '../ids.ts';
import { createLogger } from '../logger.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { Upstream } from '../errors.ts';
import { append } from './append.ts';
import { createConsumer, type ConsumedEvent, type ConsumerOptions } from './consumer.ts';
import { createSequencer } from './sequencer.ts';

let test: TestDatabase;
let sql: Database;
const logger = createLogger({ level: 'silent', format: 'json' });
beforeAll(async () => {
  test = await createTestDatabase();
  sql = test.connect('catalog');
});
afterAll(() => test.drop());

const seal = () => createSequencer({ sql: test.connect('events'), logger }).sealOnce();
const created = (name: string) =>
  sql.begin((tx) =>
    append(tx, 'catalog', [
      { type: 'domain.created', subject: newId(), actorId: null, data: { name, parentId: null }, attributes: { name } },
    ]),
  );
const namesOf = (events: readonly ConsumedEvent[]) => events.map((event) => event.attributes.name!);
const consumer = (name: string, handle: ConsumerOptions['handle'], types: ConsumerOptions['types'] = ['domain.created']) =>
  createConsumer({ sql, name, types, handle, logger });

it('hands over each event of its types once, in order, and goes on from there', async () => {
  const seen: string[] = [];
  const make = () => consumer('catalog.once', async (_tx, events) => void seen.push(...namesOf(events)));
  for (const name of ['a', 'b', 'c']) await created(name);
  await sql.begin((tx) => append(tx, 'catalog', [{ type: 'term.removed', subject: newId(), actorId: null, data: { name: 'no' } }]));
  await seal();
  expect(await make().runOnce()).toBe(true);
  expect(seen).toEqual(['a', 'b', 'c']);
  expect(await make().runOnce()).toBe(false);
  await created('d');
  await seal();
  await make().runOnce();
  expect(seen).toEqual(['a', 'b', 'c', 'd']);
});

it('keeps its place and its work together: what fails leaves neither', async () => {
  let fail = true;
  const failing = consumer('catalog.failing', async (tx) => {
    await tx`insert into events.cursors (consumer, seq) values ('mark', 1)`;
    if (fail) throw new Upstream('The catalog is away.', { system: 'catalog', check: 'it' });
  });
  await expect(failing.runOnce()).rejects.toThrow('away');
  expect(await sql`select consumer from events.cursors where consumer in ('mark', 'catalog.failing')`).toHaveLength(0);
  fail = false;
  expect(await failing.runOnce()).toBe(true);
  expect(await sql`select consumer from events.cursors where consumer in ('mark', 'catalog.failing')`).toHaveLength(2);
});

it('does nothing twice when two of one name run at once', async () => {
  const seen: string[] = [];
  const two = ['x', 'y'].map(() =>
    consumer('catalog.twins', async (_tx, events) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      seen.push(...namesOf(events));
    }),
  );
  const before = (await Promise.all(two.map((each) => each.runOnce()))).filter(Boolean);
  expect(before).toHaveLength(1);
  expect(new Set(seen).size).toBe(seen.length);
});

it('runs by itself: woken by a sealed batch, and again after a failure', async () => {
  const seen: string[] = [];
  let failures = 1;
  const running = consumer('catalog.running', async (_tx, events) => {
    if (namesOf(events).includes('bad') && failures-- > 0) throw new Error('once');
    seen.push(...namesOf(events));
  });
  running.start();
  try {
    await created('late');
    await seal();
    await vi.waitFor(() => expect(seen).toContain('late'), { timeout: 5_000 });
    await created('bad');
    await seal();
    await vi.waitFor(() => expect(seen).toContain('bad'), { timeout: 5_000 });
    expect(seen.filter((name) => name === 'bad')).toHaveLength(1);
  } finally {
    await running.stop();
  }
});
