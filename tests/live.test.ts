/** Live events as their users have them: the whole product, and a graphql-ws client. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { openSocket, type LiveClient } from '#platform/testing/liveClient.ts';
import { createWorld, type World } from './world.ts';

let world: World;
let shop: Awaited<ReturnType<typeof createEmptyDatabase>>;
let other: Awaited<ReturnType<typeof createEmptyDatabase>>;
let source: { id: string; namespace: string };
let live: LiveClient;

beforeAll(async () => {
  [world, shop, other] = await Promise.all([createWorld(), createEmptyDatabase(), createEmptyDatabase()]);
  await shop.sql.unsafe('create table people (id int primary key, email text); create view everyone as select id from people');
  source = await world.addSource('shop', { url: shop.url });
  live = await world.live();
});
afterAll(async () => {
  await live?.close();
  await world?.stop();
  await Promise.all([shop, other].map((each) => each?.drop()));
});

const ASSET =
  'id name kind owners { role user { name email roles { role } } } source { name } columns { nodes { name } } labels { name } violations { totalCount }';

describe('a scan', () => {
  it('is told as it goes, and each asset with fields of several subgraphs, as a query gives them', async () => {
    const { id } = (
      await world.admin('mutation ($id: ID!) { startScan(input: { sourceId: $id }) { run { id } cursor } }', { id: source.id })
    ).startScan.run;
    const first = (await world.admin('{ events(first: 1) { edges { cursor } } }')).events.edges[0].cursor;
    const progress = live.subscribe(
      'subscription ($id: ID!, $after: String) { scanProgress(runId: $id, after: $after) { cursor at type runId progress { phase done total } run { id } } }',
      { id, after: first },
    );
    const assets = live.subscribe(
      `subscription ($after: String) { assetChanged(after: $after) { cursor at type assetId changedFields asset { ${ASSET} } } }`,
      { after: first },
    );
    const told: string[] = [];
    for (let last = ''; last !== 'scan.completed'; told.push(last)) {
      const { type, runId, run, progress: at } = (await progress.next()).data.scanProgress;
      expect([runId, run.id]).toEqual([id, id]);
      if (type === 'scan.completed') {
        const { scanRun } = await world.admin('query ($id: ID!) { scanRun(id: $id) { progress { phase done total } } }', { id });
        expect(at).toEqual(scanRun.progress);
      }
      last = type;
    }
    expect([told.at(0), told.at(1), told.at(-1)]).toEqual(['scan.queued', 'scan.started', 'scan.completed']);
    const names: string[] = [];
    for (let count = 0; count < 4; count++) {
      const { data, errors } = await assets.next();
      expect(errors).toBeUndefined();
      const { asset, assetId, ...event } = data.assetChanged;
      expect(event).toMatchObject({ type: 'asset.created', changedFields: [] });
      expect((await world.admin(`query ($id: ID!) { asset(id: $id) { ${ASSET} } }`, { id: assetId })).asset).toEqual(asset);
      names.push(asset.kind);
    }
    expect(names.toSorted()).toEqual(['DATABASE', 'SCHEMA', 'TABLE', 'VIEW']);
    for (const stream of [progress, assets]) stream.stop();
  });
});

describe('an edit', () => {
  it('tells what it changed, to a client that resumes after the mutation’s own cursor', async () => {
    const { assets } = await world.admin('{ assets(filter: { kinds: [TABLE] }) { nodes { id version } } me { id } }');
    const [{ id, version }] = assets.nodes;
    const { updateAsset } = await world.admin(
      'mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { version } cursor } }',
      {
        input: { id, version, description: 'All of them', tags: ['core'] },
      },
    );
    const stream = live.subscribe(
      'subscription ($after: String, $f: AssetFilter) { assetChanged(after: $after, filter: $f) { type changedFields asset { description tags } } }',
      { after: updateAsset.cursor, f: { tags: ['core'] } },
    );
    expect((await stream.next()).data.assetChanged).toEqual({
      type: 'asset.updated',
      changedFields: expect.arrayContaining(['/description', '/tags']),
      asset: { description: 'All of them', tags: ['core'] },
    });
    await world.admin('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor } }', {
      input: { id, version: updateAsset.asset.version, description: 'Some of them' },
    });
    expect((await stream.next()).data.assetChanged).toMatchObject({
      changedFields: ['/description'],
      asset: { description: 'Some of them' },
    });
    stream.stop();
    const events = live.subscribe(
      'subscription ($after: String) { eventPublished(types: ["asset.*"], after: $after) { cursor event { id seq type source subject data hash actor { name } } } }',
      { after: updateAsset.cursor },
    );
    const { cursor, event } = (await events.next()).data.eventPublished;
    const logged = await world.admin('query ($id: ID!) { event(id: $id) { id seq type source subject data hash actor { name } } }', {
      id: event.id,
    });
    expect(event).toEqual(logged.event);
    expect(cursor.split('.')[1]).toBe(String(event.seq));
    events.stop();
  });
});

describe('a reader of one source', () => {
  it('gets nothing of another, and of an asset that moves out of sight one payload without it', async () => {
    await other.sql.unsafe('create table secrets (id int)');
    const hidden = await world.addSource('other', { url: other.url });
    const { createDomain } = await world.admin('mutation { createDomain(input: { name: "Sales" }) { domain { id } } }');
    const domainId = createDomain.domain.id;
    const { id, version } = (
      await world.admin('query ($f: AssetFilter) { assets(filter: $f) { nodes { id version } } }', {
        f: { kinds: ['TABLE'], sourceIds: [source.id] },
      })
    ).assets.nodes[0];
    const { updateAsset } = await world.admin(
      'mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { version } cursor } }',
      { input: { id, version, domainId } },
    );
    const reader = await world.createUser([{ role: 'READER', domainId }]);
    const client = await world.live(reader.email);
    const stream = client.subscribe(
      'subscription ($after: String) { assetChanged(after: $after) { assetId asset { id domain { name } } } }',
      { after: updateAsset.cursor },
    );
    expect((await stream.next()).data.assetChanged).toEqual({ assetId: id, asset: { id, domain: { name: 'Sales' } } });
    await world.scan(hidden.id);
    const update = async (input: object): Promise<number> =>
      (
        await world.admin('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { version } } }', {
          input: { id, ...input },
        })
      ).updateAsset.asset.version;
    let now = await update({ version: updateAsset.asset.version, domainId: null });
    expect(await stream.next()).toEqual({ data: { assetChanged: { assetId: id, asset: null } } });
    now = await update({ version: now, description: 'Out of sight' });
    await update({ version: now, domainId });
    expect((await stream.next()).data.assetChanged).toEqual({ assetId: id, asset: { id, domain: { name: 'Sales' } } });
    await client.close();
  });
});

describe('a token', () => {
  it('is good until its session is signed out, and closes its sockets then', async () => {
    const token = await world.accessToken();
    const socket = await openSocket(world.url);
    await socket.init(token);
    socket.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { eventPublished { cursor } }' } });
    await world.as(token)('mutation { signOut(input: {}) { signedOut } }');
    expect(await socket.closeCode()).toBe(4403);
    const again = await openSocket(world.url);
    again.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    expect(await again.closeCode()).toBe(4403);
  });

  it('of the API is as good, and closes its sockets when it is revoked, also while nobody subscribes', async () => {
    const { id, secret } = await world.createToken(world.ask, ['READER']);
    const socket = await openSocket(world.url);
    await socket.init(secret);
    await world.admin('mutation ($id: ID!) { revokeApiToken(input: { id: $id }) { token { id } } }', { id });
    expect(await socket.closeCode()).toBe(4403);
  });
});

describe('a violation', () => {
  const VIOLATION =
    'id message severity status policy { name ruleType { name } } column { name } ' +
    'asset { id name owners { role user { name } } columns { nodes { name labels { state label { name } } } } upstream { nodes { name } } }';
  const RAISED = `subscription ($after: String, $filter: ViolationFilter) { violationRaised(after: $after, filter: $filter) { cursor at type violationId violation { ${VIOLATION} } } }`;
  let policyId: string;

  beforeAll(async () => {
    const { createPolicy } = await world.admin(
      'mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id version } } }',
      {
        input: {
          name: 'Small letters',
          ruleType: 'namingConvention',
          params: { pattern: '^[a-z_]+$', target: 'asset' },
          scope: { sourceIds: [source.id], kinds: ['TABLE', 'VIEW'] },
          severity: 'ERROR',
        },
      },
    );
    policyId = createPolicy.policy.id;
    await world.admin('mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { cursor } }', { input: createPolicy.policy });
    const evaluation = async () =>
      (await world.admin('query ($id: ID!) { policy(id: $id) { evaluation { finishedAt } } }', { id: policyId })).policy.evaluation;
    while ((await evaluation()).finishedAt === null) await sleep(50);
  });

  it('arrives once, as a query gives it, with fields of every subgraph; and again when it is resolved', async () => {
    const stream = live.subscribe(RAISED, { filter: { policyIds: [policyId] } });
    await live.ask('{ me { id } }');
    await shop.sql.unsafe('create view "BadlyNamed" as select id, email from people');
    await world.scan(source.id);
    const { data, errors } = await stream.next();
    expect(errors).toBeUndefined();
    const { violation, ...event } = data.violationRaised;
    expect(event).toEqual({ type: 'policy.violated', violationId: violation.id, cursor: expect.any(String), at: expect.any(String) });
    expect(violation.asset.upstream.nodes).toEqual([{ name: expect.stringContaining('.public.people') }]);
    expect((await world.admin(`query ($id: ID!) { violation(id: $id) { ${VIOLATION} } }`, { id: violation.id })).violation).toEqual(
      violation,
    );
    await shop.sql.unsafe('alter view "BadlyNamed" rename to well_named');
    await world.scan(source.id);
    const resolved = (await stream.next()).data.violationRaised;
    expect([resolved.type, resolved.violationId, resolved.violation.status]).toEqual(['policy.resolved', violation.id, 'RESOLVED']);
    await world.consumed();
    expect(stream.payloads).toHaveLength(2);
    stream.stop();
  });

  it('is told to who was away: exactly what was missed, in order, then what comes', async () => {
    const first = await world.live();
    const stream = first.subscribe(RAISED, { filter: { policyIds: [policyId], statuses: ['OPEN'] } });
    await first.ask('{ me { id } }');
    const violate = async (name: string): Promise<void> => {
      await shop.sql.unsafe(`create table "${name}" (id int)`);
      await world.scan(source.id);
      await world.consumed();
    };
    await violate('A0');
    const kept = (await stream.next()).data.violationRaised;
    await first.close();
    for (const name of ['A1', 'A2', 'A3']) await violate(name);
    const second = await world.live();
    const resumed = second.subscribe(RAISED, { filter: { policyIds: [policyId], statuses: ['OPEN'] }, after: kept.cursor });
    const names: string[] = [];
    const take = async (count: number): Promise<void> => {
      while (names.length < count) names.push((await resumed.next()).data.violationRaised.violation.asset.name.split('.').at(-1)!);
    };
    await take(3);
    await violate('A4');
    await take(4);
    expect(names).toEqual(['A1', 'A2', 'A3', 'A4']);
    expect(resumed.payloads).toHaveLength(4);
    await second.close();
  });
});

describe('every viewer', () => {
  const FIELDS = {
    scanProgress: { types: ['scan.*'], entity: 'run', id: 'runId', query: 'scanRun' },
    violationRaised: { types: ['policy.violated', 'policy.resolved'], entity: 'violation', id: 'violationId', query: 'violation' },
    assetChanged: { types: ['asset.*'], entity: 'asset', id: 'assetId', query: 'asset' },
    eventPublished: { types: undefined, entity: 'event', id: '', query: 'event' },
  };

  it('gets of every subscription what the log shows to it, with what a query shows to it, in the same order', async () => {
    const all = (await world.admin('{ events(first: 1) { edges { cursor } } sources { nodes { id } } domains { nodes { id } } }')) as any;
    const after = `${all.events.edges[0].cursor.split('.')[0]}.0`;
    const viewers = {
      'of one source': await world.createUser([{ role: 'READER', sourceId: all.sources.nodes.at(-1).id }]),
      'of one domain': await world.createUser([{ role: 'READER', domainId: all.domains.nodes[0].id }]),
      'of nothing that there is': await world.createUser([{ role: 'READER', sourceId: '0190b5a0-0000-7000-8000-000000000001' }]),
      'of everything': await world.createUser([{ role: 'READER' }]),
    };
    await world.consumed();
    const counts: Record<string, number> = {};
    for (const [title, viewer] of Object.entries(viewers)) {
      const socket = await world.live(viewer.email);
      for (const [field, { types, entity, id, query }] of Object.entries(FIELDS)) {
        const listed: { cursor: string; node: { id: string; subject: string } }[] = [];
        for (let page = { hasNextPage: true, endCursor: null as string | null }; page.hasNextPage;) {
          const { data } = await viewer(
            'query ($types: [String!], $after: String) { events(types: $types, first: 200, after: $after) { edges { cursor node { id subject } } pageInfo { hasNextPage endCursor } } }',
            { types, after: page.endCursor },
          );
          listed.push(...data.events.edges);
          page = data.events.pageInfo;
        }
        counts[`${field} ${title}`] = listed.length;
        const stream = socket.subscribe(
          `subscription ($after: String) { it: ${field}(after: $after) { cursor ${id} entity: ${entity} { id } } }`,
          { after },
        );
        const got: { cursor: string; entity: { id: string } | null }[] = [];
        while (got.length < listed.length) got.push((await stream.next()).data.it);
        expect(
          got.map(({ cursor }) => cursor),
          `${field} ${title}`,
        ).toEqual(listed.map(({ cursor }) => cursor));
        await socket.ask('{ me { id } }');
        expect(stream.payloads, `${field} ${title}`).toHaveLength(listed.length);
        stream.stop();
        const known = new Map<string, unknown>();
        for (const [index, { node }] of listed.entries()) {
          const key = id ? node.subject : node.id;
          if (!known.has(key)) known.set(key, (await viewer(`query ($id: ID!) { ${query}(id: $id) { id } }`, { id: key })).data[query]);
          expect(got[index]!.entity, `${field} ${title} ${key}`).toEqual(known.get(key));
        }
      }
      await socket.close();
    }
    // Somebody sees more than somebody else, or this has compared nothing.
    const of = (title: string): number[] => Object.keys(FIELDS).map((field) => counts[`${field} ${title}`]!);
    expect(Math.min(...of('of everything'))).toBeGreaterThan(0);
    expect(of('of nothing that there is').slice(0, 3)).toEqual([0, 0, 0]);
    expect(counts['assetChanged of one source']).toBeLessThan(counts['assetChanged of everything']!);
    expect(counts['assetChanged of one domain']).toBeGreaterThan(0);
  });
});
