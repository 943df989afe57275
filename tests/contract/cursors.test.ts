/** A payload's cursor is where the log ended before the change: what comes after it is that change's events, and nothing else. */
import { createServer, type AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSchema, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { API_FILE } from '#router/supergraph.ts';
import { createWorld, PASSWORD, type World } from '../world.ts';
import { mutate } from './mutate.ts';

type Told = [type: string, subject: string];

let world: World;
let me: { id: string; name: string };
/** Of the database that everything here is about, as the first scan left it. */
let source: { id: string; url: string; sql: World['owner'] };
beforeAll(async () => {
  world = await createWorld();
  ({ me } = await world.admin('{ me { id name } }'));
  const { url, sql } = await createEmptyDatabase();
  await sql.unsafe(Array.from({ length: 9 }, (_, index) => `create table t${index} (id int, note text);`).join(''));
  const { id } = await world.addSource('scanned', { url });
  await world.scan(id);
  source = { id, url, sql };
});
afterAll(() => world.stop());

const tried = new Set<string>();
const settled = async (): Promise<void> => {
  await world.consumed();
  // What the consumers themselves told.
  await world.consumed();
};
const untilIs = async (runId: string, status: string): Promise<void> => {
  while ((await world.admin(`{ scanRun(id: "${runId}") { status } }`)).scanRun.status !== status) await sleep(20);
};

/** Makes a change in a log that is at rest; gives the payload and the events after its cursor. */
async function change(name: string, input: object, selection: string, ended?: (payload: any) => Promise<void>) {
  await settled();
  const [head] = await world.owner<{ epoch: string; seq: number }[]>`select epoch, seq from events.head`;
  const payload = await mutate(world.admin, name, input, `cursor ${selection}`);
  expect(payload.cursor).toBe(`${head!.epoch}.${head!.seq}`);
  tried.add(name);
  await ended?.(payload);
  await settled();
  const EVENTS = 'query ($after: String) { events(first: 200, after: $after) { nodes { id type subject time seq actor { id name } } } }';
  const { nodes } = (await world.admin(EVENTS, { after: payload.cursor })).events;
  expect(nodes.map(({ seq }: any) => seq)).toEqual(nodes.map((_: unknown, index: number) => head!.seq + 1 + index));
  // One by one they are the same.
  const { event } = await world.admin('query ($id: ID!) { event(id: $id) { id type subject time seq actor { id name } } }', {
    id: nodes[0].id,
  });
  expect(event).toEqual(nodes[0]);
  expect(event.actor).toEqual(me);
  return { payload, told: nodes.map(({ type, subject }: any): Told => [type, subject]) };
}

describe('the cursor of a change', () => {
  it('of sources, scans and runs', async () => {
    // Says nothing: a scan of it waits until somebody cancels it.
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    for (const name of ['north', 'south']) {
      const config = { url: `postgres://u@127.0.0.1:${port}/${name}` };
      const registered = await change('registerSource', { name, connector: 'postgres', config }, 'source { id }');
      const { id } = registered.payload.source;
      expect(registered.told).toEqual([['source.registered', id]]);
      const updated = await change('updateSource', { id, version: 1, description: 'x' }, 'source { version }');
      expect(updated.told).toEqual([['source.updated', id]]);

      const created = await change('createScan', { sourceId: id, name: 'second' }, 'scan { id }');
      const scan = created.payload.scan.id;
      const changed = await change('updateScan', { id: scan, version: 1, schedule: '0 3 29 2 *' }, 'scan { version }');
      const removed = await change('removeScan', { id: scan }, 'scan { id }');
      for (const { told } of [created, changed, removed]) expect(told).toEqual([['source.updated', id]]);

      const started = await change('startScan', { sourceId: id }, 'run { id }', ({ run }) => untilIs(run.id, 'RUNNING'));
      const run = started.payload.run.id;
      expect(started.told).toEqual([
        ['scan.queued', run],
        ['scan.started', run],
      ]);
      const cancelled = await change('cancelScanRun', { id: run }, 'run { id }', () => untilIs(run, 'CANCELLED'));
      expect(cancelled.payload.run).toEqual({ id: run });
      expect(cancelled.told).toEqual([['scan.cancelled', run]]);
      expect((await change('removeSource', { id }, 'source { id }')).told).toEqual([['source.removed', id]]);
    }
    silent.close();
  });

  it('of people and what they have', async () => {
    for (const name of ['ada', 'bob']) {
      const input = { email: `${name}@example.org`, name, password: PASSWORD, roles: [] };
      const { payload, told } = await change('createUser', input, 'user { id name email roles { role } }');
      const { id } = payload.user;
      expect(payload.user).toEqual({ id, name, email: input.email, roles: [] });
      expect(told).toEqual([['identity.userCreated', id]]);
      const roles = await change('setUserRoles', { userId: id, roles: [{ role: 'READER' }] }, 'user { id roles { role } }');
      expect(roles.payload.user).toEqual({ id, roles: [{ role: 'READER' }] });
      expect(roles.told).toEqual([['identity.rolesChanged', id]]);

      const created = await change('createTeam', { name: `Team of ${name}`, memberIds: [id] }, 'team { id }');
      const team = created.payload.team.id;
      expect(created.told).toEqual([['team.created', team]]);
      const renamed = { id: team, version: 1, name: `${name} and others`, memberIds: [id, me.id] };
      const updated = await change('updateTeam', renamed, 'team { id name version members { totalCount } }');
      expect(updated.payload.team).toEqual({ id: team, name: renamed.name, version: 2, members: { totalCount: 2 } });
      expect(updated.told).toEqual([['team.updated', team]]);

      const token = await change('createApiToken', { name, scopes: ['READER'] }, 'token { id }');
      const { id: tokenId } = token.payload.token;
      expect(token.told).toEqual([['token.created', tokenId]]);
      expect((await change('revokeApiToken', { id: tokenId }, 'token { id }')).told).toEqual([['token.revoked', tokenId]]);
    }
  });

  it('of assets, columns, domains and terms', async () => {
    const { assets } = await world.admin('{ assets(first: 4, filter: { kinds: [TABLE] }) { nodes { id columns { nodes { id } } } } }');
    const [first, second, third, fourth] = assets.nodes;
    for (const [asset, other] of [
      [first, third],
      [second, fourth],
    ]) {
      const domain = await change('createDomain', { name: `Domain of ${asset.id}` }, 'domain { id }');
      const domainId = domain.payload.domain.id;
      expect(domain.told).toEqual([['domain.created', domainId]]);
      const moved = await change('updateDomain', { id: domainId, version: 1, description: 'x' }, 'domain { version }');
      expect(moved.told).toEqual([['domain.updated', domainId]]);
      const term = await change('createGlossaryTerm', { name: `Term of ${asset.id}`, definition: 'x' }, 'term { id }');
      const termId = term.payload.term.id;
      expect(term.told).toEqual([['term.created', termId]]);
      const redefined = await change('updateGlossaryTerm', { id: termId, version: 1, definition: 'y' }, 'term { definition version }');
      expect(redefined.payload.term).toEqual({ definition: 'y', version: 2 });
      expect(redefined.told).toEqual([['term.updated', termId]]);

      const one = await change('updateAsset', { id: asset.id, version: 1, domainId, termIds: [termId] }, 'asset { id version }');
      expect(one.payload.asset).toEqual({ id: asset.id, version: 2 });
      expect(one.told).toEqual([['asset.updated', asset.id]]);
      const items = [
        { id: asset.id, version: 2, tags: ['x'] },
        { id: other.id, version: 1, tags: ['x'] },
      ];
      const batch = await change('updateAssets', { items }, 'results { id asset { version tags } error { code } }');
      expect(batch.payload.results).toEqual(
        items.map(({ id, version, tags }) => ({ id, asset: { version: version + 1, tags }, error: null })),
      );
      expect(batch.told).toEqual(items.map(({ id }) => ['asset.updated', id]));
      const columns = asset.columns.nodes.map(({ id }: { id: string }) => ({ id, version: 1, description: 'x' }));
      const described = await change('updateColumns', { items: columns }, 'results { id column { description } error { code } }');
      expect(described.payload.results).toEqual(columns.map(({ id }: any) => ({ id, column: { description: 'x' }, error: null })));
      expect(described.told).toEqual([['asset.updated', asset.id]]);

      const lost = await change('removeDomain', { id: domainId }, 'domain { id }');
      expect(lost.told).toEqual([
        ['domain.removed', domainId],
        ['asset.updated', asset.id],
      ]);
      const forgotten = await change('removeGlossaryTerm', { id: termId }, 'term { id }');
      expect(forgotten.told).toEqual([
        ['term.removed', termId],
        ['asset.updated', asset.id],
      ]);
    }
  });

  it('of policies and violations', async () => {
    const isEvaluated = async ({ policy: { id } }: any) => {
      const read = () => world.admin('query ($id: ID!) { policy(id: $id) { evaluation { finishedAt } } }', { id });
      while (!(await read()).policy.evaluation.finishedAt) await sleep(20);
    };
    const until = new Date(Date.now() + 3_600_000).toISOString();
    for (const table of ['t7', 't8']) {
      const scope = { kinds: ['TABLE'], namePrefix: `${new URL(source.url).pathname.slice(1)}.public.${table}` };
      const input = { name: table, ruleType: 'namingConvention', params: { pattern: '^x', target: 'asset' }, scope, severity: 'INFO' };
      const created = await change('createPolicy', input, 'policy { id version }');
      const { id } = created.payload.policy;
      expect(created.told).toEqual([['policy.created', id]]);
      const updated = await change('updatePolicy', { id, version: 1, severity: 'ERROR' }, 'policy { version }');
      expect(updated.told).toEqual([['policy.updated', id]]);
      const published = await change('publishPolicy', { id, version: 2 }, 'policy { id version }', isEvaluated);
      const { violations } = await world.admin('query ($filter: ViolationFilter) { violations(filter: $filter) { nodes { id } } }', {
        filter: { policyIds: [id] },
      });
      const [violation] = violations.nodes.map((node: { id: string }) => node.id);
      expect(published.told).toEqual([
        ['policy.published', id],
        ['policy.violated', violation],
      ]);
      const DECISIONS: [name: string, input: object, selection: string, type: string][] = [
        ['acknowledgeViolation', { id: violation }, 'violation { status }', 'policy.acknowledged'],
        ['waiveViolation', { id: violation, because: 'x', until }, 'violation { status }', 'policy.waived'],
        ['reopenViolation', { id: violation }, 'violation { status }', 'policy.reopened'],
        ['acknowledgeViolations', { ids: [violation] }, 'results { id }', 'policy.acknowledged'],
        ['waiveViolations', { ids: [violation], because: 'x', until }, 'results { id }', 'policy.waived'],
      ];
      for (const [name, decision, selection, type] of DECISIONS) {
        expect((await change(name, decision, selection)).told).toEqual([[type, violation]]);
      }
      const retired = await change('retirePolicy', { id, version: 3 }, 'policy { id version }', isEvaluated);
      expect(retired.told).toEqual([
        ['policy.retired', id],
        ['policy.resolved', violation],
      ]);
      const { violation: gone } = await world.admin('query ($id: ID!) { violation(id: $id) { status resolvedAt } }', { id: violation });
      expect(gone).toEqual({ status: 'RESOLVED', resolvedAt: expect.stringMatching(/^\d{4}-/) });
    }
  });

  it('of labels', async () => {
    const { assets } = await world.admin('{ assets(filter: { kinds: [TABLE] }) { nodes { id columns { nodes { id } } } } }');
    // Not those that the review is about: a label that goes with its column is told, too.
    for (const asset of assets.nodes.slice(-2)) {
      const [one, two] = asset.columns.nodes.map(({ id }: { id: string }) => id);
      const decision = { columnId: one, label: 'EMAIL', state: 'CONFIRMED' };
      const decided = await change('setColumnLabel', decision, 'column { id labels { state label { name } } }');
      expect(decided.payload.column).toEqual({ id: one, labels: [{ state: 'CONFIRMED', label: { name: 'EMAIL' } }] });
      expect(decided.told).toEqual([['classification.confirmed', asset.id]]);
      const items = [one, two].map((columnId) => ({ columnId, label: 'PHONE', state: 'REJECTED' }));
      const batch = await change('setColumnLabels', { items }, 'results { id column { id } error { code } }');
      expect(batch.payload.results).toEqual([one, two].map((id) => ({ id, column: { id }, error: null })));
      expect(batch.told).toEqual([['classification.rejected', asset.id]]);
    }
  });

  it('of lineage', async () => {
    const { assets } = await world.admin('{ assets(filter: { kinds: [TABLE] }) { nodes { id columns { nodes { id } } } } }');
    const [one, two] = assets.nodes.slice(-2);
    for (const [from, to, subject] of [
      [one.id, two.id, two.id],
      [two.columns.nodes[0].id, one.columns.nodes[0].id, one.id],
    ]) {
      const declared = await change('declareLineage', { from, to, reason: 'x' }, 'edge { from to validTo }');
      expect(declared.payload.edge).toEqual({ from, to, validTo: null });
      const retracted = await change('retractLineage', { from, to, reason: 'y' }, 'edge { from to validTo }');
      expect(retracted.payload.edge).toEqual({ from, to, validTo: expect.any(String) });
      for (const { told } of [declared, retracted]) expect(told).toEqual([['lineage.changed', subject]]);
    }
  });

  it('of dead letters, which are no event', async () => {
    for (const consumer of ['catalog.labels', 'policy.labels']) {
      const id = newId();
      await settled();
      await world.owner`
        insert into events.failures (id, consumer, seq, attempts, last_error, failed_at)
        select ${id}, ${consumer}, seq, 5, 'no', now() from events.head`;
      const [head] = await world.owner<{ epoch: string; seq: number }[]>`select epoch, seq from events.head`;
      const payload = await mutate(world.admin, 'redriveDeadLetter', { id }, 'cursor deadLetter { id attempts }');
      expect(payload).toEqual({ cursor: `${head!.epoch}.${head!.seq}`, deadLetter: { id, attempts: 5 } });
      tried.add('redriveDeadLetter');
    }
  });

  it('of reviews', async () => {
    await source.sql.unsafe(Array.from({ length: 6 }, (_, index) => `drop table t${index};`).join(''));
    for (const acceptDeletions of [false, true]) {
      const { id, status } = await world.scan(source.id);
      expect(status).toBe('NEEDS_REVIEW');
      const { scanRun } = await world.admin(`{ scanRun(id: "${id}") { pendingDeletions { nodes { id } } } }`);
      const gone: string[] = scanRun.pendingDeletions.nodes.map((node: { id: string }) => node.id);
      const { told } = await change('reviewScanRun', { id, acceptDeletions }, 'run { id }');
      expect(gone).toHaveLength(6);
      expect(told.toSorted()).toEqual(
        [...(acceptDeletions ? gone.map((each) => ['asset.deleted', each]) : []), ['scan.reviewed', id]].toSorted(),
      );
      expect(told.at(-1)).toEqual(['scan.reviewed', id]);
    }
  });

  it('of what runs of jobs tell, which is no change of the log', async () => {
    await settled();
    const [head] = await world.owner<{ epoch: string; seq: number }[]>`select epoch, seq from events.head`;
    const job = { namespace: 'airflow', name: 'nightly' };
    const events = [{ eventTime: '2026-01-01T00:00:00Z', job }, { eventTime: 'noon', job }, {}];
    const payload = await mutate(world.admin, 'ingestLineage', { events }, 'cursor accepted failed { index field message }');
    expect(payload).toEqual({
      cursor: `${head!.epoch}.${head!.seq}`,
      accepted: 1,
      failed: [
        { index: 1, field: 'eventTime', message: expect.any(String) },
        { index: 2, field: 'run', message: expect.any(String) },
      ],
    });
    expect(await mutate(world.admin, 'ingestLineage', { events: [events[0], events[0]] }, 'accepted')).toEqual({ accepted: 2 });
    tried.add('ingestLineage');
    await settled();
    expect(await world.owner`select seq from events.head`).toEqual([{ seq: head!.seq }]);
    await mutate(world.admin, 'createTeam', { name: 'After what runs told' });
    await settled();
    const [next] = await world.owner<{ epoch: string; seq: number }[]>`select epoch, seq from events.head`;
    expect(next!.seq).toBeGreaterThan(head!.seq);
    expect(await mutate(world.admin, 'ingestLineage', { events: [events[0]] })).toEqual({ cursor: `${next!.epoch}.${next!.seq}` });
  });

  it('of every mutation that has one', () => {
    const mutations = Object.values(buildSchema(readFileSync(API_FILE, 'utf8')).getMutationType()!.getFields());
    const withCursor = mutations.filter(({ type }) => isObjectType(type) && 'cursor' in type.getFields()).map(({ name }) => name);
    expect([...tried].toSorted()).toEqual(withCursor.toSorted());
  });
});
