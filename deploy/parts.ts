/** The parts of the product and how they are wired, whether they share a process or not. */
import { createRouterTokenSigner } from '#platform/auth/routerTokens.ts';
import { loadRouterKeys } from '#platform/auth/routerKeys.ts';
import type { Settings } from '#platform/config.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl, type DatabaseLocation, type Part } from '#platform/database/roles.ts';
import { CannotStart } from '#platform/errors.ts';
import { createSequencer, type Sequencer } from '#platform/events/sequencer.ts';
import type { Subgraph } from '#platform/graphql/subgraph.ts';
import { createWorker } from '#platform/jobs/worker.ts';
import type { Logger } from '#platform/logger.ts';
import { createSessionSubgraph } from '#router/auth/index.ts';
import type { HealthChecks } from '#router/health.ts';
import { createRouter } from '#router/index.ts';
import type { RemoteSubgraph } from '#router/remote/client.ts';
import { createCatalog, type Catalog } from '#subgraphs/catalog/index.ts';
import { createIdentity, type Identity } from '#subgraphs/identity/index.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { Later } from './teardown.ts';

/** What each part is made from. */
export type Base = { settings: Settings; location: DatabaseLocation; logger: Logger; later: Later };

/** The subgraphs that can be processes of their own; the router keeps `session` to itself. */
export const SEPARABLE = ['catalog', 'identity'] as const;

const SCANS_AT_ONCE = 2;
/** A scan's own statements may take longer than a request's. */
const SCAN_STATEMENT_MS = 300_000;

type PoolOptions = { part: Part; name: string; max: number; statementTimeoutMs?: number };
export function openPool({ location, later }: Base, { part, ...options }: PoolOptions): Database {
  const sql = connect({ url: roleUrl(location, part), ...options });
  later(() => sql.end({ timeout: 5 }));
  return sql;
}

export const makeSequencer = (base: Base): Sequencer =>
  createSequencer({
    sql: openPool(base, { part: 'events', name: 'sequencer', max: 2 }),
    logger: base.logger.child({ module: 'events' }),
  });

/** `onCommit` wakes the sequencer if it is in this process; one elsewhere looks every 50 ms. */
export function makeIdentity(base: Base, onCommit = () => {}): Identity & { database: Database } {
  const database = openPool(base, { part: 'identity', name: 'identity', max: 4 });
  return { ...createIdentity({ database, rootKey: base.location.rootKey, logger: base.logger, onCommit }), database };
}

/** `scans`: whether this process runs them, too. */
export function makeCatalog(
  base: Base,
  { scans, onCommit = () => {} }: { scans: boolean; onCommit?: () => void },
): Catalog & { database: Database } {
  const database = openPool(base, { part: 'catalog', name: 'catalog', max: 6 });
  const scanner: PoolOptions = { part: 'catalog', name: 'scanner', max: 2 + 2 * SCANS_AT_ONCE, statementTimeoutMs: SCAN_STATEMENT_MS };
  const catalog = createCatalog({
    database,
    ...(scans && { workerDatabase: openPool(base, scanner) }),
    rootKey: base.location.rootKey,
    faults: base.settings.FAULT,
    logger: base.logger,
    onCommit,
  });
  return { ...catalog, database };
}

/** Gives the sentence to tell, or undefined when there were users already. */
export async function ensureAdministrator({ settings }: Base, identity: Identity): Promise<string | undefined> {
  const made = await identity.createFirstAdministrator({ email: settings.ADMIN_EMAIL, password: settings.ADMIN_PASSWORD });
  if (!made) return undefined;
  return made.generated
    ? `First administrator, told this once: ${made.email} with the password ${made.password}`
    : `First administrator: ${made.email} with the password of ADMIN_PASSWORD`;
}

/** What goes on without anybody asking: events get their number and are consumed, scans run, schedules start them. Any number of processes may do it. */
export async function startWork(
  base: Base,
  { sequencer, catalog, identity }: { sequencer: Sequencer; catalog: Catalog; identity: Identity },
): Promise<void> {
  const { location, logger, later } = base;
  sequencer.start();
  later(() => sequencer.stop());
  for (const consumer of [...identity.consumers, ...catalog.consumers]) {
    consumer.start();
    later(() => consumer.stop());
  }
  const worker = createWorker({
    url: roleUrl(location, 'jobs'),
    tasks: catalog.tasks,
    concurrency: SCANS_AT_ONCE,
    logger: logger.child({ module: 'jobs' }),
  });
  await worker.start();
  later(() => worker.stop());
  catalog.scheduler.start();
  later(() => catalog.scheduler.stop());
}

/** The subgraphs that SUBGRAPH_URLS says are elsewhere. */
export function findRemote({ SUBGRAPH_URLS }: Settings): RemoteSubgraph[] {
  const unknown = [...SUBGRAPH_URLS.keys()].filter((name) => !SEPARABLE.some((known) => known === name));
  if (unknown.length > 0) {
    throw new CannotStart(`SUBGRAPH_URLS names ${unknown.join(', ')}; only ${SEPARABLE.join(' and ')} can be processes of their own.`);
  }
  return [...SUBGRAPH_URLS].map(([name, url]) => ({ name, url }));
}

/** `local`: the subgraphs that this process can serve; those of SUBGRAPH_URLS are asked over HTTP all the same. Gives its URL. */
export async function startRouter(
  base: Base,
  options: { local: Subgraph[]; identity: Identity & { database: Database }; health?: HealthChecks; deadlineMs?: number },
): Promise<string> {
  const { local, identity, health, deadlineMs } = options;
  const { settings, location, logger, later } = base;
  const remote = findRemote(settings);
  const keys = openPool(base, { part: 'router', name: 'router', max: 1 });
  const router = createRouter({
    subgraphs: [
      ...local.filter(({ name }) => !settings.SUBGRAPH_URLS.has(name)),
      createSessionSubgraph({ sessions: identity.sessions, version: packageJson.version }),
    ],
    remote: { subgraphs: remote, sign: createRouterTokenSigner(() => loadRouterKeys(keys, location.rootKey)) },
    authenticate: identity.sessions.authenticate,
    faults: settings.FAULT,
    logger,
    host: settings.HOST,
    port: settings.PORT,
    deadlineMs,
    health: { database: checkDatabase(identity.database), ...health },
  });
  const { url } = await router.start();
  later(() => router.stop());
  return url;
}

/** Nothing can be served without it. */
export const checkDatabase = (sql: Database): HealthChecks[string] => ({
  required: true,
  check: async () => (await sql`select 1`, { state: 'ok' }),
});
