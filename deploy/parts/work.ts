/** What goes on without anybody asking: events get their number and are consumed, scans run, schedules start them. Any number of processes may do it. */
import { roleUrl } from '#platform/database/roles.ts';
import { createAuditor } from '#platform/events/audit/auditor.ts';
import { deriveCheckpointKey } from '#platform/events/audit/checkpoint.ts';
import { createCheckpointer } from '#platform/events/audit/checkpointer.ts';
import { readEventLag } from '#platform/events/lag.ts';
import { createRetention } from '#platform/events/retention.ts';
import { createSequencer, type Sequencer } from '#platform/events/sequencer.ts';
import { createWorker } from '#platform/jobs/worker.ts';
import type { Catalog } from '#subgraphs/catalog/index.ts';
import type { Identity } from '#subgraphs/identity/index.ts';
import type { Lineage } from '#subgraphs/lineage/index.ts';
import type { Policy } from '#subgraphs/policy/index.ts';
import { checkpointFile } from '../auditTools.ts';
import { openPool, type Base } from './base.ts';
import { SCANS_AT_ONCE } from './catalog.ts';

export function makeSequencer(base: Base): Sequencer {
  const sql = openPool(base, { part: 'events', name: 'sequencer', max: 2 });
  base.metrics.followEvents(() => readEventLag(sql));
  return createSequencer({ sql, logger: base.logger.child({ module: 'events' }) });
}

type Parts = { sequencer: Sequencer; catalog: Catalog; policy: Policy; lineage: Lineage; identity: Identity };

export async function startWork(base: Base, { sequencer, catalog, policy, lineage, identity }: Parts): Promise<void> {
  const { location, logger, later } = base;
  startAudit(base, sequencer);
  sequencer.start();
  later(() => sequencer.stop());
  for (const consumer of [identity, catalog, lineage, policy].flatMap(({ consumers }) => consumers)) {
    consumer.start();
    later(() => consumer.stop());
  }
  // Workers of their own: a policy does not wait until long scans are over.
  const queues = [
    { tasks: catalog.tasks, concurrency: SCANS_AT_ONCE },
    { tasks: policy.tasks, concurrency: 1 },
  ];
  for (const queue of queues) {
    const worker = createWorker({ url: roleUrl(location, 'jobs'), ...queue, logger: logger.child({ module: 'jobs' }) });
    await worker.start();
    later(() => worker.stop());
  }
  startRetention(base);
  catalog.scheduler.start();
  later(() => catalog.scheduler.stop());
}

/** Signs the log and verifies it. Stopped after the sequencer, so that its last events are signed, too. */
function startAudit(base: Base, sequencer: Sequencer): void {
  // The auditor takes three sessions, while it verifies.
  const sql = openPool(base, { part: 'events', name: 'audit', max: 4 });
  const options = {
    sql,
    key: deriveCheckpointKey(base.location.rootKey),
    file: checkpointFile(base.settings),
    logger: base.logger.child({ module: 'audit' }),
  };
  const checkpointer = createCheckpointer(options);
  checkpointer.start();
  base.later(() => checkpointer.stop());
  const auditor = createAuditor({ ...options, onCommit: sequencer.wake });
  auditor.start();
  base.later(() => auditor.stop());
}

/** How long a statement that reads old events is waited for before they are dropped. */
const DETACH_MS = 600_000;

function startRetention(base: Base): void {
  const { EVENT_RETENTION_DAYS: days } = base.settings;
  if (days === undefined) return;
  const sql = openPool(base, { part: 'events', name: 'retention', max: 1, statementTimeoutMs: DETACH_MS });
  const retention = createRetention({ sql, days, logger: base.logger.child({ module: 'events' }) });
  retention.start();
  base.later(() => retention.stop());
}
