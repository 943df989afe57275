/**
 * Views whose SQL nobody could read get the lineage of their columns from what catalog knows of them now: their events never told it, as
 * those of before PurSight read it, or reading it had no answer. So do those that another reader has read. Once after each start: from then
 * on events tell it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '#platform/database/index.ts';
import type { Consumer } from '#platform/events/consumer.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';
import { findAssets, listUnread, type AssetState } from '../store/assets.ts';
import { findViews, type ViewFacts } from '../store/catalogAssets.ts';
import { holdFeed } from '../store/native.ts';
import { READER, readColumnFlows, type ReadView, type ToldAsset } from './columnFlows.ts';
import { readsOf, writeRead } from './feed.ts';

/** Of which catalog is asked at once: each may bring a long SQL along. */
const VIEWS_AT_ONCE = 100;
/** How often the same page is tried while something is away, and how long it waits. */
const MOST_TRIES = 20;
const PAUSE_MS = 30_000;

const FIRST = '00000000-0000-0000-0000-000000000000';

type Deps = { sql: Database; askCatalog: AskSubgraph; logger: Logger; readView?: ReadView; pauseMs?: number };

/** `runOnce`: some views; false when there are no more. */
export function createBackfill({ sql, askCatalog, logger, readView, pauseMs = PAUSE_MS }: Deps): Consumer {
  let after = FIRST;
  let running: Promise<void> | undefined;
  let stopping = new AbortController();

  /** Throws where some of the views could not be read: the others of the page were. At the last try it goes on without them. */
  async function runOnce(isLastTry = false): Promise<boolean> {
    const ids = await listUnread(sql, READER, after, VIEWS_AT_ONCE);
    if (ids.length === 0) return false;
    const failed: { id: string; error: unknown }[] = [];
    for (const view of await findViews(askCatalog, ids)) {
      if (stopping.signal.aborted) return false;
      try {
        if (view.definition !== null) await fill(view, view.definition);
      } catch (error) {
        failed.push({ id: view.id, error });
      }
    }
    const [first] = failed;
    if (first) {
      if (!isLastTry) throw first.error;
      logger.warn(
        { err: first.error, assetIds: failed.map(({ id }) => id) },
        'views are given up until the next start: they could not be read',
      );
    }
    after = ids.at(-1)!;
    return true;
  }

  /** What the feed has come to first counts: catalog may be ahead of it, or behind. It waits while what was read is written. */
  async function fill({ id, dependsOn }: ViewFacts, definition: string): Promise<void> {
    const reads = readsOf(dependsOn);
    const [before] = await findAssets(sql, [id]);
    if (!isUnread(before, reads)) return;
    const told = { ...before, dependsOn: reads, definition, isDeleted: null, isAsBefore: true, at: new Date() };
    const [read] = await readColumnFlows([told], [], { logger, ...(readView && { readView }) });
    // It is given up. What an earlier reader found stays.
    if (read!.readFrom === null) return;
    await sql.begin(async (tx) => {
      await holdFeed(tx);
      const [state] = await findAssets(tx, [id]);
      if (!isUnread(state, reads)) return;
      const fact = { ...state, dependsOn: read!.dependsOn, readFrom: read!.readFrom, isDeleted: null, isAsBefore: true, at: new Date() };
      await writeRead(tx, [fact], { stored: [state], known: [{ ...state, seq: state.seq - 1 }] });
    });
  }

  async function run(signal: AbortSignal): Promise<void> {
    for (let tries = 0; !signal.aborted;) {
      try {
        if (!(await runOnce(tries === MOST_TRIES - 1))) return;
        tries = 0;
      } catch (error) {
        // Nothing is lost: what has not been read is found again, at the latest after the next start.
        tries += 1;
        if (tries === MOST_TRIES) {
          logger.warn({ err: error, tries }, 'views that have not been read are left so until the next start');
          return;
        }
        if (tries === 1) logger.warn({ err: error }, 'views cannot be read again now; it is tried some more times');
        await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined); // it is stopped
      }
    }
  }

  return {
    runOnce: () => runOnce(),
    start() {
      stopping = new AbortController();
      running ??= run(stopping.signal);
    },
    async stop() {
      stopping.abort();
      await running;
      running = undefined;
    },
  };
}

/** Whether it reads what catalog says that it does, and this reader has not read its SQL. */
function isUnread(state: AssetState | undefined, reads: ToldAsset['dependsOn']): state is AssetState {
  if (!state || state.isDeleted || state.readFrom?.startsWith(`${READER}:`)) return false;
  return isDeepStrictEqual(
    state.dependsOn.map(({ name, columns }) => ({ name, columns })),
    reads,
  );
}
