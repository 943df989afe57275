/** Lineage of columns while catalog, which gives them their ids, is away: nothing of it is missing, and its ids hold. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { TimedOut, Upstream } from '#platform/errors.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { administrator, createAsker } from '#platform/testing/asking.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { columnNodeId } from '../store/nodeIds.ts';
import { createLineage } from '../index.ts';
import { writeFacts } from '../store/facts.ts';

const [table, view] = [newId(), newId()];
/** As catalog knows them. */
const [from, to] = [
  { id: newId(), assetId: table, name: 'a', isDeleted: false },
  { id: newId(), assetId: view, name: 'b', isDeleted: false },
];
const [fromNode, toNode] = [columnNodeId(table, 'a'), columnNodeId(view, 'b')];

const EDGE = 'from to kind origin';
const NODE = 'id asset { id } column { id }';
const QUERY = `query ($id: ID!, $from: ID!, $to: ID!) {
  lineage(assetId: $id, direction: UPSTREAM, level: COLUMN) { nodes { ${NODE} } edges { ${EDGE} } }
  lineageDiff(assetId: $id, from: "2001-01-01T00:00:00Z", to: "2999-01-01T00:00:00Z", level: COLUMN) { added { ${EDGE} } addedNodes { ${NODE} } }
  lineageHistory(assetId: $id, level: COLUMN) { nodes { ${EDGE} } }
  paths(from: $from, to: $to) { paths { nodes { ${NODE} } edges { ${EDGE} } } }
}`;

let database: TestDatabase;
let sql: Database;
let isAway = true;
let mistake: Error | undefined;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('lineage');
  const assets = [table, view].map((id) => ({ id, accessClass: 1, namespace: 'test', name: id, isDeleted: false, seq: 1 }));
  const columns = [from, to].map(({ assetId, name }) => ({ id: columnNodeId(assetId, name), assetId, name }));
  const flow = { fromId: fromNode, toId: toNode, kind: 'COLUMN', origin: 'PARSED', change: 'opened', at: new Date('2026-01-01') } as const;
  await sql.begin((tx) => writeFacts(tx, { assets, columns, changes: [flow] }));
});
afterAll(() => database.drop());
beforeEach(() => {
  isAway = true;
  mistake = undefined;
});

type Asked = { ids: string[]; names: { assetId: string; name: string }[]; of: { assetId: string }[] };
const askCatalog = (async (query: string, { ids, names, of }: Asked) => {
  if (mistake) throw mistake;
  if (isAway) throw new Upstream('catalog does not answer.', { system: 'catalog', check: 'Whether it runs' });
  if (query.includes('columnsById')) return { columnsById: [from, to].filter(({ id }) => ids.includes(id)) };
  if (query.includes('columnsByName'))
    return {
      columnsByName: [from, to].filter((each) => names.some(({ assetId, name }) => each.assetId === assetId && each.name === name)),
    };
  if (query.includes('definitions')) return { definitions: of.map(({ assetId }) => (assetId === view ? 'SELECT a AS b FROM t' : null)) };
  const facts = {
    sourceId: newId(),
    domainId: null,
    accessClass: 1,
    kind: 'VIEW',
    namespace: 'test',
    tags: [],
    owners: [],
    deletedAt: null,
  };
  return { assetFacts: [table, view].filter((id) => ids.includes(id)).map((id) => ({ id, name: id, ...facts })) };
}) as unknown as AskSubgraph;

async function ask(query: string, variables: object) {
  const logger = createLogger({ level: 'silent', format: 'json' });
  const others = { askCatalog, askIdentity: askCatalog };
  const { subgraph } = createLineage({ database: sql, ...others, faults: new Set(), logger, onCommit: () => {} });
  return await createAsker(subgraph.schema)(administrator(), query, { ...variables });
}

const answer = (fromId: string, toId: string, columnOf: (id: string) => { id: string } | null) => {
  const node = (id: string, asset: string) => ({ id, asset: { id: asset }, column: columnOf(id) });
  const [first, last] = [node(fromId, table), node(toId, view)];
  const edge = { from: fromId, to: toId, kind: 'COLUMN', origin: 'PARSED' };
  return {
    lineage: { nodes: [last, first], edges: [edge] },
    lineageDiff: { added: [edge], addedNodes: [last, first] },
    lineageHistory: { nodes: [edge] },
    paths: { paths: [{ nodes: [first, last], edges: [edge] }] },
  };
};

it('is whole, by ids of its own, and says of each column that it asked for in vain', async () => {
  const { data, errors } = await ask(QUERY, { id: view, from: fromNode, to: toNode });
  expect(data).toEqual(answer(fromNode, toNode, () => null));
  expect(errors.map(({ code, path }) => [code, path.split('.').at(-1)])).toEqual(errors.map(() => ['UPSTREAM_UNAVAILABLE', 'column']));
  expect(errors).toHaveLength(6);
});

it('has the SQL behind an edge where catalog can tell it, and says at that field that it cannot', async () => {
  const query = 'query ($id: ID!) { lineage(assetId: $id, direction: UPSTREAM, level: COLUMN) { edges { kind query } } }';
  const { data, errors } = await ask(query, { id: view });
  expect(data).toEqual({ lineage: { edges: [{ kind: 'COLUMN', query: null }] } });
  expect(errors.map(({ code, path }) => [code, path])).toEqual([['UPSTREAM_UNAVAILABLE', 'lineage.edges.0.query']]);
  isAway = false;
  expect(await ask(query, { id: view })).toMatchObject({
    data: { lineage: { edges: [{ kind: 'COLUMN', query: 'SELECT a AS b FROM t' }] } },
    errors: [],
  });
});

it('says it where something else went wrong than that catalog is away', async () => {
  for (const [error, code] of [
    [new Error('A mistake.'), undefined],
    [new TimedOut('Catalog took too long.'), 'TIMEOUT'],
  ] as const) {
    mistake = error;
    const { errors } = await ask('query ($id: ID!) { lineage(assetId: $id, direction: UPSTREAM, level: COLUMN) { nodes { id } } }', {
      id: view,
    });
    expect(errors[0]).toMatchObject({ code, path: expect.stringContaining('id') });
  }
});

it('has the ids that catalog gives once it is back, and takes both', async () => {
  isAway = false;
  for (const ends of [
    { from: from.id, to: to.id },
    { from: fromNode, to: to.id },
    { from: fromNode.toUpperCase(), to: toNode },
  ]) {
    const { data, errors } = await ask(QUERY, { id: view, ...ends });
    expect(errors).toEqual([]);
    expect(data).toEqual(answer(from.id, to.id, (id) => ({ id })));
  }
  for (const columnId of [from.id, fromNode]) {
    const { data } = await ask('query ($columnId: ID!) { impact(columnId: $columnId) { rootId totalCount } }', { columnId });
    expect(data).toEqual({ impact: { rootId: columnId, totalCount: 1 } });
  }
  // One column by both of its ids.
  const { errors } = await ask('query ($from: ID!, $to: ID!) { paths(from: $from, to: $to) { truncated } }', {
    from: from.id,
    to: fromNode,
  });
  expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', details: { field: 'to' } }]);
});

it('is declared by both', async () => {
  isAway = false;
  const declare = 'mutation ($input: DeclareLineageInput!) { declareLineage(input: $input) { edge { from to origin } } }';
  const input = { from: fromNode, to: to.id, reason: 'They say so' };
  expect((await ask(declare, { input })).data).toEqual({ declareLineage: { edge: { from: from.id, to: to.id, origin: 'DECLARED' } } });
  const { errors } = await ask(declare, { input: { ...input, from: toNode } });
  expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', details: { field: 'input.to' } }]);
  for (const unknown of [columnNodeId(table, 'unknown'), newId()]) {
    expect((await ask(declare, { input: { ...input, from: unknown } })).errors).toMatchObject([{ code: 'NOT_FOUND' }]);
  }
});
