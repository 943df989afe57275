/** Random histories of graphs, asked at random: PostgreSQL, a real Neo4j and an oracle give the same answers. */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { Database } from '#platform/database/index.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { useNeo4j } from '#platform/testing/neo4j.ts';
import { readLineage, type LineageRequest } from '../domain/lineage.ts';
import { readNeighbours } from '../domain/neighbours.ts';
import { writeFacts, type GraphFacts } from '../store/facts.ts';
import type { Direction, GraphStore, HistoryKey, Level, RunKey, View } from './index.ts';
import { connectNeo4j, type Neo4j } from './neo4j/connection.ts';
import { createGeneration, removeGeneration } from './neo4j/generations.ts';
import { createNeo4jGraph } from './neo4j/store.ts';
import { createPostgresGraph } from './postgres.ts';
import { copyFacts } from './testing/copying.ts';
import { createOracle, type Oracle } from './testing/oracle.ts';
import { createRandom, randomHistory, type Random, type RandomHistory } from './testing/randomHistory.ts';

/** Changes and questions of a run. */
const OPERATIONS = 10_000;
/** Of one history; then another one begins. */
const BATCHES = 12;
const AT_ONCE = 8;

const DIRECTIONS: readonly Direction[] = ['UPSTREAM', 'DOWNSTREAM', 'BOTH'];
const VIEWERS: readonly VisibleClasses[] = ['all', 'all', [1, 2], [1], [3], []];

const server = await useNeo4j();
let test: TestDatabase;
let sql: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  sql = test.connect('lineage');
});
afterAll(() => test?.drop());

/** Where the facts come to, in the order of the stores. */
type World = { stores: () => GraphStore[]; apply: (facts: GraphFacts) => Promise<void>; clear: () => Promise<void> };

const postgresWorld = (): World => ({
  stores: () => [createPostgresGraph(sql)],
  apply: (facts) => sql.begin((tx) => writeFacts(tx, facts)),
  async clear() {
    for (const table of ['edges', 'columns', 'jobs', 'runs', 'assets']) await sql`delete from ${sql(`lineage.${table}`)}`;
  },
});

/** Facts of the other world, copied to Neo4j after each writing. */
async function neo4jWorld(facts: World, neo4j: Neo4j): Promise<World> {
  let generation = await createGeneration(neo4j, 'test');
  return {
    stores: () => [...facts.stores(), createNeo4jGraph(neo4j, generation.number)],
    async apply(more) {
      await facts.apply(more);
      generation = await copyFacts(neo4j, sql, generation);
    },
    async clear() {
      await facts.clear();
      const old = generation.number;
      generation = await createGeneration(neo4j, 'test');
      await removeGeneration(neo4j, old);
    },
  };
}

const seed = Number(process.env['SEED'] ?? randomInt(1_000_000));
const LONG = { timeout: 300_000 };

describe('PostgreSQL and an oracle', () => {
  it(`agree about random histories (SEED=${seed})`, LONG, () => agree(createRandom(seed), postgresWorld(), OPERATIONS / 4));
});

describe.skipIf(server.missing)('PostgreSQL, Neo4j and an oracle', () => {
  let neo4j: Neo4j;
  beforeAll(() => void (neo4j = connectNeo4j(server)));
  afterAll(() => neo4j?.close());

  it(`agree about random histories (SEED=${seed})`, LONG, async () => {
    await agree(createRandom(seed), await neo4jWorld(postgresWorld(), neo4j), OPERATIONS);
  });
});

async function agree(random: Random, { stores, apply, clear }: World, least: number): Promise<void> {
  for (let operations = 0; operations < least;) {
    await clear();
    const history = randomHistory(random);
    const oracle = createOracle();
    for (let batch = 0; batch < BATCHES; batch++) {
      const facts = history.next(random.between(1, random.chance(0.2) ? 600 : 120));
      oracle.apply(facts);
      await apply(facts);
      const graphs = stores();
      const questions = Array.from({ length: random.between(5, 35) }, () =>
        random.one([askLineage, askLineage, askNeighbours, askJobs, askRuns, askStores])(random, history, oracle),
      );
      for (let from = 0; from < questions.length; from += AT_ONCE)
        await Promise.all(questions.slice(from, from + AT_ONCE).map((ask) => ask(graphs)));
      operations += facts.assets.length + facts.changes.length + questions.length;
    }
  }
}

/** What is random is so before anything is awaited: the seed gives all of it. */
type Question = (random: Random, history: RandomHistory, oracle: Oracle) => (graphs: readonly GraphStore[]) => Promise<void>;

const askLineage: Question = (random, { assets, moment }, oracle) => {
  const request: LineageRequest = {
    rootId: random.one(assets).id,
    level: randomLevel(random),
    direction: random.one(DIRECTIONS),
    depth: random.between(1, 6),
    maxNodes: random.one([1, 2, 5, 10, 20, 2_000]),
    asOf: moment(),
    // However slow the machine is.
    deadline: { isOver: () => false },
  };
  const classes = random.one(VIEWERS);
  const expected = oracle.lineage(classes, request);
  return async (graphs) => {
    for (const graph of graphs) expect(await readLineage(graph, classes, request), JSON.stringify({ request, classes })).toEqual(expected);
  };
};

const askNeighbours: Question = (random, history, oracle) => {
  const level = randomLevel(random, history);
  const view = { ...randomView(random, history, level), direction: random.one(['UPSTREAM', 'DOWNSTREAM'] as const) };
  const ids = someOf(random, nodesOf(history, level));
  const depth = random.between(1, 4);
  const expected = ids.map((id) => oracle.neighbours(view, id, depth));
  return async (graphs) => {
    for (const graph of graphs) {
      const found = await readNeighbours(graph, view, ids, depth);
      expect(
        found.map(({ rows }) => rows),
        JSON.stringify({ view, ids, depth }),
      ).toEqual(expected);
    }
  };
};

const askJobs: Question = (random, { jobs, assets, columns, moment }, oracle) => {
  const ids = someOf(
    random,
    [...jobs, random.one(assets)].map(({ id }) => id),
  );
  const classes = random.one(VIEWERS);
  const limit = random.one([1, 2, 5, 1_000]);
  const nodes = [...assets, ...columns].map(({ id }) => id);
  const after = random.one([null, [moment() ?? new Date(), random.one(nodes), random.one(nodes), 'PARSED'] satisfies HistoryKey]);
  const seen = oracle.jobs(ids, classes);
  const flows = ids.map((id) => [id, oracle.jobFlows(id, classes, after, limit)] as const).filter(([, { length }]) => length > 0);
  return async (graphs) => {
    for (const graph of graphs) {
      const said = JSON.stringify({ ids, classes, after, limit });
      expect((await graph.getJobs(ids, classes)).sort(byId), said).toEqual([...seen].sort(byId));
      expect(sorted(await graph.listJobFlows(ids, classes, after, limit)), said).toEqual(sorted(new Map(flows)));
    }
  };
};

const askRuns: Question = (random, { jobs, runs, assets, moment }, oracle) => {
  const idsOf = (nodes: readonly { id: string }[]): string[] =>
    someOf(
      random,
      [...nodes, random.one(assets)].map(({ id }) => id),
    );
  const [ids, jobIds] = [idsOf(runs), idsOf(jobs)];
  const classes = random.one(VIEWERS);
  const limit = random.one([1, 2, 5, 1_000]);
  const last = random.one([...runs, undefined]);
  const after = random.one<RunKey | null>([null, [last?.begunAt ?? moment() ?? new Date(), last?.id ?? random.one(assets).id]]);
  const seen = oracle.runs(ids, classes);
  const listed = jobIds.map((id) => [id, oracle.jobRuns(id, classes, after, limit)] as const).filter(([, { length }]) => length > 0);
  return async (graphs) => {
    for (const graph of graphs) {
      const said = JSON.stringify({ ids, jobIds, classes, after, limit });
      expect((await graph.getRuns(ids, classes)).sort(byId), said).toEqual([...seen].sort(byId));
      expect(sorted(await graph.listRuns(jobIds, classes, after, limit)), said).toEqual(sorted(new Map(listed)));
    }
  };
};

/** What else a graph can be asked: the stores agree with each other. */
const askStores: Question = (random, history) => {
  const level = randomLevel(random, history);
  const view = randomView(random, history, level);
  const nodes = nodesOf(history, level);
  const [ids, others] = [someOf(random, nodes), someOf(random, nodes)];
  const assetId = random.one(history.assets).id;
  const seen = (graph: GraphStore) => graph.findVisible(ids, level, view.classes);
  const limit = random.one([1, 2, 5, 1_000]);
  const after = random.one([null, [view.at ?? new Date(), random.one(nodes), random.one(nodes), 'PARSED'] satisfies HistoryKey]);
  const [method, ask] = random.one<[string, (graph: GraphStore) => Promise<unknown>]>([
    ['findVisible', async (graph) => (await graph.findVisible([...ids, ...others], level, view.classes)).sort()],
    ['findNext', (graph) => graph.findNext(view, ids, others, limit)],
    ['findNeighbours', async (graph) => sorted(await graph.findNeighbours(view, ids, limit))],
    ['findEdges', async (graph) => graph.findEdges(view, await seen(graph), await graph.findVisible(others, level, view.classes), limit)],
    ['countNeighbours', async (graph) => sorted(await graph.countNeighbours(view, await seen(graph), others))],
    ['findColumns', (graph) => graph.findColumns(view, assetId, limit)],
    ['getColumns', async (graph) => (await graph.getColumns([...ids, ...others], view.classes)).sort((a, b) => (a.id < b.id ? -1 : 1))],
    ['listHistory', async (graph) => graph.listHistory(level, await seen(graph), view.classes, after, limit)],
    ['streamFlows', async (graph) => (await flowsOf(graph, view.classes)).sort()],
    ['countAssets', (graph) => graph.countAssets(view.classes)],
  ]);
  return async (graphs) => {
    const [expected, ...found] = await Promise.all(graphs.map(ask));
    for (const answer of found) expect(answer, JSON.stringify({ method, view, ids, others, assetId, limit, after })).toEqual(expected);
  };
};

const randomLevel = (random: Random, history?: RandomHistory): Level =>
  history?.columns.length === 0 || random.chance(0.6) ? 'ASSET' : 'COLUMN';
const randomView = (random: Random, { moment }: RandomHistory, level: Level): View => ({
  level,
  direction: random.one(DIRECTIONS),
  at: moment(),
  classes: random.one(VIEWERS),
});
const nodesOf = ({ assets, columns }: RandomHistory, level: Level): string[] => (level === 'ASSET' ? assets : columns).map(({ id }) => id);
const someOf = (random: Random, ids: readonly string[]): string[] => [
  ...new Set(Array.from({ length: random.between(1, 6) }, () => random.one(ids))),
];
const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
const sorted = <Value>(map: ReadonlyMap<string, Value>): [string, Value][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

async function flowsOf(graph: GraphStore, classes: VisibleClasses): Promise<string[]> {
  const flows = new Set<string>();
  for await (const batch of graph.streamFlows(classes))
    for (const { fromId, toIds } of batch) for (const toId of toIds) flows.add(`${fromId} ${toId}`);
  return [...flows];
}
