/** What the separate processes have in common: a database and a root key that they share. */
import type { Settings } from '#platform/config.ts';
import { CannotStart } from '#platform/errors.ts';
import { readRootKey } from '#platform/rootKey.ts';
import { createMetrics } from '#router/metrics.ts';
import { locateDatabase, prepareDatabase } from '../database.ts';
import type { Base } from '../parts/base.ts';
import { runProcess } from '../run.ts';
import { withTeardown } from '../teardown.ts';

export type Say = (sentence: string) => void;

/**
 * Runs a process of the separated shape. It takes no lock on the product (any number of each may run), and brings the
 * database to its version as every other one does, in turns. `check` throws what can be told before the database is asked.
 */
export const runSeparate = (
  title: string,
  start: (base: Base, say: Say) => Promise<void>,
  check: (settings: Settings) => void = () => {},
): Promise<never> =>
  runProcess(title, ({ settings, logger, say }) =>
    withTeardown(logger, async (later) => {
      check(settings);
      const { DATABASE_URL, SECRET_KEY } = settings;
      if (!DATABASE_URL || !SECRET_KEY) {
        const missing = [!DATABASE_URL && 'DATABASE_URL', !SECRET_KEY && 'SECRET_KEY'].filter(Boolean).join(' and ');
        throw new CannotStart(`Set ${missing}: processes of one product share a database and a root key, so each must be given both.`);
      }
      const location = await locateDatabase(DATABASE_URL, readRootKey({ dataDir: settings.DATA_DIR, secretKey: SECRET_KEY }));
      await prepareDatabase(location);
      await start({ settings, location, logger, metrics: createMetrics(), later }, say);
      return {};
    }),
  );
