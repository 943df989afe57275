/** Random worlds of sources, domains, roles and edits: for every viewer each list, total, facet and search is the set of records that are allowed one by one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createRandom } from '#subgraphs/catalog/connectors/postgres/testing/randomSchema.ts';
import { FACET_VALUES } from '#subgraphs/catalog/search/index.ts';
import { createWorld, type Ask, type World } from '../world.ts';
import { allows, countBy, matches, readTruth, type Asset, type Filter, type Role, type Truth } from './truth.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
/** More by hand: `ROUNDS=50 npm test -- tests/worlds`. */
const ROUNDS = Number(process.env.ROUNDS ?? 4);
const STEPS = 12;
/** In a large world viewers ask for more than a minute's share of cost, and wait. */
const ROUND_MS = 180_000;
const WORDS = ['order', 'customer', 'invoice', 'stock', 'payment', 'user'];
const TAGS = ['red', 'green', 'blue'];

const random = createRandom(seed);
const some = <Item>(items: readonly Item[], most: number): Item[] => [
  ...new Set(Array.from({ length: 1 + random.below(most) }, () => random.pick(items))),
];

type Source = { id: string; namespace: string; sql: Awaited<ReturnType<typeof createEmptyDatabase>>['sql'] };
type Viewer = { ask: Ask; id: string; roles: Role[] };

let world: World;
let truth: Truth;
const sources: Source[] = [];
const viewers: Viewer[] = [];
let serial = 0;

const tableName = (): string => `${random.pick(WORDS)}_${random.pick(WORDS)}_${++serial}`;
const createTable = (): string =>
  `create table ${tableName()} (id int, ${random.pick(WORDS)}_name text, ${random.pick(WORDS)}_at timestamptz)`;

beforeAll(async () => {
  world = await createWorld();
  for (let index = 0; index < 3; index++) {
    const source = await createEmptyDatabase();
    for (let table = 0; table < 8; table++) await source.sql.unsafe(createTable());
    sources.push({ ...(await world.addSource(`source ${index}`, { url: source.url })), sql: source.sql });
    await world.scan(sources[index]!.id);
  }
  for (let index = 0; index < 6; index++) await createDomain();
  for (let index = 0; index < 3; index++) await createTerm();
  await caughtUp();
  for (let index = 0; index < 5; index++) {
    const roles = randomRoles();
    const ask = await world.createUser(roles as never);
    viewers.push({ ask, id: ask.id, roles });
  }
});
afterAll(async () => {
  await world.stop();
  for (const source of sources) await source.sql.end();
});

/** Everything is committed, sealed and consumed. */
async function caughtUp(): Promise<void> {
  await world.sealed();
  for (;;) {
    const [row] = await world.owner<{ behind: boolean }[]>`
      select exists (select from events.outbox) or exists (select from events.cursors c, events.head h where c.seq < h.seq) as behind`;
    const [jobs] = await world.owner<{ count: number }[]>`select count(*) as count from graphile_worker._private_jobs`;
    if (!row!.behind && jobs!.count === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  truth = await readTruth(world.owner);
}

async function createDomain(): Promise<void> {
  const existing = (await world.owner`select id from catalog.domains`).map((row) => row.id as string);
  const parentId = existing.length > 0 && random.chance(0.7) ? random.pick(existing) : null;
  await world.ask('mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { id } cursor } }', {
    input: { name: `domain ${++serial}`, parentId },
  });
}
async function createTerm(): Promise<void> {
  await asAdministrator('mutation ($input: CreateGlossaryTermInput!) { createGlossaryTerm(input: $input) { term { id } cursor } }', {
    input: { name: `${random.pick(WORDS)} ${++serial}`, definition: 'what it means' },
  });
}

const randomRole = (): Role => ({
  role: random.pick(['READER', 'READER', 'STEWARD', 'ADMIN'] as const),
  ...(random.chance(0.5)
    ? { sourceId: random.pick(sources).id }
    : { domainId: truth.domains.length > 0 ? random.pick(truth.domains).id : random.pick(sources).id }),
});
const randomRoles = (): Role[] => Array.from({ length: 1 + random.below(2) }, randomRole);

const STEPS_OF_A_WORLD: (() => Promise<void>)[] = [
  createDomain,
  createTerm,
  async function moveDomain() {
    const { domains } = await asAdministrator('{ domains(first: 200) { nodes { id version } } }');
    if (domains.nodes.length < 2) return;
    const { id, version } = random.pick(domains.nodes as { id: string; version: number }[]);
    // Some of these would make a cycle and are refused.
    await world.ask('mutation ($input: UpdateDomainInput!) { updateDomain(input: $input) { cursor } }', {
      input: { id, version, parentId: random.chance(0.3) ? null : random.pick(domains.nodes as { id: string }[]).id },
    });
  },
  async function removeDomain() {
    if (truth.domains.length < 4 || random.chance(0.5)) return;
    await world.ask('mutation ($input: RemoveDomainInput!) { removeDomain(input: $input) { domain { id name } cursor } }', {
      input: { id: random.pick(truth.domains).id },
    });
  },
  async function removeTerm() {
    if (truth.termIds.length < 3 || random.chance(0.7)) return;
    await world.ask('mutation ($input: RemoveGlossaryTermInput!) { removeGlossaryTerm(input: $input) { term { id name } cursor } }', {
      input: { id: random.pick(truth.termIds) },
    });
  },
  async function changeTables() {
    const source = random.pick(sources);
    const [table] = await source.sql<
      { name: string }[]
    >`select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by random() limit 1`;
    await source.sql.unsafe(createTable());
    if (table)
      await source.sql.unsafe(random.chance(0.5) ? `drop table ${table.name}` : `alter table ${table.name} rename to ${tableName()}`);
    await world.scan(source.id);
  },
  async function changeRoles() {
    const viewer = random.pick(viewers);
    const roles = randomRoles();
    const { errors } = await world.ask('mutation ($input: SetUserRolesInput!) { setUserRoles(input: $input) { cursor } }', {
      input: { userId: viewer.id, roles },
    });
    // A domain that was there at the last look may have been removed since.
    if (errors)
      expect(errors.map(({ extensions }) => [extensions.code, extensions.field.endsWith('domainId')])).toEqual([['BAD_USER_INPUT', true]]);
    else viewer.roles = roles;
  },
  editAssets,
  editAssets,
  editAssets,
];

async function editAssets(): Promise<void> {
  const { assets, domains, glossaryTerms } = await asAdministrator(
    '{ assets(first: 200) { nodes { id version } } domains(first: 200) { nodes { id } } glossaryTerms(first: 200) { nodes { id } } }',
  );
  const ids = (nodes: { id: string }[]) => nodes.map((node) => node.id);
  const items = some(assets.nodes as { id: string; version: number }[], 12).map(({ id, version }) => ({
    id,
    version,
    ...(random.chance(0.6) ? { domainId: random.chance(0.2) || domains.nodes.length === 0 ? null : random.pick(ids(domains.nodes)) } : {}),
    ...(random.chance(0.4) ? { tags: some(TAGS, 2) } : {}),
    ...(random.chance(0.4) ? { owners: random.chance(0.3) ? [] : [{ userId: random.pick(viewers).id, role: 'OWNER' }] } : {}),
    ...(random.chance(0.4) && glossaryTerms.nodes.length > 0 ? { termIds: some(ids(glossaryTerms.nodes), 2) } : {}),
    ...(random.chance(0.3) ? { description: `about ${random.pick(WORDS)}` } : {}),
  }));
  const { updateAssets } = await asAdministrator(
    'mutation ($input: UpdateAssetsInput!) { updateAssets(input: $input) { results { error { code message } } } }',
    { input: { items } },
  );
  for (const { error } of updateAssets.results) if (error) expect(error.code).toBe('CONFLICT');
}

const living = (assets: readonly Asset[]): Asset[] => assets.filter((asset) => asset.deletedAt === null);
const sorted = (ids: readonly string[]): string[] => ids.toSorted();
const idsOf = (nodes: readonly { id: string }[]): string[] => sorted(nodes.map((node) => node.id));

async function data(viewer: Viewer, query: string, variables: Record<string, unknown> = {}): Promise<any> {
  const answer = await viewer.ask(query, variables);
  const wait = answer.errors?.[0]?.extensions.retryAfterMs as number | undefined;
  if (wait) {
    await sleep(wait);
    return data(viewer, query, variables);
  }
  expect(answer.errors, `${query} ${JSON.stringify(variables)}`).toBeUndefined();
  return answer.data;
}

const asAdministrator = (query: string, variables: Record<string, unknown> = {}): Promise<any> =>
  data({ ask: world.ask, id: '', roles: [{ role: 'ADMIN' }] }, query, variables);

/** All pages of a connection. */
async function pages(
  viewer: Viewer,
  field: string,
  selection: string,
  variables: { types: string; values: Record<string, unknown>; arguments: string },
) {
  const nodes: any[] = [];
  let total: number | null = null;
  const first = 3 + random.below(60);
  for (let after: string | null = null; ;) {
    const answer: any = await data(
      viewer,
      `query ($first: Int, $after: String ${variables.types}) { list: ${field}(first: $first, after: $after ${variables.arguments}) { nodes { ${selection} } totalCount pageInfo { hasNextPage endCursor } } }`,
      { first, after, ...variables.values },
    );
    nodes.push(...answer.list.nodes);
    total ??= answer.list.totalCount;
    if (!answer.list.pageInfo.hasNextPage) return { nodes, total };
    after = answer.list.pageInfo.endCursor;
  }
}

const NO_ARGUMENTS = { types: '', values: {}, arguments: '' };
const filtered = (filter: Filter) => ({ types: ', $filter: AssetFilter', values: { filter }, arguments: ', filter: $filter' });

function randomFilter(): Filter {
  const asset = random.pick(truth.assets);
  const parts: Filter[] = [
    { sourceIds: some(sources, 2).map((source) => source.id) },
    { kinds: some(['TABLE', 'SCHEMA', 'DATABASE', 'VIEW'], 2) },
    { namespace: asset.namespace },
    { namePrefix: asset.name.slice(0, random.below(asset.name.length + 1)) },
    { tags: some(TAGS, 2) },
    { ownerIds: some(viewers, 2).map((viewer) => viewer.id) },
    ...(truth.domains.length > 0 ? [{ domainIds: some(truth.domains, 3).map((domain) => domain.id) }] : []),
    { hasOwner: random.chance(0.5) },
    { hasDomain: random.chance(0.5) },
    { includeDeleted: true },
    { updatedAfter: asset.updatedAt.toISOString() },
  ];
  return Object.assign({}, ...Array.from({ length: random.below(3) }, () => random.pick(parts)));
}

async function checkLists(viewer: Viewer, allowed: Asset[]): Promise<void> {
  for (const filter of [{}, randomFilter(), randomFilter()]) {
    const expected = allowed.filter((asset) => matches(asset, filter));
    const { nodes, total } = await pages(viewer, 'assets', 'id', filtered(filter));
    expect(idsOf(nodes), JSON.stringify(filter)).toEqual(idsOf(expected));
    expect(total, JSON.stringify(filter)).toBe(expected.length);
  }
  const mine = new Set(living(allowed).map((asset) => asset.id));
  const columns = truth.columns.filter((column) => mine.has(column.assetId));
  const listed = await pages(viewer, 'columns', 'id', NO_ARGUMENTS);
  expect(idsOf(listed.nodes)).toEqual(idsOf(columns));
  expect(listed.total).toBe(columns.length);
  const events = truth.events.filter(({ before, after }) => [before, after].some((place) => place && allows(truth, viewer.roles, place)));
  const told = await pages(viewer, 'events', 'id', { types: '', values: {}, arguments: ', types: ["asset.*"]' });
  expect(idsOf(told.nodes)).toEqual(idsOf(events));
}

async function checkOneByOne(viewer: Viewer, allowed: Asset[]): Promise<void> {
  const may = new Set(allowed.map((asset) => asset.id));
  for (let index = 0; index < truth.assets.length; index += 200) {
    const ids = truth.assets.slice(index, index + 200).map((asset) => asset.id);
    const { assetsById } = await data(
      viewer,
      'query ($ids: [ID!]!) { assetsById(ids: $ids) { id parent { id } children(first: 200) { totalCount nodes { id } } } }',
      { ids },
    );
    expect(assetsById.map((asset: { id: string } | null) => asset !== null)).toEqual(ids.map((id) => may.has(id)));
    for (const asset of assetsById.filter(Boolean)) {
      const children = living(allowed).filter((each) => each.parentId === asset.id);
      expect(idsOf(asset.children.nodes)).toEqual(idsOf(children));
      expect(asset.children.totalCount).toBe(children.length);
      const { parentId } = allowed.find((each) => each.id === asset.id)!;
      expect(asset.parent?.id ?? null).toBe(parentId && may.has(parentId) ? parentId : null);
    }
  }
}

const BY: Record<string, (asset: Asset) => string[]> = {
  SOURCE: (asset) => [asset.sourceId],
  KIND: (asset) => [asset.kind],
  DOMAIN: (asset) => [asset.domainId ?? ''],
  OWNER: (asset) => (asset.ownerIds.length > 0 ? [...new Set(asset.ownerIds)] : ['']),
  LABEL: () => [''],
};

const toCounts = (values: { value: string; count: number }[]): Record<string, number> =>
  Object.fromEntries(values.map(({ value, count }) => [value, count]));

async function checkCounts(viewer: Viewer, allowed: Asset[]): Promise<void> {
  for (const [by, valuesOf] of Object.entries(BY)) {
    const filter = randomFilter();
    const { assetCounts } = await data(
      viewer,
      'query ($filter: AssetFilter, $by: AssetCountKey!) { assetCounts(filter: $filter, by: $by) { value count } }',
      { filter, by },
    );
    const expected = allowed.filter((asset) => asset.deletedAt === null && matches(asset, filter));
    expect(toCounts(assetCounts), `${by} ${JSON.stringify(filter)}`).toEqual(countBy(expected, valuesOf));
    // An administrator is told the same of these roles.
    const preview = await asAdministrator(
      'query ($filter: AssetFilter, $by: AssetCountKey!, $roles: [RoleAssignmentInput!]) { assetCounts(filter: $filter, by: $by, roles: $roles) { value count } }',
      { filter, by, roles: viewer.roles },
    );
    expect(preview.assetCounts, JSON.stringify(viewer.roles)).toEqual(assetCounts);
  }
  const { tags, domains, glossaryTerms } = await data(
    viewer,
    '{ tags(first: 200) { totalCount nodes { name assetCount } } domains(first: 200) { nodes { id assets(first: 200) { totalCount nodes { id } } } } glossaryTerms(first: 200) { nodes { id assets(first: 200) { totalCount nodes { id } } } } }',
  );
  const counted = countBy(living(allowed), (asset) => asset.tags);
  expect(Object.fromEntries(tags.nodes.map((tag: { name: string; assetCount: number }) => [tag.name, tag.assetCount]))).toEqual(counted);
  expect(tags.totalCount).toBe(Object.keys(counted).length);
  const groups: [{ id: string; assets: { totalCount: number; nodes: { id: string }[] } }[], (asset: Asset, id: string) => boolean][] = [
    [domains.nodes, (asset, id) => asset.domainId === id],
    [glossaryTerms.nodes, (asset, id) => asset.termIds.includes(id)],
  ];
  for (const [nodes, belongs] of groups) {
    for (const { id, assets } of nodes) {
      const expected = living(allowed).filter((asset) => belongs(asset, id));
      expect(idsOf(assets.nodes)).toEqual(idsOf(expected));
      expect(assets.totalCount).toBe(expected.length);
    }
  }
}

const SEARCH = `query ($query: String!, $filter: AssetFilter, $after: String) { search(query: $query, filter: $filter, first: 150, after: $after) {
  totalCount totalIsCapped facets { name values { value count } } nodes { asset { id } highlights } pageInfo { hasNextPage endCursor } } }`;
const FACETS: Record<string, (asset: Asset) => string[]> = {
  kind: (asset) => [asset.kind],
  source: (asset) => [asset.sourceId],
  domain: (asset) => (asset.domainId ? [asset.domainId] : []),
  owner: (asset) => [...new Set(asset.ownerIds)],
  tag: (asset) => asset.tags,
  label: () => [],
};

async function checkSearch(viewer: Viewer, allowed: Asset[], everything: Viewer): Promise<void> {
  // One word: with several a viewer who may see no asset with all of them is shown those with any.
  for (const query of ['', random.pick(WORDS), random.pick(WORDS).slice(0, 3)]) {
    const filter = random.chance(0.5) ? {} : randomFilter();
    const all = (await data(everything, SEARCH, { query, filter })).search;
    const { search } = await data(viewer, SEARCH, { query, filter });
    const may = new Map(allowed.map((asset) => [asset.id, asset]));
    const expected = all.nodes.map((node: { asset: { id: string } }) => node.asset.id).filter((id: string) => may.has(id));
    const hits: string[] = search.nodes.map((node: { asset: { id: string } }) => node.asset.id);
    const what = `${JSON.stringify(query)} ${JSON.stringify(filter)}`;
    expect(sorted(hits), what).toEqual(sorted(expected));
    expect([search.totalCount, search.totalIsCapped, search.pageInfo.hasNextPage], what).toEqual([hits.length, false, false]);
    const found = hits.map((id) => may.get(id)!);
    for (const { name, values } of search.facets) {
      const [told, all] = [toCounts(values), countBy(found, FACETS[name]!)];
      const untold = Object.entries(all).filter(([value]) => told[value] === undefined);
      expect({ ...told, ...Object.fromEntries(untold) }, `${what} ${name}`).toEqual(all);
      if (untold.length === 0) continue;
      expect(values.length, `${what} ${name}`).toBe(FACET_VALUES);
      expect(Math.min(...Object.values(told)), `${what} ${name}`).toBeGreaterThanOrEqual(Math.max(...untold.map(([, count]) => count)));
    }
    expect(idsOf(search.facets.map(({ name }: { name: string }) => ({ id: name })))).toEqual(
      idsOf(Object.keys(FACETS).map((id) => ({ id }))),
    );
    // What certainly has the word is found; an empty query finds all.
    const certain = allowed.filter((asset) => matches(asset, filter) && (query === '' || asset.path.at(-1)!.split('_').includes(query)));
    for (const asset of certain) expect(hits, `${what} ${asset.name}`).toContain(asset.id);
    expect(
      found.every((asset) => matches(asset, filter)),
      what,
    ).toBe(true);
  }
}

/** A word with a letter missing was meant as the word for whom a name has it. Of words of descriptions none is known to be meant. */
async function checkSuggestion(viewer: Viewer, allowed: Asset[]): Promise<void> {
  const word = random.pick(WORDS);
  const filter = randomFilter();
  const variables = { word, mistyped: word[0] + word.slice(2), filter };
  const { found, mistyped } = await data(
    viewer,
    `query ($word: String!, $mistyped: String!, $filter: AssetFilter) {
      found: search(query: $word, filter: $filter) { totalCount } mistyped: search(query: $mistyped, filter: $filter) { didYouMean } }`,
    variables,
  );
  const named = (asset: Asset): boolean =>
    [asset.path.at(-1)!, ...truth.columns.filter(({ assetId }) => assetId === asset.id).map(({ name }) => name)].some((name) =>
      name.split('_').includes(word),
    );
  const isNamed = allowed.some((asset) => matches(asset, filter) && named(asset));
  expect(isNamed ? [word] : found.totalCount > 0 ? [word, null] : [null], JSON.stringify(variables)).toContain(mistyped.didYouMean);
}

describe(`random worlds (seed ${seed})`, () => {
  for (let round = 1; round <= ROUNDS; round++) {
    it(`shows each viewer what it may see and nothing more, after ${round * STEPS} changes`, { timeout: ROUND_MS }, async () => {
      for (let step = 0; step < STEPS; step++) await random.pick(STEPS_OF_A_WORLD)();
      await caughtUp();
      // A removed domain has left the assets, the roles and the tree.
      expect(truth.assets.every((asset) => asset.domainId === null || truth.domains.some((domain) => domain.id === asset.domainId))).toBe(
        true,
      );
      expect(truth.assets.flatMap((asset) => asset.termIds).every((id) => truth.termIds.includes(id))).toBe(true);
      expect(truth.domains.every((domain) => domain.parentId === null || truth.domains.some((each) => each.id === domain.parentId))).toBe(
        true,
      );
      const everything: Viewer = { ask: world.ask, id: '', roles: [{ role: 'ADMIN' }] };
      for (const viewer of [everything, ...viewers]) {
        // A viewer whose only domain was removed has no reading role any more.
        viewer.roles = viewer.roles.filter((role) => !role.domainId || truth.domains.some((domain) => domain.id === role.domainId));
        if (viewer.roles.length === 0) {
          const { errors } = await viewer.ask('{ assets { totalCount } }');
          expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
          continue;
        }
        const allowed = truth.assets.filter((asset) => allows(truth, viewer.roles, asset));
        await checkLists(viewer, allowed);
        await checkOneByOne(viewer, allowed);
        await checkCounts(viewer, allowed);
        await checkSearch(viewer, allowed, everything);
        await checkSuggestion(viewer, allowed);
      }
    });
  }
});
