import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createLogger } from '#platform/logger.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { insertSource } from '../testing/factories.ts';
import { checkSchedule, nextRunAt } from './schedule.ts';
import { createScans } from './scans.ts';
import { createScheduler } from './scheduler.ts';

const admin: Viewer = { userId: newId(), sessionId: null, roles: [{ role: 'ADMIN', sourceId: null, domainId: null }] };
const DAILY = '0 3 * * *';
/** A Tuesday. */
const NOW = new Date('2026-03-10T12:00:00.000Z');

describe('a schedule', () => {
  const next = (schedule: string | null): string | undefined => nextRunAt(schedule, NOW)?.toISOString();
  it('is due at the next moment in UTC that its expression names', () => {
    expect(next(DAILY)).toBe('2026-03-11T03:00:00.000Z');
    expect(next('0 12 * * *')).toBe('2026-03-11T12:00:00.000Z');
    expect(next('*/15 * * * *')).toBe('2026-03-10T12:15:00.000Z');
    expect(next('30 4 29 2 *')).toBe('2028-02-29T04:30:00.000Z');
    expect(next('0 0 * * 1-5')).toBe('2026-03-11T00:00:00.000Z');
    expect(next(null)).toBeUndefined();
  });

  it('is refused when it can never be kept', () => {
    for (const wrong of ['', 'daily', '* * * *', '0 0 3 * * *', '60 * * * *', '0 0 31 2 *', '@daily'])
      expect(() => checkSchedule(wrong, 'input.schedule'), wrong).toThrow('five fields');
    expect(checkSchedule('  0 3 * * * ', 'input.schedule')).toBe(DAILY);
  });
});

describe('scheduled scans', () => {
  let database: TestDatabase;
  let sql: Database;
  let scans: ReturnType<typeof createScans>;
  let sourceId: string;
  let names = 0;
  const commits = { count: 0 };
  beforeAll(async () => {
    database = await createTestDatabase();
    sql = database.connect('catalog');
    scans = createScans({ sql, onCommit: () => void commits.count++ });
  });
  beforeEach(async () => {
    await sql`update catalog.scan_runs set status = 'COMPLETED'`;
    await sql`delete from catalog.scans`;
    sourceId = (await insertSource(sql, `shop${++names}`)).id;
  });
  afterAll(() => database.drop());

  /** Gives its id; due since `since`. */
  const create = async (since: string | null, schedule: string | null = DAILY, of = sourceId): Promise<string> => {
    const { id } = await scans.create(admin, { sourceId: of, name: `scan ${++names}`, schedule });
    if (since) await sql`update catalog.scans set next_run_at = ${since} where id = ${id}`;
    return id;
  };
  const runs = async () =>
    await sql<
      { id: string; scanId: string; status: string }[]
    >`select id, scan_id, status from catalog.scan_runs where source_id = ${sourceId} order by queued_at, id`;
  const due = async (id: string) => (await sql`select next_run_at from catalog.scans where id = ${id}`)[0]!.nextRunAt;
  const jobs = async (runId: string) => await database.owner`select from graphile_worker.jobs where key = ${`scan:${runId}`}`;
  const end = async () => void (await sql`update catalog.scan_runs set status = 'COMPLETED' where source_id = ${sourceId}`);

  it('begin at their time, with a job and an event of nobody, and not before', async () => {
    const id = await create('2026-03-10T12:00:00Z');
    expect(await scans.startDue(new Date(NOW.getTime() - 1))).toBe(0);
    expect(await scans.startDue(NOW)).toBe(1);
    const [run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(run).toMatchObject({ scanId: id, status: 'QUEUED' });
    expect(await jobs(run!.id)).toHaveLength(1);
    const events = await database.owner`select actor_id, data from events.outbox where subject = ${run!.id}`;
    expect(events).toEqual([{ actorId: null, data: { sourceId, scanId: id } }]);
    expect(await due(id)).toEqual(new Date('2026-03-11T03:00:00Z'));
  });

  it('whose moments passed many times while nothing ran make one run', async () => {
    const id = await create('2025-12-01T03:00:00Z');
    expect(await scans.startDue(NOW)).toBe(1);
    await end();
    for (let times = 0; times < 3; times++) expect(await scans.startDue(NOW)).toBe(0);
    expect(await runs()).toHaveLength(1);
    expect(await due(id)).toEqual(new Date('2026-03-11T03:00:00Z'));
    expect(await scans.startDue(new Date('2026-03-11T03:00:00Z'))).toBe(1);
    expect(await runs()).toHaveLength(2);
  });

  it('make one run when many schedulers look at once', async () => {
    const others = await Promise.all(Array.from({ length: 4 }, async () => (await insertSource(sql, `more${++names}`)).id));
    for (const of of [sourceId, ...others]) await create('2026-03-10T03:00:00Z', DAILY, of);
    const pools = Array.from({ length: 3 }, () => createScans({ sql: database.connect('catalog'), onCommit: () => {} }));
    const counts = await Promise.all(pools.map((each) => each.startDue(NOW)));
    expect(counts.reduce((sum, count) => sum + count)).toBe(5);
    for (const of of [sourceId, ...others]) expect(await sql`select from catalog.scan_runs where source_id = ${of}`).toHaveLength(1);
  });

  it('that still run at their next moment are not queued a second time', async () => {
    const id = await create('2026-03-09T03:00:00Z');
    await scans.startDue(new Date('2026-03-09T03:00:01Z'));
    await sql`update catalog.scan_runs set status = 'RUNNING' where source_id = ${sourceId}`;
    expect(await scans.startDue(NOW)).toBe(1);
    expect(await runs()).toHaveLength(1);
    expect(await due(id)).toEqual(new Date('2026-03-11T03:00:00Z'));
  });

  it('of one source come one after the other, also when they are due together', async () => {
    const [first, second] = [await create('2026-03-10T03:00:00Z'), await create('2026-03-10T03:00:00Z')];
    expect(await scans.startDue(NOW)).toBe(1);
    expect(await scans.startDue(NOW)).toBe(0);
    const [begun] = await runs();
    const waiting = begun!.scanId === first ? second : first;
    expect(await due(waiting)).toEqual(new Date('2026-03-10T03:00:00Z'));
    await end();
    expect(await scans.startDue(NOW)).toBe(1);
    expect((await runs()).map(({ scanId }) => scanId).toSorted()).toEqual([first, second].toSorted());
    await end();
    expect(await scans.startDue(NOW)).toBe(0);
  });

  it('wait for a run that somebody started over another scope, and hold up no other source', async () => {
    const other = await create(null, null);
    await scans.start(admin, { sourceId, scanId: other });
    const id = await create('2026-03-10T03:00:00Z');
    const free = (await insertSource(sql, `free${++names}`)).id;
    await create('2026-03-10T04:00:00Z', DAILY, free);
    expect(await scans.startDue(NOW)).toBe(1);
    expect(await sql`select from catalog.scan_runs where source_id = ${free}`).toHaveLength(1);
    await end();
    expect(await scans.startDue(NOW)).toBe(1);
    expect((await runs()).map(({ scanId }) => scanId)).toEqual([other, id]);
  });

  it('follow a change of the schedule; a change of anything else loses no moment that has passed', async () => {
    const id = await create('2026-03-10T03:00:00Z');
    await scans.update(admin, { id, version: 1, name: 'renamed' });
    expect(await due(id)).toEqual(new Date('2026-03-10T03:00:00Z'));
    await scans.update(admin, { id, version: 2, schedule: '0 4 29 2 *' });
    expect(await due(id)).toEqual(nextRunAt('0 4 29 2 *', new Date()));
    expect(await scans.startDue(NOW)).toBe(0);
    await scans.update(admin, { id, version: 3, schedule: null });
    expect(await due(id)).toBeNull();
    expect(await scans.startDue(new Date('2040-01-01T00:00:00Z'))).toBe(0);
  });

  it('that are removed begin no more', async () => {
    const id = await create('2026-03-10T03:00:00Z');
    await scans.remove(admin, id);
    expect(await scans.startDue(NOW)).toBe(0);
    expect(await runs()).toEqual([]);
  });

  it('that are removed while the schedule starts them leave no run without its scope', async () => {
    const id = await create('2026-03-10T03:00:00Z');
    let removal: Promise<unknown> | undefined;
    await sql.begin(async (tx) => {
      // As the schedule does: the scan is locked, and then its run is there.
      await tx`select from catalog.scans where id = ${id} for update`;
      removal = scans.remove(admin, id);
      const waiting = () => database.owner`select from pg_locks where not granted`;
      await expect.poll(async () => (await waiting()).length).toBeGreaterThan(0);
      await tx`insert into catalog.scan_runs (id, source_id, scan_id, status, queued_at) values (${newId()}, ${sourceId}, ${id}, 'QUEUED', now())`;
    });
    await removal;
    expect(await sql`select cancel_requested from catalog.scan_runs where source_id = ${sourceId}`).toEqual([{ cancelRequested: true }]);
  });

  it('are looked for by the scheduler by itself', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const scheduler = createScheduler({ scans, logger: createLogger({ level: 'silent', format: 'json' }) });
      await create(new Date(Date.now() - 60_000).toISOString());
      scheduler.start();
      vi.advanceTimersByTime(5_000);
      await scheduler.stop();
      expect(await runs()).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});
