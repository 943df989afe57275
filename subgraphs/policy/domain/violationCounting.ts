/** Adds up the counters of violations now and then. Any number of these may run at once: counting is no less right before. */
import type { Database } from '#platform/database/index.ts';
import type { Consumer } from '#platform/events/consumer.ts';
import type { Logger } from '#platform/logger.ts';
import { addUpCounts } from '../store/violationCounts.ts';
import { createUpkeep } from './upkeep.ts';

const EVERY_MS = 30_000;

export function createViolationCounting({ sql, logger }: { sql: Database; logger: Logger }): Consumer {
  return createUpkeep({
    everyMs: EVERY_MS,
    runOnce: () => sql.begin((tx) => addUpCounts(tx)),
    failed: 'adding up the counters of violations failed',
    logger,
  });
}
