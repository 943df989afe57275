/** `npm run worker`: numbers events and hands them to their consumers, runs scans and other jobs, and starts the scheduled ones. Serves nothing but its health and metrics, and those only when WORKER_PORT is set. */
import express from 'express';
import { askLocally } from '#platform/graphql/subgraph.ts';
import { createHealthRoutes } from '#router/health.ts';
import { createService } from '#platform/listen.ts';
import { createMetricsRoute } from '#router/metricsRoute.ts';
import { checkDatabase } from '../parts/base.ts';
import { makeCatalog } from '../parts/catalog.ts';
import { makeIdentity } from '../parts/identity.ts';
import { makeLineage } from '../parts/lineage.ts';
import { makePolicy } from '../parts/policy.ts';
import { makeSequencer, startWork } from '../parts/work.ts';
import { runSeparate } from './start.ts';

await runSeparate('The worker', async (base, say) => {
  const sequencer = makeSequencer(base);
  const catalog = await makeCatalog(base, { scans: true, onCommit: sequencer.wake });
  const identity = makeIdentity(base, sequencer.wake);
  const askCatalog = askLocally(catalog.subgraph);
  const policy = makePolicy(base, { askCatalog, work: true, onCommit: sequencer.wake });
  const lineage = await makeLineage(base, { askCatalog, askIdentity: askLocally(identity.subgraph), work: true, onCommit: sequencer.wake });
  await startWork(base, { sequencer, catalog, policy, lineage, identity });
  const { HOST: host, WORKER_PORT: port } = base.settings;
  if (!port) return;
  const service = createService({ host, port, setting: 'WORKER_PORT' });
  const app = express()
    .disable('x-powered-by')
    .use(createHealthRoutes({ database: checkDatabase(catalog.database), ...lineage.health, ...catalog.health }))
    .use(createMetricsRoute(base.metrics, identity.sessions.authenticate));
  say(`Health       ${await service.start(app)}/health/ready`);
  base.later(service.stop);
});
