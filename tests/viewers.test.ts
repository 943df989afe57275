/** The three viewers (of all, of one source, of nothing) walk every root field and every subscription: what is hidden is in none. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSchema, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { API_FILE } from '#router/supergraph.ts';
import { tellRun } from './runs.ts';
import { createWorld, EMAIL, type Ask, type World } from './world.ts';

const schema = buildSchema(readFileSync(API_FILE, 'utf8'));
const rootFields = (type: string): string[] => {
  const root = schema.getType(type);
  return isObjectType(root) ? Object.keys(root.getFields()).sort() : [];
};

type Seen = {
  source: string;
  namespace: string;
  scan: string;
  run: string;
  tables: string[];
  view: string;
  viewName: string;
  /** What the view reads. */
  table: string;
  column: string;
  /** The asset of `column`. */
  columnOf: string;
  violation: string;
  event: string;
  /** One that moves something of this source. */
  job?: string;
  /** A run of that job. */
  jobRun?: string;
  /** Everything that must not occur in the answer of who may not see the source. */
  secrets: string[];
};

let world: World;
const databases: Awaited<ReturnType<typeof createEmptyDatabase>>[] = [];
let alpha: Seen;
let beta: Seen;
let policy: string;
let term: string;
let domain: string;
/** Their ids by their names. */
const jobs = new Map<string, string>();
let one: Ask & { email: string };
let nobody: Ask & { email: string };
/** The position before anything happened. */
let beginning: string;

async function addSource(name: string): Promise<{ id: string; namespace: string; database: string }> {
  const source = await createEmptyDatabase();
  databases.push(source);
  await source.sql.unsafe(
    `create schema s; create table s.${name}_people (id int, email text); create table s."${name} Bad" (id int);
     create view s.${name}_view as select id, email from s.${name}_people;`,
  );
  const registered = await world.addSource(name, { url: source.url });
  expect(await world.scan(registered.id)).toMatchObject({ status: 'COMPLETED' });
  return { ...registered, database: new URL(source.url).pathname.slice(1) };
}

/** What people add to a source, and what is then known of it. */
async function describeSource(
  name: string,
  { id, namespace, database }: Awaited<ReturnType<typeof addSource>>,
  me: string,
  steward: Ask,
): Promise<Seen> {
  const { assets, source } = await world.admin(
    `{ assets(first: 50, filter: { sourceIds: ["${id}"] }) { nodes { id version kind name columns { nodes { id name } } } }
       source(id: "${id}") { scans { id } lastRun { id } } }`,
  );
  await world.admin('mutation ($items: [UpdateAssetInput!]!) { updateAssets(input: { items: $items }) { results { error { code } } } }', {
    items: assets.nodes.map((asset: any) => ({
      id: asset.id,
      version: asset.version,
      owners: asset.name.endsWith('_people') ? [{ userId: me, role: 'OWNER' }] : [],
      tags: [`${name}-tag`],
      termIds: [term],
      domainId: domain,
      description: `${name} words`,
    })),
  });
  const columns = assets.nodes.flatMap((asset: any) => asset.columns.nodes).filter((column: any) => column.name === 'email');
  const decided = await steward(
    'mutation ($items: [SetColumnLabelInput!]!) { setColumnLabels(input: { items: $items }) { results { error { code } } } }',
    { items: columns.map((column: any) => ({ columnId: column.id, label: 'EMAIL', state: 'CONFIRMED' })) },
  );
  expect(decided.data.setColumnLabels.results.every((result: any) => result.error === null)).toBe(true);
  const found = async () =>
    (await world.admin(`{ violations(filter: { sourceIds: ["${id}"], statuses: [OPEN] }) { nodes { id } } }`)).violations.nodes;
  while ((await found()).length < 3) await sleep(50);
  const violations = await found();
  await world.consumed();
  const { events } = await world.admin(`{ events(first: 200, types: ["asset.*"]) { nodes { id subject } } }`);
  const ids: string[] = assets.nodes.map((asset: any) => asset.id);
  const view = assets.nodes.find((asset: any) => asset.kind === 'VIEW');
  return {
    source: id,
    namespace,
    scan: source.scans[0].id,
    run: source.lastRun.id,
    tables: ids,
    view: view.id,
    viewName: view.name,
    table: assets.nodes.find((asset: any) => asset.name.endsWith('_people')).id,
    column: columns[0].id,
    columnOf: assets.nodes.find((asset: any) => asset.columns.nodes.includes(columns[0])).id,
    violation: violations[0].id,
    event: events.nodes.find((event: any) => ids.includes(event.subject)).id,
    secrets: [
      name,
      database,
      id,
      source.lastRun.id,
      source.scans[0].id,
      ...ids,
      ...columns.map((column: any) => column.id),
      ...violations.map((violation: any) => violation.id),
    ],
  };
}

beforeAll(async () => {
  world = await createWorld();
  const { me, events } = await world.admin('{ me { id } events(first: 1) { edges { cursor } } }');
  beginning = `${events.edges[0].cursor.split('.')[0]}.0`;
  domain = (await world.admin('mutation { createDomain(input: { name: "Everything" }) { domain { id } } }')).createDomain.domain.id;
  term = (await world.admin('mutation { createGlossaryTerm(input: { name: "Person", definition: "Somebody" }) { term { id } } }'))
    .createGlossaryTerm.term.id;
  const made = [];
  for (const input of [
    { name: 'Names', ruleType: 'namingConvention', params: { pattern: '^[a-z0-9_]+$', target: 'asset' }, severity: 'WARNING' },
    { name: 'Masks', ruleType: 'noUnmaskedLabel', params: { labels: ['EMAIL'] }, severity: 'CRITICAL' },
  ]) {
    const { createPolicy } = await world.admin(
      'mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id version } } }',
      { input },
    );
    await world.admin('mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { cursor } }', { input: createPolicy.policy });
    made.push(createPolicy.policy.id);
  }
  [policy] = made as [string];
  // Both are scanned before people say anything: what is said of one must not move what is known of the other.
  const [first, second] = [await addSource('alpha'), await addSource('beta')];
  const steward = await world.createUser([{ role: 'STEWARD' }]);
  [alpha, beta] = [await describeSource('alpha', first, me.id, world.ask), await describeSource('beta', second, me.id, steward)];
  for (const [from, to, why, name = why] of [
    [alpha.view, beta.view, 'alpha is in beta'],
    // What this one moves elsewhere is seen.
    [beta.view, alpha.view, 'beta is in alpha', 'alpha only'],
    [beta.column, alpha.column, 'beta again'],
    [alpha.column, beta.column, 'beta once more'],
    // Who sees one source sees this, and that it was told.
    [alpha.view, alpha.tables.find((id) => id !== alpha.view)!, 'alpha only'],
  ] as const) {
    const input = { from, to, reason: why, job: { namespace: 'jobs', name } };
    const { declareLineage } = await world.admin(DECLARE, { input });
    jobs.set(name, declareLineage.edge.job.id);
  }
  [alpha.job, beta.job] = [jobs.get('alpha only'), jobs.get('beta again')];
  for (const [seen, name] of [
    [alpha, 'alpha only'],
    [beta, 'beta again'],
  ] as const) {
    // Told by its events, too, of what is declared of columns.
    const opens = await world.owner<{ fromId: string; toId: string }[]>`
      select from_id, to_id from lineage.edges where job_id = ${seen.job!} and kind = 'COLUMN'`;
    const run = await tellRun(world.owner, { namespace: 'jobs', name }, { opens: opens.map((ends) => ({ ...ends, kind: 'COLUMN' })) });
    seen.jobRun = run.id;
    seen.secrets.push(run.id, run.runId);
  }
  one = await world.createUser([{ role: 'READER', sourceId: alpha.source }]);
  nobody = await world.createUser([{ role: 'READER', sourceId: '01a20000-0000-7000-8000-000000000000' }]);
  await world.consumed();
}, 120_000);
afterAll(async () => {
  await world?.stop();
  for (const database of databases) await database.drop();
});

const DECLARE = 'mutation ($input: DeclareLineageInput!) { declareLineage(input: $input) { edge { job { id } } } }';
const LIST = 'totalCount nodes { id }';
const EDGE = 'from to query job { name } run { id runId } declaration { reason }';
const PATHS = `paths { length nodes { id asset { name } column { name } } edges { ${EDGE} } }`;
const IMPACT = 'rootId totalCount byKind { kind count } byOwner { user { id } count } byDomain { domain { id } count } peopleToTell { id }';
const EVER = 'from: "2001-01-01T00:00:00Z", to: "2999-01-01T00:00:00Z"';
const DIFF = `rootId added { ${EDGE} } removed { ${EDGE} } addedNodes { id asset { name } column { name } } removedNodes { id }`;
/** Each root field about things that belong to a source, as somebody asks who knows their ids. */
const ABOUT_SOURCES: Record<string, (seen: Seen) => string> = {
  source: (seen) => `source(id: "${seen.source}") { id name assetCount lastRun { id } }`,
  sources: () => `sources { totalCount nodes { id name } }`,
  scan: (seen) => `scan(id: "${seen.scan}") { id }`,
  scanRun: (seen) => `scanRun(id: "${seen.run}") { id status }`,
  asset: (seen) =>
    `asset(id: "${seen.view}") { id name source { id } parent { name } upstream(depth: 3) { nodes { name } } labels { name } violations { ${LIST} } history { nodes { version } } }`,
  assetsById: (seen) => `assetsById(ids: ${JSON.stringify(seen.tables)}) { id name }`,
  assetByName: (seen) => `assetByName(namespace: "${seen.namespace}", name: ${JSON.stringify(seen.viewName)}) { id }`,
  assets: () =>
    `assets(first: 200) { totalCount nodes { id name tags downstream(depth: 3) { nodes { id name } } violations { totalCount nodes { message } } } }`,
  column: (seen) =>
    `column(id: "${seen.column}") { id name asset { id } labels { id state decidedBy { id } } upstream(depth: 3) { nodes { id name } } downstream(depth: 3) { nodes { id name asset { name } } } }`,
  columns: () => `columns(first: 200) { totalCount nodes { id name asset { name } labels { label { name } } } }`,
  assetCounts: () => `assetCounts(by: SOURCE) { value count } byLabel: assetCounts(by: LABEL) { value count }`,
  tags: () => `tags { totalCount nodes { name assetCount } }`,
  search: () =>
    `search(query: "") { totalCount nodes { highlights asset { name } } facets { name values { value count } } } byWord: search(query: "beta") { totalCount nodes { asset { name } } } mistyped: search(query: "betta") { didYouMean }`,
  glossaryTerm: () => `glossaryTerm(id: "${term}") { name assets { totalCount nodes { name } } }`,
  glossaryTerms: () => `glossaryTerms { nodes { name assets { totalCount nodes { name } } } }`,
  domain: () => `domain(id: "${domain}") { name assets { totalCount nodes { name } } }`,
  domains: () => `domains { nodes { name assets { totalCount nodes { name } } } }`,
  policy: () => `policy(id: "${policy}") { name evaluation { total } violations { totalCount nodes { id message asset { name } } } }`,
  policies: () => `policies { nodes { name evaluation { done total } violations { totalCount nodes { id message } } } }`,
  previewPolicy: () =>
    `previewPolicy(input: { ruleType: "namingConvention", params: { pattern: "^x", target: "asset" } }) { checked violating sample(first: 200) { assetId message asset { name } } }`,
  violation: (seen) => `violation(id: "${seen.violation}") { id message asset { name } }`,
  violations: () => `violations(first: 200) { totalCount nodes { id message evidence asset { name } column { id } } }`,
  violationCounts: () =>
    `violationCounts(by: SOURCE) { value count } byPolicy: violationCounts(by: POLICY) { value count } byOwner: violationCounts(by: OWNER) { value count } byDay: violationCounts(by: DAY) { value count }`,
  lineage: (seen) =>
    `lineage(assetId: "${seen.view}", direction: BOTH, depth: 5) { rootId nodes { id asset { name } job { name } run { id runId } } edges { ${EDGE} } }
     ofColumns: lineage(assetId: "${seen.columnOf}", direction: BOTH, depth: 5, level: COLUMN) { nodes { id asset { name } column { name } job { name } run { id runId } } edges { ${EDGE} } }`,
  job: (seen) => `job(id: "${seen.job}") { id namespace name flows { nodes { ${EDGE} } } runs { nodes { id runId } } }`,
  run: (seen) => `run(id: "${seen.jobRun}") { id runId state startedAt job { name flows { nodes { ${EDGE} } } } }`,
  impact: (seen) =>
    `impact(assetId: "${seen.view}", direction: BOTH) { ${IMPACT} } ofColumn: impact(columnId: "${seen.column}", direction: BOTH) { ${IMPACT} }`,
  paths: (seen) =>
    `paths(from: "${seen.table}", to: "${seen.view}") { ${PATHS} } across: paths(from: "${alpha.view}", to: "${beta.view}") { ${PATHS} }
     ofColumns: paths(from: "${beta.column}", to: "${alpha.column}") { ${PATHS} }`,
  lineageDiff: (seen) =>
    `lineageDiff(assetId: "${seen.view}", ${EVER}) { ${DIFF} } ofColumns: lineageDiff(assetId: "${seen.columnOf}", ${EVER}, level: COLUMN) { ${DIFF} }`,
  lineageHistory: (seen) =>
    `lineageHistory(assetId: "${seen.view}") { nodes { ${EDGE} } }
     ofColumns: lineageHistory(assetId: "${seen.columnOf}", level: COLUMN) { nodes { ${EDGE} } }`,
  lineageStatistics: () =>
    'lineageStatistics { assets flows orphans roots leaves cycleCount cycles { size assets { id name } } mostDependedUpon { readers asset { id name } } }',
  event: (seen) => `event(id: "${seen.event}") { id data }`,
  events: () =>
    `events(first: 200, types: ["asset.*", "scan.*", "source.*", "policy.*", "classification.*", "lineage.*"]) { totalCount nodes { type subject data } }`,
};
/** The same for everybody with a reading role, or about people only. */
const ABOUT_NOTHING_HIDDEN = ['connectors', 'labels', 'me', 'ruleTypes', 'serverVersion', 'teams', 'user', 'users', 'apiTokens'];
const ADMINISTRATORS_ONLY: Record<string, string> = {
  auditStatus: 'auditStatus { sealedSeq }',
  deadLetters: 'deadLetters { totalCount }',
  readAudit: 'readAudit { totalCount }',
};

const answerOf = async (ask: Ask, selection: string): Promise<any> => {
  const { data, errors } = await ask(`{ ${selection} }`);
  expect(errors, selection).toBeUndefined();
  return data;
};

/** Every total, count and list of an answer is empty, and every object null. */
const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === 0 ||
  (Array.isArray(value) && value.every((each) => isEmpty(each) || isEmptyFacet(each))) ||
  (typeof value === 'object' && value !== null && Object.entries(value).every(([name, each]) => name === 'name' || isEmpty(each)));
const isEmptyFacet = (value: any): boolean => Array.isArray(value?.values) && value.values.length === 0;

describe('every root field', () => {
  it('is walked here', () => {
    const walked = [...Object.keys(ABOUT_SOURCES), ...ABOUT_NOTHING_HIDDEN, ...Object.keys(ADMINISTRATORS_ONLY)];
    expect(walked.sort()).toEqual(rootFields('Query'));
    expect(rootFields('Subscription')).toEqual(Object.keys(SUBSCRIPTIONS).sort());
  });

  describe.each(Object.entries(ABOUT_SOURCES))('%s', (_name, selection) => {
    it('shows both sources to who sees all', async () => {
      const text = JSON.stringify([await answerOf(world.ask, selection(alpha)), await answerOf(world.ask, selection(beta))]);
      for (const { secrets } of [alpha, beta]) expect(secrets.some((secret) => text.includes(secret))).toBe(true);
    });

    it('tells who sees one source nothing of the other, whatever ids are known', async () => {
      const mine = await answerOf(one, selection(alpha));
      expect(isEmpty(mine)).toBe(false);
      const others = await answerOf(one, selection(beta));
      const text = JSON.stringify([mine, others]);
      expect(beta.secrets.filter((secret) => text.includes(secret))).toEqual([]);
    });

    it('is empty for who sees nothing', async () => {
      for (const seen of [alpha, beta]) {
        const answer = await answerOf(nobody, selection(seen));
        const [name] = Object.keys(answer);
        // Names of policies, terms and domains, and the log of policies, are for every reader.
        if (name === 'events') expect(answer.events.nodes.every(({ type }: any) => /^policy\.(created|published)$/.test(type))).toBe(true);
        else expect(isEmpty(answer), JSON.stringify(answer)).toBe(true);
      }
    });
  });

  it('counts nothing of what is hidden in what a change reaches, in differences, histories and statistics', async () => {
    const counted = `impact(assetId: "${alpha.view}", direction: BOTH) { totalCount byKind { count } }
      ofColumn: impact(columnId: "${alpha.column}", direction: BOTH) { totalCount }
      lineageDiff(assetId: "${alpha.view}", ${EVER}) { added { from } addedNodes { id } } lineageHistory(assetId: "${alpha.view}") { nodes { from } }
      lineageStatistics { assets flows cycleCount roots leaves } assets { totalCount }`;
    const counts = async (ask: Ask) => {
      const { impact, ofColumn, lineageDiff, lineageHistory, lineageStatistics, assets } = await answerOf(ask, counted);
      const lists = [lineageDiff.added, lineageDiff.addedNodes, lineageHistory.nodes].map((list: unknown[]) => list.length);
      expect(lineageStatistics.assets).toBe(assets.totalCount);
      return { reached: impact.totalCount, ofColumn: ofColumn.totalCount, lists, statistics: { ...lineageStatistics, assets: undefined } };
    };
    // Beside `alpha` there are its table, which the view reads, and what is declared of the two.
    const mine = await counts(one);
    expect(mine).toMatchObject({ reached: 2, lists: [2, 2, 2], statistics: { flows: 2, cycleCount: 0, roots: 1, leaves: 1 } });
    const all = await counts(world.ask);
    // What is declared of columns of both tables flows between these, too, round in a circle.
    expect(all).toMatchObject({ reached: 4, lists: [7, 4, 4], statistics: { flows: 7, cycleCount: 2, roots: 0, leaves: 1 } });
    expect(all.ofColumn).toBeGreaterThan(mine.ofColumn);
  });

  it('shows a job to who sees both ends of something that it moves, and no more of it than that', async () => {
    const named = async (ask: Ask): Promise<Record<string, string[]>> => {
      const seen: Record<string, string[]> = {};
      for (const [name, id] of jobs) {
        const { job } = await answerOf(ask, `job(id: "${id}") { name flows { nodes { declaration { reason } } } }`);
        if (job) seen[name] = job.flows.nodes.flatMap(({ declaration }: any) => declaration?.reason ?? []).sort();
      }
      return seen;
    };
    expect(await named(world.ask)).toEqual({
      'alpha is in beta': ['alpha is in beta'],
      'alpha only': ['alpha only', 'beta is in alpha'],
      'beta again': ['beta again'],
      'beta once more': ['beta once more'],
    });
    expect(await named(one)).toEqual({ 'alpha only': ['alpha only'] });
    expect(await named(nobody)).toEqual({});
  });

  it.each(Object.entries(ADMINISTRATORS_ONLY))('%s is FORBIDDEN but for administrators', async (_name, selection) => {
    expect(await answerOf(world.ask, selection)).toBeDefined();
    for (const ask of [one, nobody]) {
      const { errors } = await ask(`{ ${selection} }`);
      expect(errors?.map((error) => error.extensions.code)).toEqual(['FORBIDDEN']);
    }
  });
});

const SUBSCRIPTIONS: Record<string, string> = {
  scanProgress: 'scanProgress(after: $after) { cursor type runId progress { phase } run { id source { name } } }',
  violationRaised:
    'violationRaised(after: $after) { cursor type violationId violation { message asset { name upstream { nodes { name } } } } }',
  assetChanged: 'assetChanged(after: $after) { cursor type assetId changedFields asset { name tags } }',
  eventPublished: 'eventPublished(after: $after) { cursor event { type subject data } }',
};

/** All that a subscription tells of what has happened: it is over once nothing comes for a while. */
async function replay(email: string, selection: string): Promise<any[]> {
  const live = await world.live(email);
  const stream = live.subscribe(`subscription ($after: String) { ${selection} }`, { after: beginning });
  const payloads: any[] = [];
  for (;;) {
    const next = await Promise.race([stream.next(), sleep(1_000, null)]);
    if (!next) break;
    expect(next.errors).toBeUndefined();
    payloads.push(Object.values(next.data)[0]);
  }
  await live.close();
  return payloads;
}

describe.each(Object.entries(SUBSCRIPTIONS))('the subscription %s', (name, selection) => {
  it('replays what happened to who may see it, and to nobody else', async () => {
    const all = JSON.stringify(await replay(EMAIL, selection));
    for (const { secrets } of [alpha, beta]) expect(secrets.some((secret) => all.includes(secret))).toBe(true);

    const mine = await replay(one.email, selection);
    expect(mine.length).toBeGreaterThan(0);
    expect(beta.secrets.filter((secret) => JSON.stringify(mine).includes(secret))).toEqual([]);

    const none = await replay(nobody.email, selection);
    if (name !== 'eventPublished') expect(none).toEqual([]);
    else
      expect(none.every(({ event }: any) => /^(policy\.(created|published)|domain\.created|term\.created)$/.test(event.type))).toBe(true);
  });
});
