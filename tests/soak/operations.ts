/** What a client may do, as people and programs do it: with what it has seen lately. */
import type { Random } from '#subgraphs/catalog/connectors/postgres/testing/randomSchema.ts';
import type { Estate } from './estate.ts';

export type Operation = { name: string; query: string; variables: Record<string, unknown> };
/** What a client saw, the latest first. */
export type Things = {
  assets: { id: string; version: number; sourceId: string }[];
  columns: { id: string; version: number }[];
  violations: { id: string; status: string }[];
};
type Look = (random: Random, things: Things, estate: Estate) => Operation;
/** Undefined where nothing was seen that it could be done to. */
type Edit = (random: Random, things: Things, estate: Estate) => Operation | undefined;

const ASSET = '__typename id version displayName kind source { id }';
const COLUMN = '__typename id version name nativeType';
const VIOLATION = '__typename id status message raisedAt';

const pickFrom = <Item>(random: Random, items: readonly Item[]): Item | undefined => (items.length > 0 ? random.pick(items) : undefined);
const word = (random: Random): string => random.pick(['email', 'name', 'amount', 'sales', 'person', 'key', 'total', 't1', 'v2', 'source']);

const assetsPage: Look = (random, _things, { sources, domainIds }) => ({
  name: 'assets',
  query: `query ($filter: AssetFilter, $order: AssetOrder) { assets(first: 20, filter: $filter, orderBy: $order) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { ${ASSET} tags labels { name } owners { role user { name } team { name } } violations(first: 3) { nodes { ${VIOLATION} } } } } }`,
  variables: {
    filter: random.pick<unknown>([
      null,
      { kinds: ['TABLE'] },
      { sourceIds: [random.pick(sources).id] },
      { hasOwner: false },
      { domainIds: [random.pick(domainIds)] },
      { tags: [word(random)] },
      { labels: ['EMAIL'] },
    ]),
    order: random.pick<unknown>([null, { field: 'UPDATED_AT', direction: 'DESC' }, { field: 'NAME' }]),
  },
});

const assetPage: Look = (random, things, estate) => {
  const asset = pickFrom(random, things.assets);
  if (!asset) return assetsPage(random, things, estate);
  return {
    name: 'asset',
    query: `query ($id: ID!) { asset(id: $id) { ${ASSET} description tags domain { name } terms { name } parent { displayName }
      columns(first: 50) { nodes { ${COLUMN} labels { label { name } state } } } history(first: 10) { nodes { version at by { name } changes { path } } }
      violations(first: 10) { nodes { ${VIOLATION} policy { name } } } upstream(depth: 3) { nodes { id displayName } } downstream { nodes { id } } } }`,
    variables: { id: asset.id },
  };
};

const lineage: Look = (random, things, estate) => {
  const asset = pickFrom(random, things.assets);
  if (!asset) return assetsPage(random, things, estate);
  return {
    name: 'lineage',
    query: `query ($id: ID!, $level: LineageLevel!) { lineage(assetId: $id, direction: BOTH, depth: 5, maxNodes: 200, level: $level) {
      nodes { id depth asset { displayName } column { name } } edges { from to origin } } }`,
    variables: { id: asset.id, level: random.pick(['ASSET', 'COLUMN']) },
  };
};

const search: Look = (random) => ({
  name: 'search',
  query: `query ($query: String!) { search(query: $query, first: 20) { totalCount facets { name values { value count } } nodes { score highlights asset { ${ASSET} } } } }`,
  variables: { query: word(random) },
});

const columnsPage: Look = (random) => ({
  name: 'columns',
  query: `query ($filter: ColumnFilter) { columns(first: 30, filter: $filter) { nodes { ${COLUMN} asset { displayName } labels { label { name } state confidence } } } }`,
  variables: {
    filter: random.pick<unknown>([null, { namePrefix: word(random) }, { labels: ['EMAIL'], labelStates: ['SUGGESTED', 'CONFIRMED'] }]),
  },
});

const violationsPage: Look = () => ({
  name: 'violations',
  query: `{ violations(first: 20, filter: { statuses: [OPEN, ACKNOWLEDGED] }) { totalCount nodes { ${VIOLATION} asset { ${ASSET} } column { name } } }
    violationCounts(by: SEVERITY) { value count } }`,
  variables: {},
});

const eventsPage: Look = () => ({
  name: 'events',
  query: '{ events(first: 30, direction: DESC) { edges { cursor node { seq type subject time actor { name } data } } } }',
  variables: {},
});

const counts: Look = () => ({
  name: 'counts',
  query:
    '{ assetCounts(by: KIND) { value count } tags(first: 20) { nodes { name assetCount } } me { name teams { name } } sources(first: 5) { nodes { name assetCount lastRun { status } } } }',
  variables: {},
});

/** Those of most people's days twice. */
export const LOOKS: readonly Look[] = [
  assetsPage,
  assetsPage,
  assetPage,
  assetPage,
  search,
  lineage,
  columnsPage,
  violationsPage,
  eventsPage,
  counts,
];

/** One thing of an asset that people say. */
const words = (random: Random, { domainIds, termId, teamId }: Estate): Record<string, unknown> =>
  random.pick<() => Record<string, unknown>>([
    () => ({ description: `${word(random)} ${word(random)}` }),
    () => ({ tags: [word(random), word(random)] }),
    () => ({ owners: random.chance(0.5) ? [{ teamId, role: 'OWNER' }] : [] }),
    () => ({ domainId: random.pick([...domainIds, null]) }),
    () => ({ termIds: random.chance(0.5) ? [termId] : [] }),
  ])();

const updateAsset: Edit = (random, things, estate) => {
  const asset = pickFrom(random, things.assets);
  return (
    asset && {
      name: 'updateAsset',
      query: 'mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor asset { id version } } }',
      variables: { input: { id: asset.id, version: asset.version, ...words(random, estate) } },
    }
  );
};

const updateAssets: Edit = (random, things, estate) => {
  const said = words(random, estate);
  const items = [...new Map(things.assets.slice(0, 2 + random.below(8)).map((asset) => [asset.id, asset])).values()];
  if (items.length === 0) return undefined;
  return {
    name: 'updateAssets',
    query:
      'mutation ($items: [UpdateAssetInput!]!) { updateAssets(input: { items: $items }) { cursor results { asset { version } error { code message } } } }',
    variables: { items: items.map(({ id, version }) => ({ id, version, ...said })) },
  };
};

const updateColumns: Edit = (random, things) => {
  const column = pickFrom(random, things.columns);
  return (
    column && {
      name: 'updateColumns',
      query:
        'mutation ($items: [UpdateColumnInput!]!) { updateColumns(input: { items: $items }) { cursor results { column { version } error { code message } } } }',
      variables: { items: [{ ...column, description: word(random) }] },
    }
  );
};

const setColumnLabel: Edit = (random, things) => {
  const column = pickFrom(random, things.columns);
  return (
    column && {
      name: 'setColumnLabel',
      query: 'mutation ($input: SetColumnLabelInput!) { setColumnLabel(input: $input) { cursor column { labels { state } } } }',
      variables: { input: { columnId: column.id, label: 'EMAIL', state: random.pick(['CONFIRMED', 'REJECTED', 'SUGGESTED']) } },
    }
  );
};

const decide: Edit = (random, things) => {
  const violation = pickFrom(random, things.violations);
  if (!violation) return undefined;
  const [name, type, more] = random.pick<[string, string, object]>([
    ['acknowledgeViolation', 'AcknowledgeViolationInput', {}],
    ['waiveViolation', 'WaiveViolationInput', { because: 'Known.', until: new Date(Date.now() + 3_600_000).toISOString() }],
    ['reopenViolation', 'ReopenViolationInput', {}],
  ]);
  return {
    name,
    query: `mutation ($input: ${type}!) { ${name}(input: $input) { cursor violation { status } } }`,
    variables: { input: { id: violation.id, ...more } },
  };
};

const tellLineage: Edit = (random, things) => {
  const [from, to] = [pickFrom(random, things.assets), pickFrom(random, things.assets)];
  if (!from || !to || from.id === to.id) return undefined;
  const [name, type] = random.pick([
    ['declareLineage', 'DeclareLineageInput'],
    ['declareLineage', 'DeclareLineageInput'],
    ['retractLineage', 'RetractLineageInput'],
  ] as const);
  return {
    name,
    query: `mutation ($input: ${type}!) { ${name}(input: $input) { cursor edge { from to origin } } }`,
    variables: { input: { from: from.id, to: to.id, reason: 'Somebody knows.' } },
  };
};

export const EDITS: readonly Edit[] = [
  updateAsset,
  updateAsset,
  updateAsset,
  updateAssets,
  updateColumns,
  setColumnLabel,
  decide,
  decide,
  tellLineage,
];

/** `types`: all that it gives to who sees everything, where that is known; a pattern of SQL's `like`. */
export type StreamKind = { name: string; query: string; types?: string };

const stream = (name: string, args: string, selection: string, types?: string): StreamKind => ({
  name,
  query: `subscription ($after: String) { ${name}(after: $after${args}) { cursor ${selection} } }`,
  types,
});

export const STREAMS: readonly StreamKind[] = [
  stream('eventPublished', ', types: ["asset.*"]', 'event { id type subject actor { name } }', 'asset.%'),
  stream('eventPublished', ', types: ["scan.*"]', 'event { id type data }', 'scan.%'),
  stream('assetChanged', '', 'type at changedFields asset { id displayName tags labels { name } owners { role } }', 'asset.%'),
  stream('assetChanged', ', filter: { kinds: [TABLE] }', 'type asset { id version upstream { nodes { id } } }'),
  stream('violationRaised', '', 'type violation { status message asset { displayName } policy { name } }'),
  stream('scanProgress', '', 'type progress { phase done total } run { status }'),
];
