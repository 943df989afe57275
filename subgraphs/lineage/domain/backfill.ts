/**
 * Views whose events never told their SQL, as those of before PurSight read it, get the lineage of their columns from what catalog knows of
 * them now. Once after each start: from then on events tell it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '#platform/database/index.ts';
import type { Consumer } from '#platform/events/consumer.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';
import { findAssets, listUnread } from '../store/assets.ts';
import { findViews, type ViewFacts } from '../store/catalogAssets.ts';
import { holdFeed } from '../store/native.ts';
import { readsOf, writeTold } from './feed.ts';

/** Of which catalog is asked at once: each may bring a long SQL along. */
const VIEWS_AT_ONCE = 100;
/** How often it is tried while something is away, and how long it waits: until the next start views stay as they are. */
const MOST_TRIES = 20;
const PAUSE_MS = 30_000;

const FIRST = '00000000-0000-0000-0000-000000000000';

type Deps = { sql: Database; askCatalog: AskSubgraph; logger: Logger };

/** `runOnce`: some views; false when there are no more. */
export function createBackfill({ sql, askCatalog, logger }: Deps): Consumer {
  let after = FIRST;
  let running: Promise<void> | undefined;
  let stopping = new AbortController();

  async function runOnce(): Promise<boolean> {
    const ids = await listUnread(sql, after, VIEWS_AT_ONCE);
    if (ids.length === 0) return false;
    for (const view of await findViews(askCatalog, ids)) {
      if (stopping.signal.aborted) return false;
      if (view.definition !== null) await fill(view, view.definition);
    }
    after = ids.at(-1)!;
    return true;
  }

  /** The feed waits meanwhile. What it has come to first counts: catalog may be ahead of it, or behind. */
  async function fill({ id, dependsOn }: ViewFacts, definition: string): Promise<void> {
    await sql.begin(async (tx) => {
      await holdFeed(tx);
      const [state] = await findAssets(tx, [id]);
      if (!state || state.isDeleted || state.readFrom !== null) return;
      const told = { ...state, dependsOn: readsOf(dependsOn), definition, isDeleted: null, at: new Date() };
      const known = state.dependsOn.map(({ name, columns }) => ({ name, columns }));
      if (!isDeepStrictEqual(known, told.dependsOn)) return;
      await writeTold(tx, [told], { stored: [state], known: [{ ...state, seq: state.seq - 1 }], logger });
    });
  }

  async function run(signal: AbortSignal): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES && !signal.aborted;) {
      try {
        if (!(await runOnce())) return;
      } catch (error) {
        // Nothing is lost: what has not been read is found again, at the latest after the next start.
        if (tries++ === 0) logger.warn({ err: error }, 'views cannot be read again now; it is tried some more times');
        await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined); // it is stopped
      }
    }
  }

  return {
    runOnce,
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
