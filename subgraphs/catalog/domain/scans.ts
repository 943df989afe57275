/** Scans and their runs, as people and the schedule ask for them. What a run does is in `scanner/`. */
import picomatch from 'picomatch';
import { may, requireReader, type Action, type Viewer } from '#platform/auth/viewer.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import { Conflict, InvalidInput, NotAllowed, NotFound } from '#platform/errors.ts';
import { append, logPosition } from '#platform/events/append.ts';
import { checkName, checkText } from '#platform/graphql/inputs.ts';
import { isId, newId } from '#platform/ids.ts';
import { addJob } from '#platform/jobs/queue.ts';
import { following } from '#platform/dateTime.ts';
import * as sourcesStore from '../store/sources.ts';
import * as store from '../store/scans.ts';
import type { ScanRow, ScanRunRow, SourceRow } from '../store/tables/source.ts';
import { deleteAssets } from './scanner/deletions.ts';
import { checkSchedule, nextRunAt } from './schedule.ts';

export type CreateScan = { sourceId: string; name: string; schedule?: string | null; include?: string[] | null; exclude?: string[] | null };
export type UpdateScan = { id: string; version: number } & Partial<Omit<CreateScan, 'sourceId'>>;

const MAX_GLOBS = 200;

export type Scans = ReturnType<typeof createScans>;

export function createScans({ sql, onCommit }: { sql: Database; onCommit: () => void }) {
  /** NOT_FOUND without sight of the source, FORBIDDEN without the right. */
  function checkSource(viewer: Viewer, source: SourceRow | undefined, noun: string, id: string, action: Action): SourceRow {
    if (!source || source.removedAt || !may(viewer, 'read', { sourceId: source.id })) throw new NotFound(noun, id);
    if (!may(viewer, action, { sourceId: source.id })) {
      const role = action === 'administer' ? 'ADMIN' : 'STEWARD';
      throw new NotAllowed(`This needs the role ${role} over the source.`, `role:${role}`);
    }
    return source;
  }

  /** Locked: a removal under way is waited for, and then there is nothing to scan or to add a scan to. */
  async function lockSource(tx: Transaction, viewer: Viewer, id: string, action: Action): Promise<SourceRow> {
    return checkSource(viewer, isId(id) ? await sourcesStore.lockSource(tx, id) : undefined, 'source', id, action);
  }

  async function lockScan(tx: Transaction, viewer: Viewer, id: string): Promise<{ scan: ScanRow; source: SourceRow }> {
    const [seen] = isId(id) ? await store.getScansById(tx, [id]) : [];
    const source = checkSource(viewer, seen && (await sourcesStore.lockSource(tx, seen.sourceId)), 'scan', id, 'administer');
    // Under the lock: another request may have removed it meanwhile. Its own lock keeps the schedule from starting it.
    const scan = await store.lockScan(tx, id);
    if (!scan) throw new NotFound('scan', id);
    return { scan, source };
  }

  /** Does not lock the source: a removal locks that first, and then the run. */
  async function checkRun(tx: Transaction, viewer: Viewer, id: string): Promise<ScanRunRow> {
    const run = isId(id) ? await store.lockRun(tx, id) : undefined;
    const [source] = run ? await sourcesStore.getSourcesById(tx, [run.sourceId]) : [];
    checkSource(viewer, source, 'scan run', id, 'edit');
    return run!;
  }

  /** A run of its source is queued with its job and its event; while another one is going on, that one is given. */
  async function queueRun(tx: Transaction, sourceId: string, scanId: string | null, actorId: string | null): Promise<ScanRunRow> {
    const now = new Date();
    const id = newId();
    const insert = () => store.insertRun(tx, { id, sourceId, scanId, startedBy: actorId, queuedAt: now });
    // The run that is going on may end between the two statements: then there is room for this one.
    const run = (await insert()) ?? (await store.findCurrentRun(tx, sourceId)) ?? (await insert());
    if (!run) throw new Conflict('Another run of this source begins and ends at this moment: try again.');
    if (run.id !== id) return run;
    await append(
      tx,
      'catalog',
      [{ type: 'scan.queued', subject: run.id, actorId, data: { sourceId, scanId }, attributes: { sourceId } }],
      now,
    );
    await addScanJob(tx, run);
    return run;
  }

  /** False when no scan is due, or somebody else has just begun another one of its source: then it waits for that. */
  async function startNext(tx: Transaction, now: Date): Promise<boolean> {
    const scan = await store.lockDueScan(tx, now);
    if (!scan) return false;
    const run = await queueRun(tx, scan.sourceId, scan.id, null);
    if (run.scanId !== scan.id) return false;
    await store.updateScanRow(tx, scan.id, { ...scan, nextRunAt: nextRunAt(scan.schedule, now) });
    return true;
  }

  return {
    async create(viewer: Viewer | null, input: CreateScan): Promise<{ id: string; cursor: string }> {
      const known = requireReader(viewer);
      const name = checkName(input.name, 'name');
      const schedule = checkSchedule(input.schedule, 'schedule');
      const include = checkGlobs(input.include, 'include');
      const exclude = checkGlobs(input.exclude, 'exclude');
      const id = newId();
      const cursor = await sql.begin(async (tx) => {
        const position = await logPosition(tx);
        const source = await lockSource(tx, known, input.sourceId, 'administer');
        await checkNameIsFree(tx, source.id, name, null);
        await store.insertScan(tx, {
          id,
          sourceId: source.id,
          name,
          schedule,
          nextRunAt: nextRunAt(schedule, new Date()),
          include,
          exclude,
        });
        await appendSourceUpdated(tx, source, known, [
          { path: `/scans/${name}`, before: undefined, after: { schedule, include, exclude } },
        ]);
        return position;
      });
      onCommit();
      return { id, cursor };
    },

    async update(viewer: Viewer | null, input: UpdateScan): Promise<{ id: string; cursor: string }> {
      const known = requireReader(viewer);
      const name = input.name == null ? undefined : checkName(input.name, 'name');
      const schedule = input.schedule === undefined ? undefined : checkSchedule(input.schedule, 'schedule');
      const include = input.include === undefined ? undefined : checkGlobs(input.include, 'include');
      const exclude = input.exclude === undefined ? undefined : checkGlobs(input.exclude, 'exclude');
      const cursor = await sql.begin(async (tx) => {
        const position = await logPosition(tx);
        const { scan, source } = await lockScan(tx, known, input.id);
        if (scan.version !== input.version)
          throw new Conflict('Somebody changed this scan meanwhile: read it again.', { currentVersion: scan.version });
        const next = {
          name: name ?? scan.name,
          schedule: schedule === undefined ? scan.schedule : schedule,
          include: include ?? scan.include,
          exclude: exclude ?? scan.exclude,
        };
        await checkNameIsFree(tx, source.id, next.name, scan.id);
        // A moment that has passed already is still to be kept.
        const due = next.schedule === scan.schedule ? scan.nextRunAt : nextRunAt(next.schedule, new Date());
        await store.updateScanRow(tx, scan.id, { ...next, nextRunAt: due, version: scan.version + 1 });
        await appendSourceUpdated(tx, source, known, [
          { path: `/scans/${scan.name}`, before: { schedule: scan.schedule, include: scan.include, exclude: scan.exclude }, after: next },
        ]);
        return position;
      });
      onCommit();
      return { id: input.id, cursor };
    },

    /** Gives the scan as it was. Its runs stay. */
    async remove(viewer: Viewer | null, id: string): Promise<{ scan: ScanRow; cursor: string }> {
      const known = requireReader(viewer);
      const result = await sql.begin(async (tx) => {
        const cursor = await logPosition(tx);
        const { scan, source } = await lockScan(tx, known, id);
        // Without its scan a run would have no scope: it must not go on over everything.
        await store.cancelRunsOfScan(tx, scan.id);
        await store.deleteScan(tx, scan.id);
        await appendSourceUpdated(tx, source, known, [
          { path: `/scans/${scan.name}`, before: { schedule: scan.schedule }, after: undefined },
        ]);
        return { scan, cursor };
      });
      onCommit();
      return result;
    },

    async start(viewer: Viewer | null, input: { sourceId: string; scanId?: string | null }): Promise<{ run: ScanRunRow; cursor: string }> {
      const known = requireReader(viewer);
      const result = await sql.begin(async (tx) => {
        const cursor = await logPosition(tx);
        const source = await lockSource(tx, known, input.sourceId, 'edit');
        const scans = await store.listScansOfSources(tx, [source.id]);
        const scan =
          input.scanId == null
            ? (scans.find((each) => each.name === 'default') ?? scans[0])
            : scans.find((each) => each.id === input.scanId);
        if (!scan && input.scanId != null) throw new NotFound('scan', input.scanId);
        return { run: await queueRun(tx, source.id, scan?.id ?? null, known.userId), cursor };
      });
      onCommit();
      return result;
    },

    /** A waiting run ends here; one that is going on stops at its next batch. A run that is over stays as it is. */
    async cancel(viewer: Viewer | null, id: string): Promise<{ run: ScanRunRow; cursor: string }> {
      const known = requireReader(viewer);
      const result = await sql.begin(async (tx) => {
        const cursor = await logPosition(tx);
        const run = await checkRun(tx, known, id);
        if (store.isOver(run.status)) throw new Conflict(`This run is over: ${run.status}.`, { status: run.status });
        if (run.status === 'RUNNING') return { run: await store.updateRun(tx, id, { cancelRequested: true }), cursor };
        const now = following(new Date(), run.queuedAt);
        const cancelled = await store.updateRun(tx, id, {
          status: 'CANCELLED',
          cancelRequested: true,
          finishedAt: now,
          phase: 'cancelled',
        });
        await append(
          tx,
          'catalog',
          [
            {
              type: 'scan.cancelled',
              subject: id,
              actorId: known.userId,
              data: { added: 0, changed: 0, unchanged: 0, removed: 0, done: 0, total: null },
              attributes: { sourceId: run.sourceId },
            },
          ],
          now,
        );
        return { run: cancelled, cursor };
      });
      onCommit();
      return result;
    },

    async review(viewer: Viewer | null, input: { id: string; acceptDeletions: boolean }): Promise<{ run: ScanRunRow; cursor: string }> {
      const known = requireReader(viewer);
      const result = await sql.begin(async (tx) => {
        const cursor = await logPosition(tx);
        const run = await checkRun(tx, known, input.id);
        if (run.status !== 'NEEDS_REVIEW') throw new Conflict(`This run waits for no review: ${run.status}.`, { status: run.status });
        if (await store.findCurrentRun(tx, run.sourceId))
          throw new Conflict('A newer run is going on, and replaces this question.', { status: run.status });
        const now = new Date();
        const held = await store.takePendingDeletions(tx, run.id);
        const removed = input.acceptDeletions
          ? await deleteAssets(tx, { assetIds: held, sourceId: run.sourceId, runId: run.id, actorId: known.userId, at: now })
          : 0;
        const reviewed = await store.updateRun(tx, run.id, {
          status: input.acceptDeletions ? 'COMPLETED' : 'COMPLETED_WITH_WARNINGS',
          removed: run.removed + removed,
          phase: 'reviewed',
          message: null,
        });
        if (!input.acceptDeletions) {
          await store.insertWarnings(tx, run.id, [
            { code: 'DELETIONS_REJECTED', subject: null, message: `${held.length} deletions were rejected; the next scan asks again.` },
          ]);
        }
        await append(
          tx,
          'catalog',
          [
            {
              type: 'scan.reviewed',
              subject: run.id,
              actorId: known.userId,
              data: { accepted: input.acceptDeletions, removed, done: run.done, total: run.total },
              attributes: { sourceId: run.sourceId },
            },
          ],
          now,
        );
        return { run: reviewed, cursor };
      });
      onCommit();
      return result;
    },

    /**
     * Queues the scans whose time has come, each once however many of its moments have passed; one that is queued or running
     * already counts as that one. Called every few seconds by each worker; two at once share the work. Gives their number.
     */
    async startDue(now = new Date()): Promise<number> {
      let started = 0;
      while (await sql.begin((tx) => startNext(tx, now))) started++;
      if (started > 0) onCommit();
      return started;
    },

    /** Runs and removals that are not over although no worker has them (its tries were used up) are queued again. */
    async requeueAbandoned(now = new Date()): Promise<void> {
      const candidates = await store.listUnfinishedRuns(sql, new Date(now.getTime() - 60_000));
      for (const run of candidates) {
        await sql.begin(async (tx) => {
          const [lock] = await tx<{ free: boolean }[]>`select pg_try_advisory_xact_lock(hashtextextended(${run.id}, 0)) as free`;
          if (lock!.free) await addScanJob(tx, run);
        });
      }
      for (const sourceId of await sourcesStore.listUnfinishedRemovals(sql)) {
        await sql.begin((tx) => sourcesStore.addRemovalJob(tx, sourceId, null));
      }
    },
  };
}

async function addScanJob(tx: Transaction, run: Pick<ScanRunRow, 'id' | 'sourceId'>): Promise<void> {
  await addJob(tx, { task: 'scan', payload: { runId: run.id }, queue: `source:${run.sourceId}`, key: `scan:${run.id}` });
}

async function checkNameIsFree(tx: Transaction, sourceId: string, name: string, except: string | null): Promise<void> {
  const namesake = (await store.listScansOfSources(tx, [sourceId])).find((scan) => scan.name === name);
  if (namesake && namesake.id !== except) throw new Conflict(`The source has a scan "${name}" already.`, { field: 'name' });
}

async function appendSourceUpdated(
  tx: Transaction,
  source: SourceRow,
  viewer: Viewer,
  changes: { path: string; before: unknown; after: unknown }[],
): Promise<void> {
  await append(tx, 'catalog', [
    {
      type: 'source.updated',
      subject: source.id,
      actorId: viewer.userId,
      data: { name: source.name, changes },
      attributes: { sourceId: source.id },
    },
  ]);
}

export function checkGlobs(globs: string[] | null | undefined, field: string): string[] {
  if (globs == null) return [];
  if (globs.length > MAX_GLOBS) throw new InvalidInput(`"${field}" takes at most ${MAX_GLOBS} globs.`, field);
  return globs.map((glob, index) => {
    const text = checkText(glob, `${field}.${index}`, { min: 1, max: 300 });
    try {
      picomatch(text, { strictBrackets: true });
    } catch {
      throw new InvalidInput(`"${text}" is no glob; write such as "public.*" or "sales.order_*".`, `${field}.${index}`);
    }
    return text;
  });
}

/** Whether a relation is in a scan's scope: included (or nothing is named) and not excluded. Globs are over `schema.name`. */
export function createScope(scan: Pick<ScanRow, 'include' | 'exclude'> | undefined): {
  narrowed: boolean;
  includes: (schema: string, name: string) => boolean;
} {
  const include = scan?.include ?? [];
  const exclude = scan?.exclude ?? [];
  // `posix`: without it `[!ab]` means the signs `!`, `a` and `b`, the opposite of what shells have taught everybody.
  const options = { dot: true, nobrace: false, posix: true };
  const included = include.length > 0 ? picomatch(include, options) : () => true;
  const excluded = exclude.length > 0 ? picomatch(exclude, options) : () => false;
  // A slash in a name is no path separator here: picomatch would never let `*` match it.
  const clean = (text: string): string => text.replaceAll('/', '\u2215');
  return {
    narrowed: include.length > 0 || exclude.length > 0,
    includes: (schema, name) => {
      const full = clean(`${schema}.${name}`);
      return included(full) && !excluded(full);
    },
  };
}
