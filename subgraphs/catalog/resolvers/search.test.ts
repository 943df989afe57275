import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { countStatements } from '#platform/testing/statements.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createIndexer, rebuildSearch } from '../search/indexer.ts';
import { createPostgresSearch } from '../search/postgres.ts';
import { createTestCatalog } from '../testing/catalog.ts';
import {
  administrator,
  insertAssets,
  insertSource,
  readerOf,
  readerOfNothing,
  viewerWith,
  type TestAsset,
  type TestSource,
} from '../testing/factories.ts';

let test: TestDatabase;
let sql: Database;
let ask: ReturnType<typeof createTestCatalog>['ask'];
let index: () => Promise<void>;
let shop: TestSource;
let secret: TestSource;
let shops: TestAsset[];
const logger = createLogger({ level: 'silent', format: 'json' });

beforeAll(async () => {
  test = await createTestDatabase();
  sql = test.connect('catalog');
  ({ ask } = createTestCatalog(sql));
  const sequencer = createSequencer({ sql: test.connect('events'), logger });
  const indexer = createIndexer({ sql, indexFor: createPostgresSearch, logger });
  index = async () => {
    await sequencer.sealOnce();
    while (await indexer.runOnce());
  };
  [shop, secret] = [await insertSource(sql, 'shop'), await insertSource(sql, 'secret')];
  shops = await insertAssets(sql, shop, [
    { path: ['shop', 'public', 'customer'], sourceDescription: 'Who <buys> & pays' },
    { path: ['shop', 'public', 'order_line'], columns: [{ name: 'customerId' }, { name: 'amount' }] },
    { path: ['shop', 'public', 'gone_customer'], deletedAt: new Date(), columns: [{ name: 'old_amount' }] },
    ...Array.from({ length: 30 }, (_, at) => ({ path: ['shop', 'public', `page_${String.fromCodePoint(97 + at)}`] })),
  ]);
  await insertAssets(sql, secret, [{ path: ['secret', 'public', 'customer'] }, { path: ['secret', 'public', 'customer_salary'] }]);
  await rebuildSearch({ sql, indexFor: createPostgresSearch, atOnce: 10 });
});
afterAll(() => test.drop());

const SEARCH = `query ($query: String!, $first: Int, $after: String, $filter: AssetFilter) {
  search(query: $query, first: $first, after: $after, filter: $filter) {
    nodes { asset { id name } score highlights } edges { cursor } facets { name values { value count } } totalCount totalIsCapped didYouMean pageInfo { hasNextPage endCursor }
  }
}`;
const search = async (
  query: string,
  { as = administrator(), ...variables }: { as?: Viewer; first?: number; after?: string; filter?: object } = {},
) => {
  const { data, errors } = await ask(as, SEARCH, { query, ...variables });
  expect(errors).toEqual([]);
  return data.search;
};
const names = (result: { nodes: { asset: { name: string } }[] }): string[] => result.nodes.map(({ asset }) => asset.name);

describe('search', () => {
  it('gives assets with what matched, the best first', async () => {
    const result = await search('customer', { as: readerOf(shop) });
    expect(result.nodes).toEqual([
      { asset: { id: shops[0]!.id, name: 'shop.public.customer' }, score: expect.any(Number), highlights: ['<em>customer</em>'] },
      { asset: { id: shops[1]!.id, name: 'shop.public.order_line' }, score: expect.any(Number), highlights: ['<em>customer</em>Id'] },
    ]);
    expect(result.nodes[0].score).toBeGreaterThan(result.nodes[1].score);
    expect((await search('buys')).nodes[0].highlights).toEqual(['Who &lt;<em>buys</em>&gt; &amp; pays']);
    expect((await search('shop.public.order_line')).nodes[0].highlights[0]).toBe('<em>order</em>_<em>line</em>');
    expect((await search('ordreline')).nodes[0].highlights[0]).toBe('<em>order_line</em>');
  });

  it('counts, and tells how they spread, only what the viewer may see', async () => {
    const reader = await search('customer', { as: readerOf(shop) });
    expect(reader).toMatchObject({ totalCount: 2, totalIsCapped: false });
    expect(reader.facets.find((facet: { name: string }) => facet.name === 'source').values).toEqual([{ value: shop.id, count: 2 }]);
    const all = await search('customer');
    expect(all.totalCount).toBe(4);
    expect(all.facets.find((facet: { name: string }) => facet.name === 'source').values).toEqual(
      [shop.id, secret.id].toSorted().map((value) => ({ value, count: 2 })),
    );
    expect(all.facets.map((facet: { name: string }) => facet.name)).toEqual(['kind', 'source', 'domain', 'owner', 'tag', 'label']);
    expect(await search('customer', { as: readerOfNothing() })).toMatchObject({ nodes: [], totalCount: 0 });
  });

  it('says what may have been meant, of what the viewer may see', async () => {
    expect(await search('custmer', { as: readerOf(shop) })).toMatchObject({ totalCount: 2, didYouMean: 'customer' });
    expect(await search('customer_sallary', { as: readerOf(shop) })).toMatchObject({ didYouMean: null });
    expect(await search('customer_sallary')).toMatchObject({ totalCount: 1, didYouMean: 'customer_salary' });
    expect(await search('custmer', { as: readerOfNothing() })).toMatchObject({ didYouMean: null });
  });

  it('leaves tombstones out unless they are asked for', async () => {
    expect(names(await search('gone_customer', { as: readerOf(shop) }))).not.toContain('shop.public.gone_customer');
    const { nodes } = await search('old_amount', { filter: { includeDeleted: true } });
    expect(nodes).toMatchObject([{ asset: { id: shops[2]!.id }, highlights: ['<em>old</em>_<em>amount</em>'] }]);
  });

  it('pages through everything once', async () => {
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await search('page', { first: 7, ...(after ? { after } : {}) });
      seen.push(...names(page));
      expect(page.totalCount).toBe(30);
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect(seen).toHaveLength(30);
    expect(new Set(seen).size).toBe(30);
  });

  it('goes on in the same way where only some words were found', async () => {
    const first = await search('page zebra', { first: 5 });
    const second = await search('page zebra', { first: 200, after: first.pageInfo.endCursor });
    expect(new Set([...names(first), ...names(second)]).size).toBe(30);
    expect(second).toMatchObject({ totalCount: 30, pageInfo: { hasNextPage: false } });
  });

  it('refuses what it cannot do', async () => {
    const { pageInfo } = await search('page', { first: 2 });
    const codes = async (viewer: Viewer | null, variables: object) =>
      (await ask(viewer, SEARCH, variables as Record<string, unknown>)).errors.map(({ code, details }) => [code, details['field']]);
    expect(await codes(null, { query: 'x' })).toEqual([['UNAUTHENTICATED', undefined]]);
    expect(await codes(viewerWith({ role: 'INGESTOR' }), { query: 'x' })).toEqual([['FORBIDDEN', undefined]]);
    expect(await codes(administrator(), { query: 'x', first: 0 })).toEqual([['BAD_USER_INPUT', 'first']]);
    expect(await codes(administrator(), { query: 'x', first: 201 })).toEqual([['BAD_USER_INPUT', 'first']]);
    expect(await codes(administrator(), { query: 'other', after: pageInfo.endCursor })).toEqual([['BAD_USER_INPUT', 'after']]);
    expect(await codes(administrator(), { query: 'page', after: pageInfo.endCursor, filter: { kinds: ['VIEW'] } })).toEqual([
      ['BAD_USER_INPUT', 'after'],
    ]);
    const parts = JSON.parse(Buffer.from(pageInfo.endCursor, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify([parts[0], 1, 'NaN', parts[3]])).toString('base64url');
    expect(await codes(administrator(), { query: 'page', after: forged })).toEqual([['BAD_USER_INPUT', 'after']]);
  });

  it('costs a bounded number of statements, and none for what is not selected', async () => {
    const cost = async (query: string): Promise<number> => {
      const run = async () => void (await ask(administrator(), query));
      await run();
      return countStatements(test.owner, 'catalog', run);
    };
    const hits = await cost('{ search(query: "page") { nodes { asset { id } } } }');
    expect(hits).toBeLessThanOrEqual(3);
    expect(await cost('{ search(query: "page") { nodes { asset { id } highlights } totalCount totalIsCapped facets { name } } }')).toBe(
      hits + 2, // the facets tell the total, too
    );
  });
});

describe('the index', () => {
  it('follows edits: what an asset is called by people is found, and no more when they take it back', async () => {
    const edit = async (input: object): Promise<void> => {
      const { data } = await ask(administrator(), 'query ($id: ID!) { asset(id: $id) { version } }', { id: shops[1]!.id });
      const { errors } = await ask(
        administrator(),
        'mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { id } } }',
        {
          input: { id: shops[1]!.id, version: data.asset.version, ...input },
        },
      );
      expect(errors).toEqual([]);
      await index();
    };
    const owner = newId();
    await edit({ description: 'Every quokka counts', tags: ['Wombat'], owners: [{ userId: owner, role: 'OWNER' }] });
    expect(names(await search('quokka'))).toEqual(['shop.public.order_line']);
    expect((await search('wombat')).nodes[0].highlights).toEqual(['<em>Wombat</em>']);
    expect(names(await search('', { filter: { ownerIds: [owner] } }))).toEqual(['shop.public.order_line']);
    await edit({ description: null, tags: [], owners: [] });
    expect(names(await search('quokka'))).toEqual([]);
    expect(names(await search('', { filter: { ownerIds: [owner] } }))).toEqual([]);
  });

  it('follows terms: their names, and new ones', async () => {
    const term = await ask(
      administrator(),
      'mutation { createGlossaryTerm(input: { name: "Numbat", definition: "x" }) { term { id version } } }',
    );
    const { id, version } = term.data.createGlossaryTerm.term;
    await sql`insert into catalog.asset_terms (asset_id, term_id) values (${shops[0]!.id}, ${id})`;
    const rename = await ask(
      administrator(),
      'mutation ($input: UpdateGlossaryTermInput!) { updateGlossaryTerm(input: $input) { term { id } } }',
      {
        input: { id, version, name: 'Bilby Rate' },
      },
    );
    expect(rename.errors).toEqual([]);
    await index();
    expect((await search('bilby')).nodes).toMatchObject([{ asset: { id: shops[0]!.id }, highlights: ['<em>Bilby</em> Rate'] }]);
    expect((await search('numbat')).nodes).toEqual([]);
  });

  it('lags behind the assets without showing what is hidden or gone by now', async () => {
    const [asset] = await insertAssets(sql, shop, [{ path: ['shop', 'public', 'platypus'] }]);
    await createPostgresSearch(sql).upsert([{ ...asset!, tags: [], terms: [], ownerIds: [], labels: [], description: null, columns: [] }]);
    expect(names(await search('platypus', { as: readerOf(shop) }))).toHaveLength(1);
    await sql`update catalog.assets set access_class = ${secret.accessClass} where id = ${asset!.id}`;
    expect(names(await search('platypus', { as: readerOf(shop) }))).toEqual([]);
    await sql`update catalog.assets set access_class = ${shop.accessClass}, deleted_at = now() where id = ${asset!.id}`;
    expect(names(await search('platypus', { as: readerOf(shop) }))).toEqual([]);
  });
});
