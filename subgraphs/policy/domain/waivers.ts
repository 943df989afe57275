/** Waivers that end by themselves. Any number of these may run at once. */
import type { Database } from '#platform/database/index.ts';
import type { Consumer } from '#platform/events/consumer.ts';
import type { Logger } from '#platform/logger.ts';
import { decide, lockExpired } from '../store/violations.ts';
import { createUpkeep } from './upkeep.ts';
import { appendViolationEvents } from './violationEvents.ts';

const EVERY_MS = 1_000;
const BATCH = 500;

type Deps = { sql: Database; onCommit: () => void; logger: Logger; now?: () => Date };

/** Opens again what was waived until now, every second. */
export function createWaiverSweeper({ sql, onCommit, logger, now = () => new Date() }: Deps): Consumer {
  async function runOnce(): Promise<boolean> {
    const count = await sql.begin(async (tx) => {
      const at = now();
      const expired = await lockExpired(tx, at, BATCH);
      const decision = { status: 'OPEN', waivedUntil: null, waivedBecause: null, updatedAt: at } as const;
      await decide(
        tx,
        expired.map(({ id }) => id),
        decision,
      );
      await appendViolationEvents(
        tx,
        expired.map((row) => ({
          type: 'policy.reopened',
          violation: { ...row, ...decision },
          actorId: null,
          because: 'the waiver expired',
        })),
        at,
      );
      return expired.length;
    });
    if (count > 0) onCommit();
    return count > 0;
  }

  // Nothing is lost when it fails: they are still waived.
  return createUpkeep({ everyMs: EVERY_MS, runOnce, failed: 'ending waivers failed', logger });
}
