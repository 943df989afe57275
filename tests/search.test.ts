/** Search through the whole product: what a scan or a person commits is found a moment later, by those who may see it. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { addScanned, search } from './searching.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.stop());

const scanned = (name: string, statements: string) => addScanned(world, name, statements);
const soon = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 50 });

it('finds what scans and edits commit, and only for who may see it', async () => {
  const open = await scanned(
    'open',
    `create table customer_visit (id int primary key, "größe" int); comment on table customer_visit is 'Who stayed <in>'`,
  );
  await scanned('closed', 'create table customer_salary (id int primary key, amount int)');
  const reader = await world.createUser([{ role: 'READER', sourceId: open.id }]);
  await soon(async () => expect((await search(world.ask, 'customer')).totalCount).toBe(2));

  const [hit] = (await search(reader, 'custmer')).nodes;
  expect(hit).toMatchObject({ asset: { name: expect.stringContaining('customer_visit') }, highlights: ['<em>customer</em>_visit'] });
  expect((await search(reader, 'GROSSE')).nodes[0].highlights).toEqual(['<em>größe</em>']);
  expect((await search(reader, 'stayed')).nodes[0].highlights).toEqual(['Who <em>stayed</em> &lt;in&gt;']);
  for (const query of ['salary', 'amount', 'customersalary'])
    expect(await search(reader, query)).toMatchObject({ totalCount: 0, nodes: [] });
  expect((await search(reader, 'custmer')).didYouMean).toBe('customer');
  for (const query of ['sallary', 'ammount', 'custmer salary']) {
    expect((await search(reader, query)).didYouMean).toBeNull();
    expect((await search(world.ask, query)).didYouMean).toBe(query.replace('ll', 'l').replace('mm', 'm').replace('custmer', 'customer'));
  }
  const { facets } = await search(reader, '');
  expect(facets.find(({ name }: { name: string }) => name === 'source').values.map(({ value }: { value: string }) => value)).toEqual([
    open.id,
  ]);

  await world.admin('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { id } } }', {
    input: { id: hit.asset.id, version: hit.asset.version, tags: ['quokka'] },
  });
  await soon(async () => expect((await search(reader, 'quokka')).nodes).toMatchObject([{ highlights: ['<em>quokka</em>'] }]));

  await open.rescan('alter table customer_visit rename to guest_book');
  await soon(async () => expect((await search(reader, 'guest book')).nodes).toMatchObject([{ asset: { id: hit.asset.id } }]));
  await soon(async () => expect((await search(reader, 'customer_visit')).totalCount).toBe(0));
});
