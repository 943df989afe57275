/** The whole product with search on Meilisearch: who sees what, and what is said and answered while it is away. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startContractServer, type ContractServer } from '#platform/testing/meilisearch/contractServer.ts';
import { addScanned, search, SEARCH } from './searching.ts';
import { createWorld, type World } from './world.ts';

let server: ContractServer;
let world: World;
const printed: string[] = [];
beforeAll(async () => {
  server = await startContractServer();
  world = await createWorld({ environment: { MEILI_URL: server.url, MEILI_KEY: server.masterKey }, logged: printed });
});
afterAll(async () => {
  await world.stop();
  await server.kill();
});

const scanned = (name: string, statements: string) => addScanned(world, name, statements);
const readiness = async () => {
  const response = await fetch(`${world.url}/health/ready`);
  const { status, parts } = (await response.json()) as { status: string; parts: Record<string, { state: string; message?: string }> };
  return { code: response.status, status, meilisearch: parts.meilisearch };
};
const soon = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 15_000, interval: 50 });
const searches = (): number => server.requests.filter(({ path }) => path === '/multi-search').length;

it('finds what is committed for who may see it, goes on while Meilisearch is away, and catches up', { timeout: 120_000 }, async () => {
  const open = await scanned('open', 'create table customer_visit (id int primary key, "größe" int)');
  await scanned('closed', 'create table customer_salary (id int primary key, amount int)');
  const reader = await world.createUser([{ role: 'READER', sourceId: open.id }]);
  await soon(async () => expect(await readiness()).toEqual({ code: 200, status: 'ready', meilisearch: { state: 'ok' } }));

  const before = searches();
  await soon(async () => expect((await search(world.ask, 'customer')).totalCount).toBe(2));
  expect(searches()).toBeGreaterThan(before);
  const asked = async (fields: string): Promise<number> => {
    const earlier = searches();
    expect((await world.ask(`{ search(query: "customer") { ${fields} } }`)).errors).toBeUndefined();
    return searches() - earlier;
  };
  expect(await asked('nodes { score } didYouMean')).toBe(await asked('nodes { score }'));
  const [hit] = (await search(reader, 'custmer')).nodes;
  expect(hit).toMatchObject({ asset: { name: expect.stringContaining('customer_visit') }, highlights: ['<em>customer</em>_visit'] });
  for (const query of ['salary', 'amount', 'sallary'])
    expect(await search(reader, query)).toMatchObject({ totalCount: 0, nodes: [], didYouMean: null });
  expect((await search(world.ask, 'sallary')).didYouMean).toBe('salary');
  for (const { name, values } of (await search(reader, '')).facets)
    if (name === 'source') expect(values.map(({ value }: { value: string }) => value)).toEqual([open.id]);
  const { data: page } = await world.ask(SEARCH, { query: 'customer', first: 1 });
  expect(page.search.pageInfo.hasNextPage).toBe(true);

  await server.kill();
  await soon(async () =>
    expect(await readiness()).toEqual({
      code: 200,
      status: 'degraded',
      meilisearch: { state: 'down', message: expect.stringContaining('MEILI_URL') },
    }),
  );
  expect(await search(reader, 'custmer')).toMatchObject({ totalCount: 1, didYouMean: 'customer' });
  await open.rescan('alter table customer_visit rename to guest_book');
  await soon(async () => expect((await search(reader, 'guest book')).nodes).toMatchObject([{ asset: { id: hit.asset.id } }]));
  const { errors } = await world.ask(SEARCH, { query: 'customer', first: 1, after: page.search.pageInfo.endCursor });
  expect(errors![0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });

  await server.start();
  await soon(async () => expect(await readiness()).toMatchObject({ status: 'ready', meilisearch: { state: 'ok' } }));
  await world.consumed();
  await soon(async () => {
    const asked = searches();
    expect((await search(reader, 'guest book')).nodes).toMatchObject([{ asset: { id: hit.asset.id } }]);
    expect(searches()).toBeGreaterThan(asked);
  });
  expect(printed.join('')).not.toContain(server.masterKey);
});
