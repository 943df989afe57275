import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import { assetEvent, startLiveRouter, type LiveRouter } from '../testing/live.ts';

let live: LiveRouter;
const executions: string[] = [];
beforeAll(async () => {
  live = await startLiveRouter({ onAsset: (id) => void executions.push(id) });
});
afterAll(() => live.stop());

/** The first payload after an event about a new asset. */
async function payloadOf(query: string, variables?: Record<string, unknown>, id = newId()) {
  const stream = await live.subscribe(query, { variables });
  const cursor = await live.publish(assetEvent(id));
  const payload = await stream.next();
  stream.stop();
  return { payload, id, cursor };
}

describe('a payload', () => {
  it('has the event’s own fields, and the entity as a query gives it', async () => {
    const selection = '{ id name kind owners { role user { id name } } table { primaryKey } }';
    const { payload, id, cursor } = await payloadOf(
      `subscription { assetChanged { cursor at type assetId changedFields asset ${selection} } }`,
    );
    const { data } = await live.ask(`query ($id: ID!) { asset(id: $id) ${selection} }`, { as: 'reader', variables: { id } });
    expect(payload).toEqual({
      data: {
        assetChanged: {
          cursor,
          at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
          type: 'asset.updated',
          assetId: id,
          changedFields: ['/description'],
          asset: data.asset,
        },
      },
    });
  });

  it.each<[string, string, Record<string, unknown> | undefined, (id: string) => unknown]>([
    [
      'aliases',
      'subscription { changed: assetChanged { c: type a: asset { n: displayName } } }',
      undefined,
      (id) => ({ changed: { c: 'asset.updated', a: { n: id } } }),
    ],
    [
      'an entity under two aliases and without one',
      'subscription { assetChanged { asset { id } a: asset { displayName } b: asset { version } } }',
      undefined,
      (id) => ({ assetChanged: { asset: { id }, a: { displayName: id }, b: { version: 1 } } }),
    ],
    [
      'the entity twice under one key',
      'subscription { assetChanged { asset { id } asset { version } } }',
      undefined,
      (id) => ({ assetChanged: { asset: { id, version: 1 } } }),
    ],
    [
      'named fragments, one within another',
      'subscription { assetChanged { ...P } } fragment P on AssetEvent { type asset { ...A } } fragment A on Asset { id ...B } fragment B on Asset { version }',
      undefined,
      (id) => ({ assetChanged: { type: 'asset.updated', asset: { id, version: 1 } } }),
    ],
    [
      'inline fragments with and without a type',
      'subscription { assetChanged { ... on AssetEvent { type } ... { asset { ... on Asset { id } } } } }',
      undefined,
      (id) => ({ assetChanged: { type: 'asset.updated', asset: { id } } }),
    ],
    [
      'a fragment at the root',
      'subscription { ...R } fragment R on Subscription { assetChanged { type } }',
      undefined,
      () => ({ assetChanged: { type: 'asset.updated' } }),
    ],
    [
      'the same root field twice',
      'subscription { assetChanged { type } assetChanged { asset { id } } }',
      undefined,
      (id) => ({ assetChanged: { type: 'asset.updated', asset: { id } } }),
    ],
    [
      '__typename at every level',
      'subscription { assetChanged { __typename asset { __typename id } } }',
      undefined,
      (id) => ({ assetChanged: { __typename: 'AssetEvent', asset: { __typename: 'Asset', id } } }),
    ],
    [
      '@include and @skip by variables',
      'subscription ($y: Boolean!, $n: Boolean! = false) { assetChanged { type @skip(if: $y) assetId @include(if: $n) ... @include(if: $y) { asset { id version @include(if: $n) } } a: asset @skip(if: $y) { id } } }',
      { y: true },
      (id) => ({ assetChanged: { asset: { id } } }),
    ],
    [
      'variables with defaults, in fragments too',
      'subscription ($at: DateTime! = "2026-01-01T00:00:00Z", $unused: AssetFilter) { assetChanged(filter: $unused) { asset { ...A } } } fragment A on Asset { asOf(at: $at) { at } }',
      undefined,
      () => ({ assetChanged: { asset: { asOf: { at: '2026-01-01T00:00:00.000Z' } } } }),
    ],
    [
      'a variable that is called as ours is',
      'subscription ($__id: DateTime!) { assetChanged { asset { id asOf(at: $__id) { at } } } }',
      { __id: '2026-02-01T00:00:00Z' },
      (id) => ({ assetChanged: { asset: { id, asOf: { at: '2026-02-01T00:00:00.000Z' } } } }),
    ],
    [
      'a field with arguments under two aliases',
      'subscription ($a: DateTime!) { assetChanged { asset { x: asOf(at: $a) { version } y: asOf(at: "1969-01-01T00:00:00Z") { version } } } }',
      { a: '2026-02-01T00:00:00Z' },
      () => ({ assetChanged: { asset: { x: { version: 2 }, y: null } } }),
    ],
  ])('may be selected with %s', async (_title, query, variables, expected) => {
    const { payload, id } = await payloadOf(query, variables);
    expect(payload).toEqual({ data: expected(id) });
  });

  it('asks the graph for nothing when nothing of the entity is selected', async () => {
    const { payload, id } = await payloadOf('subscription { assetChanged { assetId at changedFields } }');
    expect(payload.data.assetChanged.assetId).toBe(id);
    expect(executions).not.toContain(id);
  });

  it('has errors where they are, below a null or beside the rest', async () => {
    const { payload } = await payloadOf('subscription { it: assetChanged { type a: asset { id } } }', undefined, 'missing');
    expect(payload).toEqual({
      data: { it: { type: 'asset.updated', a: null } },
      errors: [{ message: 'There is no asset "missing".', path: ['it', 'a'], extensions: { code: 'NOT_FOUND', noun: 'asset' } }],
    });
    const internal = await payloadOf('subscription { assetChanged { asset { id } } }', undefined, 'broken');
    expect(internal.payload.errors).toEqual([
      {
        message: expect.not.stringContaining('ECONNREFUSED'),
        path: ['assetChanged', 'asset'],
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) },
      },
    ]);
  });

  it('of a scan tells the progress at the event, whatever its type', async () => {
    const runId = newId();
    const stream = await live.subscribe(
      'subscription ($runId: ID!) { scanProgress(runId: $runId) { type p: progress { t: __typename phase done total message } runId } }',
      { variables: { runId: runId.toUpperCase() } },
    );
    const counts = { added: 2, changed: 1, unchanged: 1, removed: 0, done: 4, total: 5 };
    const scan = (subject: string, type: string, data: object) =>
      ({ type, subject, actorId: null, data, attributes: { sourceId: runId } }) as never;
    await live.publish(
      scan(newId(), 'scan.queued', { sourceId: runId, scanId: null }),
      scan(runId, 'scan.queued', { sourceId: runId, scanId: null }),
      scan(runId, 'scan.started', { sourceId: runId, scanId: null }),
      scan(runId, 'scan.progressed', { phase: 'reading', done: 3, total: 5, message: 'crm' }),
      scan(runId, 'scan.held', { ...counts, pendingDeletions: 9 }),
      scan(runId, 'scan.reviewed', { accepted: true, removed: 9, done: 4, total: 5 }),
      scan(runId, 'scan.completed', { ...counts, status: 'COMPLETED_WITH_WARNINGS', warnings: 1 }),
      scan(runId, 'scan.failed', { added: 2, changed: 1, unchanged: 1, removed: 0, error: 'x' }),
    );
    const seen: unknown[] = [];
    for (let count = 0; count < 7; count++) {
      const { scanProgress } = (await stream.next()).data;
      const { phase, done, total, message, t } = scanProgress.p;
      expect([t, scanProgress.runId]).toEqual(['ScanProgress', runId]);
      seen.push([scanProgress.type, phase, done, total, message]);
    }
    expect(seen).toEqual([
      ['scan.queued', 'queued', 0, null, null],
      ['scan.started', 'connecting', 0, null, null],
      ['scan.progressed', 'reading', 3, 5, 'crm'],
      ['scan.held', 'needs_review', 4, 5, null],
      ['scan.reviewed', 'reviewed', 4, 5, null],
      ['scan.completed', 'completed_with_warnings', 4, 5, null],
      ['scan.failed', 'failed', 4, null, null],
    ]);
    stream.stop();
  });

  it('of eventPublished is the event, by its type and subject', async () => {
    const [asset, run] = [newId(), newId()];
    const types = await live.subscribe('subscription ($types: [String!]) { eventPublished(types: $types) { cursor } }', {
      variables: { types: ['asset.*', 'team.created'] },
    });
    const subject = await live.subscribe('subscription ($subject: ID) { eventPublished(subject: $subject) { cursor } }', {
      variables: { subject: run.toUpperCase() },
    });
    const queued = await live.publish({
      type: 'scan.queued',
      subject: run,
      actorId: null,
      data: { sourceId: run, scanId: null },
      attributes: { sourceId: run },
    });
    const created = await live.publish(assetEvent(asset, { type: 'asset.created' }));
    expect([await types.next(), await subject.next()]).toEqual(
      [created, queued].map((cursor) => ({ data: { eventPublished: { cursor } } })),
    );
    for (const stream of [types, subject]) stream.stop();
  });
});

describe('one execution', () => {
  it('serves all who ask for the same and see the same', async () => {
    const query = 'subscription ($f: AssetFilter) { assetChanged(filter: $f) { asset { id displayName } } }';
    const streams = await Promise.all(
      Array.from({ length: 20 }, (_, index) => live.subscribe(query, { variables: index % 2 ? { f: { kinds: ['TABLE'] } } : {} })),
    );
    const other = await live.subscribe('subscription { assetChanged { asset { displayName } } }');
    const elsewhere = await live.subscribe(query, { as: 'admin' });
    const id = newId();
    await live.publish(assetEvent(id));
    for (const stream of [...streams, elsewhere])
      expect(await stream.next()).toEqual({ data: { assetChanged: { asset: { id, displayName: id } } } });
    expect(await other.next()).toEqual({ data: { assetChanged: { asset: { displayName: id } } } });
    // One for the twenty, one for the other selection, one for who sees more.
    expect(executions.filter((each) => each === id)).toHaveLength(3);
    for (const stream of [...streams, other, elsewhere]) stream.stop();
  });

  it('is of one person when people are selected', async () => {
    live.tokens.set('twin', { ...(live.tokens.get('reader') as object), userId: newId() } as never);
    const count = async (selection: string): Promise<number> => {
      const query = `subscription { assetChanged { asset ${selection} } }`;
      const streams = [await live.subscribe(query), await live.subscribe(query, { as: 'twin' })];
      const id = newId();
      await live.publish(assetEvent(id));
      for (const stream of streams) await stream.next();
      for (const stream of streams) stream.stop();
      return executions.filter((each) => each === id).length;
    };
    expect(await count('{ id owners { role } }')).toBe(1);
    expect(await count('{ id owners { user { name } } }')).toBe(2);
  });
});
