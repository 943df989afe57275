/**
 * The scanner: carries out a run. A connector's stream goes in, assets, versions and events come out. It can be killed
 * anywhere: the run goes on under its id, and what was written is neither written nor counted again.
 */
import { upsertClass } from '#platform/auth/access.ts';
import { sqlState, type Database, type Queryable } from '#platform/database/index.ts';
import { findOutage } from '#platform/database/outage.ts';
import { AppError } from '#platform/errors.ts';
import { append } from '#platform/events/append.ts';
import { following } from '#platform/dateTime.ts';
import type { Logger } from '#platform/logger.ts';
import { withTrace } from '#platform/trace.ts';
import type { Connector, ReadItem, ReadWarning } from '../../connectors/types.ts';
import { listContainers, listLivingIds, updateSizes } from '../../store/scannedAssets.ts';
import * as runs from '../../store/scans.ts';
import { claimContainers, containersOfOthers, getSourcesById, releaseContainers } from '../../store/sources.ts';
import type { ScanRunRow, SourceRow } from '../../store/tables/source.ts';
import type { Vault } from '../../store/vault.ts';
import { createScope } from '../scans.ts';
import { applyBatch, applyDeferred, isParent, prepare, type Prepared, type RunState } from './batch.ts';
import { deleteAssets, findVanished } from './deletions.ts';
import { endRun, type Outcome } from './ending.ts';

/** Assets of a transaction: enough to make round trips cheap, few enough to bound memory and locks. */
const BATCH_ASSETS = 400;
const PROGRESS_EVERY_MS = 1_000;

export type ScannerDeps = {
  /** Role `catalog`. */
  sql: Database;
  vault: Vault;
  connectors: ReadonlyMap<string, Connector>;
  /** Connector queries that fail on purpose (`connector:columns` → `columns`). */
  faults: ReadonlySet<string>;
  logger: Logger;
  onCommit: () => void;
  /** Called for each run that came to its end here. */
  onScanEnd?: (run: { status: string; milliseconds: number }) => void;
};

/** The worker stops, or lost the run's lock: the run stays as it is and goes on with the job's next try. */
class Stopping extends Error {}
class Cancelled extends Error {}

export function createScanner(deps: ScannerDeps) {
  const { sql, vault, connectors, logger, onCommit, onScanEnd } = deps;

  /** Runs a run to its end, whatever that is. Throws only when it should be tried again. */
  async function run(runId: string, stop: AbortSignal): Promise<void> {
    const connection = await sql.reserve();
    try {
      // Two workers with one run (a lost worker lock) would count twice: the second one leaves.
      const [lock] = await connection<{ free: boolean }[]>`select pg_try_advisory_lock(hashtextextended(${runId}, 0)) as free`;
      if (!lock!.free) return;
      try {
        await withTrace({ runId }, () => runLocked(runId, connection, stop));
      } finally {
        await connection`select pg_advisory_unlock(hashtextextended(${runId}, 0))`.catch((error: unknown) =>
          logger.debug({ err: error }, 'the connection that held the run is gone, and its lock with it'),
        );
      }
    } finally {
      connection.release();
    }
  }

  /** `holder` holds the run's lock for as long as it lives. */
  async function runLocked(runId: string, holder: Queryable, stop: AbortSignal): Promise<void> {
    const begun = await begin(runId);
    if (!begun) return;
    const { current, source } = begun;
    const log = logger.child({ source: source.name });
    const abort = new AbortController();
    const onStop = () => abort.abort(new Stopping());
    stop.addEventListener('abort', onStop);
    if (stop.aborted) onStop();
    // Between batches (a host that hangs) only this notices that somebody cancels, or that the lock is gone with its connection.
    const poll = setInterval(() => {
      runs.getRunsById(holder, [runId]).then(
        ([row]) => row?.cancelRequested && abort.abort(new Cancelled()),
        () => abort.abort(new Stopping()),
      );
    }, PROGRESS_EVERY_MS);
    try {
      log.info('scan started');
      const outcome = await read(current, source, abort);
      await finish(current, outcome);
      log.info({ status: outcome.status }, 'scan finished');
    } catch (error) {
      const cause = abort.signal.aborted ? abort.signal.reason : error;
      if (cause instanceof Stopping) throw new Error('The worker stops; the scan goes on with its next try.');
      if (cause instanceof Cancelled) {
        await finish(current, { status: 'CANCELLED', error: null });
        return;
      }
      if (isWorthAnotherTry(error)) throw error;
      if (!(error instanceof AppError)) log.error({ err: error }, 'scan failed unexpectedly');
      const message =
        error instanceof AppError ? error.message : `The scan failed unexpectedly; the server's log has more under the run ${runId}.`;
      await finish(current, { status: 'FAILED', error: message });
      log.warn({ reason: message }, 'scan failed');
    } finally {
      clearInterval(poll);
      stop.removeEventListener('abort', onStop);
      onCommit();
    }
  }

  async function begin(runId: string): Promise<{ current: ScanRunRow; source: SourceRow } | undefined> {
    const begun = await sql.begin(async (tx) => {
      const row = await runs.lockRun(tx, runId);
      if (!row || runs.isOver(row.status)) return undefined;
      const [source] = await getSourcesById(tx, [row.sourceId]);
      if (row.cancelRequested || !source || source.removedAt) {
        await endRun(tx, row, { status: 'CANCELLED', error: null });
        return undefined;
      }
      await runs.forgetFindings(tx, runId);
      // A run that goes on counts its unchanged assets anew; what it added and changed stays counted.
      const current = await runs.updateRun(tx, runId, {
        status: 'RUNNING',
        startedAt: row.startedAt ?? following(new Date(), row.queuedAt),
        phase: 'connecting',
        done: 0,
        total: null,
        unchanged: 0,
      });
      if (row.status === 'QUEUED') {
        await append(tx, 'catalog', [
          {
            type: 'scan.started',
            subject: runId,
            actorId: row.startedBy,
            data: { sourceId: row.sourceId, scanId: row.scanId },
            attributes: { sourceId: row.sourceId },
          },
        ]);
      }
      return { current, source };
    });
    onCommit();
    return begun;
  }

  async function read(current: ScanRunRow, source: SourceRow, abort: AbortController): Promise<Outcome> {
    const connector = connectors.get(source.connector)!;
    const config = await vault.unsealConfig(sql, source.id, source);
    const [scan] = current.scanId ? await runs.getScansById(sql, [current.scanId]) : [];
    const scope = createScope(scan);
    const state: RunState = {
      sql,
      runId: current.id,
      sourceId: source.id,
      namespace: source.namespace,
      accessClass: await sql.begin((tx) => upsertClass(tx, { sourceId: source.id, domainId: null })),
      actorId: current.startedBy,
      seen: new Map(),
      attempt: 0,
      parents: new Map(),
      deferred: { parents: [], others: [] },
    };
    const tally = createTally(current.id);
    const claims = connector.containers(config).includes('*');
    let listed: { names: Set<string>; complete: boolean } = { names: new Set(), complete: false };
    const failures: ReadWarning[] = [];
    let completed = 0;
    let held = 0;

    let toldAt = -Infinity;
    let batch: Prepared[] = [];
    let unreadable: Extract<ReadItem, { type: 'unreadable' }>[] = [];
    // One batch is written while the next one is read, and told at most once a second.
    let writing: Promise<void> = Promise.resolve();
    const flush = async (): Promise<void> => {
      await writing;
      if (batch.length === 0 && unreadable.length === 0) return;
      const [assets, kept] = [batch, unreadable];
      [batch, unreadable] = [[], []];
      writing = (async () => {
        if (await applyBatch(state, assets, kept)) abort.abort(new Cancelled());
        const now = performance.now();
        if (now - toldAt < PROGRESS_EVERY_MS) return;
        toldAt = now;
        await tellProgress(current, source);
      })();
      // Awaited by the next flush; until then its failure must not count as unhandled.
      writing.catch(() => undefined);
    };
    const settle = async (): Promise<void> => {
      await flush();
      await writing;
      abort.signal.throwIfAborted();
    };

    try {
      const stream = connector.read(config, {
        includes: scope.includes,
        skipContainers: await containersOfOthers(sql, source.namespace, source.id),
        signal: abort.signal,
        faults: deps.faults,
      });
      for await (const item of stream) {
        abort.signal.throwIfAborted();
        switch (item.type) {
          case 'containers':
            listed = { names: new Set(item.names), complete: item.complete };
            break;
          case 'container':
            if (claims)
              await sql.begin((tx) => claimContainers(tx, { namespace: source.namespace, sourceId: source.id, containers: [item.name] }));
            await sql`update catalog.scan_runs set phase = 'reading', message = ${item.name}, total = coalesce(total, 0) + ${item.total ?? 0} where id = ${current.id}`;
            break;
          case 'asset':
            // A container begins, perhaps again: what an earlier try set aside is told again.
            if (item.asset.path.length === 1) {
              await settle();
              state.deferred = { parents: [], others: [] };
              state.attempt += 1;
            }
            // Children need their parent's id, so parents are written first, and a schema's rename is decided before its first relation.
            if (batch[0] && isParent(batch[0].asset) && !isParent(item.asset)) {
              await settle();
              await applyDeferred(state, (known) => known.container === item.asset.path[0] || !listed.names.has(known.container));
            }
            batch.push(prepare(item.asset));
            if (batch.length >= BATCH_ASSETS) await flush();
            break;
          case 'unreadable':
            unreadable.push(item);
            await tally.warn(item.warning);
            break;
          case 'warning':
            await tally.warn(item.warning);
            break;
          case 'sizes':
            await updateSizes(sql, source.id, item.sizes);
            break;
          case 'containerFailed':
            await settle();
            // Not read to its end: whether these are renames is decided when it is.
            state.deferred = { parents: [], others: [] };
            failures.push(item.warning);
            await tally.warn(item.warning);
            state.seen.clear();
            break;
          case 'containerComplete':
            await settle();
            await applyDeferred(state, (known) => known.container === item.name || !listed.names.has(known.container));
            held += await removeVanished(state, source, current, item.name, scope);
            completed += 1;
            state.seen.clear();
            break;
        }
      }
      await settle();
    } catch (error) {
      // The batch that is being written ends first: nothing of this run writes after the run has ended.
      await writing.catch((cause: unknown) => logger.debug({ err: cause }, 'the last batch failed as well'));
      throw error;
    }

    if (listed.complete && failures.length === 0) {
      for (const container of await listContainers(sql, source.id)) {
        if (!listed.names.has(container)) held += await removeVanished(state, source, current, container, scope);
      }
    }
    await tally.end();
    if (completed === 0 && failures.length > 0) return { status: 'FAILED', error: failures[0]!.message };
    if (held > 0) return { status: 'NEEDS_REVIEW', error: null };
    return { status: tally.count() > 0 ? 'COMPLETED_WITH_WARNINGS' : 'COMPLETED', error: null };
  }

  /** Deletes what vanished, or holds it for a person. Gives the number that is held. */
  async function removeVanished(
    state: RunState,
    source: SourceRow,
    current: ScanRunRow,
    name: string,
    scope: ReturnType<typeof createScope>,
  ): Promise<number> {
    const { assetIds, held } = await findVanished(sql, { sourceId: source.id, name, runId: current.id }, state.seen, scope);
    if (assetIds.length === 0) return 0;
    await sql.begin(async (tx) => {
      if (held) {
        await runs.addPendingDeletions(tx, current.id, assetIds);
        return;
      }
      const removed = await deleteAssets(tx, {
        assetIds,
        sourceId: source.id,
        runId: current.id,
        actorId: current.startedBy,
        at: new Date(),
      });
      await runs.addToRun(tx, current.id, { removed, done: 0 });
    });
    onCommit();
    return held ? assetIds.length : 0;
  }

  async function tellProgress(current: ScanRunRow, source: SourceRow): Promise<void> {
    await sql.begin(async (tx) => {
      const [row] = await runs.getRunsById(tx, [current.id]);
      await append(tx, 'catalog', [
        {
          type: 'scan.progressed',
          subject: current.id,
          actorId: null,
          data: { phase: row!.phase, done: row!.done, total: row!.total, message: row!.message },
          attributes: { sourceId: source.id },
        },
      ]);
    });
    onCommit();
  }

  /** Keeps the first warnings and counts the rest. */
  function createTally(runId: string) {
    let count = 0;
    return {
      count: () => count,
      async warn(warning: ReadWarning): Promise<void> {
        count += 1;
        if (count <= runs.MAX_WARNINGS) await runs.insertWarnings(sql, runId, [warning]);
      },
      async end(): Promise<void> {
        const left = count - runs.MAX_WARNINGS;
        if (left > 0)
          await runs.insertWarnings(sql, runId, [
            { code: 'MORE_WARNINGS', subject: null, message: `${left} more warnings were counted but not kept.` },
          ]);
      },
    };
  }

  async function finish(current: ScanRunRow, outcome: Outcome): Promise<void> {
    const startedAt = await sql.begin(async (tx) => {
      const row = await runs.lockRun(tx, current.id);
      if (!row || runs.isOver(row.status)) return undefined;
      await endRun(tx, row, outcome);
      return row.startedAt ?? row.queuedAt;
    });
    onCommit();
    if (startedAt) onScanEnd?.({ status: outcome.status, milliseconds: Math.max(0, Date.now() - startedAt.getTime()) });
  }

  return {
    run,

    /** Makes a removed source's assets tombstones, a batch a transaction: killed anywhere, the job's next try goes on. */
    async removeAssets(sourceId: string, actorId: string | null, stop: AbortSignal): Promise<void> {
      for (;;) {
        stop.throwIfAborted();
        const found = await sql.begin(async (tx) => {
          const assetIds = await listLivingIds(tx, sourceId, 500);
          await deleteAssets(tx, { assetIds, sourceId, runId: null, actorId, at: new Date() });
          // What a run claimed between the removal and its cancellation.
          if (assetIds.length === 0) await releaseContainers(tx, sourceId, []);
          return assetIds.length;
        });
        onCommit();
        if (found === 0) return;
      }
    },
  };
}

/** True when PurSight's own database (not the source) is away or full, or chose this transaction to end a deadlock: the job's next try goes on. */
function isWorthAnotherTry(error: unknown): boolean {
  return !(error instanceof AppError) && (findOutage(error) !== undefined || sqlState(error)?.startsWith('40') === true);
}
