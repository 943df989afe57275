/** A database made from a seed, scanned, and read back through the graph: all of it is what pg_catalog says, not most. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import type { ScannedColumn } from '#subgraphs/catalog/connectors/types.ts';
import { differences, readTruth, type Truth } from '#subgraphs/catalog/connectors/postgres/testing/oracle.ts';
import { randomSchema } from '#subgraphs/catalog/connectors/postgres/testing/randomSchema.ts';
import { createWorld, type World } from './world.ts';

const seed = Date.now() % 1_000_000_000;
let world: World;
let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeAll(async () => {
  world = await createWorld();
  source = await createEmptyDatabase(`seeded.${seed} "x"`);
  for (const statement of randomSchema({ seed })) await source.sql.unsafe(statement);
});
afterAll(async () => {
  await source.drop();
  await world.stop();
});

const PAGE = `query ($after: String, $filter: AssetFilter) { assets(first: 100, after: $after, filter: $filter) {
  nodes { id name kind path displayName sourceDescription parent { name }
    table { rowEstimate sizeBytes definition primaryKey partitioned checks { name expression } uniqueKeys { name columns }
      indexes { name columns unique definition } foreignKeys { name columns referencesName referencesColumns references { name } } }
    columns(first: 200) { nodes { name ordinal dataType nativeType nullable default generated sourceDescription } pageInfo { hasNextPage } } }
  pageInfo { hasNextPage endCursor } } }`;

type Told = {
  kind: string;
  path: string[];
  comment: string | null;
  rowEstimate: number | null;
  bytes: number | null;
  columns: ScannedColumn[];
  table: unknown;
};

async function readBack(sourceId: string): Promise<Map<string, Told>> {
  const told = new Map<string, Told>();
  for (let after: string | null = null; ;) {
    const { assets }: any = await world.admin(PAGE, { after, filter: { sourceIds: [sourceId] } });
    for (const node of assets.nodes) {
      expect(node.columns.pageInfo.hasNextPage).toBe(false);
      expect(node.displayName).toBe(node.path.at(-1));
      const { rowEstimate = null, sizeBytes = null, ...table } = node.table ?? {};
      for (const key of table.foreignKeys ?? []) {
        expect(key.references?.name).toBe(key.referencesName);
        delete key.references;
      }
      told.set(node.name, {
        kind: node.kind,
        path: node.path,
        comment: node.sourceDescription,
        rowEstimate,
        bytes: sizeBytes,
        table: node.table ? table : null,
        columns: node.columns.nodes.map(({ sourceDescription, ...column }: { sourceDescription: string | null }) => ({
          ...column,
          comment: sourceDescription,
        })),
      });
    }
    if (!assets.pageInfo.hasNextPage) return told;
    after = assets.pageInfo.endCursor;
  }
}

it(`reads back through the graph what pg_catalog has (seed ${seed})`, async () => {
  const { id } = await world.addSource('seeded', { url: source.url });
  const run = await world.scan(id);
  const truth = await readTruth(source.sql);
  expect(run).toMatchObject({ status: 'COMPLETED', added: truth.size });
  const expected = new Map(
    [...truth].map(([name, { sourceOwner: _owner, dependsOn: _dependsOn, ...each }]) => [name, each as unknown as Truth]),
  );
  const told = await readBack(id);
  expect(told.size).toBeGreaterThan(20);
  expect(differences(expected, told as unknown as Map<string, Truth>)).toEqual([]);
});

it('finds nothing changed when it scans again', async () => {
  const { sources } = await world.admin('{ sources { nodes { id lastRun { added } } } }');
  const [{ id, lastRun }] = sources.nodes;
  expect(await world.scan(id)).toMatchObject({ status: 'COMPLETED', added: 0, changed: 0, removed: 0, unchanged: lastRun.added });
});
