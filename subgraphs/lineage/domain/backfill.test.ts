import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import type { ConsumedEvent } from '#platform/events/consumer.ts';
import { Upstream } from '#platform/errors.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { readViewLineage } from '#platform/sql/viewLineage.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createBackfill } from './backfill.ts';
import type { ReadView } from './columnFlows.ts';
import { feed } from './feed.ts';

const logger = createLogger({ level: 'silent', format: 'json' });
const reads = (name: string) => [{ name, columns: ['a'] }];

let test: TestDatabase;
let sql: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  sql = test.connect('lineage');
});
afterAll(() => test.drop());
beforeEach(async () => {
  for (const table of ['edges', 'columns', 'dependencies', 'assets']) await sql.unsafe(`delete from lineage.${table}`);
});

let seq = 0;
const created = (id: string, name: string, data: object = {}): ConsumedEvent => ({
  seq: ++seq,
  type: 'asset.created',
  subject: id,
  time: new Date(),
  actorId: null,
  attributes: { accessAfter: 1, namespace: 'test', name },
  data,
});

it('reads the SQL of views whose events did not tell it, where catalog knows the same of them', async () => {
  const [table, old, ahead, known, none] = Array.from({ length: 5 }, newId) as [string, string, string, string, string];
  const dependsOn = reads('t');
  const events = [
    created(table, 't'),
    created(old, 'old', { dependsOn }),
    // What it reads became another, and its event is still to come.
    created(ahead, 'ahead', { dependsOn }),
    created(known, 'known', { dependsOn, definition: 'SELECT a AS told FROM t' }),
    created(none, 'none', { dependsOn }),
  ];
  await sql.begin((tx) => feed(tx, events));
  const definition = 'SELECT a AS b FROM t';
  const views = [
    { id: old, dependsOn, definition },
    { id: ahead, dependsOn: reads('u'), definition },
    { id: known, dependsOn, definition },
    { id: none, dependsOn, definition: null },
  ];
  const asked: string[][] = [];
  const askCatalog = (async (_: string, { ids }: { ids: string[] }) => {
    asked.push(ids);
    return { assetFacts: views.filter(({ id }) => ids.includes(id)) };
  }) as unknown as AskSubgraph;
  const flows = async () =>
    await sql`
    select a.name, t.name as column, e.valid_from > ${events.at(-1)!.time} as is_late from lineage.edges e
    join lineage.columns t on t.column_id = e.to_id join lineage.assets a on a.asset_id = t.asset_id
    where e.kind = 'COLUMN' and e.valid_to is null order by 1`;

  const { runOnce } = createBackfill({ sql, askCatalog, logger });
  while (await runOnce());
  const filled = [
    { name: 'known', column: 'told', isLate: false },
    { name: 'old', column: 'b', isLate: true },
  ];
  expect(await flows()).toEqual(filled);
  expect(asked).toEqual([[old, ahead, none].toSorted()]);
  // The next start finds nothing to do of it, and events go on from there.
  asked.length = 0;
  const again = createBackfill({ sql, askCatalog, logger });
  again.start();
  await expect.poll(() => asked).toEqual([[ahead, none].toSorted()]);
  await again.stop();
  await sql.begin((tx) =>
    feed(tx, [
      {
        ...created(old, 'old', { dependsOn }),
        type: 'asset.updated',
        attributes: { accessBefore: 1, accessAfter: 1, namespace: 'test', name: 'old' },
      },
    ]),
  );
  expect(await flows()).toEqual(filled);
});

/** Open flows between columns. */
const columnFlows = async () =>
  await sql`
  select a.name, t.name as column from lineage.edges e join lineage.columns t on t.column_id = e.to_id
  join lineage.assets a on a.asset_id = t.asset_id where e.kind = 'COLUMN' and e.valid_to is null order by a.name`;

/** A table \`t\`, and views of it. `reads` what catalog says. */
async function createViews(names: string[], definition: string | undefined) {
  const views = names.map((name) => ({ id: newId(), name, dependsOn: reads('t') }));
  const told = views.map(({ id, name, dependsOn }) => created(id, name, { dependsOn, ...(definition && { definition }) }));
  await sql.begin((tx) => feed(tx, [created(newId(), 't'), ...told]));
  return (definitionOf: (name: string) => string) =>
    (async (_: string, { ids }: { ids: string[] }) => ({
      assetFacts: views.filter(({ id }) => ids.includes(id)).map((view) => ({ ...view, definition: definitionOf(view.name) })),
    })) as unknown as AskSubgraph;
}

it('reads again what another version of the reader has read', async () => {
  const ask = await createViews(['v', 'w'], 'SELECT a AS b FROM t');
  const askCatalog = ask((name) => `SELECT a AS ${name}2 FROM t`);
  while (await createBackfill({ sql, askCatalog, logger }).runOnce());
  expect(await columnFlows()).toEqual(['v', 'w'].map((name) => ({ name, column: 'b' })));
  await sql`update lineage.dependencies d set read_from = replace(read_from, '1:', '0:') from lineage.assets a where a.asset_id = d.asset_id and a.name = 'v'`;
  const backfill = createBackfill({ sql, askCatalog, logger });
  while (await backfill.runOnce());
  expect(await columnFlows()).toEqual([
    { name: 'v', column: 'v2' },
    { name: 'w', column: 'b' },
  ]);
  expect(await sql`select distinct split_part(read_from, ':', 1) as reader from lineage.dependencies`).toEqual([{ reader: '1' }]);
});

it('goes on past views without an answer, however many, and leaves what was read of them before', async () => {
  const bad = Array.from({ length: 8 }, (_, n) => `bad${n}`);
  const ask = await createViews([...bad, 'good'], undefined);
  const lines: string[] = [];
  const warned = createLogger({ level: 'warn', format: 'json', destination: { write: (line: string) => void lines.push(line) } });
  const readView: ReadView = async (definition, dependsOn) => {
    if (definition.includes('bad')) throw new Upstream('No answer.', { system: 'SQL reader', check: 'memory' });
    return await readViewLineage(definition, dependsOn);
  };
  const askCatalog = ask((name) => `SELECT a AS ${name} FROM t`);
  const backfill = createBackfill({ sql, askCatalog, logger: warned, readView, pauseMs: 1 });
  backfill.start();
  await expect.poll(() => lines.filter((line) => line.includes('given up')).length, { timeout: 30_000 }).toBe(8);
  await expect.poll(async () => await columnFlows(), { timeout: 30_000 }).toEqual([{ name: 'good', column: 'good' }]);
  await backfill.stop();
  expect(lines.filter((line) => line.includes('some more times'))).toHaveLength(1);
  // They are as if nobody had tried: the next start does.
  expect(await sql`select count(*) from lineage.dependencies where read_from is null`).toEqual([{ count: 8 }]);
});

it('gives up a view that can never be written, and goes on after it', async () => {
  const ask = await createViews(['v', 'w'], undefined);
  const lines: string[] = [];
  const warned = createLogger({ level: 'warn', format: 'json', destination: { write: (line: string) => void lines.push(line) } });
  const readView: ReadView = async (definition, dependsOn) => {
    if (definition.includes(' v ')) throw new Error('A mistake.');
    return await readViewLineage(definition, dependsOn);
  };
  const askCatalog = ask((name) => `SELECT a AS ${name} FROM t`);
  const backfill = createBackfill({ sql, askCatalog, logger: warned, readView, pauseMs: 1 });
  backfill.start();
  await expect.poll(() => lines.filter((line) => line.includes('given up')).length, { timeout: 30_000 }).toBe(1);
  await backfill.stop();
  expect(await columnFlows()).toEqual([{ name: 'w', column: 'w' }]);
});
