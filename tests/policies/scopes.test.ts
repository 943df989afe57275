/** A policy's scope means what catalog's lists mean by the same filter: random filters over random assets, for a viewer of everything and one of a source. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import { createRandom } from '#subgraphs/catalog/connectors/postgres/testing/randomSchema.ts';
import { contextOf, readerOf } from '#subgraphs/catalog/testing/factories.ts';
import { createStage, DATABASE, scannedSchema, table, view, type Stage } from './stage.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const FILTERS = Number(process.env.ROUNDS ?? 60);
const random = createRandom(seed);
const NAMES = ['order', 'Order', 'ordéR', 'kunde', 'x.y', '日本', 'order_2', 'orde'];
const TAGS = ['red', 'é', 'blue sky'];
const LABELS = ['EMAIL', 'IBAN'];
const PEOPLE = [newId(), newId()];
const TEAMS = [newId()];

let stage: Stage;
let sourceIds: string[];
let domainIds: string[];
let moments: Date[];
let namespaces: string[];

beforeAll(async () => {
  stage = await createStage();
  sourceIds = [await stage.registerSource(), await stage.registerSource()];
  domainIds = [];
  for (const name of ['Sales', 'Removed']) {
    const { createDomain } = await stage.askCatalog(
      'mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { id } } }',
      {
        input: { name },
      },
    );
    domainIds.push(createDomain.domain.id);
  }
  for (const sourceId of sourceIds) {
    const tables = NAMES.map((name) => table(name, ['id', 'mail', 'account']));
    const views = NAMES.slice(0, 3).map((name) => view(`v_${name}`, ['mail'], `SELECT t.mail FROM public.${name} t`, { [name]: ['mail'] }));
    stage.system.containers.set(DATABASE, [...scannedSchema(), ...tables, ...views, table('gone', ['mail'])]);
    await stage.scan(sourceId);
    stage.system.containers.set(DATABASE, [...scannedSchema(), ...tables, ...views]);
    await stage.scan(sourceId);
  }
  await stage.settle();
  for (const asset of await stage.owner<
    { id: string; version: number }[]
  >`select id, version from catalog.assets where deleted_at is null`) {
    const input = {
      ...asset,
      tags: TAGS.filter(() => random.chance(0.4)),
      domainId: random.pick([null, ...domainIds]),
      owners: [
        ...PEOPLE.filter(() => random.chance(0.3)).map((userId) => ({ userId, role: 'OWNER' })),
        ...TEAMS.filter(() => random.chance(0.3)).map((teamId) => ({ teamId, role: 'STEWARD' })),
      ],
    };
    await stage.askCatalog('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor } }', { input });
  }
  for (const { id } of await stage.owner<{ id: string }[]>`select id from catalog.columns where deleted_at is null`) {
    if (random.chance(0.7)) continue;
    const input = { columnId: id, label: random.pick(LABELS), state: random.pick(['CONFIRMED', 'REJECTED', 'SUGGESTED']) };
    await stage.askPolicy('mutation ($input: SetColumnLabelInput!) { setColumnLabel(input: $input) { cursor } }', { input });
  }
  await stage.askCatalog('mutation ($id: ID!) { removeDomain(input: { id: $id }) { cursor } }', { id: domainIds[1] });
  await stage.settle();
  await stage.settleCatalog();
  namespaces = (await stage.owner<{ namespace: string }[]>`select namespace from catalog.sources`).map((row) => row.namespace);
  moments = (await stage.owner<{ at: Date }[]>`select distinct updated_at as at from catalog.assets order by at`).map((row) => row.at);
});
afterAll(() => stage.drop());

const some = <Item>(items: readonly Item[]): Item[] => items.filter(() => random.chance(0.5));

function randomFilter(): Record<string, unknown> {
  const fields: Record<string, () => unknown> = {
    sourceIds: () => some([...sourceIds, newId(), 'not an id', sourceIds[0]!.toUpperCase()]),
    kinds: () => some(['TABLE', 'VIEW', 'SCHEMA', 'FILE']),
    namespace: () => random.pick(['memory://elsewhere', ...namespaces, null]),
    namePrefix: () =>
      random.pick(['', 'shop', 'Shop', 'shop.public.o', 'shop.public.O', 'shop.public.ordé', 'shop.public."x', 'shop.public.日']),
    tags: () => some([...TAGS, 'e\u0301']),
    labels: () => some([...LABELS, 'NONE']),
    ownerIds: () => some([...PEOPLE, ...TEAMS, 'nobody']),
    domainIds: () => some([...domainIds, newId()]),
    hasOwner: () => random.pick([true, false, null]),
    hasDomain: () => random.pick([true, false, null]),
    updatedAfter: () => random.pick(moments).toISOString(),
  };
  return Object.fromEntries(
    Object.entries(fields)
      .filter(() => random.chance(0.2))
      .map(([field, value]) => [field, value()]),
  );
}

it(`checks exactly what the filter lists (SEED=${seed})`, async () => {
  const listed = new Set<number>();
  for (let round = 0; round < FILTERS; round++) {
    const filter = randomFilter();
    const context = contextOf(random.chance(0.7) ? stage.admin : readerOf({ id: sourceIds[0]! }));
    const { assets } = await stage.askCatalog(
      'query ($filter: AssetFilter) { assets(filter: $filter, first: 1) { totalCount } }',
      { filter },
      context,
    );
    const { previewPolicy } = await stage.askPolicy(
      'query ($input: PreviewPolicyInput!) { previewPolicy(input: $input) { checked } }',
      { input: { ruleType: 'ownerRequired', params: {}, scope: filter } },
      context,
    );
    expect(previewPolicy.checked, JSON.stringify(filter)).toBe(assets.totalCount);
    listed.add(assets.totalCount);
  }
  // Else nothing was compared.
  expect(listed.size).toBeGreaterThan(5);
});
