/** What is left of a domain or a term once it is removed: nothing, at once for everybody who reads, and row by row soon after. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { upsertClass } from '#platform/auth/access.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { createWorker } from '#platform/jobs/worker.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { createTestCatalog } from '../testing/catalog.ts';
import { insertAssets, insertDomain, insertSource, insertTerm, readerOf, viewerWith } from '../testing/factories.ts';
import { CLEARING_TASK, createClearing } from './vocabularyRemoval.ts';

let database: TestDatabase;
let sql: Database;
let catalog: ReturnType<typeof createTestCatalog>;
let number = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect('catalog');
  catalog = createTestCatalog(sql);
});
afterAll(() => database.drop());

/** Assets of a source of their own that have this domain and this term, and a column each. */
async function world(assets: number) {
  const name = `n${++number}`;
  const [domainId, termId] = [await insertDomain(sql, name), await insertTerm(sql, name)];
  const kept = await insertTerm(sql, `${name} kept`);
  const source = await insertSource(sql, name, { domainId });
  const plain = await upsertClass(sql, { sourceId: source.id, domainId: null });
  const rows = await insertAssets(
    sql,
    source,
    Array.from({ length: assets }, (_, index) => ({
      path: [name, 'public', `t${String(index).padStart(4, '0')}`],
      columns: [{ name: 'id' }],
    })),
  );
  const ids = rows.map((row) => row.id);
  await sql`insert into catalog.asset_edits (asset_id, domain_id, description) select unnest(${ids}::uuid[]), ${domainId}, 'words'`;
  for (const each of [termId, kept]) await sql`insert into catalog.asset_terms (asset_id, term_id) select unnest(${ids}::uuid[]), ${each}`;
  const versions = async () =>
    (await sql`select version, count(*)::int as n from catalog.assets where source_id = ${source.id} group by 1 order by 1`).map((row) => [
      row.version,
      row.n,
    ]);
  return {
    domainId,
    termId,
    kept,
    source,
    plain,
    ids,
    versions,
    reader: readerOf(source),
    ofDomain: viewerWith({ role: 'READER', domainId }),
  };
}

const editor = viewerWith({ role: 'STEWARD' });
const remove = async (type: 'Domain' | 'GlossaryTerm', id: string) => {
  const payload = type === 'Domain' ? 'domain' : 'term';
  const query = `mutation ($id: ID!) { remove${type}(input: { id: $id }) { ${payload} { id name assets { totalCount nodes { id } } } } }`;
  const { data, errors } = await catalog.ask(editor, query, { id });
  expect(errors).toEqual([]);
  return data[`remove${type}`][payload];
};
const ask = async (viewer: Viewer, query: string, variables: Record<string, unknown> = {}) => {
  const { data, errors } = await catalog.ask(viewer, query, variables);
  expect(errors).toEqual([]);
  return data;
};
const jobs = (id: string) => database.owner`select payload from graphile_worker._private_jobs where payload->>'id' = ${id}`;
const work = () => createClearing({ sql, onCommit: () => {} });

describe('a removed domain', () => {
  it('of few assets is gone from all of them with its removal', async () => {
    const { domainId, source, plain, ids, versions, reader, ofDomain } = await world(3);
    await sql`update catalog.assets set deleted_at = now() where id = ${ids[2]!}`;
    const query = '{ assets { totalCount nodes { domain { id } version } } }';
    expect((await ask(ofDomain, query)).assets.totalCount).toBe(2);
    expect(await remove('Domain', domainId)).toMatchObject({ id: domainId, assets: { totalCount: 0, nodes: [] } });
    expect(await jobs(domainId)).toEqual([]);
    expect((await ask(ofDomain, query)).assets).toEqual({ totalCount: 0, nodes: [] });
    expect((await ask(reader, query)).assets.nodes).toEqual([
      { domain: null, version: 2 },
      { domain: null, version: 2 },
    ]);
    expect(await versions()).toEqual([[2, 3]]);
    expect(await sql`select asset_id from catalog.asset_edits where domain_id = ${domainId}`).toEqual([]);
    expect(await sql`select distinct access_class from catalog.assets where source_id = ${source.id}`).toEqual([{ accessClass: plain }]);
    expect(await sql`select distinct access_class from catalog.columns where asset_id = any(${ids}::uuid[])`).toEqual([
      { accessClass: plain },
    ]);
    const events = await database.owner`select actor_id, data, attributes from events.outbox where subject = any(${ids}) order by id`;
    expect(events).toHaveLength(3);
    for (const { actorId, data, attributes } of events) {
      expect(actorId).toBe(editor.userId);
      expect(data).toMatchObject({ version: 2, changes: [{ path: '/domainId', before: domainId, after: null }] });
      expect(attributes).toMatchObject({ accessBefore: source.accessClass, accessAfter: plain, sourceId: source.id });
      expect(attributes).not.toHaveProperty('domainId');
    }
    expect(await sql`select description from catalog.asset_edits where asset_id = ${ids[0]!}`).toEqual([{ description: 'words' }]);
  });

  // Those that wait for the job are the last ones by name.
  it('of many assets is seen by nobody from its removal on, and a job that is killed and begun again takes it from the rest', async () => {
    const { domainId, source, plain, versions, reader, ofDomain } = await world(1201);
    const seen = `query ($id: ID!) { domain(id: $id) { id }
      in: assets(filter: { domainIds: [$id] }) { totalCount nodes { id } } with: assets(filter: { hasDomain: true }) { totalCount nodes { id } }
      without: assets(filter: { hasDomain: false }) { totalCount } listed: assets(first: 200, orderBy: { field: NAME, direction: DESC }) { nodes { domain { id } } }
      counts: assetCounts(by: DOMAIN) { value count } tree: domains { nodes { id } } }`;
    expect(await ask(reader, seen, { id: domainId })).toMatchObject({ in: { totalCount: 1201 }, without: { totalCount: 0 } });

    expect((await remove('Domain', domainId)).assets.totalCount).toBe(0);
    const check = async () => {
      const data = await ask(reader, seen, { id: domainId });
      expect(data).toMatchObject({
        domain: null,
        in: { totalCount: 0, nodes: [] },
        with: { totalCount: 0, nodes: [] },
        without: { totalCount: 1201 },
      });
      expect(data.counts).toEqual([{ value: '', count: 1201 }]);
      expect(data.listed.nodes).toHaveLength(200);
      expect(data.listed.nodes.every((node: { domain: unknown }) => node.domain === null)).toBe(true);
      expect(data.tree.nodes).not.toContainEqual({ id: domainId });
      expect(await ask(ofDomain, '{ assets { totalCount } columns { totalCount } }')).toEqual({
        assets: { totalCount: 0 },
        columns: { totalCount: 0 },
      });
    };
    await check();
    expect(await versions()).toEqual([
      [1, 701],
      [2, 500],
    ]);
    const [job] = await jobs(domainId);
    expect(job!.payload).toEqual({ noun: 'domain', id: domainId, actorId: editor.userId });

    const killed = AbortSignal.abort(new Error('killed'));
    await expect(work()(job!.payload, killed)).rejects.toThrow('killed');
    // As the queue has it while it runs for the last time.
    await database.owner`update graphile_worker._private_jobs set attempts = 5, locked_at = now(), locked_by = 'w' where payload->>'id' = ${domainId}`;
    await work()(job!.payload, new AbortController().signal);
    await check();
    expect(await versions()).toEqual([
      [1, 201],
      [2, 1000],
    ]);
    const waiting = await database.owner`
      select attempts, payload from graphile_worker._private_jobs where payload->>'id' = ${domainId} and locked_at is null`;
    expect(waiting).toEqual([{ attempts: 0, payload: job!.payload }]);
    await work()(job!.payload, new AbortController().signal);
    await check();
    expect(await versions()).toEqual([[2, 1201]]);
    expect(await sql`select distinct access_class from catalog.assets where source_id = ${source.id}`).toEqual([{ accessClass: plain }]);
    await work()(job!.payload, new AbortController().signal);
    expect(await versions()).toEqual([[2, 1201]]);
  });

  it('is taken from all assets by a worker, job after job', async () => {
    const { domainId, versions } = await world(1201);
    await remove('Domain', domainId);
    const worker = createWorker({
      url: roleUrl(database.location, 'jobs'),
      tasks: { [CLEARING_TASK]: work() },
      concurrency: 2,
      logger: createLogger({ level: 'silent', format: 'json' }),
    });
    await worker.start();
    try {
      await expect.poll(versions, { timeout: 15_000 }).toEqual([[2, 1201]]);
      await expect.poll(() => jobs(domainId)).toEqual([]);
    } finally {
      await worker.stop();
    }
  });

  it('lets an asset that still waits for the job be edited and given another one', async () => {
    const { domainId, ids, reader, source } = await world(501);
    const next = await insertDomain(sql, `next ${number}`);
    await remove('Domain', domainId);
    const [waiting] = await sql`select asset_id from catalog.asset_edits where domain_id = ${domainId}`;
    expect(ids).toContain(waiting!.assetId);
    const update = (input: object) =>
      ask(
        viewerWith({ role: 'STEWARD', sourceId: source.id }),
        'mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { version domain { id } } } }',
        {
          input: { id: waiting!.assetId, ...input },
        },
      );
    expect((await update({ version: 1, description: 'New' })).updateAsset.asset).toEqual({ version: 2, domain: null });
    const [event] = await database.owner`select attributes from events.outbox where subject = ${waiting!.assetId} order by id desc limit 1`;
    expect(event!.attributes).not.toHaveProperty('domainId');
    expect((await update({ version: 2, domainId: next })).updateAsset.asset).toEqual({ version: 3, domain: { id: next } });
    await work()((await jobs(domainId))[0]!.payload, new AbortController().signal);
    expect((await ask(reader, 'query ($id: ID!) { asset(id: $id) { version domain { id } } }', { id: waiting!.assetId })).asset).toEqual({
      version: 3,
      domain: { id: next },
    });
  });

  it('is gone from an asset that gets it at the same moment, or the asset does not get it', async () => {
    for (let round = 0; round < 8; round++) {
      const { domainId, ids, source } = await world(1);
      await sql`update catalog.asset_edits set domain_id = null where asset_id = ${ids[0]!}`;
      const [edited] = await Promise.all([
        catalog.ask(
          viewerWith({ role: 'STEWARD', sourceId: source.id }),
          'mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { version } } }',
          {
            input: { id: ids[0], version: 1, domainId },
          },
        ),
        remove('Domain', domainId),
      ]);
      if (edited.errors.length > 0) expect(edited.errors).toMatchObject([{ code: 'BAD_USER_INPUT', details: { field: 'input.domainId' } }]);
      expect(await sql`select domain_id from catalog.asset_edits where asset_id = ${ids[0]!}`).toEqual([{ domainId: null }]);
    }
  });
});

describe('a removed term', () => {
  it('is seen on no asset from its removal on, and other terms stay', async () => {
    const { termId, kept, ids, versions, reader } = await world(620);
    const query = `query ($id: ID!) { glossaryTerm(id: $id) { assets(first: 200) { totalCount nodes { id } } }
      assets(first: 200, orderBy: { field: NAME, direction: DESC }) { totalCount nodes { terms { id } } } }`;
    expect((await ask(reader, query, { id: termId })).glossaryTerm.assets.totalCount).toBe(620);
    expect((await remove('GlossaryTerm', termId)).assets).toEqual({ totalCount: 0, nodes: [] });
    const check = async () => {
      const data = await ask(reader, query, { id: termId });
      expect(data.glossaryTerm).toBeNull();
      expect(data.assets).toEqual({ totalCount: 620, nodes: Array(200).fill({ terms: [{ id: kept }] }) });
    };
    await check();
    expect(await versions()).toEqual([
      [1, 120],
      [2, 500],
    ]);
    const [{ payload } = { payload: {} }] = await jobs(termId);
    expect(payload).toEqual({ noun: 'term', id: termId, actorId: editor.userId });
    await work()(payload, new AbortController().signal);
    await check();
    expect(await versions()).toEqual([[2, 620]]);
    const [event] = await database.owner`select data from events.outbox where subject = ${ids[0]!} order by id desc limit 1`;
    expect(event!.data.changes).toEqual([{ path: '/termIds', before: [termId, kept].sort(), after: [kept] }]);
    expect(await sql`select asset_id from catalog.asset_terms where term_id = ${termId}`).toEqual([]);
  });
});
