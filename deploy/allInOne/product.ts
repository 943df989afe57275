/** The whole product in one process: which parts there are, in which order they start, and how they stop. */
import { connect, type Database } from '#platform/database/index.ts';
import { startEmbedded, type Embedded } from '#platform/database/embedded.ts';
import { holdInstance } from '#platform/database/instance.ts';
import { migrate } from '#platform/database/migrate.ts';
import { findRolePrefix, roleUrl, type DatabaseLocation, type Part } from '#platform/database/roles.ts';
import type { Settings } from '#platform/config.ts';
import { CannotStart } from '#platform/errors.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import { createWorker } from '#platform/jobs/worker.ts';
import type { Logger } from '#platform/logger.ts';
import { readRootKey } from '#platform/rootKey.ts';
import { createSessionSubgraph } from '#router/auth/index.ts';
import { createRouter } from '#router/index.ts';
import { createCatalog } from '#subgraphs/catalog/index.ts';
import { createIdentity } from '#subgraphs/identity/index.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { ensureDemo } from '../demo/register.ts';
import { MIGRATION_FOLDERS } from '../migrations.ts';

export type ProductOptions = {
  settings: Settings;
  /** Absolute. */
  dataDir: string;
  demo: boolean;
  logger: Logger;
  /** Tells the person at the terminal a sentence. */
  say: (sentence: string) => void;
  /** Something without which the product cannot go on went away. */
  onLost: (sentence: string) => void;
  /** Milliseconds that an operation may take. */
  deadlineMs?: number;
};

export type Product = { url: string; stop(): Promise<void> };

const SCANS_AT_ONCE = 2;

export async function startProduct({ settings, dataDir, demo, logger, say, onLost, deadlineMs }: ProductOptions): Promise<Product> {
  // What was started is stopped in the opposite order, also when the start itself fails half-way.
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) {
      await step().catch((error: unknown) => logger.warn({ err: error }, 'a part did not stop cleanly; the next start copes'));
    }
  };

  try {
    const rootKey = readRootKey({ dataDir, secretKey: settings.SECRET_KEY });
    let embedded: Embedded | undefined;
    if (!settings.DATABASE_URL) {
      embedded = await startEmbedded({ dataDir, rootKey, logger, onLost });
      undo.push(() => embedded!.stop());
      embedded.say.forEach(say);
    }
    const ownerUrl = settings.DATABASE_URL ?? embedded!.ownerUrl;
    const location: DatabaseLocation = {
      ownerUrl,
      rolePrefix: await findRolePrefix(ownerUrl).catch((error: unknown) => cannotReach(ownerUrl, error)),
      rootKey,
    };
    const instance = await holdInstance({ url: ownerUrl, place: embedded ? `the folder ${dataDir}` : 'this database', logger, onLost });
    undo.push(() => instance.release());
    await migrate(location, MIGRATION_FOLDERS);
    // The embedded server counts its statements: what a page costs can be looked up at any time.
    if (embedded) await runOnce(ownerUrl, 'create extension if not exists pg_stat_statements');

    const pool = (part: Part, name: string, max: number, statementTimeoutMs?: number): Database => {
      const sql = connect({ url: roleUrl(location, part), name, max, statementTimeoutMs });
      undo.push(() => sql.end({ timeout: 5 }));
      return sql;
    };
    const sequencer = createSequencer({ sql: pool('events', 'sequencer', 2), logger: logger.child({ module: 'events' }) });
    const onCommit = (): void => sequencer.wake();
    const identityPool = pool('identity', 'identity', 4);
    const identity = createIdentity({ database: identityPool, rootKey, logger, onCommit });
    const catalogPool = pool('catalog', 'catalog', 6);
    const catalog = createCatalog({
      database: catalogPool,
      // A scan's own statements may take longer than a request's.
      workerDatabase: pool('catalog', 'scanner', 2 + 2 * SCANS_AT_ONCE, 300_000),
      rootKey,
      faults: settings.FAULT,
      logger,
      onCommit,
    });
    sequencer.start();
    undo.push(() => sequencer.stop());
    for (const consumer of identity.consumers) {
      consumer.start();
      undo.push(() => consumer.stop());
    }

    const administrator = await identity.createFirstAdministrator({ email: settings.ADMIN_EMAIL, password: settings.ADMIN_PASSWORD });

    const worker = createWorker({
      url: roleUrl(location, 'jobs'),
      tasks: catalog.tasks,
      concurrency: SCANS_AT_ONCE,
      logger: logger.child({ module: 'jobs' }),
    });
    await worker.start();
    undo.push(() => worker.stop());
    catalog.scheduler.start();
    undo.push(() => catalog.scheduler.stop());

    let demoIsThere = !demo || !embedded;
    const router = createRouter({
      subgraphs: [
        catalog.subgraph,
        identity.subgraph,
        createSessionSubgraph({ sessions: identity.sessions, version: packageJson.version }),
      ],
      authenticate: identity.sessions.authenticate,
      faults: settings.FAULT,
      logger,
      host: settings.HOST,
      port: settings.PORT,
      deadlineMs,
      health: {
        database: { required: true, check: async () => (await identityPool`select 1`, { state: 'ok' }) },
        demo: { required: true, check: () => ({ state: demoIsThere ? 'ok' : 'starting' }) },
      },
    });
    const { url } = await router.start();
    undo.push(() => router.stop());

    say(`GraphQL      ${url}/graphql`);
    say(`Playground   ${url}/playground`);
    say(`Health       ${url}/health/ready`);
    if (embedded) say(`PostgreSQL   port ${embedded.port} (npx pursight database url)`);
    if (administrator?.generated) {
      say(`First administrator, told this once: ${administrator.email} with the password ${administrator.password}`);
    } else if (administrator) {
      say(`First administrator: ${administrator.email} with the password of ADMIN_PASSWORD`);
    }
    if (demo && embedded) {
      await ensureDemo({ embedded, rootKey, catalog, catalogDatabase: catalogPool, identityDatabase: identityPool, say });
      demoIsThere = true;
    } else if (demo) {
      say('No demo: it is only made in the embedded PostgreSQL, never in your own.');
    }
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function cannotReach(ownerUrl: string, error: unknown): never {
  const { host } = new URL(ownerUrl);
  throw new CannotStart(`The database at ${host} (DATABASE_URL) cannot be used: ${(error as Error).message}`);
}

/** One statement of ours as the owner. */
async function runOnce(ownerUrl: string, statement: string): Promise<void> {
  const sql = connect({ url: ownerUrl, name: 'start', max: 1 });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}
