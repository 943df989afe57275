/**
 * Lineage over a million edges, through the product's own door and over HTTP, for a viewer of everything, of 1 % and of
 * nothing; against the same SQL sent by hand over one connection. Fails where a plan reads all edges or assets, or where
 * `truncated` and `unexpanded` of a hub are not what a count says. Before that: how fast the graph is fed from the log, and loaded.
 * After it: the same questions to PostgreSQL and to Neo4j, and a hub of a million edges.
 */
import { connect, type Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { makeAssets } from './fixtures/assets.ts';
import { makeGraph } from './fixtures/lineage.ts';
import { askAHub } from './fixtures/lineageHub.ts';
import { compareStores, findNeo4j, loadNeo4j, type StoresOptions } from './fixtures/lineageStores.ts';
import { feedTheGraph, loadFacts } from './fixtures/lineageFeed.ts';
import { openPlanLog, sequentialScans, type PlanLog, type Statement } from './fixtures/plans.ts';
import { startBenchProduct, type Ask } from './fixtures/product.ts';
import { at, sendByHand, times } from './fixtures/timing.ts';
import type { BenchContext, BenchResult } from './run.ts';

const EDGES = 1_000_000;
const ASSETS = 100_000;
const FED = 100_000;
const ROUNDS = 60;
const SEEN_SOURCE = 7;
const NEVER_READ_WHOLE = ['edges', 'assets'];

type Operation = { name: string; query: string; variables: (round: number) => Record<string, unknown> };

const GRAPH = 'rootId truncated nodes { id depth unexpanded } edges { from to kind origin validFrom validTo }';
const LINEAGE = `query ($id: ID!, $direction: LineageDirection!, $depth: Int, $maxNodes: Int, $asOf: DateTime) {
  lineage(assetId: $id, direction: $direction, depth: $depth, maxNodes: $maxNodes, asOf: $asOf) { ${GRAPH} } }`;

export async function run(context: BenchContext): Promise<BenchResult[]> {
  const share = context.quick ? 10 : 1;
  return [
    ...(await feedTheGraph(context, FED / share)),
    ...(await loadFacts(context, EDGES / share)),
    ...(await walk(context)),
    ...(await askAHub(context, EDGES / share)),
  ];
}

async function walk(context: BenchContext): Promise<BenchResult[]> {
  const count = context.assets ?? (context.quick ? ASSETS / 10 : ASSETS);
  const location = await context.createDatabase();
  const owner = connect({ url: location.ownerUrl, name: 'bench', max: 4, statementTimeoutMs: 0 });
  context.say(`making ${count} assets …`);
  const { sourceIds } = await makeAssets(owner, count, context.say);
  const { hubId, edges } = await makeGraph(owner, sourceIds, Math.round((count * EDGES) / ASSETS));
  context.say(`  ${edges} edges.`);
  await owner`insert into events.cursors (consumer, seq) values ('catalog.search', 0)`;
  // Before the product opens its connections: only those opened later tell of their plans.
  const plans = await openPlanLog(owner);
  const product = await startBenchProduct(location);
  const byHand = connect({ url: location.ownerUrl, name: 'by hand', max: 1 });
  try {
    const viewers: Record<string, Ask> = {
      'sees all': await product.createUser([{ role: 'READER' }]),
      'sees 1 %': await product.createUser([{ role: 'READER', sourceId: sourceIds[SEEN_SOURCE]! }]),
      'sees nothing': await product.createUser([{ role: 'READER', sourceId: newId() }]),
    };
    await checkHub(owner, viewers, hubId, sourceIds[SEEN_SOURCE]!);
    const roots = await owner<{ id: string }[]>`
      select id from catalog.assets where source_id = ${sourceIds[SEEN_SOURCE]!} and kind in ('TABLE', 'VIEW') order by md5(reverse(id::text)) limit 200`;
    const found: string[] = [];
    const results: BenchResult[] = [];
    for (const operation of operationsOver(
      roots.map(({ id }) => id),
      hubId,
    )) {
      for (const [viewer, ask] of Object.entries(viewers)) results.push(...(await measure(operation, viewer, ask, plans, byHand, found)));
      const p95 = results.slice(-6).filter((_, index) => index % 2 === 1);
      context.say(`  ${operation.name}: ${p95.map(({ value }) => `${value.toFixed(1)} ms`).join(', ')}`);
    }
    // Small tables are better read from end to end.
    if (count >= ASSETS) {
      if (found.length > 0) throw new Error(`These read a large table from end to end:\n${found.join('\n')}`);
      context.say('EXPLAIN: no plan reads all edges or assets.');
    }
    await product.stop();
    return [...results, ...(await bothStores(context, { location, owner, roots: roots.map(({ id }) => id), hubId }))];
  } finally {
    await product.stop();
    await Promise.all([owner.end(), byHand.end()]);
  }
}

async function bothStores(context: BenchContext, asked: Omit<StoresOptions, 'server'>): Promise<BenchResult[]> {
  const server = await findNeo4j(context);
  try {
    const loaded = server ? await loadNeo4j(context, { ...asked, server }) : [];
    return [...loaded, ...(await compareStores(context, { ...asked, server }))];
  } finally {
    await server?.stop();
  }
}

async function measure(
  { name, query, variables }: Operation,
  viewer: string,
  ask: Ask,
  plans: PlanLog,
  byHand: Database,
  found: string[],
): Promise<BenchResult[]> {
  const statements: Statement[] = [];
  for (let round = 0; round < 3; round++) statements.push(...(await plans.record(() => ask(query, variables(round)))));
  for (const { text, plan } of statements)
    for (const table of sequentialScans(plan))
      if (NEVER_READ_WHOLE.includes(table)) found.push(`${name}, ${viewer}: ${table}: ${text.replaceAll(/\s+/g, ' ').slice(0, 300)}`);
  const hand = await times(ROUNDS / 3, () => sendByHand(byHand, statements));
  const asked = await times(ROUNDS, (round) => ask(query, variables(round)));
  return [0.5, 0.95].map((share) => ({
    name: `${name}, ${viewer}: p${share * 100}`,
    value: at(asked, share),
    unit: 'ms',
    ratio: at(asked, share) / (at(hand, share) / 3),
    baseline: `its SQL by hand (${(statements.length / 3).toFixed(1)} statements)`,
  }));
}

function operationsOver(roots: readonly string[], hubId: string): Operation[] {
  const root = (round: number) => roots[(round * 7919) % roots.length]!;
  const lineage = (name: string, variables: Operation['variables']): Operation => ({ name, query: LINEAGE, variables });
  const lastWeek = new Date(Date.now() - 7 * 86_400_000).toISOString();
  return [
    lineage('3 hops upstream', (round) => ({ id: root(round), direction: 'UPSTREAM', depth: 3 })),
    lineage('3 hops downstream', (round) => ({ id: root(round), direction: 'DOWNSTREAM', depth: 3 })),
    lineage('3 hops both ways', (round) => ({ id: root(round), direction: 'BOTH', depth: 3 })),
    lineage('3 hops both ways, last week', (round) => ({ id: root(round), direction: 'BOTH', depth: 3, asOf: lastWeek })),
    ...[50, 500, 2_000].map((maxNodes) =>
      lineage(`hub, ${maxNodes} nodes`, () => ({ id: hubId, direction: 'DOWNSTREAM', depth: 3, maxNodes })),
    ),
    lineage('hub both ways, 500 nodes', () => ({ id: hubId, direction: 'BOTH', depth: 3, maxNodes: 500 })),
    {
      name: 'page of 50 with upstream',
      query: '{ assets(first: 50, filter: { kinds: [VIEW] }) { nodes { id upstream { truncated nodes { id } } } } }',
      variables: () => ({}),
    },
    {
      name: 'page of 50 with names upstream',
      query: '{ assets(first: 50, filter: { kinds: [VIEW] }) { nodes { id upstream(first: 10) { nodes { id name } } } } }',
      variables: () => ({}),
    },
    {
      name: 'page of 50 with upstream of 3 levels',
      query: '{ assets(first: 50, filter: { kinds: [VIEW] }) { nodes { id upstream(depth: 3) { truncated nodes { id } } } } }',
      variables: () => ({}),
    },
    {
      name: 'hub with neighbours',
      query: 'query ($id: ID!) { asset(id: $id) { downstream(first: 50) { truncated nodes { id name } } } }',
      variables: () => ({ id: hubId }),
    },
  ];
}

/** What the hub says it left out is what is there, less what it told. */
async function checkHub(owner: Database, viewers: Record<string, Ask>, hubId: string, sourceId: string): Promise<void> {
  const seen: Record<string, number> = {};
  for (const [viewer, filter] of [
    ['sees all', owner`true`],
    ['sees 1 %', owner`c.source_id = ${sourceId}`],
  ] as const) {
    const [row] = await owner<{ count: number }[]>`
      select count(distinct e.to_id) from lineage.edges e join lineage.assets a on a.asset_id = e.to_id join access.classes c on c.id = a.access_class
      where e.from_id = ${hubId} and e.valid_to is null and ${filter}`;
    seen[viewer] = row!.count;
  }
  for (const [viewer, ask] of Object.entries(viewers)) {
    for (const maxNodes of [50, 500, 2_000]) {
      const { lineage } = await ask(LINEAGE, { id: hubId, direction: 'DOWNSTREAM', depth: 1, maxNodes });
      const count = seen[viewer];
      const left = count === undefined ? undefined : Math.max(0, count - (maxNodes - 1));
      const isRight =
        left === undefined
          ? lineage === null
          : lineage.nodes[0].unexpanded === left &&
            lineage.truncated === left > 0 &&
            lineage.nodes.length === Math.min(maxNodes, count! + 1);
      if (!isRight) throw new Error(`The hub for who ${viewer}, ${maxNodes} nodes: ${JSON.stringify(lineage?.nodes[0])} of ${count}.`);
    }
  }
}
