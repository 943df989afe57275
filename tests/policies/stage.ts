/**
 * Catalog and policy over a database of their own, with a source that is a list in memory and a log that is sealed and
 * consumed when a test says so: every order of what happens can be played.
 */
import { createLogger } from '#platform/logger.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Consumer } from '#platform/events/consumer.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import type { Severity } from '#platform/events/types.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { askLocally, type AskSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, TEST_ROOT_KEY } from '#platform/testing/database.ts';
import { createCatalog } from '#subgraphs/catalog/index.ts';
import type { ScannedAsset } from '#subgraphs/catalog/connectors/types.ts';
import { createMemoryConnector, scannedContainer, scannedTable } from '#subgraphs/catalog/testing/memoryConnector.ts';
import { administrator, contextOf } from '#subgraphs/catalog/testing/factories.ts';
import { createEvaluate } from '#subgraphs/policy/domain/evaluation.ts';
import { createPolicies } from '#subgraphs/policy/domain/policies.ts';
import { createAssetsTask, createEvaluationTask } from '#subgraphs/policy/domain/evaluationJobs.ts';
import { createPolicy } from '#subgraphs/policy/index.ts';

export type Stage = Awaited<ReturnType<typeof createStage>>;

type Definition = { ruleType: string; params: unknown; scope?: unknown; severity?: Severity };

export const DATABASE = 'shop';
export const scannedSchema = (): ScannedAsset[] => [
  scannedContainer([DATABASE], DATABASE),
  scannedContainer([DATABASE, 'public'], `${DATABASE}/n1`),
];
export const table = (name: string, columns: readonly string[] = ['id']): ScannedAsset =>
  scannedTable([DATABASE, 'public', name], `${DATABASE}/${name}`, columns);
/** Of these tables, with `select` as its SQL. */
export const view = (name: string, columns: readonly string[], select: string, dependsOn: Record<string, string[]>): ScannedAsset => {
  const scanned = table(name, columns);
  return {
    ...scanned,
    kind: 'VIEW',
    table: { ...scanned.table!, definition: select },
    dependsOn: Object.entries(dependsOn).map(([each, read]) => ({ name: `${DATABASE}.public.${each}`, columns: read })),
  };
};

export async function createStage() {
  const database = await createTestDatabase();
  const logger = createLogger({ level: 'silent', format: 'json' });
  const { connector, system } = createMemoryConnector();
  const catalogSql = database.connect('catalog');
  const policySql = database.connect('policy');
  const sequencer = createSequencer({ sql: database.connect('events'), logger });
  const base = { logger, faults: new Set<string>(), onCommit: () => undefined };
  const catalog = createCatalog({ ...base, database: catalogSql, rootKey: TEST_ROOT_KEY, connectors: [connector] });
  const asked: { ids: number; parts: string[] }[] = [];
  const askCatalog: AskSubgraph = async (query, variables, context) => {
    const { ids, parts } = variables as { ids?: string[]; parts?: string[] };
    if (ids) asked.push({ ids: ids.length, parts: parts ?? [] });
    return await askLocally(catalog.subgraph)(query, variables, context);
  };
  const makePolicy = (faults: readonly string[] = []) =>
    createPolicy({ ...base, database: policySql, askCatalog, faults: new Set(faults) });
  let policy = makePolicy();
  const admin: Viewer = administrator();

  /** As the administrator unless somebody else asks; throws on errors. */
  const asker =
    ({ subgraph }: { subgraph: Subgraph }) =>
    // oxlint-disable-next-line typescript/no-explicit-any -- its query says
    async (query: string, variables: Record<string, unknown> = {}, context: RequestContext = contextOf(admin)): Promise<any> =>
      await askLocally(subgraph)(query, variables, context);

  async function registerSource(): Promise<string> {
    const { id } = await catalog.sources.register(admin, {
      name: `source ${newId()}`,
      connector: 'memory',
      config: { host: `h${newId()}`, databases: [DATABASE] },
    });
    return id;
  }

  const policies = createPolicies({ sql: policySql, onCommit: () => undefined });
  const versionOf = async (id: string): Promise<number> => {
    const [row] = await policySql<{ version: number }[]>`select version from policy.policies where id = ${id}`;
    return row!.version;
  };

  const seal = async (): Promise<void> => {
    while ((await sequencer.sealOnce()) > 0);
  };
  const drain = async (consumer: Consumer): Promise<void> => {
    while (await consumer.runOnce());
  };

  const stage = {
    owner: database.owner,
    logger,
    policySql,
    catalog,
    /** The one that runs now. */
    policy: () => policy,
    system,
    admin,
    asked,
    askCatalog: asker(catalog),
    askPolicy: (...args: Parameters<ReturnType<typeof asker>>) => asker(policy)(...args),
    registerSource,
    /** As after a crash: nothing is left but what is in the database. */
    restart: (faults?: readonly string[]) => void (policy = makePolicy(faults)),
    /** Scans what is in `system` as it is now. */
    async scan(sourceId: string): Promise<void> {
      system.complete = true;
      const { run } = await catalog.scans.start(admin, { sourceId });
      await catalog.tasks.scan!({ runId: run.id }, new AbortController().signal);
    },
    seal,
    consumer: (name: string): Consumer => {
      const names = ['policy.assets', 'policy.evaluation', 'policy.labels'];
      return policy.consumers[names.indexOf(name)]!;
    },
    drain,
    /** Runs the jobs that wait, as a worker would; with a number of batches it is killed after as many, and the job is there for the next one. */
    async work({ batches = Infinity } = {}): Promise<void> {
      for (;;) {
        const [job] = await database.owner<{ id: string; task: string; payload: Record<string, string> }[]>`
          select j.id, t.identifier as task, j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
          where t.identifier in ('evaluatePolicy', 'evaluateAssets') order by j.id limit 1`;
        if (!job) return;
        const stop = new AbortController();
        let left = batches;
        const evaluate = createEvaluate({ askCatalog, logger });
        const task = createEvaluationTask({
          sql: policySql,
          evaluate,
          logger,
          batchSize: 3,
          onCommit: () => void (--left <= 0 && stop.abort()),
        });
        try {
          await (job.task === 'evaluateAssets' ? createAssetsTask({ sql: policySql, evaluate, logger, onCommit: () => undefined }) : task)(
            job.payload,
            stop.signal,
          );
        } catch (error) {
          if (!stop.signal.aborted) throw error;
          return;
        }
        await database.owner`delete from graphile_worker._private_jobs where id = ${job.id}`;
      }
    },
    /** Until nothing is left to do for anybody. */
    async settle(): Promise<void> {
      for (let again = true; again;) {
        await seal();
        await stage.work();
        again = false;
        for (const consumer of policy.consumers) while (await consumer.runOnce()) again = true;
      }
    },
    /** What catalog itself keeps of others. */
    async settleCatalog(): Promise<void> {
      for (const consumer of catalog.consumers) await drain(consumer);
    },
    /** Straight into force; gives its id. */
    async publish({ ruleType, params, scope = {}, severity = 'ERROR' }: Definition): Promise<string> {
      const { policy: made } = await policies.create(admin, { name: `policy ${newId()}`, ruleType, params, scope, severity });
      await policies.publish(admin, made);
      return made.id;
    },
    /** An edit of what is in force, and into force with it. */
    async republish(id: string, edit: Partial<Definition>): Promise<void> {
      const { policy: edited } = await policies.update(admin, { id, version: await versionOf(id), ...edit });
      await policies.publish(admin, edited);
    },
    retire: async (id: string) => void (await policies.retire(admin, { id, version: await versionOf(id) })),
    assetNamed: async (name: string): Promise<{ id: string; version: number }> => {
      const [row] = await database.owner<{ id: string; version: number }[]>`
        select id, version from catalog.assets where name = ${`${DATABASE}.public.${name}`} order by deleted_at desc nulls first`;
      return row!;
    },
    /** `asset` or `asset.column`, sorted. */
    async unresolved(policyId: string): Promise<string[]> {
      const rows = await database.owner<{ asset: string; column: string | null }[]>`
        select a.path[cardinality(a.path)] as asset, v.column_name as column from policy.violations v join catalog.assets a on a.id = v.asset_id
        where v.policy_id = ${policyId} and v.status <> 'RESOLVED'`;
      return rows.map(({ asset, column }) => (column === null ? asset : `${asset}.${column}`)).toSorted();
    },
    /** Types of what was told of violations, in the order of the log. */
    async told(): Promise<string[]> {
      const rows = await database.owner<{ type: string; name: string }[]>`
        select type, attributes ->> 'name' as name from events.log where type in ('policy.violated', 'policy.resolved') order by seq`;
      return rows.map(({ type, name }) => `${type} ${name.split('.').at(-1)}`);
    },
    drop: () => database.drop(),
  };
  return stage;
}
