import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { append } from '#platform/events/append.ts';
import type { LabelState, NewEvent } from '#platform/events/types.ts';
import type { Database } from '#platform/database/index.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createPostgresSearch } from '../search/postgres.ts';
import { rebuildSearch } from '../search/indexer.ts';
import { replaceLabels } from '../store/labels.ts';
import { insertAsset, insertSource, type TestAsset, type TestSource } from '../testing/factories.ts';
import { createLabels } from './labels.ts';
import { createSequencer } from '#platform/events/sequencer.ts';

let database: TestDatabase;
let sql: Database;
let source: TestSource;
let asset: TestAsset;
let number = 0;
const logger = createLogger({ level: 'silent', format: 'json' });

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  source = await insertSource(sql, 'shop');
});
beforeEach(async () => {
  asset = await insertAsset(sql, source, { path: ['shop', 'public', `t${++number}`], columns: [{ name: 'email' }, { name: 'phone' }] });
  await rebuildSearch({ sql, indexFor: createPostgresSearch });
});
afterAll(() => database.drop());

type Labels = Record<string, Record<string, LabelState>>;
const told = (labels: Labels) =>
  Object.entries(labels).flatMap(([name, states]) =>
    Object.entries(states).map(([label, state]) => ({ columnId: asset.columns.find((column) => column.name === name)!.id, label, state })),
  );
const replace = (seq: number, labels: Labels) => sql.begin((tx) => replaceLabels(tx, [{ assetId: asset.id, seq, labels: told(labels) }]));
const kept = async () =>
  (
    await sql<{ name: string; label: string; state: string }[]>`
      select c.name, l.label, l.state from catalog.column_labels l join catalog.columns c on c.id = l.column_id
      where l.asset_id = ${asset.id} order by 1, 2`
  ).map(({ name, label, state }) => `${name} ${label} ${state}`);

it('takes what an event tells in place of what it knew, and says whose confirmed labels are others now', async () => {
  expect(await replace(1, { email: { EMAIL: 'SUGGESTED' } })).toEqual([]);
  expect(await replace(2, { email: { EMAIL: 'CONFIRMED' }, phone: { PHONE: 'REJECTED' } })).toEqual([asset.id]);
  expect(await kept()).toEqual(['email EMAIL CONFIRMED', 'phone PHONE REJECTED']);
  expect(await replace(3, { phone: { EMAIL: 'CONFIRMED' } })).toEqual([]);
  expect(await replace(4, {})).toEqual([asset.id]);
  expect(await kept()).toEqual([]);
});

it('changes nothing for an event that comes twice, or after a later one', async () => {
  await replace(10, { email: { EMAIL: 'CONFIRMED' } });
  expect(await replace(10, {})).toEqual([]);
  expect(await replace(9, { phone: { PHONE: 'CONFIRMED' } })).toEqual([]);
  expect(await kept()).toEqual(['email EMAIL CONFIRMED']);
});

it('consumes classification events, and search knows the labels at once', async () => {
  const sequencer = createSequencer({ sql: database.connect('events'), logger });
  const labels = createLabels({ sql, indexFor: createPostgresSearch, logger });
  const tell = (type: 'classification.suggested' | 'classification.confirmed', given: Labels): NewEvent => ({
    type,
    subject: asset.id,
    actorId: null,
    data: { namespace: source.namespace, name: asset.name, kind: 'TABLE', changes: [] },
    attributes: { columnLabels: told(given) },
  });
  await sql.begin((tx) =>
    append(tx, 'policy', [
      tell('classification.suggested', { email: { EMAIL: 'SUGGESTED' } }),
      tell('classification.confirmed', { email: { EMAIL: 'CONFIRMED' } }),
    ]),
  );
  await sequencer.sealOnce();
  while (await labels.runOnce());
  expect(await kept()).toEqual(['email EMAIL CONFIRMED']);
  const found = async () =>
    (
      await createPostgresSearch(sql).search({
        query: '',
        filter: { labels: ['EMAIL'], namePrefix: asset.name },
        classes: 'all',
        first: 10,
        after: null,
      })
    ).hits.map(({ assetId }) => assetId);
  expect(await found()).toEqual([asset.id]);
  await sql.begin((tx) => append(tx, 'policy', [tell('classification.suggested', {})]));
  await sequencer.sealOnce();
  while (await labels.runOnce());
  expect(await found()).toEqual([]);
});
