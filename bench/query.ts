/**
 * What people ask of a catalog of a million assets, through the product's own door and over HTTP, for a viewer of everything,
 * of 1 % and of nothing; against the same SQL sent by hand over one connection. Fails where a plan reads all assets or columns.
 */
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { newId } from '#platform/ids.ts';
import { rebuildSearch } from '#subgraphs/catalog/search/indexer.ts';
import { createPostgresSearch } from '#subgraphs/catalog/search/postgres.ts';
import { makeAssets, SOURCES, type Fixture } from './fixtures/assets.ts';
import { openPlanLog, sequentialScans, type PlanLog, type Statement } from './fixtures/plans.ts';
import { startBenchProduct, type Ask, type BenchProduct } from './fixtures/product.ts';
import { at, sendByHand, times } from './fixtures/timing.ts';
import type { BenchContext, BenchResult } from './run.ts';

const ASSETS = 1_000_000;
const ROUNDS = 60;
/** Search reads its documents in their order until it has enough, where a word is in most of them: they are not among these. */
const NEVER_READ_WHOLE = ['assets', 'columns', 'asset_edits', 'asset_owners', 'asset_tags', 'search_words'];

type Operation = { name: string; query: string; variables: (round: number) => Record<string, unknown> };

type World = {
  product: BenchProduct;
  plans: PlanLog;
  viewers: Record<string, Ask>;
  operations: Operation[];
  byHand: Database;
  stop: () => Promise<void>;
};

/** `searched`: with an index for search, which takes its time. */
async function createWorld(context: BenchContext, count: number, searched: boolean): Promise<World> {
  const location = await context.createDatabase();
  const owner = connect({ url: location.ownerUrl, name: 'bench', max: 4, statementTimeoutMs: 0 });
  context.say(`making ${count} assets …`);
  const fixture = await makeAssets(owner, count, context.say);
  if (searched) {
    const sql = connect({ url: roleUrl(location, 'catalog'), name: 'bench', max: 2, statementTimeoutMs: 0 });
    await rebuildSearch({ sql, indexFor: createPostgresSearch });
    await sql.end();
    await owner.unsafe('vacuum analyze catalog.search_documents, catalog.search_words');
  }
  // The product would else fill it as soon as it starts.
  await owner`insert into events.cursors (consumer, seq) values ('catalog.search', 0)`;
  // Before the product opens its connections: only those opened later tell of their plans.
  const plans = await openPlanLog(owner);
  const product = await startBenchProduct(location);
  const byHand = connect({ url: location.ownerUrl, name: 'by hand', max: 1 });
  const stop = async (): Promise<void> => {
    await product.stop();
    await Promise.all([owner.end(), byHand.end()]);
  };
  try {
    const viewers = {
      'sees all': await product.createUser([{ role: 'READER' }]),
      'sees 1 %': await product.createUser([{ role: 'READER', sourceId: fixture.sourceIds[7]! }]),
      'sees nothing': await product.createUser([{ role: 'READER', sourceId: newId() }]),
    };
    const some = await owner<Picked[]>`
      (select id, name, namespace from catalog.assets where kind = 'TABLE' and source_id = ${fixture.sourceIds[7]!} limit 200)
      union all (select id, name, namespace from catalog.assets where kind = 'TABLE' and id > ${fixture.middleId} order by id limit 200)`;
    return { product, plans, viewers, operations: operationsOver(some, fixture), byHand, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Picked = { id: string; name: string; namespace: string };

function operationsOver(assets: readonly Picked[], { sourceIds, domainIds }: Fixture): Operation[] {
  const asset = (round: number) => assets[(round * 7919) % assets.length]!;
  const source = (round: number) => (round % 2 === 0 ? sourceIds[7]! : sourceIds[(round * 31) % SOURCES]!);
  const ASSET = 'id kind name displayName description tags owners { role } updatedAt';
  return [
    {
      name: 'asset by id',
      query: `query ($id: ID!) { asset(id: $id) { ${ASSET} table { rowEstimate primaryKey } domain { name } } }`,
      variables: (round) => ({ id: asset(round).id }),
    },
    {
      name: 'asset by name',
      query: `query ($namespace: String!, $name: String!) { assetByName(namespace: $namespace, name: $name) { ${ASSET} } }`,
      variables: (round) => ({ namespace: asset(round).namespace, name: asset(round).name }),
    },
    {
      name: 'page of 50',
      query: `query ($filter: AssetFilter) { assets(first: 50, filter: $filter) { nodes { ${ASSET} } pageInfo { endCursor } } }`,
      variables: (round) => ({ filter: round % 3 === 0 ? {} : round % 3 === 1 ? { kinds: ['VIEW'] } : { sourceIds: [source(round)] } }),
    },
    {
      name: 'page of 50, tagged',
      query: `{ assets(first: 50, filter: { tags: ["tag 10"] }) { nodes { ${ASSET} } } }`,
      variables: () => ({}),
    },
    {
      name: 'page of 50, by domain',
      query: `query ($id: ID!) { assets(first: 50, filter: { domainIds: [$id] }) { nodes { ${ASSET} } totalCount } }`,
      variables: (round) => ({ id: domainIds[round % domainIds.length] }),
    },
    {
      name: 'page of 50, newest',
      query: `{ assets(first: 50, orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { ${ASSET} } } }`,
      variables: () => ({}),
    },
    {
      name: 'columns page',
      query: 'query ($filter: ColumnFilter) { columns(first: 50, filter: $filter) { nodes { id name dataType asset { name } } } }',
      variables: (round) => ({ filter: round % 2 === 0 ? {} : { namePrefix: 'customer' } }),
    },
    {
      name: 'counts',
      query:
        '{ assets { totalCount } kinds: assetCounts(by: KIND) { value count } sources: assetCounts(by: SOURCE) { value count } domains: assetCounts(by: DOMAIN) { value count } }',
      variables: () => ({}),
    },
    {
      name: 'tree browse',
      query:
        'query ($id: ID!) { source(id: $id) { name assetCount } assets(first: 1, filter: { sourceIds: [$id], kinds: [DATABASE] }) { nodes { name children(first: 50) { nodes { name children(first: 5) { nodes { name kind } totalCount } } } } } }',
      variables: (round) => ({ id: source(round) }),
    },
  ];
}

const SEARCHES: Operation[] = ['customer', 'order_item_7', 'custmer', 'inv', 'warehouse stock', 'db7', 'id', 'c', ''].map((text) => ({
  name: `search "${text}"`,
  query:
    'query ($query: String!) { search(query: $query, first: 20) { nodes { score highlights asset { id name kind } } totalCount facets { name values { value count } } } }',
  variables: () => ({ query: text }),
}));

export async function run(context: BenchContext): Promise<BenchResult[]> {
  const count = context.assets ?? (context.quick ? 20_000 : ASSETS);
  const found: string[] = [];
  const results = await measure(context, count, false, (world) => world.operations, found);
  const searched = await measure(context, Math.min(count, 100_000), true, () => SEARCHES, found);
  if (found.length > 0) throw new Error(`These read a large table from end to end:\n${found.join('\n')}`);
  context.say('EXPLAIN: no plan reads all assets or columns.');
  return [...results, ...searched];
}

async function measure(
  context: BenchContext,
  count: number,
  searched: boolean,
  operationsOf: (world: World) => Operation[],
  found: string[],
): Promise<BenchResult[]> {
  const world = await createWorld(context, count, searched);
  try {
    const results: BenchResult[] = [];
    for (const operation of operationsOf(world)) {
      for (const [viewer, ask] of Object.entries(world.viewers)) {
        const name = `${operation.name}, ${viewer}`;
        const statements: Statement[] = [];
        // Three rounds differ in what they ask for.
        for (let round = 0; round < 3; round++)
          statements.push(...(await world.plans.record(() => ask(operation.query, operation.variables(round)))));
        for (const { text, plan } of statements)
          for (const table of sequentialScans(plan))
            if (NEVER_READ_WHOLE.includes(table)) found.push(`${name}: ${table}: ${text.replaceAll(/\s+/g, ' ').slice(0, 300)}`);
        const hand = await times(ROUNDS / 3, () => sendByHand(world.byHand, statements));
        const product = await times(ROUNDS, (round) => ask(operation.query, operation.variables(round)));
        results.push({
          name: `${name}: p50`,
          value: at(product, 0.5),
          unit: 'ms',
          ratio: at(product, 0.5) / (at(hand, 0.5) / 3),
          baseline: 'its SQL by hand',
        });
        results.push({
          name: `${name}: p95`,
          value: at(product, 0.95),
          unit: 'ms',
          ratio: at(product, 0.95) / (at(hand, 0.95) / 3),
          baseline: `its SQL by hand (${(statements.length / 3).toFixed(1)} statements)`,
        });
      }
      context.say(
        `  ${operation.name}: ${results
          .slice(-6)
          .filter((_, index) => index % 2 === 1)
          .map((result) => `${result.value.toFixed(1)} ms`)
          .join(', ')}`,
      );
    }
    return results;
  } finally {
    await world.stop();
  }
}
