import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { upsertClass } from '#platform/auth/access.ts';
import type { Database } from '#platform/database/index.ts';
import type { ConsumedEvent } from '#platform/events/consumer.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import { contextOf, readerOf, stewardOf } from '#platform/testing/asking.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import type { GraphEdge } from '../graph/index.ts';
import { createPostgresGraph } from '../graph/postgres.ts';
import { findDeclarations } from '../store/declarations.ts';
import { createDeclarations, type Declarations, type Declarer } from './declarations.ts';
import { feed } from './feed.ts';
import { readLineage } from './lineage.ts';
import { columnNodeId } from '../store/nodeIds.ts';

const NAMESPACE = 'postgres://host:5432';
const source = { id: newId() };

let test: TestDatabase;
let sql: Database;
let accessClass: number;
let assets: Map<string, { id: string; name: string; deletedAt: string | null }>;
/** Each asset has `a` and `b`. */
let columns: { id: string; assetId: string; name: string }[];
let declarations: Declarations;
let steward: Declarer;
/** The clock's milliseconds. */
let time = 0;
const at = (ms: number): Date => new Date(Date.UTC(2026, 0, 1) + ms);

/** What the catalog would tell; the lineage of its assets comes with their events, sooner or later. */
const askCatalog = (async (query: string, { ids }: { ids: string[] }) =>
  query.includes('assetFacts')
    ? {
        assetFacts: [...assets.values()]
          .filter(({ id }) => ids.includes(id))
          .map((asset) => ({
            ...asset,
            sourceId: source.id,
            domainId: null,
            accessClass,
            kind: 'TABLE',
            namespace: NAMESPACE,
            tags: [],
            owners: [],
          })),
      }
    : {
        columnsById: columns.filter(({ id }) => ids.includes(id)).map((column) => ({ ...column, isDeleted: false })),
      }) as unknown as AskSubgraph;

beforeAll(async () => {
  test = await createTestDatabase();
  sql = test.connect('lineage');
  accessClass = await upsertClass(test.connect('catalog'), { sourceId: source.id, domainId: null });
  declarations = createDeclarations({ sql, askCatalog, onCommit: () => {}, now: () => at(time) });
  steward = { context: contextOf(stewardOf(source)), editable: async () => [accessClass] };
});
afterAll(() => test.drop());
beforeEach(async () => {
  for (const table of ['edges', 'dependencies', 'declarations', 'columns', 'assets']) await sql.unsafe(`delete from lineage.${table}`);
  assets = new Map(['table', 'view', 'elsewhere'].map((name) => [name, { id: newId(), name, deletedAt: null }]));
  columns = [...assets.values()].flatMap((asset) => ['a', 'b'].map((name) => ({ id: newId(), assetId: asset.id, name })));
});

/** Of an asset (`table`) or a column (`table.a`). */
function id(of: string): string {
  const [name, column] = of.split('.') as [string, string?];
  const asset = assets.get(name)!;
  return column ? columns.find((each) => each.assetId === asset.id && each.name === column)!.id : asset.id;
}
const flow = (from: string, to: string) => ({ from: id(from), to: id(to), reason: 'because', transformation: 'DIRECT' as const });

let seq = 0;
const created = (name: string, ...reads: string[]): ConsumedEvent => ({
  seq: ++seq,
  type: 'asset.created',
  subject: id(name),
  time: at(++time),
  actorId: null,
  attributes: { accessAfter: accessClass, namespace: NAMESPACE, name },
  data: { namespace: NAMESPACE, name, kind: 'VIEW', dependsOn: reads.map((read) => ({ name: read, columns: [] })) },
});
const feedWith = (...events: ConsumedEvent[]) => sql.begin((tx) => feed(tx, events));

const flows = async (): Promise<string[]> => {
  const rows = await sql<{ fromId: string; toId: string; origin: string; validFrom: Date; validTo: Date | null }[]>`
    select from_id, to_id, origin, valid_from, valid_to from lineage.edges where valid_to is null or valid_to > valid_from`;
  const names = new Map([
    ...[...assets.values()].map((asset) => [asset.id, asset.name] as const),
    ...columns.map(({ assetId, name }) => [columnNodeId(assetId, name), name] as const),
  ]);
  const ms = (moment: Date | null): number | string => (moment ? moment.getTime() - at(0).getTime() : '');
  return rows
    .map(
      ({ fromId, toId, origin, validFrom, validTo }) => `${names.get(fromId)}>${names.get(toId)} ${origin} ${ms(validFrom)}-${ms(validTo)}`,
    )
    .toSorted();
};

it('holds for assets whose events are still to come, and changes nothing of what these tell', async () => {
  time = 100;
  await feedWith(created('view', 'table'));
  time = 200;
  await declarations.declare(steward, flow('table', 'elsewhere'));
  await declarations.declare(steward, flow('view', 'elsewhere'));
  expect(await flows()).toEqual(['table>elsewhere DECLARED 200-', 'view>elsewhere DECLARED 200-']);
  // Who may not see everything sees it, too.
  const request = { rootId: id('elsewhere'), level: 'ASSET', direction: 'UPSTREAM', depth: 3, maxNodes: 10, asOf: null } as const;
  const graph = createPostgresGraph(sql);
  expect((await readLineage(graph, [accessClass], request))?.nodes).toHaveLength(3);
  expect(await readLineage(graph, [accessClass + 1], request)).toBeNull();

  // The table is new to the feed, though a row is there: its reader is found now, and not before.
  await feedWith(created('elsewhere'), created('table'));
  expect(await flows()).toEqual(['table>elsewhere DECLARED 200-', 'table>view NATIVE 202-', 'view>elsewhere DECLARED 200-']);
  expect(await sql`select count(*) from lineage.assets where seq > 0`).toEqual([{ count: 3 }]);
});

it('is no asset that a view could be found to read before its own event has come', async () => {
  time = 100;
  await declarations.declare(steward, flow('table', 'elsewhere'));
  await feedWith(created('view', 'table'));
  expect(await flows()).toEqual(['table>elsewhere DECLARED 100-']);
  time = 150;
  await feedWith(created('table'));
  expect(await flows()).toEqual(['table>elsewhere DECLARED 100-', 'table>view NATIVE 151-']);
});

it('has intervals in order and none empty, whatever the clock says, each with its own words', async () => {
  await feedWith(created('table'), created('view'));
  const said = flow('table', 'view');
  time = 100;
  await declarations.declare(steward, { ...said, reason: 'first' });
  await declarations.retract(steward, { ...said, reason: 'not so' });
  time = 50;
  await declarations.declare(steward, { ...said, reason: 'second' });
  await declarations.retract(steward, { ...said, reason: 'no' });
  time = 500;
  const { edge } = await declarations.declare(steward, { ...said, reason: 'third' });
  expect(await flows()).toEqual(['table>view DECLARED 100-101', 'table>view DECLARED 101-102', 'table>view DECLARED 500-']);
  const [declaration, ...others] = await findDeclarations(sql, [edge]);
  expect(others).toEqual([]);
  expect(declaration).toMatchObject({ reason: 'third', retractedBy: null, declaredBy: steward.context.viewer!.userId });
  const all = await sql<{ reason: string; retractedBecause: string | null; matches: boolean }[]>`
    select d.reason, d.retracted_because, e.valid_to is not distinct from d.retracted_at as matches
    from lineage.declarations d join lineage.edges e on (e.from_id, e.to_id, e.valid_from) = (d.from_id, d.to_id, d.declared_at)
    where e.origin = 'DECLARED' order by d.declared_at`;
  expect(all.map(({ reason, retractedBecause, matches }) => [reason, retractedBecause, matches])).toEqual([
    ['first', 'not so', true],
    ['second', 'no', true],
    ['third', null, true],
  ]);
});

describe('between columns', () => {
  const declareAt = async (ms: number, from: string, to: string) => {
    time = ms;
    return await declarations.declare(steward, flow(from, to));
  };
  const retractAt = async (ms: number, from: string, to: string) => {
    time = ms;
    return await declarations.retract(steward, flow(from, to));
  };
  const ofAssets = async () => (await flows()).filter((each) => each.startsWith('table>'));

  it('is between their assets, too, as long as one of them holds', async () => {
    await declareAt(100, 'table.a', 'view.a');
    await declareAt(110, 'table.b', 'view.a');
    expect(await flows()).toEqual(['a>a DECLARED 100-', 'b>a DECLARED 110-', 'table>view DECLARED 100-']);
    await retractAt(120, 'table.a', 'view.a');
    expect(await ofAssets()).toEqual(['table>view DECLARED 100-']);
    await retractAt(130, 'table.b', 'view.a');
    expect(await ofAssets()).toEqual(['table>view DECLARED 100-130']);
    await declareAt(140, 'table.b', 'view.b');
    expect(await ofAssets()).toEqual(['table>view DECLARED 100-130', 'table>view DECLARED 140-']);
    const [edge] = await sql<GraphEdge[]>`select * from lineage.edges where kind = 'TABLE' and valid_to is null`;
    expect(edge).toMatchObject({ transformation: 'DIRECT', confidence: 1, jobId: null });
    expect(await findDeclarations(sql, [edge!])).toEqual([]);
  });

  it('is one edge of the assets together with what is declared of them, whichever is said and taken back first', async () => {
    await declareAt(100, 'table.a', 'view.a');
    const { edge } = await declareAt(110, 'table', 'view');
    expect(edge).toMatchObject({ validFrom: at(110), validTo: null });
    expect(await findDeclarations(sql, [edge])).toHaveLength(1);
    expect(await ofAssets()).toEqual(['table>view DECLARED 100-110', 'table>view DECLARED 110-']);
    await retractAt(120, 'table.a', 'view.a');
    await declareAt(130, 'table.a', 'view.a');
    expect(await ofAssets()).toEqual(['table>view DECLARED 100-110', 'table>view DECLARED 110-']);
    expect((await retractAt(140, 'table', 'view')).edge).toMatchObject({ validFrom: at(110), validTo: at(140) });
    expect((await ofAssets()).slice(1)).toEqual(['table>view DECLARED 110-140', 'table>view DECLARED 140-']);
    // A clock that goes back.
    await declareAt(50, 'table', 'view');
    await retractAt(40, 'table', 'view');
    expect((await ofAssets()).slice(2)).toEqual([140, 141, 142].map((ms) => `table>view DECLARED ${ms}-${ms < 142 ? ms + 1 : ''}`));
    await retractAt(200, 'table.a', 'view.a');
    expect((await ofAssets()).at(-1)).toBe('table>view DECLARED 142-200');
  });

  it('of one asset is nothing that flows between assets, and what is between them is not taken back of the assets', async () => {
    await declareAt(100, 'table.a', 'table.b');
    expect(await flows()).toEqual(['a>b DECLARED 100-']);
    await declareAt(110, 'table.a', 'view.a');
    await expect(retractAt(120, 'table', 'view')).rejects.toThrow('between columns of these assets');
    await retractAt(130, 'table.a', 'view.a');
    await expect(retractAt(140, 'table', 'view')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

it('leaves nothing behind when it is refused', async () => {
  const reader = { context: contextOf(readerOf(source)), editable: async () => [] };
  await expect(declarations.declare(reader, flow('table', 'view'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  assets.get('table')!.deletedAt = at(0).toISOString();
  await expect(declarations.declare(steward, flow('table', 'view'))).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(declarations.retract(steward, flow('view', 'elsewhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  for (const table of ['edges', 'declarations', 'assets']) {
    expect(await sql.unsafe(`select count(*) from lineage.${table}`)).toEqual([{ count: 0 }]);
  }
});
