/** What goes on without anybody asking: events get their number and are consumed, scans run, schedules start them. Any number of processes may do it. */
import { roleUrl } from '#platform/database/roles.ts';
import { createSequencer, type Sequencer } from '#platform/events/sequencer.ts';
import { createWorker } from '#platform/jobs/worker.ts';
import type { Catalog } from '#subgraphs/catalog/index.ts';
import type { Identity } from '#subgraphs/identity/index.ts';
import { openPool, type Base } from './base.ts';
import { SCANS_AT_ONCE } from './catalog.ts';

export const makeSequencer = (base: Base): Sequencer =>
  createSequencer({
    sql: openPool(base, { part: 'events', name: 'sequencer', max: 2 }),
    logger: base.logger.child({ module: 'events' }),
  });

type Parts = { sequencer: Sequencer; catalog: Catalog; identity: Identity };

export async function startWork({ location, logger, later }: Base, { sequencer, catalog, identity }: Parts): Promise<void> {
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
