import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { columnNodeId } from '../store/nodeIds.ts';
import type { Origin } from '../graph/index.ts';
import { writeFacts, type AssetNode, type FlowChange } from '../store/facts.ts';
import { findNativeDifferences } from '../store/native.ts';
import { rederiveNative } from './native.ts';

let test: TestDatabase;
let sql: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  sql = test.connect('lineage');
  await sql`insert into events.cursors (consumer, seq) values ('lineage.graph', 0)`;
});
afterAll(() => test.drop());

const asset = (name: string, isDeleted = false): AssetNode => ({ id: newId(), accessClass: 1, namespace: 'here', name, isDeleted, seq: 1 });
const opened = (from: AssetNode, to: AssetNode, origin: Origin = 'NATIVE'): FlowChange => ({
  fromId: from.id,
  toId: to.id,
  kind: 'TABLE',
  origin,
  change: 'opened',
  at: new Date('2026-01-01'),
});

const empty = async (): Promise<void> => {
  for (const table of ['edges', 'columns', 'dependencies', 'assets']) await sql.unsafe(`delete from lineage.${table}`);
};
beforeEach(empty);

it('makes the open flows what sources reported, and leaves alone what was and what others said', async () => {
  const [a, b, view, other, gone] = [asset('a'), asset('b'), asset('view'), asset('other'), asset('gone', true)];
  await sql.begin((tx) =>
    writeFacts(tx, {
      assets: [a, b, view, other, gone],
      changes: [
        opened(a, view),
        { ...opened(other, view), at: new Date('2025-01-01') },
        { ...opened(other, view), change: 'closed' },
        opened(b, other),
        opened(other, b, 'DECLARED'),
      ],
    }),
  );
  const reads = async (reader: AssetNode, ...names: string[]) => {
    for (const name of names)
      await sql`insert into lineage.dependencies (asset_id, namespace, name, columns) values (${reader.id}, 'here', ${name}, '{}')`;
  };
  // Itself, what is gone, what is in another place and what nobody has found flow nowhere.
  await reads(view, 'a', 'b', 'view', 'gone', 'unknown');
  await reads(gone, 'a');
  const before = await sql`select * from lineage.edges order by id`;
  expect(await findNativeDifferences(sql, 10)).toEqual({
    count: 2,
    first: expect.arrayContaining([
      { fromId: b.id, toId: view.id, what: 'MISSING', columns: null },
      { fromId: b.id, toId: other.id, what: 'EXTRA', columns: null },
    ]),
  });
  expect((await findNativeDifferences(sql, 1)).first).toHaveLength(1);

  expect(await rederiveNative(sql)).toEqual({ opened: 1, closed: 1, assets: 4, flows: 2 });
  expect(await findNativeDifferences(sql, 10)).toEqual({ count: 0, first: [] });
  const after = await sql`select * from lineage.edges order by id`;
  expect(after.slice(0, before.length).map(({ revision: _, ...row }) => row)).toEqual(
    before.map(({ revision: _, ...row }) => (row.fromId === b.id ? { ...row, validTo: expect.any(Date) } : row)),
  );
  expect(after.slice(before.length)).toMatchObject([{ fromId: b.id, toId: view.id, kind: 'TABLE', origin: 'NATIVE', validTo: null }]);
  expect(await rederiveNative(sql)).toEqual({ opened: 0, closed: 0, assets: 4, flows: 2 });
});

it('mends flows between columns, too: what is missing, what is no more, and what is another one', async () => {
  const [a, view] = [asset('a'), asset('view')];
  const flow = (from: string, to: string, change: 'opened' | 'closed' = 'opened'): FlowChange => ({
    ...opened(a, view, 'PARSED'),
    fromId: columnNodeId(a.id, from),
    toId: columnNodeId(view.id, to),
    kind: 'COLUMN',
    change,
  });
  const node = ({ id }: AssetNode, name: string) => ({ id: columnNodeId(id, name), assetId: id, name });
  await sql.begin((tx) =>
    writeFacts(tx, {
      assets: [a, view],
      columns: [node(a, 'x'), node(a, 'y'), node(a, 'z'), node(view, 'v')],
      changes: [opened(a, view), flow('x', 'v'), flow('y', 'v'), flow('z', 'v'), { ...flow('x', 'x'), origin: 'DECLARED' }],
    }),
  );
  await sql`insert into lineage.dependencies (asset_id, namespace, name, columns, flows)
    values (${view.id}, 'here', 'a', '{}', '[["x", "v", "DIRECT", 1], ["y", "v", "CONDITIONAL", 0.333], ["new", "w", "DIRECT", 1]]')`;
  const { count, first } = await findNativeDifferences(sql, 10);
  expect([count, first.map(({ what, columns }) => [what, ...columns!.nodes.map(({ name }) => name)].join(' ')).toSorted()]).toEqual([
    4,
    ['EXTRA y v', 'EXTRA z v', 'MISSING new w', 'MISSING y v'],
  ]);
  expect(await rederiveNative(sql)).toEqual({ opened: 2, closed: 2, assets: 2, flows: 4 });
  expect(await findNativeDifferences(sql, 10)).toEqual({ count: 0, first: [] });
  const names = await sql<{ flow: string }[]>`
    select concat_ws(' ', f.name, t.name, e.origin, e.transformation, e.confidence) as flow
    from lineage.edges e join lineage.columns f on f.column_id = e.from_id join lineage.columns t on t.column_id = e.to_id
    where e.valid_to is null order by 1`;
  expect(names.map((row) => row.flow)).toEqual(['new w PARSED DIRECT 1', 'x v PARSED DIRECT 1', 'y v PARSED CONDITIONAL 0.333']);
});
