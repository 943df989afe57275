import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { upsertClass, upsertDomain } from '#platform/auth/access.ts';
import type { RoleAssignment, Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import type { EventAttributes, NewEvent } from '#platform/events/types.ts';
import { newId } from '#platform/ids.ts';
import { assetEvent, reader, startLiveRouter, type LiveRouter } from '../testing/live.ts';

const CURSORS = 'subscription ($after: String, $filter: AssetFilter) { assetChanged(after: $after, filter: $filter) { cursor } }';

let live: LiveRouter;
let catalog: Database;
/** Assets that payloads were made of. */
const made: string[] = [];
beforeAll(async () => {
  live = await startLiveRouter({ onAsset: (id) => void made.push(id) });
  catalog = live.database.connect('catalog');
});
afterAll(() => live.stop());

const cursorOf = (payload: { data?: any }): string => payload.data.assetChanged.cursor;
const change = (attributes: EventAttributes = {}): NewEvent => assetEvent(newId(), { attributes });
const seqOf = (cursor: string): number => Number(cursor.split('.')[1]);

describe('a subscription that resumes', () => {
  it('gets exactly what it missed, in order, then what comes', async () => {
    const first = await live.subscribe(CURSORS);
    const kept = await live.publish(change());
    expect(cursorOf(await first.next())).toBe(kept);
    first.stop();
    const missed = [await live.publish(change()), await live.publish(change()), await live.publish(change())];
    await live.publish({ type: 'team.created', subject: newId(), actorId: null, data: { name: 'of no concern' } });
    const second = await live.subscribe(CURSORS, { variables: { after: kept } });
    const later = [await live.publish(change()), await live.publish(change())];
    const got: string[] = [];
    for (let count = 0; count < 5; count++) got.push(cursorOf(await second.next()));
    expect(got).toEqual([...missed, ...later]);
    second.stop();
  });

  it('misses nothing and gets nothing twice while events come all the time', async () => {
    const start = await live.publish(change());
    let busy = true;
    const published: string[] = [];
    const publishing = (async () => {
      while (busy) published.push(await live.publish(change()));
    })();
    const got: string[] = [];
    let after = start;
    while (got.length < 60) {
      const stream = await live.subscribe(CURSORS, { variables: { after } });
      for (let count = 0; count < 7; count++) got.push((after = cursorOf(await stream.next())));
      stream.stop();
    }
    busy = false;
    await publishing;
    expect(got).toEqual(published.slice(0, got.length));
  });

  it('from the head is live', async () => {
    const head = await live.publish(change());
    const stream = await live.subscribe(CURSORS, { variables: { after: head } });
    const next = await live.publish(change());
    expect(cursorOf(await stream.next())).toBe(next);
    stream.stop();
  });

  it('is refused past the head, and before what the log holds, with the oldest that can be had', async () => {
    const head = await live.publish(change());
    const [epoch] = head.split('.');
    const refused = async (after: string) => (await (await live.subscribe(CURSORS, { variables: { after } })).end())[0].extensions;
    expect(await refused(`${epoch}.${seqOf(head) + 1}`)).toEqual({ code: 'BAD_USER_INPUT', field: 'after' });
    expect(await refused('ffffff.1')).toEqual({ code: 'CURSOR_EXPIRED', oldest: `${epoch}.0` });
    await live.database.owner`delete from events.log where seq <= 3`;
    expect(await refused(`${epoch}.2`)).toEqual({ code: 'CURSOR_EXPIRED', oldest: `${epoch}.3` });
    const stream = await live.subscribe(CURSORS, { variables: { after: `${epoch}.3` } });
    expect(seqOf(cursorOf(await stream.next()))).toBe(4);
    stream.stop();
  });

  it('is refused when it missed more than 10,000 events that it would have got', async () => {
    const wanted = newId();
    const before = await live.publish(change());
    const mine = (count: number) => Array.from({ length: count }, () => change({ sourceId: wanted }));
    await live.publish(...mine(4_000));
    const first = await live.publish(change({ sourceId: wanted }));
    await live.publish(...mine(5_999));
    const filter = { sourceIds: [wanted] };
    const all = await live.subscribe(CURSORS, { variables: { after: before, filter } });
    expect(seqOf(cursorOf(await all.next()))).toBe(seqOf(before) + 1);
    all.stop();
    await live.publish(change({ sourceId: wanted }), ...Array.from({ length: 10 }, () => change()));
    const refused = (await (await live.subscribe(CURSORS, { variables: { after: before, filter } })).end())[0].extensions;
    // After the first of them there are ten thousand.
    expect(refused).toEqual({ code: 'CURSOR_EXPIRED', oldest: `${before.split('.')[0]}.${seqOf(before) + 1}` });
    const rare = await live.subscribe(CURSORS, { variables: { after: first, filter: { sourceIds: [newId()] } } });
    expect(rare.ended()).toBeUndefined();
    rare.stop();
  });
});

it('what is told is counted: subscriptions by their names, also those that are refused, and payloads as events', async () => {
  const other = await startLiveRouter();
  try {
    const stream = await other.subscribe('subscription Told { assetChanged { asset { id } } }');
    await other.publish(change());
    await stream.next();
    await (await other.subscribe('subscription Wrong { assetChanged(after: "x") { cursor } }')).end();
    await (await other.subscribe('subscription {')).end();
    const text = await (await fetch(`${other.url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => /^pursight_graphql_(operations|errors)_total|_duration_seconds_count/.test(line));
    expect(lines.toSorted()).toEqual([
      'pursight_graphql_errors_total{code="BAD_USER_INPUT"} 1',
      'pursight_graphql_errors_total{code="GRAPHQL_PARSE_FAILED"} 1',
      'pursight_graphql_operation_duration_seconds_count{operation="Told"} 1',
      'pursight_graphql_operation_duration_seconds_count{operation="Wrong"} 1',
      'pursight_graphql_operation_duration_seconds_count{operation="anonymous"} 1',
      'pursight_graphql_operation_duration_seconds_count{operation="event"} 1',
      'pursight_graphql_operations_total{type="event"} 1',
      'pursight_graphql_operations_total{type="none"} 1',
      'pursight_graphql_operations_total{type="subscription"} 2',
    ]);
  } finally {
    await other.stop();
  }
});

describe('a payload', () => {
  it('tells of a subgraph that is down, and has the rest', async () => {
    const faulty = await startLiveRouter({ faults: new Set(['subgraph:catalog']) });
    try {
      const stream = await faulty.subscribe('subscription { it: assetChanged { cursor asset { name } } }');
      const cursor = await faulty.publish(change());
      const again = await faulty.publish(change());
      for (const expected of [cursor, again]) {
        expect(await stream.next()).toMatchObject({
          data: { it: { cursor: expected, asset: null } },
          errors: [{ path: ['it', 'asset'], extensions: { code: 'UPSTREAM_UNAVAILABLE', system: 'catalog' } }],
        });
      }
    } finally {
      await faulty.stop();
    }
  });

  it('that takes too long is an error, and the next one comes all the same', async () => {
    const impatient = await startLiveRouter({ deadlineMs: 200 });
    try {
      const stream = await impatient.subscribe('subscription { assetChanged { assetId asset { id } } }');
      const id = newId();
      await impatient.publish(assetEvent('hang'), assetEvent(id));
      expect(await stream.next()).toMatchObject({
        data: { assetChanged: { assetId: 'hang', asset: null } },
        errors: [{ extensions: { code: 'TIMEOUT' } }],
      });
      expect(await stream.next()).toEqual({ data: { assetChanged: { assetId: id, asset: { id } } } });
    } finally {
      await impatient.stop();
    }
  });
});

describe('the feed', () => {
  it('goes on where it was when its connections are cut', async () => {
    const stream = await live.subscribe(CURSORS);
    const before = await live.publish(change());
    expect(cursorOf(await stream.next())).toBe(before);
    const cursors: string[] = [];
    for (let round = 0; round < 3; round++) {
      await live.database.owner`
        select pg_terminate_backend(pid) from pg_stat_activity where usename like '%router' and datname = current_database()`;
      cursors.push(await live.publish(change()));
    }
    for (const cursor of cursors) expect(cursorOf(await stream.next())).toBe(cursor);
    stream.stop();
  });

  it('waits for lineage, but not for long and not again while that stands still', async () => {
    const { owner } = live.database;
    await owner`insert into events.cursors (consumer, seq) values ('lineage.graph', 0)`;
    const stream = await live.subscribe('subscription { assetChanged { cursor asset { id } } }');
    const stuck = await live.publish(change());
    expect(cursorOf(await stream.next())).toBe(stuck); // it stood still, and was not waited for any longer
    await owner`update events.cursors set seq = ${seqOf(stuck)} where consumer = 'lineage.graph'`;
    const next = await live.publish(change());
    await owner`update events.cursors set seq = ${seqOf(next)} where consumer = 'lineage.graph'`;
    expect(cursorOf(await stream.next())).toBe(next);
    await owner`delete from events.cursors`;
    stream.stop();
  });
});

describe('an event is delivered', () => {
  const [sourceA, sourceB, domain, userId] = [newId(), newId(), newId(), newId()];
  const viewer = (...roles: Partial<RoleAssignment>[]): Viewer => ({
    ...reader,
    userId,
    roles: roles.map((role) => ({ role: 'READER', sourceId: null, domainId: null, ...role })),
  });
  let [classA, classB, classD] = [0, 0, 0];
  beforeAll(async () => {
    classA = await upsertClass(catalog, { sourceId: sourceA, domainId: null });
    classB = await upsertClass(catalog, { sourceId: sourceB, domainId: null });
  });
  /** Resolves once these events were delivered to whoever gets them. */
  async function deliver(...events: NewEvent[]): Promise<string> {
    const all = await live.subscribe(CURSORS, { as: 'admin' });
    const cursor = await live.publish(...events);
    while (cursorOf(await all.next()) !== cursor);
    all.stop();
    return cursor;
  }
  const inA = () => change({ sourceId: sourceA, accessBefore: classA, accessAfter: classA });
  const inB = () => change({ sourceId: sourceB, accessBefore: classB, accessAfter: classB });

  it('to who may see the asset, before the change or after it', async () => {
    live.tokens.set('a', viewer({ sourceId: sourceA }));
    const stream = await live.subscribe(CURSORS, { as: 'a' });
    await live.publish(inB());
    const moved = await live.publish(change({ sourceId: sourceA, accessBefore: classA, accessAfter: classB }));
    await live.publish(inB());
    const seen = await live.publish(inA());
    expect([cursorOf(await stream.next()), cursorOf(await stream.next())]).toEqual([moved, seen]);
    stream.stop();
  });

  it('by the source of a run, and to administrators only when it is about people', async () => {
    live.tokens.set('a', viewer({ sourceId: sourceA }));
    const cursors = 'subscription { eventPublished { cursor } }';
    const [some, all] = [await live.subscribe(cursors, { as: 'a' }), await live.subscribe(cursors, { as: 'admin' })];
    const scan = (sourceId: string): NewEvent => ({
      type: 'scan.queued',
      subject: newId(),
      actorId: null,
      data: { sourceId, scanId: null },
      attributes: { sourceId },
    });
    const signedIn = await live.publish({ type: 'identity.signedIn', subject: userId, actorId: userId, data: { sessionId: 's' } });
    const [b, a] = [await live.publish(scan(sourceB)), await live.publish(scan(sourceA))];
    const team = await live.publish({ type: 'team.created', subject: newId(), actorId: null, data: { name: 'x' } });
    const take = async (stream: typeof some, count: number): Promise<string[]> => {
      const taken: string[] = [];
      while (taken.length < count) taken.push((await stream.next()).data.eventPublished.cursor);
      return taken;
    };
    expect(await take(some, 2)).toEqual([a, team]);
    expect(await take(all, 4)).toEqual([signedIn, b, a, team]);
    for (const stream of [some, all]) stream.stop();
  });

  it('by the roles of that moment', async () => {
    live.tokens.set('changing', viewer({ sourceId: sourceA }));
    const stream = await live.subscribe(CURSORS, { as: 'changing' });
    const first = await live.publish(inA());
    expect(cursorOf(await stream.next())).toBe(first);
    live.tokens.set('changing', viewer({ sourceId: sourceB }));
    const changed: NewEvent = { type: 'identity.rolesChanged', subject: userId, actorId: null, data: { before: [], after: [] } };
    await deliver(changed, inA());
    const second = await deliver(inB());
    expect(cursorOf(await stream.next())).toBe(second);
    live.tokens.set('changing', viewer({ role: 'INGESTOR' }));
    await deliver(changed, inA(), inB());
    live.tokens.set('changing', viewer({}));
    const third = await live.publish(changed, inA());
    expect(cursorOf(await stream.next())).toBe(third);
    stream.stop();
  });

  it('by the roles of that moment, also when it was being made with others', async () => {
    live.tokens.set('losing', viewer({ sourceId: sourceA }));
    const stream = await live.subscribe('subscription { assetChanged { cursor asset { id } } }', { as: 'losing' });
    const all = await live.subscribe(CURSORS, { as: 'admin' });
    await live.publish(assetEvent('slow', { attributes: { sourceId: sourceA, accessBefore: classA, accessAfter: classA } }));
    await all.next();
    await expect.poll(() => made.includes('slow'), { timeout: 10_000 }).toBe(true);
    live.tokens.set('losing', viewer({ sourceId: sourceB }));
    await live.publish({ type: 'identity.rolesChanged', subject: userId, actorId: null, data: { before: [], after: [] } }, change());
    await all.next(); // by then the roles are known
    const seen = await live.publish(inB());
    expect(cursorOf(await stream.next())).toBe(seen);
    for (const each of [stream, all]) each.stop();
  });

  it('by the domains and classes of that moment', async () => {
    const parent = newId();
    live.tokens.set('steward', viewer({ domainId: parent }));
    for (const id of [parent, domain]) await catalog.begin((tx) => upsertDomain(tx, { id, parentId: null }));
    classD = await upsertClass(catalog, { sourceId: sourceB, domainId: domain });
    const inDomain = () => change({ sourceId: sourceB, domainId: domain, accessAfter: classD });
    const stream = await live.subscribe(CURSORS, { as: 'steward' });
    await deliver(inDomain());
    await catalog.begin((tx) => upsertDomain(tx, { id: domain, parentId: parent }));
    const seen = await live.publish(
      { type: 'domain.updated', subject: domain, actorId: null, data: { name: 'd', version: 2, changes: [] } },
      inDomain(),
    );
    expect(cursorOf(await stream.next())).toBe(seen);
    // A class that was made a moment ago.
    const another = await upsertClass(catalog, { sourceId: sourceA, domainId: domain });
    const next = await live.publish(change({ sourceId: sourceA, domainId: domain, accessAfter: another }));
    expect(cursorOf(await stream.next())).toBe(next);
    stream.stop();
  });

  describe('to who comes back after a while in which nobody listened', () => {
    const idle = async (): Promise<void> => {
      const active = async () => /pursight_subscriptions_active (\d+)/.exec(await (await fetch(`${live.url}/metrics`)).text())![1];
      await expect.poll(active, { timeout: 10_000 }).toBe('0');
    };

    it('although its class was not there before', async () => {
      live.tokens.set('a', viewer({ sourceId: sourceA }));
      const before = await live.subscribe(CURSORS, { as: 'a' });
      const after = await live.publish(inA());
      expect(cursorOf(await before.next())).toBe(after);
      before.stop();
      await idle();
      const another = await upsertClass(catalog, { sourceId: sourceA, domainId: newId() });
      const created = await live.publish(change({ sourceId: sourceA, accessAfter: another }));
      const then = await live.publish(inA());
      const stream = await live.subscribe(CURSORS, { as: 'a', variables: { after } });
      expect([cursorOf(await stream.next()), cursorOf(await stream.next())]).toEqual([created, then]);
      stream.stop();
      await idle();
    });

    it('but not of a domain that was moved away', async () => {
      const [parent, moved] = [newId(), newId()];
      live.tokens.set('steward', viewer({ domainId: parent }));
      await catalog.begin((tx) => upsertDomain(tx, { id: parent, parentId: null }));
      await catalog.begin((tx) => upsertDomain(tx, { id: moved, parentId: parent }));
      const inMoved = await upsertClass(catalog, { sourceId: sourceB, domainId: moved });
      const inParent = await upsertClass(catalog, { sourceId: sourceB, domainId: parent });
      const about = (accessAfter: number): NewEvent => change({ sourceId: sourceB, accessAfter });
      const before = await live.subscribe(CURSORS, { as: 'steward' });
      const after = await live.publish(about(inMoved));
      expect(cursorOf(await before.next())).toBe(after);
      before.stop();
      await idle();
      await catalog.begin((tx) => upsertDomain(tx, { id: moved, parentId: null }));
      await live.publish(about(inMoved));
      const seen = await live.publish(about(inParent));
      const stream = await live.subscribe(CURSORS, { as: 'steward', variables: { after } });
      expect(cursorOf(await stream.next())).toBe(seen);
      stream.stop();
    });
  });
});
