/** The subgraph policy, its consumers and its jobs. */
import type { Database } from '#platform/database/index.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { createPolicy, type Policy } from '#subgraphs/policy/index.ts';
import { openPool, type Base } from './base.ts';

export type PolicyPart = Policy & { database: Database };

/** A batch's own statements may take longer than a request's. */
const WORK_STATEMENT_MS = 300_000;
const WORKER = { part: 'policy', name: 'policy worker', max: 6, statementTimeoutMs: WORK_STATEMENT_MS } as const;

type Options = { askCatalog: AskSubgraph; work: boolean; onCommit?: () => void };

/** `work`: whether this process consumes events and runs jobs, too. `onCommit` wakes the sequencer if it is in this process. */
export function makePolicy(base: Base, { askCatalog, work, onCommit = () => {} }: Options): PolicyPart {
  const database = openPool(base, { part: 'policy', name: 'policy', max: 4 });
  const policy = createPolicy({
    database,
    ...(work && { workerDatabase: openPool(base, WORKER) }),
    askCatalog,
    faults: base.settings.FAULT,
    logger: base.logger,
    onCommit,
  });
  return { ...policy, database };
}
