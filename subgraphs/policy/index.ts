/** The policy subgraph: wiring only. */
import type { Database } from '#platform/database/index.ts';
import type { Consumer } from '#platform/events/consumer.ts';
import { createSubgraph, type AskSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts';
import type { Task } from '#platform/jobs/worker.ts';
import type { Logger } from '#platform/logger.ts';
import { createPolicyContext } from './context.ts';
import { createClassification } from './domain/classification.ts';
import { createEvaluate } from './domain/evaluation.ts';
import { createEvaluationConsumers } from './domain/evaluationConsumers.ts';
import { createPreviews } from './domain/preview.ts';
import { ASSETS_TASK, createAssetsTask, createEvaluationTask, EVALUATION_TASK } from './domain/evaluationJobs.ts';
import { createViolationCounting } from './domain/violationCounting.ts';
import { createWaiverSweeper } from './domain/waivers.ts';
import { createLabelResolvers } from './resolvers/labelRoots.ts';
import { createPolicyResolvers } from './resolvers/policyRoots.ts';
import { createPreviewResolvers } from './resolvers/preview.ts';
import { createViolationResolvers } from './resolvers/violationRoots.ts';

export type PolicyDeps = {
  /** Pool of the role `policy`, for requests. */
  database: Database;
  /** Another one for consumers and jobs, so that they never take a request's connection. */
  workerDatabase?: Database;
  /** The catalog subgraph, whose facts the rules look at. */
  askCatalog: AskSubgraph;
  /** FAULT's parts; `consumer:policy` reaches the consumers. */
  faults: ReadonlySet<string>;
  logger: Logger;
  /** Called after each commit that appended events. */
  onCommit: () => void;
  /** The clock, for tests. */
  now?: () => Date;
};

export type Policy = {
  subgraph: Subgraph;
  /** What a worker runs. */
  tasks: Record<string, Task>;
  /** What goes on with each event, and by itself. A worker starts them. */
  consumers: Consumer[];
};

export function createPolicy(deps: PolicyDeps): Policy {
  const { database: sql, workerDatabase = sql, askCatalog, faults, logger, onCommit, now } = deps;
  const context = createPolicyContext({ sql });
  const policies = createPolicyResolvers({ sql, context, onCommit, now });
  const violations = createViolationResolvers({ sql, context, onCommit, logger, now });
  const labels = createLabelResolvers({ sql, context, askCatalog, onCommit, logger, now });
  const preview = createPreviewResolvers({ context, preview: createPreviews({ sql, askCatalog }) });
  // Each adds its fields to the types that it knows something of.
  const subgraph = createSubgraph('policy', policies, violations, labels, preview);

  const evaluate = createEvaluate({ askCatalog, logger, now });
  return {
    subgraph,
    tasks: {
      [EVALUATION_TASK]: createEvaluationTask({ sql: workerDatabase, evaluate, onCommit, logger, now }),
      [ASSETS_TASK]: createAssetsTask({ sql: workerDatabase, evaluate, onCommit, logger }),
    },
    consumers: [
      ...createEvaluationConsumers({ sql: workerDatabase, evaluate, faults, logger }),
      createClassification({ sql: workerDatabase, askCatalog, faults, logger, now }),
      createWaiverSweeper({ sql: workerDatabase, onCommit, logger, now }),
      createViolationCounting({ sql: workerDatabase, logger }),
    ],
  };
}
