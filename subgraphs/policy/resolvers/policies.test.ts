import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { administrator, readerOf, readerOfNothing, stewardOf, viewerWith } from '#platform/testing/asking.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createTestPolicy, insertPolicy } from '../testing/factories.ts';

let database: TestDatabase;
let sql: Database;
let subgraph: ReturnType<typeof createTestPolicy>;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('policy');
  subgraph = createTestPolicy(sql);
});
afterAll(() => database.drop());

const POLICY = `id name description ruleType { name } params scope severity status version
  draft { name description params scope severity updatedAt } evaluation { done total requestedAt startedAt finishedAt }`;
const input = (name: string) => `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
type Viewer = Parameters<typeof subgraph.ask>[0];
const ask = (viewer: Viewer, name: string, given: object) =>
  subgraph.ask(viewer, `mutation ($input: ${input(name)}!) { ${name}(input: $input) { policy { ${POLICY} } cursor } }`, { input: given });
const steward = viewerWith({ role: 'STEWARD' });
/** As a steward over everything; gives the policy. */
async function change(name: string, given: object): Promise<any> {
  const { data, errors } = await ask(steward, name, given);
  expect(errors).toEqual([]);
  return data[name].policy;
}
const NAMING = {
  name: 'Names are short',
  ruleType: 'namingConvention',
  params: { pattern: '^[a-z]+$', target: 'column' },
  severity: 'ERROR',
};
const create = (given: object = {}) => change('createPolicy', { ...NAMING, ...given });
const events = (id: string) =>
  database.owner<
    { type: string; actorId: string; data: any }[]
  >`select type, actor_id, data from events.outbox where subject = ${id} order by id`;
const typesOf = async (id: string) => (await events(id)).map(({ type }) => type);
const requested = async (id: string) =>
  (await sql<{ policyVersion: number }[]>`select policy_version from policy.evaluations where policy_id = ${id}`)[0]?.policyVersion;

describe('a policy', () => {
  it('is a draft at first, and over every asset unless its scope says otherwise', async () => {
    const policy = await create({ name: '  Names are short ', description: 'So that they fit' });
    expect(policy).toEqual({
      id: policy.id,
      name: 'Names are short',
      description: 'So that they fit',
      ruleType: { name: 'namingConvention' },
      params: NAMING.params,
      scope: {},
      severity: 'ERROR',
      status: 'DRAFT',
      version: 1,
      draft: null,
      evaluation: null,
    });
    expect(await events(policy.id)).toEqual([
      {
        type: 'policy.created',
        actorId: steward.userId,
        data: { name: 'Names are short', ruleType: 'namingConvention', params: NAMING.params, scope: {}, severity: 'ERROR' },
      },
    ]);
    const scoped = await create({ scope: { kinds: ['TABLE'], tags: null } });
    expect(scoped.scope).toEqual({ kinds: ['TABLE'] });
  });

  it('that is no more than a draft changes at once, and only in what is given', async () => {
    const { id } = await create({ description: 'Old' });
    const named = await change('updatePolicy', { id: id.toUpperCase(), version: 1, name: 'New' });
    expect(named).toMatchObject({
      name: 'New',
      description: 'Old',
      params: NAMING.params,
      severity: 'ERROR',
      status: 'DRAFT',
      version: 2,
      draft: null,
    });
    const cleared = await change('updatePolicy', { id, version: 2, description: null, scope: { namePrefix: 'shop.' } });
    expect(cleared).toMatchObject({ name: 'New', description: null, scope: { namePrefix: 'shop.' }, version: 3 });
    const same = await change('updatePolicy', { id, version: 3, name: ' New ', params: { target: 'column', pattern: '^[a-z]+$' } });
    expect(same.version).toBe(3);
    const told = await events(id);
    expect(told.map(({ type }) => type)).toEqual(['policy.created', 'policy.updated', 'policy.updated']);
    expect(told[2]!.data).toEqual({
      name: 'New',
      version: 3,
      changes: [
        { path: '/description', before: 'Old', after: null },
        { path: '/scope', before: {}, after: { namePrefix: 'shop.' } },
      ],
    });
  });

  it('in force stays as it is until its draft is published', async () => {
    const { id } = await create();
    const published = await change('publishPolicy', { id, version: 1 });
    expect(published).toMatchObject({
      status: 'PUBLISHED',
      version: 2,
      draft: null,
      evaluation: { done: 0, total: null, startedAt: null, finishedAt: null },
    });
    const edited = await change('updatePolicy', { id, version: 2, severity: 'CRITICAL' });
    expect(edited).toMatchObject({
      severity: 'ERROR',
      status: 'PUBLISHED',
      version: 3,
      draft: { name: NAMING.name, severity: 'CRITICAL', params: NAMING.params },
    });
    const again = await change('updatePolicy', { id, version: 3, name: 'Names are very short' });
    expect(again).toMatchObject({ name: NAMING.name, version: 4, draft: { name: 'Names are very short', severity: 'CRITICAL' } });
    expect(await requested(id)).toBe(2);
    const inForce = await change('publishPolicy', { id, version: 4 });
    expect(inForce).toMatchObject({ name: 'Names are very short', severity: 'CRITICAL', status: 'PUBLISHED', version: 5, draft: null });
    expect(await requested(id)).toBe(5);
    expect((await change('publishPolicy', { id, version: 5 })).version).toBe(5);
    expect(await typesOf(id)).toEqual(['policy.created', 'policy.published', 'policy.updated', 'policy.updated', 'policy.published']);
    expect((await events(id))[4]!.data).toEqual({
      name: 'Names are very short',
      version: 5,
      ruleType: 'namingConvention',
      params: NAMING.params,
      scope: {},
      severity: 'CRITICAL',
    });
  });

  it('has no draft any more once it is edited back to what is in force', async () => {
    const { id } = await create();
    await change('publishPolicy', { id, version: 1 });
    await change('updatePolicy', { id, version: 2, name: 'Other' });
    expect(await change('updatePolicy', { id, version: 3, name: NAMING.name })).toMatchObject({ version: 4, draft: null });
  });

  it('is retired, changed, and published again', async () => {
    const { id } = await create();
    await change('publishPolicy', { id, version: 1 });
    await change('updatePolicy', { id, version: 2, name: 'Waiting' });
    const retired = await change('retirePolicy', { id, version: 3 });
    expect(retired).toMatchObject({ status: 'RETIRED', name: NAMING.name, version: 4, draft: { name: 'Waiting' } });
    expect(await requested(id)).toBe(4);
    expect((await change('retirePolicy', { id, version: 4 })).version).toBe(4);
    const edited = await change('updatePolicy', { id, version: 4, severity: 'INFO' });
    expect(edited).toMatchObject({ status: 'RETIRED', name: 'Waiting', severity: 'INFO', version: 5, draft: null });
    expect(await change('publishPolicy', { id, version: 5 })).toMatchObject({ status: 'PUBLISHED', name: 'Waiting', version: 6 });
    expect(await requested(id)).toBe(6);
    expect(await typesOf(id)).toEqual(
      ['created', 'published', 'updated', 'retired', 'updated', 'published'].map((verb) => `policy.${verb}`),
    );
  });

  it('that never was in force is retired without anything to look at', async () => {
    const { id } = await create();
    expect(await change('retirePolicy', { id, version: 1 })).toMatchObject({ status: 'RETIRED', version: 2, evaluation: null });
    expect(await requested(id)).toBeUndefined();
  });
});

describe('the order of checks', () => {
  const codeOf = async (viewer: Viewer, name: string, given: object) => {
    const [error] = (await ask(viewer, name, given)).errors;
    return error && (error.details['field'] ? `${error.code} ${error.details['field'] as string}` : error.code);
  };

  it('is: signed in, a reading role, input, sight, right, version', async () => {
    const { id } = await create();
    const bad = { params: { pattern: '(', target: 'column' } };
    const reader = readerOf({ id: newId() });
    expect(await codeOf(null, 'updatePolicy', { id, version: 9, ...bad })).toBe('UNAUTHENTICATED');
    expect(await codeOf(viewerWith({ role: 'INGESTOR' }), 'updatePolicy', { id, version: 9, ...bad })).toBe('FORBIDDEN');
    expect(await codeOf(reader, 'updatePolicy', { id: newId(), version: 9, name: ' ' })).toBe('BAD_USER_INPUT input.name');
    expect(await codeOf(reader, 'updatePolicy', { id, version: 9, ...bad })).toBe('BAD_USER_INPUT input.params.pattern');
    for (const name of ['updatePolicy', 'publishPolicy', 'retirePolicy']) {
      expect(await codeOf(reader, name, { id: newId(), version: 9 })).toBe('NOT_FOUND');
      expect(await codeOf(reader, name, { id: 'x', version: 9 })).toBe('NOT_FOUND');
      expect(await codeOf(stewardOf({ id: newId() }), name, { id, version: 9 })).toBe('FORBIDDEN');
      expect(await codeOf(steward, name, { id, version: 9 })).toBe('CONFLICT');
    }
    expect((await ask(steward, 'publishPolicy', { id, version: 9 })).errors[0]!.details).toEqual({ currentVersion: 1 });
    expect(await codeOf(reader, 'createPolicy', { ...NAMING, ...bad })).toBe('BAD_USER_INPUT input.params.pattern');
    expect(await codeOf(stewardOf({ id: newId() }), 'createPolicy', NAMING)).toBe('FORBIDDEN');
  });

  it('names the field of what is wrong', async () => {
    const wrong = (given: object) => codeOf(steward, 'createPolicy', { ...NAMING, ...given });
    expect(await wrong({ name: 'x'.repeat(201) })).toBe('BAD_USER_INPUT input.name');
    expect(await wrong({ description: 'x'.repeat(65_537) })).toBe('BAD_USER_INPUT input.description');
    expect(await wrong({ ruleType: 'no such' })).toBe('BAD_USER_INPUT input.ruleType');
    expect(await wrong({ params: { pattern: 'x', target: 'column', more: 1 } })).toBe('BAD_USER_INPUT input.params.more');
    expect(await wrong({ params: { pattern: 'a\0b', target: 'column' } })).toBe('BAD_USER_INPUT input.params.pattern');
    expect(await wrong({ params: [] })).toBe('BAD_USER_INPUT input.params');
    expect(await wrong({ scope: { nothing: 1 } })).toBe('BAD_USER_INPUT input.scope.nothing');
    expect(await wrong({ scope: { namePrefix: '\ud800' } })).toBe('BAD_USER_INPUT input.scope.namePrefix');
    const { id } = await create();
    for (const field of ['name', 'params', 'scope', 'severity']) {
      expect(await codeOf(steward, 'updatePolicy', { id, version: 1, [field]: null })).toBe(`BAD_USER_INPUT input.${field}`);
    }
  });

  it('lets one of two changes of one version through', async () => {
    const { id } = await create();
    const answers = await Promise.all(['A', 'B', 'C'].map((name) => codeOf(steward, 'updatePolicy', { id, version: 1, name })));
    expect(answers.toSorted()).toEqual(['CONFLICT', 'CONFLICT', undefined]);
  });
});

describe('reading policies', () => {
  it('gives all of them to any reading role, by name and page by page', async () => {
    await sql`delete from policy.policies`;
    const rows = await Promise.all(['b', 'a', 'c', 'a'].map((name) => insertPolicy(sql, { name })));
    const sorted = rows.toSorted((a, b) => (`${a.name} ${a.id}` < `${b.name} ${b.id}` ? -1 : 1)).map(({ id }) => id);
    const found: string[] = [];
    for (let after: string | null = null; ;) {
      const { data } = await subgraph.ask(
        readerOfNothing(),
        'query ($after: String) { policies(first: 2, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      expect(data.policies.totalCount).toBe(4);
      found.push(...data.policies.nodes.map(({ id }: { id: string }) => id));
      if (!data.policies.pageInfo.hasNextPage) break;
      after = data.policies.pageInfo.endCursor;
    }
    expect(found).toEqual(sorted);
    const one = `{ policy(id: "${sorted[0]!.toUpperCase()}") { name } none: policy(id: "x") { name }
      _entities(representations: [{ __typename: "Policy", id: "${sorted[2]}" }]) { ... on Policy { name } } }`;
    expect((await subgraph.ask(readerOfNothing(), one)).data).toEqual({ policy: { name: 'a' }, none: null, _entities: [{ name: 'b' }] });
    expect((await subgraph.ask(viewerWith({ role: 'INGESTOR' }), '{ policies { totalCount } }')).errors[0]!.code).toBe('FORBIDDEN');
    expect((await subgraph.ask(null, '{ ruleTypes { name } }')).errors[0]!.code).toBe('UNAUTHENTICATED');
  });

  it('tells the rule types with a JSON schema of their parameters, and survives one that it does not know', async () => {
    const { data } = await subgraph.ask(administrator(), '{ ruleTypes { name description paramsSchema } }');
    const names = data.ruleTypes.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['namingConvention', 'ownerRequired']));
    for (const { description, paramsSchema } of data.ruleTypes) {
      expect(description.length).toBeGreaterThan(20);
      expect(paramsSchema).toMatchObject({ $schema: expect.stringContaining('2020-12'), type: 'object', additionalProperties: false });
    }
    const { id } = await insertPolicy(sql, { ruleType: 'ofTomorrow', name: 'Unknown' });
    const read = await subgraph.ask(administrator(), `{ policy(id: "${id}") { ruleType { name description paramsSchema } } }`);
    expect(read.data.policy.ruleType).toMatchObject({ name: 'ofTomorrow', paramsSchema: {} });
  });
});
