/** What was declared between columns before it counted between their assets: the migration opens those edges. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { readHead } from './changes.ts';
import { insertDeclaration, retractDeclaration } from './declarations.ts';
import { writeFacts, type FlowChange } from './facts.ts';
import { columnNodeId } from './nodeIds.ts';

const MIGRATION = readFileSync(new URL('./migrations/0005_declared_columns.sql', import.meta.url), 'utf8');

let test: TestDatabase;
let sql: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  sql = test.connect('lineage');
});
afterAll(() => test.drop());

/** As a start runs it. */
const migrate = () =>
  test.owner.begin(async (tx) => {
    for (const statement of MIGRATION.split('--> statement-breakpoint')) await tx.unsafe(statement);
  });
const day = (number: number): Date => new Date(Date.UTC(2026, 0, number));

const [from, none, old, again, taken, known] = Array.from({ length: 6 }, newId) as [string, string, string, string, string, string];
const assets = [from, none, old, again, taken, known].map((id) => ({
  id,
  accessClass: 1,
  namespace: 'test',
  name: id,
  isDeleted: false,
  seq: 1,
}));
const column = (assetId: string, name: string) => ({ id: columnNodeId(assetId, name), assetId, name });
const ofAssets = (toId: string, change: FlowChange['change'], at: Date): FlowChange => ({
  fromId: from,
  toId,
  kind: 'TABLE',
  origin: 'DECLARED',
  change,
  at,
});

async function declare(toAsset: string, name: string, at: Date, retractedAt?: Date): Promise<void> {
  const [source, target] = [column(from, 'a'), column(toAsset, name)];
  const flow = { fromId: source.id, toId: target.id, kind: 'COLUMN', origin: 'DECLARED' } as const;
  await sql.begin(async (tx) => {
    const id = newId();
    await insertDeclaration(tx, { id, fromId: source.id, toId: target.id, reason: 'They say so', declaredBy: newId(), declaredAt: at });
    if (retractedAt) await retractDeclaration(tx, id, { userId: newId(), at: retractedAt, because: 'They do not' });
    const closed = retractedAt ? [{ ...flow, change: 'closed', at: retractedAt } as const] : [];
    await writeFacts(tx, { assets: [], columns: [source, target], changes: [{ ...flow, change: 'opened', at }, ...closed] });
  });
}
const edges = async () =>
  await sql`
    select to_id, valid_from, valid_to, revision from lineage.edges
    where kind = 'TABLE' and (valid_to is null or valid_to > valid_from) order by array_position(${assets.map(({ id }) => id)}::uuid[], to_id), valid_from`;

it('opens the edges of their assets, once, in one writing', async () => {
  await migrate();
  const { revision: first } = await readHead(sql);
  expect(first).toBe(1);
  await sql.begin((tx) =>
    writeFacts(tx, {
      assets,
      changes: [
        // Declared of the assets themselves, too, and taken back since then.
        ofAssets(again, 'opened', day(1)),
        ofAssets(again, 'closed', day(5)),
        // An interval that was none.
        ofAssets(taken, 'opened', day(3)),
        ofAssets(known, 'opened', day(1)),
      ],
    }),
  );
  await sql.begin((tx) => writeFacts(tx, { assets: [], changes: [ofAssets(taken, 'closed', day(3))] }));
  await declare(none, 'b', day(2), day(4));
  await declare(old, 'b', day(1), day(2));
  await declare(old, 'c', day(4));
  await declare(old, 'd', day(3));
  await declare(again, 'b', day(2));
  await declare(taken, 'b', day(3));
  await declare(known, 'b', day(2));
  await declare(from, 'b', day(2));
  const { revision: before } = await readHead(sql);
  await migrate();
  const revision = before + 1;
  const added = [
    { toId: old, validFrom: day(3), validTo: null, revision },
    { toId: again, validFrom: day(1), validTo: day(5), revision: 2 },
    { toId: again, validFrom: day(5), validTo: null, revision },
    { toId: taken, validFrom: day(3), validTo: null, revision },
    { toId: known, validFrom: day(1), validTo: null, revision: 2 },
  ];
  expect(await edges()).toEqual(added);
  await migrate();
  expect(await edges()).toEqual(added);
  expect((await readHead(sql)).revision).toBe(revision);
});
