/** The router: in front of the subgraphs of this process and of those in others. */
import { loadRouterKeys } from '#platform/auth/routerKeys.ts';
import { createRouterTokenSigner } from '#platform/auth/routerTokens.ts';
import type { Settings } from '#platform/config.ts';
import { CannotStart } from '#platform/errors.ts';
import type { Subgraph } from '#platform/graphql/subgraph.ts';
import { createSessionSubgraph } from '#router/auth/index.ts';
import type { HealthChecks } from '#router/health.ts';
import { createRouter } from '#router/index.ts';
import { SUBGRAPH_NAMES } from '#router/supergraph.ts';
import { createReadAudit, type ReadAudit } from '#subgraphs/identity/domain/readAudit.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { checkDatabase, openPool, type Base } from './base.ts';
import type { IdentityPart } from './identity.ts';

const OWN = 'session';

/** Refuses names in SUBGRAPH_URLS that the graph does not have. */
export function checkSubgraphUrls({ SUBGRAPH_URLS }: Settings): void {
  const separable = SUBGRAPH_NAMES.filter((name) => name !== OWN);
  const unknown = [...SUBGRAPH_URLS.keys()].filter((name) => !separable.some((known) => known === name));
  if (unknown.length > 0) {
    throw new CannotStart(`SUBGRAPH_URLS names ${unknown.join(', ')}; only ${separable.join(' and ')} can be processes of their own.`);
  }
}

/** `local`: the subgraphs that this process can serve; those of SUBGRAPH_URLS are asked over HTTP all the same. Gives its URL. */
export async function startRouter(
  base: Base,
  options: { local: Subgraph[]; identity: IdentityPart; health?: HealthChecks; deadlineMs?: number },
): Promise<string> {
  const { local, identity, health, deadlineMs } = options;
  const { settings, location, logger, metrics, later } = base;
  const keys = openPool(base, { part: 'router', name: 'router', max: 1 });
  const live = openPool(base, { part: 'router', name: 'live', max: 4 });
  const router = createRouter({
    subgraphs: [
      ...local.filter(({ name }) => !settings.SUBGRAPH_URLS.has(name)),
      createSessionSubgraph({ sessions: identity.sessions, version: packageJson.version }),
    ],
    remote: {
      subgraphs: [...settings.SUBGRAPH_URLS].map(([name, url]) => ({ name, url })),
      sign: createRouterTokenSigner(() => loadRouterKeys(keys, location.rootKey)),
    },
    authenticate: identity.sessions.authenticate,
    recordRead: startReadAudit(base).record,
    faults: settings.FAULT,
    logger,
    metrics,
    host: settings.HOST,
    port: settings.PORT,
    deadlineMs,
    forwarderSecret: settings.CLIENT_SECRET,
    live: { database: live, maxPerAddress: settings.WS_MAX_PER_ADDRESS, maxPerUser: settings.WS_MAX_PER_USER },
    health: { database: checkDatabase(identity.database), ...health },
  });
  const { url } = await router.start();
  later(() => router.stop());
  return url;
}

/** Stopped after the router: what it answered last is written, too. */
function startReadAudit(base: Base): ReadAudit {
  const { settings, location, logger, later } = base;
  const database = openPool(base, { part: 'identity', name: 'read audit', max: 1 });
  const { EVENT_RETENTION_DAYS: days } = settings;
  const audit = createReadAudit({ database, rootKey: location.rootKey, days, logger: logger.child({ module: 'identity' }) });
  audit.start();
  later(() => audit.stop());
  return audit;
}
