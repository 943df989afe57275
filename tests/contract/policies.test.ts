/** Policies through the whole product: what was written comes back, who may write, what a preview finds, and how far an evaluation is. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { createWorld, type Ask, type World } from '../world.ts';
import { mutate } from './mutate.ts';

const POLICY = `id name description params scope severity status version ruleType { name description paramsSchema }
  draft { name description params scope severity updatedAt } evaluation { done total requestedAt startedAt finishedAt } violations { totalCount }`;

let world: World;
let source: { id: string; sql: World['owner']; database: string };
let viewers: Record<'reader' | 'steward' | 'nobody', Ask & { id: string }>;
beforeAll(async () => {
  world = await createWorld();
  const { url, sql } = await createEmptyDatabase();
  await sql.unsafe('create schema s; create table s."Orders" (id int, "Total" int); create table s.customers (id int, "eMail" text)');
  const { id } = await world.addSource('shop', { url });
  source = { id, sql, database: new URL(url).pathname.slice(1) };
  await world.scan(id);
  viewers = {
    reader: await world.createUser([{ role: 'READER', sourceId: id }]),
    steward: await world.createUser([{ role: 'STEWARD', sourceId: id }]),
    nobody: await world.createUser([{ role: 'READER', sourceId: '01a20000-0000-7000-8000-000000000000' }]),
  };
  await world.consumed();
});
afterAll(() => world.stop());

const change = (name: string, input: object) => mutate(world.admin, name, input, `policy { ${POLICY} } cursor`);
const read = async (id: string) => (await world.admin(`query ($id: ID!) { policy(id: $id) { ${POLICY} } }`, { id })).policy;
async function evaluated(id: string): Promise<any> {
  for (;;) {
    // Its violations may have been counted before it finished: they are read once it has.
    if ((await read(id)).evaluation.finishedAt) return await read(id);
    await sleep(20);
  }
}
const codes = (answer: Awaited<ReturnType<Ask>>) => answer.errors?.map((error) => error.extensions.code);

const ASSETS = { ruleType: 'namingConvention', params: { pattern: '^[a-z]+$', target: 'asset' } };
const COLUMNS = { ruleType: 'namingConvention', params: { pattern: '^[a-z]+$', target: 'column' } };

describe('a policy', () => {
  it('is what was written, before, in and out of force', async () => {
    const scope = { sourceIds: [source.id], kinds: ['TABLE'] };
    const [first, second] = [
      await change('createPolicy', { ...ASSETS, name: 'Names of tables', description: 'They are small', scope, severity: 'ERROR' }),
      await change('createPolicy', { ruleType: 'ownerRequired', params: {}, name: 'Owners', severity: 'INFO' }),
    ];
    const rest = { status: 'DRAFT', version: 1, draft: null, evaluation: null, violations: { totalCount: 0 } };
    const type = { name: 'namingConvention', description: expect.any(String), paramsSchema: expect.objectContaining({ type: 'object' }) };
    const { id } = first.policy;
    expect(first.policy).toEqual({
      id,
      name: 'Names of tables',
      description: 'They are small',
      params: ASSETS.params,
      scope,
      severity: 'ERROR',
      ruleType: type,
      ...rest,
    });
    expect(second.policy).toMatchObject({
      name: 'Owners',
      description: null,
      params: {},
      scope: {},
      severity: 'INFO',
      ruleType: { name: 'ownerRequired' },
      ...rest,
    });

    const published = await change('publishPolicy', { id, version: 1 });
    const other = await change('publishPolicy', { id: second.policy.id, version: 1 });
    expect(published.policy).toMatchObject({ status: 'PUBLISHED', version: 2, evaluation: { requestedAt: expect.any(String) } });
    expect(new Set([first, second, published, other].map(({ cursor }) => cursor)).size).toBeGreaterThan(1);
    const done = await evaluated(id);
    expect(done).toMatchObject({
      violations: { totalCount: 1 },
      evaluation: { startedAt: expect.any(String), finishedAt: expect.any(String) },
    });
    // The database, its schemas and tables.
    expect(done.evaluation.done).toBe(done.evaluation.total);
    expect(done.evaluation.done).toBeGreaterThanOrEqual(4);
    expect((await evaluated(second.policy.id)).violations.totalCount).toBe(done.evaluation.total);

    const edit = {
      name: 'Names',
      description: 'Of tables and schemas',
      params: { ...ASSETS.params, pattern: '^[a-zO]+$' },
      scope: {},
      severity: 'CRITICAL',
    };
    const drafted = await change('updatePolicy', { id, version: 2, ...edit });
    expect(drafted.policy).toMatchObject({
      ...done,
      evaluation: expect.anything(),
      version: 3,
      draft: { ...edit, updatedAt: expect.any(String) },
    });
    await change('updatePolicy', {
      id: other.policy.id,
      version: 2,
      name: 'Owners, too',
      description: 'Somebody answers for it',
      params: { role: 'STEWARD' },
      scope: { kinds: ['VIEW'] },
      severity: 'WARNING',
    });
    expect((await read(other.policy.id)).draft).toMatchObject({
      name: 'Owners, too',
      description: 'Somebody answers for it',
      params: { role: 'STEWARD' },
    });

    await change('publishPolicy', { id, version: 3 });
    expect(await evaluated(id)).toMatchObject({ ...edit, status: 'PUBLISHED', version: 4, draft: null });
    const retired = [await change('retirePolicy', { id, version: 4 }), await change('retirePolicy', { id: other.policy.id, version: 3 })];
    expect(retired.map(({ policy }) => [policy.status, policy.version])).toEqual([
      ['RETIRED', 5],
      ['RETIRED', 4],
    ]);
    expect(retired[0]!.cursor).not.toBe(retired[1]!.cursor);
    await evaluated(id);
    await evaluated(other.policy.id);
    const { violations } = await world.admin('{ violations(filter: { statuses: [OPEN] }) { totalCount } }');
    expect(violations.totalCount).toBe(0);
  });

  it('is read by every reading role, and written by stewards over everything', async () => {
    const { policy } = await change('createPolicy', { ...COLUMNS, name: 'For all to see', severity: 'INFO' });
    const write = (ask: Ask, name: string, input: object) =>
      ask(`mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { cursor } }`, { input });
    for (const ask of Object.values(viewers)) {
      const { data } = await ask(`{ policy(id: "${policy.id}") { name } policies { nodes { name } } ruleTypes { name } }`);
      expect(data).toMatchObject({
        policy: { name: 'For all to see' },
        policies: { nodes: expect.arrayContaining([{ name: 'For all to see' }]) },
      });
      expect(codes(await write(ask, 'createPolicy', { ...COLUMNS, name: 'x', severity: 'INFO' }))).toEqual(['FORBIDDEN']);
      for (const name of ['updatePolicy', 'publishPolicy', 'retirePolicy']) {
        expect(codes(await write(ask, name, { id: policy.id, version: 1 }))).toEqual(['FORBIDDEN']);
      }
    }
    const everywhere = await world.createUser([{ role: 'STEWARD' }]);
    expect(codes(await write(everywhere, 'updatePolicy', { id: policy.id, version: 1, name: 'Seen by all' }))).toBeUndefined();
    const stale = await write(everywhere, 'updatePolicy', { id: policy.id, version: 1, name: 'Later' });
    expect(stale.errors).toMatchObject([{ extensions: { code: 'CONFLICT', currentVersion: 2 } }]);
    expect(codes(await write(world.anonymous, 'retirePolicy', { id: policy.id, version: 2 }))).toEqual(['UNAUTHENTICATED']);
    await change('retirePolicy', { id: policy.id, version: 2 });
  });
});

describe('a preview', () => {
  const PREVIEW = `query ($input: PreviewPolicyInput!, $first: Int) { previewPolicy(input: $input) { checked violating
    sample(first: $first) { assetId message asset { id displayName } column { id name } } } }`;
  const preview = async (ask: Ask, input: object, first?: number) => {
    const { data, errors } = await ask(PREVIEW, { input, first });
    expect(errors).toBeUndefined();
    return data.previewPolicy;
  };

  it('finds what publishing would, for who sees all, and stores nothing', async () => {
    const scope = { kinds: ['TABLE'] };
    const assets = await preview(world.ask, { ...ASSETS, scope });
    expect(assets).toMatchObject({ checked: 2, violating: 1, sample: [{ asset: { displayName: 'Orders' }, column: null }] });
    expect(assets.sample[0].assetId).toBe(assets.sample[0].asset.id);
    const columns = await preview(world.ask, { ...COLUMNS, scope });
    expect(columns).toMatchObject({ checked: 2, violating: 2 });
    expect(columns.sample.map(({ column }: any) => column.name).toSorted()).toEqual(['Total', 'eMail']);
    expect(new Set(columns.sample.map(({ message }: any) => message)).size).toBe(2);
    expect((await preview(world.ask, { ...COLUMNS, scope }, 1)).sample).toHaveLength(1);
    const { violations } = await world.admin('{ violations(filter: { statuses: [OPEN] }) { totalCount } }');
    expect(violations.totalCount).toBe(0);
  });

  it('looks at nothing that the viewer does not see', async () => {
    expect(await preview(viewers.reader, { ...ASSETS, scope: { kinds: ['TABLE'] } })).toMatchObject({ checked: 2, violating: 1 });
    expect(await preview(viewers.nobody, ASSETS)).toEqual({ checked: 0, violating: 0, sample: [] });
    const wrong = await world.ask(PREVIEW, { input: { ...ASSETS, params: { pattern: '(', target: 'asset' } } });
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'input.params.pattern' } }]);
  });
});
