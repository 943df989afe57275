import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { upsertClass, upsertDomain } from '../auth/access.ts';
import type { RoleAssignment, Viewer } from '../auth/viewer.ts';
import type { Database } from '../database/index.ts';
import { newId } from '../ids.ts';
import { createLogger } from '../logger.ts';
import { createTestDatabase, type TestDatabase } from '../testing/database.ts';
import { append } from './append.ts';
import { formatLogCursor, parseLogCursor } from './cursor.ts';
import { countEvents, getEvent, listEvents, readHead, resolveLogCursor, type EventFilter } from './log.ts';
import { createSequencer } from './sequencer.ts';
import type { NewEvent } from './types.ts';
import { eventScope, matchTypes, seesEvent, type EventScope } from './visibility.ts';

const [sourceA, sourceB, domainX] = [newId(), newId(), newId()];
const [assetA, assetAX, assetB, moved, teamId, userId, run] = [newId(), newId(), newId(), newId(), newId(), newId(), newId()];

let database: TestDatabase;
let sql: Database;

beforeAll(async () => {
  database = await createTestDatabase();
  const catalog = database.connect('catalog');
  sql = database.connect('identity');
  const classA = await upsertClass(catalog, { sourceId: sourceA, domainId: null });
  await catalog.begin((tx) => upsertDomain(tx, { id: domainX, parentId: null }));
  const classAX = await upsertClass(catalog, { sourceId: sourceA, domainId: domainX });
  const classB = await upsertClass(catalog, { sourceId: sourceB, domainId: null });
  const asset = (
    type: 'asset.created' | 'asset.deleted',
    subject: string,
    sourceId: string,
    classes: { accessBefore?: number; accessAfter?: number },
  ): NewEvent =>
    ({
      type,
      subject,
      actorId: null,
      attributes: { sourceId, ...classes },
      data: { namespace: 'n', name: subject, kind: 'TABLE', version: 1 },
    }) as NewEvent;
  const events: NewEvent[] = [
    { type: 'identity.signedIn', subject: userId, actorId: userId, data: { sessionId: 's' } },
    {
      type: 'source.registered',
      subject: sourceA,
      actorId: userId,
      attributes: { sourceId: sourceA },
      data: { name: 'a', connector: 'postgres', namespace: 'n' },
    },
    {
      type: 'source.registered',
      subject: sourceB,
      actorId: userId,
      attributes: { sourceId: sourceB },
      data: { name: 'b', connector: 'postgres', namespace: 'n' },
    },
    { type: 'scan.queued', subject: run, actorId: null, attributes: { sourceId: sourceA }, data: { sourceId: sourceA, scanId: null } },
    asset('asset.created', assetA, sourceA, { accessAfter: classA }),
    asset('asset.created', assetAX, sourceA, { accessAfter: classAX }),
    asset('asset.created', assetB, sourceB, { accessAfter: classB }),
    { type: 'team.created', subject: teamId, actorId: userId, data: { name: 'team' } },
    asset('asset.deleted', assetB, sourceB, { accessBefore: classB }),
    {
      type: 'asset.updated',
      subject: moved,
      actorId: null,
      attributes: { sourceId: sourceA, accessBefore: classAX, accessAfter: classA },
      data: { namespace: 'n', name: 'm', kind: 'TABLE', version: 2, changes: [] },
    },
    {
      type: 'lineage.changed',
      subject: assetA,
      actorId: userId,
      attributes: { sourceId: sourceA, accessBefore: classA, accessAfter: classA, accessFrom: classB },
      data: { namespace: 'n', name: 'a', kind: 'TABLE', change: 'declared', level: 'ASSET', declarationId: newId(), reason: 'r' },
    },
  ];
  for (const event of events) await catalog.begin((tx) => append(tx, 'catalog', [event]));
  await createSequencer({ sql: database.connect('events'), logger: createLogger({ level: 'silent', format: 'json' }) }).sealOnce();
});
afterAll(() => database.drop());

const viewer = (...roles: Partial<RoleAssignment>[]): Viewer => ({
  userId,
  sessionId: null,
  roles: roles.map((role) => ({ role: 'READER', sourceId: null, domainId: null, ...role })),
});
const VIEWERS: Record<string, Viewer> = {
  administrator: viewer({ role: 'ADMIN' }),
  'reader of everything': viewer({}),
  'steward of everything': viewer({ role: 'STEWARD' }),
  'reader of source A': viewer({ sourceId: sourceA }),
  'administrator of source A': viewer({ role: 'ADMIN', sourceId: sourceA }),
  'reader of source B': viewer({ sourceId: sourceB }),
  'reader of both': viewer({ sourceId: sourceB }, { sourceId: sourceA }),
  'reader of domain X': viewer({ domainId: domainX }),
  'reader of an empty domain': viewer({ domainId: newId() }),
  ingestor: viewer({ role: 'INGESTOR' }),
  nobody: viewer(),
};
const ALL = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const SEES: Record<string, number[]> = {
  administrator: ALL,
  'reader of everything': ALL.slice(1),
  'steward of everything': ALL.slice(1),
  'reader of source A': [2, 4, 5, 6, 8, 10],
  'administrator of source A': [2, 4, 5, 6, 8, 10],
  'reader of source B': [3, 7, 8, 9],
  'reader of both': ALL.slice(1),
  'reader of domain X': [6, 8, 10],
  'reader of an empty domain': [8],
  ingestor: [],
  nobody: [],
};

const seqs = async (scope: EventScope, more: Omit<EventFilter, 'scope'> & { afterSeq?: number; limit?: number } = {}): Promise<number[]> =>
  (await listEvents(sql, { afterSeq: 0, limit: 50, scope, ...more })).map((event) => event.seq);
const seqsBackwards = async (scope: EventScope, more: Omit<EventFilter, 'scope'> & { afterSeq?: number; limit?: number } = {}) =>
  (await listEvents(sql, { afterSeq: null, limit: 50, scope, ...more, newestFirst: true })).map((event) => event.seq);

describe.each(Object.keys(VIEWERS))('%s', (name) => {
  it('sees the events of what it may see, in every list, count and by id', async () => {
    const scope = await eventScope(sql, VIEWERS[name]!);
    expect(await seqs(scope)).toEqual(SEES[name]);
    expect(await countEvents(sql, { scope })).toBe(SEES[name]!.length);
    for (const event of await listEvents(sql, { afterSeq: 0, limit: 50, scope: 'all' })) {
      const sees = SEES[name]!.includes(event.seq);
      expect(await getEvent(sql, event.id, scope)).toEqual(sees ? event : undefined);
      expect(seesEvent(scope, event), event.type).toBe(sees);
      const filters = [
        { types: [event.type] },
        { subject: event.subject! },
        { types: [`${event.type.split('.')[0]}.*`], subject: event.subject! },
      ];
      for (const filter of filters) {
        const found = await seqs(scope, filter);
        expect(found.includes(event.seq)).toBe(sees);
        expect(await countEvents(sql, { ...filter, scope })).toBe(found.length);
        expect(found.every((seq) => SEES[name]!.includes(seq))).toBe(true);
      }
    }
  });

  it('gets the same events page by page', async () => {
    const scope = await eventScope(sql, VIEWERS[name]!);
    const found: number[] = [];
    for (let page = [0]; page.length > 0; found.push(...page)) page = await seqs(scope, { afterSeq: found.at(-1) ?? 0, limit: 2 });
    expect(found).toEqual(SEES[name]);
    const back: number[] = [];
    for (let page = [0]; page.length > 0; back.push(...page)) page = await seqsBackwards(scope, { afterSeq: back.at(-1), limit: 2 });
    expect(back).toEqual(SEES[name]!.toReversed());
  });

  it('finds of what it sees what somebody did', async () => {
    const scope = await eventScope(sql, VIEWERS[name]!);
    const theirs = SEES[name]!.filter((seq) => [1, 2, 3, 8, 11].includes(seq));
    expect(await seqs(scope, { actorId: userId })).toEqual(theirs);
    expect(await countEvents(sql, { scope, actorId: userId })).toBe(theirs.length);
    const sources = theirs.filter((seq) => [2, 3].includes(seq));
    expect(await seqsBackwards(scope, { actorId: userId, types: ['source.*'] })).toEqual(sources.toReversed());
    expect(await countEvents(sql, { scope, actorId: userId, types: ['source.*'] })).toBe(sources.length);
    expect(await seqs(scope, { actorId: newId() })).toEqual([]);
  });
});

describe('a filter by type', () => {
  it('takes names and all of a noun', async () => {
    expect(await seqs('all', { types: ['asset.created'] })).toEqual([5, 6, 7]);
    expect(await seqs('all', { types: ['asset.*', 'team.created', 'asset.created'] })).toEqual([5, 6, 7, 8, 9, 10]);
    expect(await seqs('all', { types: ['identity.*', 'source.*'], afterSeq: 1, limit: 1 })).toEqual([2]);
    expect(await seqs('all', { types: ['quality.degraded'] })).toEqual([]);
    expect(await seqs('all', { types: [] })).toEqual([]);
    expect(await countEvents(sql, { types: [], scope: 'all' })).toBe(0);
  });

  it('refuses what cannot be a name', () => {
    for (const type of ['*', 'asset', 'asset.', '.created', 'asset.*.x', "asset.created'", 'asset.created ', '']) {
      expect(() => matchTypes([type]), type).toThrow(
        expect.objectContaining({ code: 'BAD_USER_INPUT', details: expect.objectContaining({ field: 'types' }) }),
      );
    }
  });
});

describe('a filter by time', () => {
  it('holds from its first moment on, to before its last', async () => {
    const own = await createTestDatabase();
    try {
      const identity = own.connect('identity');
      const empty = { scope: 'all' as const, since: new Date(0), until: new Date() };
      expect(await listEvents(identity, { ...empty, afterSeq: 0, limit: 9 })).toEqual([]);
      // A day apart each, but that some were stamped hours before they were sealed; the oldest two hundred were dropped.
      const at = (n: number): Date => new Date(Date.UTC(2026, 0, 1) + n * 86_400_000 - (n % 7 === 0 ? 20 : 0) * 3_600_000);
      const numbers = Array.from({ length: 1_000 }, (_, index) => index + 201);
      await own.owner`
        insert into events.log (seq, hash, event_id, type, source, time, actor_id, data, attributes, leaf)
        select seq, '', gen_random_uuid(), 'team.created', 'identity', time, case when seq % 2 = 0 then ${userId}::uuid end, '{}', '{}', ''
        from unnest(${numbers}::bigint[], ${numbers.map((n) => at(n).toISOString())}::timestamptz[]) as event (seq, time)`;
      await own.owner`update events.head set seq = ${numbers.at(-1)!}`;
      const everybody = await eventScope(identity, viewer({}));
      const moments = [
        undefined,
        new Date('0001-01-01T00:00:00Z'),
        new Date('9999-12-31T23:59:59.999Z'),
        at(0),
        at(201),
        at(202),
        at(500),
        at(694),
        at(1_000),
        new Date(at(1_000).getTime() + 1),
        at(1_200),
        at(2_000),
      ];
      for (const scope of ['all' as const, everybody]) {
        for (const since of moments) {
          for (const until of moments) {
            const among = numbers.filter((n) => (!since || at(n) >= since) && (!until || at(n) < until));
            const filter = { scope, since, until };
            expect(await countEvents(identity, filter)).toBe(among.length);
            const page = await listEvents(identity, { ...filter, afterSeq: null, newestFirst: true, limit: 5 });
            expect(page.map(({ seq }) => seq)).toEqual(among.toReversed().slice(0, 5));
            const theirs = await listEvents(identity, { ...filter, types: ['team.*'], actorId: userId, afterSeq: 300, limit: 5 });
            expect(theirs.map(({ seq }) => seq)).toEqual(among.filter((n) => n % 2 === 0 && n > 300).slice(0, 5));
          }
        }
      }
    } finally {
      await own.drop();
    }
  });
});

describe('an event', () => {
  it('comes back as it was written', async () => {
    const [event] = await listEvents(sql, { afterSeq: 1, limit: 1, scope: 'all' });
    expect(event).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      seq: 2,
      type: 'source.registered',
      source: 'catalog',
      subject: sourceA,
      time: expect.any(Date),
      actorId: userId,
      data: { name: 'a', connector: 'postgres', namespace: 'n' },
      attributes: { sourceId: sourceA },
      hash: expect.any(Buffer),
    });
    expect(await getEvent(sql, newId(), 'all')).toBeUndefined();
  });
});

describe('a cursor', () => {
  it('leads to what comes after it', async () => {
    const head = await readHead(sql);
    expect(head).toMatchObject({ seq: ALL.length, oldest: `${head.epoch}.0` });
    expect(await resolveLogCursor(sql, null)).toEqual({ epoch: head.epoch, afterSeq: 0 });
    expect(await resolveLogCursor(sql, formatLogCursor({ epoch: head.epoch, seq: 7 }))).toEqual({ epoch: head.epoch, afterSeq: 7 });
  });

  it('is refused when it is none, and expired when it is of another epoch', async () => {
    const head = await readHead(sql);
    const malformed = [
      '',
      '.',
      'x',
      '7',
      `${head.epoch}.`,
      `${head.epoch}.-1`,
      `${head.epoch}.1.1`,
      `${head.epoch}.01`,
      `${head.epoch}.1e3`,
      `${head.epoch}.99999999999999999`,
      `${head.epoch}.${ALL.length + 1}`,
      ` ${head.epoch}.1`,
      `${'a'.repeat(40)}.1`,
    ];
    for (const cursor of malformed) {
      expect(() => parseLogCursor(cursor, head), cursor).toThrow(
        expect.objectContaining({ code: 'BAD_USER_INPUT', details: { field: 'after' } }),
      );
    }
    await expect(resolveLogCursor(sql, '00000000.3')).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
      details: { oldest: `${head.epoch}.0` },
    });
  });
});

describe('reading a large log', () => {
  it('follows an index for every kind of viewer and filter, and never reads over the rest', async () => {
    const large = await createTestDatabase();
    try {
      // Thirty sources with a thousand events each; one of them is seen. Rare types are one in ten thousand.
      await large.owner.unsafe(`
        insert into access.classes (source_id) select md5(i::text)::uuid from generate_series(1, 30) i;
        insert into events.log (seq, hash, event_id, type, source, subject, time, actor_id, data, attributes, leaf)
        select n, '', gen_random_uuid(), case when n % 10000 = 0 then 'scan.failed' when n % 3 = 0 then 'asset.updated' else 'asset.created' end, 'catalog',
          'subject-' || n % 5000, timestamptz '2026-01-01' + n * interval '1 hour', case when n % 9000 = 0 then '${userId}'::uuid end, '{}', jsonb_build_object('sourceId', md5((1 + n / 1000)::text)::uuid, 'accessAfter', 1 + n / 1000), ''
        from generate_series(1, 29999) n;
        update events.head set seq = 29999`);
      await large.owner.unsafe('vacuum analyze events.log');
      const identity = large.connect('identity');
      const [row] = await large.owner<
        { sourceId: string; id: number }[]
      >`select source_id, id from access.classes where source_id = md5('15')::uuid`;
      const few = await eventScope(identity, viewer({ sourceId: row!.sourceId }));
      const none = await eventScope(identity, viewer({ domainId: newId() }));
      const everything = await eventScope(identity, viewer({}));
      const pages = [
        { scope: 'all' as const },
        { scope: everything },
        { scope: few },
        { scope: none },
        { scope: 'all' as const, types: ['scan.*'] },
        { scope: few, types: ['asset.updated'] },
        { scope: few, subject: 'subject-4500' },
        { scope: none, types: ['asset.*'] },
        { scope: everything, types: ['scan.failed'] },
        { scope: few, afterSeq: 14_900 },
        { scope: 'all' as const, actorId: userId },
        { scope: everything, actorId: userId, types: ['scan.failed'] },
        { scope: few, actorId: userId },
        { scope: 'all' as const, since: new Date('2027-06-01T00:00:00Z') },
        { scope: everything, since: new Date('2027-06-01T00:00:00Z'), types: ['scan.*'] },
        {
          scope: 'all' as const,
          since: new Date('2026-06-01T00:00:00Z'),
          until: new Date('2026-06-02T00:00:00Z'),
          types: ['asset.updated'],
        },
      ];
      for (const page of pages) {
        const read = await rowsRead(identity, async (tx) => void (await listEvents(tx, { afterSeq: 0, limit: 51, ...page })));
        expect(read, JSON.stringify(page)).toBeLessThan(1_500);
        const back = { limit: 51, ...page, afterSeq: 20_000, newestFirst: true as const };
        const readBack = await rowsRead(identity, async (tx) => void (await listEvents(tx, back)));
        expect(readBack, JSON.stringify(page)).toBeLessThan(1_500);
      }
      expect(await rowsRead(large.owner, async (tx) => void (await tx`select count(*) from events.log where data = '1'`))).toBeGreaterThan(
        29_000,
      );
      expect(await countEvents(identity, { scope: few })).toBe(1_000);
      expect(await countEvents(identity, { scope: 'all' })).toBe(29_999);
    } finally {
      await large.drop();
    }
  });

  /** How many rows of the log and its indexes the work reads, once the server might have settled on a plan for any parameters. */
  async function rowsRead(sql: Database, work: (tx: Database) => Promise<void>): Promise<number> {
    let read = 0;
    await sql.begin(async (tx) => {
      const count = async (): Promise<number> => {
        const [row] = await tx<{ read: number }[]>`
          select (select coalesce(sum(pg_stat_get_xact_tuples_returned(oid)), 0) from pg_class
            where relname like 'log\\_%' and relnamespace = 'events'::regnamespace and relkind in ('r', 'i'))::bigint as read`;
        return row!.read;
      };
      for (let warmUp = 0; warmUp < 7; warmUp++) await work(tx as unknown as Database);
      const before = await count();
      await work(tx as unknown as Database);
      read = (await count()) - before;
    });
    return read;
  }
});
