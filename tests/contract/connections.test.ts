/** Every list of the API: its nodes are what is there, its edges are its nodes, its cursors lead through it, and its total is theirs. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSchema, getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { API_FILE } from '#router/supergraph.ts';
import { insertSource } from '#subgraphs/catalog/testing/factories.ts';
import { tellRun } from '../runs.ts';
import { createWorld, type Ask, type World } from '../world.ts';
import { mutate } from './mutate.ts';

type List = {
  /** The fields that lead to a list that is no root field. */
  within?: string[];
  args?: string;
  /** A node's fields, and the value that is compared with `holds`. */
  node: string;
  value: (node: any) => unknown;
  holds: unknown[];
};

const SOURCES = {
  north: `create schema s; create schema old; create table s.ledger_a (id int, email text, note text);
    create table s.ledger_b (id int, amount int); create table s.ledger_c (id int);
    create schema flows; create view flows.one as select id from s.ledger_a;
    create view flows.both as select a.id + ledger_b.amount as total, a.id from s.ledger_a a join s.ledger_b using (id);
    ${Array.from({ length: 6 }, (_, index) => `create table old.gone_${index} (id int);`).join('')}`,
  south: 'create schema s; create table s.stock (id int); create table s.store (id int)',
};
/** `Type.field` of every list. */
const FIELDS = Object.values(buildSchema(readFileSync(API_FILE, 'utf8')).getTypeMap())
  .filter(isObjectType)
  .flatMap((type) =>
    Object.values(type.getFields()).map((field) => ({ name: `${type.name}.${field.name}`, of: getNamedType(field.type).name })),
  )
  .filter(({ of }) => of.endsWith('Connection'));
/** How many neighbours there are is not told, only whether there are more than were looked at; nor how long a history is, or how often a job ran. */
const isCounted = (field: string): boolean => !/Neighbour|History|^Run/.test(FIELDS.find(({ name }) => name === field)!.of);
const GONE = Array.from({ length: 6 }, (_, index) => `gone_${index}`);

let world: World;
let reader: Ask & { id: string };
let lists: Record<string, List>;
beforeAll(async () => {
  world = await createWorld();
  lists = await fill();
});
afterAll(() => world.stop());

const change = (name: string, input: object, selection = 'cursor') => mutate(world.admin, name, input, selection);

const by = (field: string) => ({ node: `id ${field}`, value: (node: any) => node[field] });

/** Two or more of everything. Gives what each list then holds. */
async function fill(): Promise<Record<string, List>> {
  const sources: Record<string, { id: string; sql: World['owner']; database: string }> = {};
  for (const [name, statements] of Object.entries(SOURCES)) {
    const { url, sql } = await createEmptyDatabase();
    await sql.unsafe(statements);
    const { id } = await world.addSource(name, { url });
    sources[name] = { id, sql, database: new URL(url).pathname.slice(1) };
    await world.scan(id);
  }
  const [north, south] = [sources['north']!, sources['south']!];
  await north.sql.unsafe(GONE.map((name) => `drop table old.${name};`).join(''));
  const held = await world.scan(north.id);
  await world.scan(south.id);
  await world.scan(south.id);

  const { assets } = await world.admin('query ($filter: AssetFilter) { assets(first: 200, filter: $filter) { nodes { id path } } }', {
    filter: { sourceIds: [north.id] },
  });
  const idOf = (name: string): string => assets.nodes.find(({ path }: { path: string[] }) => path.at(-1) === name).id;
  const made = async (name: string, key: string, input: object) => (await change(name, input, `${key} { id }`))[key].id as string;
  const finance = await made('createDomain', 'domain', { name: 'Finance' });
  await made('createDomain', 'domain', { name: 'Sales' });
  const invoice = await made('createGlossaryTerm', 'term', { name: 'Invoice', definition: 'Who owes what' });
  await made('createGlossaryTerm', 'term', { name: 'Posting', definition: 'A line of a ledger' });
  const { me } = await world.admin('{ me { id } }');
  const owners = [{ userId: me.id, role: 'OWNER' }];
  const update = (name: string, version: number, edit: object) => change('updateAsset', { id: idOf(name), version, ...edit });
  await update('ledger_a', 1, { tags: ['gold'], domainId: finance, termIds: [invoice] });
  await update('ledger_a', 2, { description: 'All of them', owners });
  await update('ledger_b', 1, { tags: ['gold', 'silver'], domainId: finance, termIds: [invoice], owners });
  reader = await world.createUser([{ role: 'READER', sourceId: north.id }]);
  const other = await world.createUser([]);
  await made('createTeam', 'team', { name: 'Data office', memberIds: [me.id, reader.id, other.id] });
  await made('createTeam', 'team', { name: 'Platform' });
  for (const scope of ['READER', 'STEWARD', 'INGESTOR']) await world.createToken(world.ask, [scope]);
  await world.consumed();
  const names = { ruleType: 'namingConvention', params: { pattern: '^[a-z]+$', target: 'asset' } };
  const short = await publishPolicy({ ...names, name: 'Short names', scope: { namePrefix: `${north.database}.s.` }, severity: 'INFO' });
  await publishPolicy({ ...names, name: 'Whole words', scope: { namePrefix: `${north.database}.s.ledger_a` }, severity: 'ERROR' });

  const declare = async (to: string): Promise<string> => {
    const input = { from: idOf('ledger_c'), to: idOf(to), reason: 'The nightly load', job: { namespace: 'airflow', name: 'load' } };
    return (await change('declareLineage', input, 'edge { job { id } }')).edge.job.id;
  };
  await declare('one');
  const job = await declare('ledger_b');
  for (const [day, state] of (['COMPLETED', 'FAILED', 'STARTED'] as const).entries())
    await tellRun(world.owner, { namespace: 'airflow', name: 'load' }, { state, startedAt: new Date(Date.UTC(2026, 0, 1 + day)) });

  // Two that a consumer gave up, one after the other.
  await world.owner`
    insert into events.failures (id, consumer, seq, attempts, last_error, failed_at)
    select gen_random_uuid(), 'some.consumer' || seq, seq, 5, 'no', now() - interval '1 minute' * seq from events.log where seq <= 2`;

  await world.owner`
    insert into identity.read_batches (seq, first_at, last_at, rows, lost, digest, hash) values (1, now(), now(), 2, 0, '', ''), (2, now(), now(), 1, 0, '', '')`;
  await world.owner`
    insert into identity.reads (batch, number, user_id, operation, fields, subject_ids, count, first_at, last_at)
    select batch, number, ${other.id}, 'Page' || batch || number, '{me}', '{}', 1, now(), now() from (values (1, 1), (1, 2), (2, 1)) as r (batch, number)`;

  const firstColumnOf = (name: string): string[] => [`asset(id: "${idOf(name)}")`, 'columns(first: 1)', 'nodes'];
  const people = ['Administrator', 'User 1', 'User 2'];
  const path = (name: string) => [north.database, name.startsWith('gone') ? 'old' : 's', name];
  return {
    'Query.apiTokens': { ...by('scopes'), holds: [['INGESTOR'], ['STEWARD'], ['READER']] },
    'Query.assets': {
      args: `filter: { sourceIds: ["${north.id}"], kinds: [TABLE], namePrefix: "${north.database}.s" }`,
      ...by('path'),
      holds: ['ledger_a', 'ledger_b', 'ledger_c'].map(path),
    },
    'Query.columns': {
      args: `filter: { sourceIds: ["${north.id}"], assetIds: ["${idOf('ledger_a')}", "${idOf('ledger_b')}"] } orderBy: { field: NAME }`,
      ...by('name'),
      holds: ['amount', 'email', 'id', 'id', 'note'],
    },
    'Query.deadLetters': { ...by('consumer'), holds: ['some.consumer1', 'some.consumer2'] },
    'Query.domains': { ...by('name'), holds: ['Finance', 'Sales'] },
    'Query.events': {
      args: 'types: ["source.*", "domain.*", "team.created"]',
      ...by('type'),
      holds: ['source.registered', 'source.registered', 'domain.created', 'domain.created', 'team.created', 'team.created'],
    },
    'Query.glossaryTerms': { ...by('name'), holds: ['Invoice', 'Posting'] },
    'Query.lineageHistory': {
      args: `assetId: "${idOf('both')}"`,
      node: 'from origin',
      value: ({ origin }) => origin,
      holds: ['NATIVE', 'NATIVE'],
    },
    'Query.policies': { ...by('name'), holds: ['Short names', 'Whole words'] },
    'Query.readAudit': { args: `userId: "${other.id}"`, ...by('operation'), holds: ['Page21', 'Page12', 'Page11'] },
    'Query.search': {
      args: 'query: "ledger"',
      node: 'score asset { path }',
      value: ({ asset }) => asset.path,
      // What was said about the first two puts them first: a description and an owner, an owner, nothing.
      holds: ['ledger_a', 'ledger_b', 'ledger_c'].map(path),
    },
    'Query.sources': { ...by('name'), holds: ['north', 'south'] },
    'Query.tags': { ...by('name'), holds: ['gold', 'silver'] },
    'Query.teams': { ...by('name'), holds: ['Data office', 'Platform'] },
    'Query.users': { ...by('name'), holds: people },
    'Query.violations': {
      args: 'orderBy: { field: SEVERITY, direction: ASC }',
      ...by('severity'),
      holds: ['INFO', 'INFO', 'INFO', 'ERROR'],
    },
    'Asset.children': {
      within: [`asset(id: "${idOf('s')}")`],
      ...by('path'),
      holds: ['ledger_a', 'ledger_b', 'ledger_c'].map(path),
    },
    'Asset.columns': { within: [`asset(id: "${idOf('ledger_a')}")`], ...by('name'), holds: ['id', 'email', 'note'] },
    'Asset.downstream': { within: [`asset(id: "${idOf('ledger_a')}")`], ...by('kind'), holds: ['VIEW', 'VIEW'] },
    'Asset.upstream': { within: [`asset(id: "${idOf('both')}")`], ...by('kind'), holds: ['TABLE', 'TABLE'] },
    'Asset.history': { within: [`asset(id: "${idOf('ledger_a')}")`], ...by('version'), holds: [3, 2, 1] },
    'Asset.violations': { within: [`asset(id: "${idOf('ledger_a')}")`], ...by('severity'), holds: ['ERROR', 'INFO'] },
    'Column.downstream': { within: firstColumnOf('ledger_a'), ...by('dataType'), holds: ['integer', 'integer', 'integer'] },
    'Column.upstream': { within: firstColumnOf('both'), ...by('dataType'), holds: ['integer', 'integer'] },
    'Domain.assets': { within: [`domain(id: "${finance}")`], ...by('path'), holds: ['ledger_a', 'ledger_b'].map(path) },
    'GlossaryTerm.assets': { within: [`glossaryTerm(id: "${invoice}")`], ...by('path'), holds: ['ledger_a', 'ledger_b'].map(path) },
    'Job.flows': { within: [`job(id: "${job}")`], node: 'to origin', value: ({ origin }) => origin, holds: ['DECLARED', 'DECLARED'] },
    'Job.runs': { within: [`job(id: "${job}")`], ...by('state'), holds: ['STARTED', 'FAILED', 'COMPLETED'] },
    'Policy.violations': { within: [`policy(id: "${short}")`], ...by('status'), holds: ['OPEN', 'OPEN', 'OPEN'] },
    'ScanRun.pendingDeletions': { within: [`scanRun(id: "${held.id}")`], ...by('path'), holds: GONE.map(path) },
    'Source.runs': { within: [`source(id: "${north.id}")`], ...by('status'), holds: ['NEEDS_REVIEW', 'COMPLETED'] },
    'Team.members': { within: ['me', 'teams'], ...by('name'), holds: people },
  };
}

/** Waits until every asset was looked at; gives its id. */
async function publishPolicy(input: object): Promise<string> {
  const { policy } = await change('createPolicy', input, 'policy { id version }');
  await change('publishPolicy', policy);
  const isDone = async () =>
    (await world.admin('query ($id: ID!) { policy(id: $id) { evaluation { finishedAt } } }', policy)).policy.evaluation.finishedAt;
  while (!(await isDone())) await sleep(20);
  return policy.id;
}

async function read(field: string, page: { first: number; after?: string }): Promise<any> {
  const { within = [], args = '', node } = lists[field]!;
  const list = `${field.split('.')[1]}(first: $first, after: $after ${args}) {
    edges { cursor node { ${node} } } nodes { ${node} } pageInfo { startCursor endCursor hasPreviousPage hasNextPage } ${isCounted(field) ? 'totalCount' : ''} }`;
  const query = [...within, list].reduceRight((inner, outer) => `${outer} { ${inner} }`);
  const data = await world.admin(`query ($first: Int, $after: String) { ${query} }`, page);
  return [...within, list].reduce((found, each) => [found[/^\w+/.exec(each)![0]]].flat()[0], data);
}

describe('a list', () => {
  it.each(FIELDS)('$name', async ({ name: field }) => {
    const { holds, value } = lists[field]!;
    const whole = await read(field, { first: 200 });
    expect(whole.nodes.map(value)).toEqual(holds);
    expect(whole.edges.map(({ node }: any) => node)).toEqual(whole.nodes);
    const total = isCounted(field) ? { totalCount: holds.length } : {};
    expect(whole).toMatchObject(total);
    const cursors: string[] = whole.edges.map(({ cursor }: any) => cursor);
    expect(new Set(cursors).size).toBe(holds.length);
    const ends = { startCursor: cursors[0], endCursor: cursors.at(-1) };
    expect(whole.pageInfo).toEqual({ ...ends, hasPreviousPage: false, hasNextPage: false });

    for (const [index, after] of [undefined, ...cursors].entries()) {
      const page = await read(field, { first: 1, after });
      const edges = whole.edges.slice(index, index + 1);
      const cursor = cursors[index] ?? null;
      expect(page).toEqual({
        edges,
        nodes: whole.nodes.slice(index, index + 1),
        pageInfo: { startCursor: cursor, endCursor: cursor, hasPreviousPage: index > 0, hasNextPage: index < holds.length - 1 },
        ...total,
      });
    }
    const [first, ...rest] = whole.edges;
    const beyond = await read(field, { first: rest.length, after: first.cursor });
    expect(beyond.edges).toEqual(rest);
    expect(beyond.pageInfo).toEqual({ startCursor: cursors[1], endCursor: ends.endCursor, hasPreviousPage: true, hasNextPage: false });
  });
});

describe('a search', () => {
  it('counts up to 10,000 and says when there is more', async () => {
    const huge = await insertSource(world.owner, 'huge');
    await world.owner`
      with rows as (select gen_random_uuid() as id, 'd.s.t' || n as name from generate_series(1, 10001) n),
        added as (
          insert into catalog.assets (id, source_id, access_class, kind, namespace, name, path, container, hash, created_at, updated_at)
          select id, ${huge.id}, ${huge.accessClass}, 'TABLE', ${huge.namespace}, name, string_to_array(name, '.'), 'd', '', now(), now() from rows
        )
      insert into catalog.search_documents (asset_id, access_class, kind, name, title_length, tags, owner_ids, described, updated_at, words)
      select id, ${huge.accessClass}, 'TABLE', name, 5, '{}', '{}', false, now(), '' from rows`;
    const COUNT =
      'query ($filter: AssetFilter) { search(query: "", first: 1, filter: $filter) { totalCount totalIsCapped facets { name values { count } } } }';
    const count = async (ask: Ask, filter: object) => (await ask(COUNT, { filter })).data.search;
    const ofHuge = { sourceIds: [huge.id] };
    expect(await count(world.ask, ofHuge)).toMatchObject({ totalCount: 10_000, totalIsCapped: true });
    await world.owner`delete from catalog.search_documents where access_class = ${huge.accessClass} and name = 'd.s.t1'`;
    const { facets, ...exact } = await count(world.ask, ofHuge);
    expect(exact).toEqual({ totalCount: 10_000, totalIsCapped: false });
    expect(facets[0]).toEqual({ name: 'kind', values: [{ count: 10_000 }] });
    expect(await count(world.ask, {})).toMatchObject({ totalCount: 10_000, totalIsCapped: true });
    // Of this reader's source: three tables, two views, six that wait for somebody's review, four schemas and their database.
    expect(await count(reader, {})).toMatchObject({ totalCount: 16, totalIsCapped: false });
  });
});
