import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import type { ConsumedEvent } from '#platform/events/consumer.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createBackfill } from './backfill.ts';
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
