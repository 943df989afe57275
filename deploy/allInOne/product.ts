/** The whole product in one process: which parts there are, in which order they start, and how they stop. */
import { startEmbedded, type Embedded } from '#platform/database/embedded.ts';
import { holdInstance } from '#platform/database/instance.ts';
import type { Settings } from '#platform/config.ts';
import type { Logger } from '#platform/logger.ts';
import { askLocally } from '#platform/graphql/subgraph.ts';
import { readRootKey } from '#platform/rootKey.ts';
import { createMetrics } from '#router/metrics.ts';
import { locateDatabase, prepareDatabase, withPool } from '../database.ts';
import { ensureDemo } from '../demo/register.ts';
import type { Base } from '../parts/base.ts';
import { makeCatalog } from '../parts/catalog.ts';
import { ensureAdministrator, makeIdentity } from '../parts/identity.ts';
import { makeLineage } from '../parts/lineage.ts';
import { makePolicy } from '../parts/policy.ts';
import { checkSubgraphUrls, startRouter } from '../parts/router.ts';
import { makeSequencer, startWork } from '../parts/work.ts';
import { makeClientSecret, startClientProcess } from './client.ts';
import { withTeardown, type Later } from '../teardown.ts';

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
  /** With the web client, in a process of its own. */
  client?: boolean;
  /** Ends a start that is under way: the client may be building. */
  stopping?: AbortSignal;
};

export type Product = { url: string; stop(): Promise<void> };

export const startProduct = (options: ProductOptions): Promise<Product> =>
  withTeardown(options.logger, async (later) => {
    const { demo, logger, say, deadlineMs } = options;
    const settings = {
      ...options.settings,
      DATA_DIR: options.dataDir,
      CLIENT_SECRET: options.settings.CLIENT_SECRET ?? makeClientSecret(),
    };
    checkSubgraphUrls(settings); // what cannot be used is told before anything starts
    // First: it may have to be built, which takes longer than all the rest.
    const client = options.client ? startClientProcess({ settings, logger, say }) : undefined;
    if (client) {
      later(client.stop);
      options.stopping?.addEventListener('abort', () => void client.stop());
    }
    const { embedded, ...rest } = await openStorage(options, later);
    const base: Base = { settings, logger, metrics: createMetrics(), later, ...rest };
    const { rootKey } = base.location;

    const sequencer = makeSequencer(base);
    const identity = makeIdentity(base, sequencer.wake);
    const catalog = await makeCatalog(base, { scans: true, onCommit: sequencer.wake });
    const administrator = await ensureAdministrator(base, identity);
    if (administrator) client?.tellFirstRun();
    const askCatalog = askLocally(catalog.subgraph);
    const policy = makePolicy(base, { askCatalog, work: true, onCommit: sequencer.wake });
    const lineage = await makeLineage(base, {
      askCatalog,
      askIdentity: askLocally(identity.subgraph),
      work: true,
      onCommit: sequencer.wake,
    });
    await startWork(base, { sequencer, catalog, policy, lineage, identity });

    let demoIsThere = !demo || !embedded;
    const url = await startRouter(base, {
      local: [catalog.subgraph, policy.subgraph, lineage.subgraph, identity.subgraph],
      identity,
      deadlineMs,
      health: {
        demo: { required: true, check: () => ({ state: demoIsThere ? 'ok' : 'starting' }) },
        ...lineage.health,
        ...catalog.health,
        ...(client && { client: { required: false, check: client.check } }),
      },
    });
    // It asks the router, so it stops before it does.
    if (client) later(client.stop);

    say(`GraphQL      ${url}/graphql`);
    say(`Playground   ${url}/playground`);
    say(`Health       ${url}/health/ready`);
    if (embedded) say(`PostgreSQL   port ${embedded.port} (npx pursight database url)`);
    if (administrator) say(administrator);
    if (demo && embedded) {
      await ensureDemo({
        embedded,
        rootKey,
        catalog,
        policy,
        catalogDatabase: catalog.database,
        policyDatabase: policy.database,
        identityDatabase: identity.database,
        say,
      });
      demoIsThere = true;
    } else if (demo) {
      say('No demo: it is only made in the embedded PostgreSQL, never in your own.');
    }
    if (client) say(`PurSight     ${await client.ready}`);
    return { url };
  });

/** The embedded PostgreSQL or an own one, for this product alone: two would stop each other's server and make the demo twice. */
async function openStorage({ settings, dataDir, logger, say, onLost }: ProductOptions, later: Later) {
  const rootKey = readRootKey({ dataDir, secretKey: settings.SECRET_KEY });
  let embedded: Embedded | undefined;
  if (!settings.DATABASE_URL) {
    embedded = await startEmbedded({ dataDir, rootKey, logger, onLost });
    later(embedded.stop);
    embedded.say.forEach(say);
  }
  const ownerUrl = settings.DATABASE_URL ?? embedded!.ownerUrl;
  const location = await locateDatabase(ownerUrl, rootKey);
  const instance = await holdInstance({ url: ownerUrl, place: embedded ? `the folder ${dataDir}` : 'this database', logger, onLost });
  later(instance.release);
  await prepareDatabase(location);
  // The embedded server counts its statements: what a page costs can be looked up at any time.
  if (embedded) await withPool(ownerUrl, (sql) => sql.unsafe('create extension if not exists pg_stat_statements'));
  return { location, embedded };
}
