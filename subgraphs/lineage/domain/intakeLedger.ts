/** What some jobs told, in memory for as long as a transaction changes it: read in a few statements, and written in a few. */
import type { Transaction } from '#platform/database/index.ts';
import type { ColumnNode, JobNode, RunNode } from '../graph/index.ts';
import { nameKey, type Name } from '../openLineage/event.ts';
import { mergeTimes, type RunTimes, type ToldDataset } from '../openLineage/telling.ts';
import { loadHistories, writeFacts } from '../store/facts.ts';
import { datasetNameId } from '../store/nodeIds.ts';
import {
  deleteToldRuns,
  findClasses,
  findRunNodes,
  listDeleted,
  listTellers,
  listToldFlows,
  listToldRuns,
  replaceToldFlows,
  saveToldRuns,
  type Named,
  type ToldFlow,
  type ToldRun,
} from '../store/told.ts';
import { changesOf, MOST_UNDONE } from './intakeChanges.ts';
import { flowKey, followJob, heardAt, listForgotten, type Step } from './intakeFlows.ts';

export type Ledger = {
  /** All that is kept of a job's runs, by their ids. */
  runsOf(jobId: string): ReadonlyMap<string, ToldRun>;
  /** Gives datasets that are of no asset yet those of their names: `by` the run that tells of them. */
  resolve(datasets: readonly ToldDataset[], by: Pick<ToldRun, 'id' | 'jobId'>): void;
  /** The run as it is told from now on, and what that does to what its job tells. */
  put(run: ToldRun): void;
  /** The run's node, and its job's. */
  tellNode(job: JobNode, run: { id: string; runId: string; times: RunTimes } | null): void;
  /** Everything, once. */
  write(): Promise<void>;
};

/** `named`: living assets of the names that are told now. The caller has the lock on the facts. */
export async function openLedger(tx: Transaction, jobIds: readonly string[], named: readonly Named[]): Promise<Ledger> {
  const stored = await listToldRuns(tx, jobIds);
  const runs = new Map(jobIds.map((jobId) => [jobId, new Map<string, ToldRun>()]));
  for (const run of stored) runs.get(run.jobId)!.set(run.id, run);
  const rows = new Map(jobIds.map((jobId) => [jobId, new Map<string, readonly ToldFlow[]>()]));
  for (const row of await listToldFlows(tx, jobIds)) {
    const own = rows.get(row.jobId)!;
    own.set(flowKey(row), [...(own.get(flowKey(row)) ?? []), row]);
  }
  const living = Map.groupBy(named, nameKey);
  const deleted = Map.groupBy(await listDeleted(tx, jobIds), nameKey);
  const told = stored.flatMap((run) => run.told.datasets.flatMap(({ assets }) => assets.map(([id]) => id)));
  const flowsTo = [...rows.values()].flatMap((own) => [...own.values()].flatMap((each) => each.map(({ toAssetId }) => toAssetId)));
  const classes = await findClasses(tx, [...new Set([...told, ...flowsTo])]);
  for (const { id, accessClass } of [...named, ...[...deleted.values()].flat()]) classes.set(id, accessClass);

  const steps: Step[] = [];
  const changed = new Set<string>();
  const jobs = new Map<string, JobNode>();
  const nodes = new Map<string, { id: string; jobId: string; runId: string; times: RunTimes }>();
  /** Of flows of a job; rows that say when their run was heard of last are changed without a step. */
  const touched = new Map<string, { jobId: string; key: string }>();

  function follow(jobId: string): void {
    const own = rows.get(jobId)!;
    for (const step of followJob(jobId, [...own.values()].flat(), [...runs.get(jobId)!.values()], (id) => classes.get(id) ?? NO_CLASS)) {
      steps.push(step);
      setRows(jobId, flowKey(step), step.after);
    }
  }

  function setRows(jobId: string, key: string, after: readonly ToldFlow[]): void {
    rows.get(jobId)!.set(key, after);
    touched.set(`${jobId} ${key}`, { jobId, key });
  }

  function forget(jobId: string): void {
    for (const run of listForgotten([...runs.get(jobId)!.values()])) {
      runs.get(jobId)!.delete(run.id);
      changed.add(run.id);
      const heard = heardAt(run);
      for (const [key, own] of rows.get(jobId)!) {
        const isLate = (row: ToldFlow): boolean => row.toldBy === run.id && heard !== null && row.toldAt.getTime() < heard;
        if (own.some(isLate))
          setRows(
            jobId,
            key,
            own.map((row) => (isLate(row) ? { ...row, toldAt: new Date(heard!) } : row)),
          );
      }
    }
  }

  /** As far as the run itself has not ended them, which may have been too early. */
  const hasFlows = (assetId: string, { id, jobId }: Pick<ToldRun, 'id' | 'jobId'>): boolean =>
    [...rows.get(jobId)!.values()]
      .flat()
      .some((row) => (row.fromAssetId === assetId || row.toAssetId === assetId) && (!row.until || row.endedBy === id));

  return {
    runsOf: (jobId) => runs.get(jobId)!,

    resolve(datasets, by) {
      for (const dataset of datasets) {
        if (dataset.assets.length > 0) continue;
        const names = namesOf(dataset).map(nameKey);
        const found =
          names.map((name) => living.get(name)).find((each) => each) ??
          // What was deleted keeps its flows as long as its name is told.
          names.flatMap((name) => deleted.get(name) ?? []).filter(({ id }) => hasFlows(id, by));
        dataset.assets = found.map(({ id }) => [id, 0]);
      }
    },

    put(run) {
      runs.get(run.jobId)!.set(run.id, { ...run, names: run.told.datasets.flatMap((dataset) => namesOf(dataset).map(datasetNameId)) });
      changed.add(run.id);
      if (run.told.from !== null) follow(run.jobId);
      forget(run.jobId);
    },

    tellNode(job, run) {
      jobs.set(job.id, job);
      if (!run) return;
      const known = nodes.get(run.id);
      nodes.set(run.id, { ...run, jobId: job.id, times: known ? mergeTimes(known.times, run.times) : run.times });
    },

    async write() {
      const ofFlows = [...Map.groupBy(steps, flowKey).values()];
      const flows = ofFlows.map(([step]) => ({ fromId: step!.fromId, toId: step!.toId, kind: step!.kind, origin: 'EVENT' }) as const);
      const undone = MOST_UNDONE * ofFlows.reduce((most, { length }) => Math.max(most, length), 0);
      const [tellers, histories] = flows.length > 0 ? [await listTellers(tx, flows), await loadHistories(tx, flows, undone)] : [[], []];
      const places = new Map(flows.map((flow, place) => [flowKey(flow), place]));
      const changes = changesOf(steps, tellers, (key) => histories[places.get(key)!]!);
      const columns = new Map<string, ColumnNode>(steps.flatMap((step) => step.columns.map((column) => [column.id, column] as const)));
      const known = new Map((await findRunNodes(tx, [...nodes.keys()])).map((node) => [node.id, node]));
      await writeFacts(tx, {
        assets: [],
        columns: [...columns.values()],
        jobs: [...jobs.values()],
        runs: [...nodes.values()].map((node) => nodeOf(node, known.get(node.id))),
        changes,
      });
      const kept = [...runs.values()].flatMap((own) => [...own.values()]).filter(({ id }) => changed.has(id));
      const keptIds = new Set(kept.map(({ id }) => id));
      await saveToldRuns(tx, kept);
      await deleteToldRuns(
        tx,
        [...changed].filter((id) => !keptIds.has(id)),
      );
      const replaced = [...touched.values()];
      await replaceToldFlows(
        tx,
        replaced.map(({ jobId, key }) => ({ ...endsOf(key), jobId })),
        replaced.flatMap(({ jobId, key }) => rows.get(jobId)!.get(key)!),
      );
    },
  };
}

/** Of an asset that is not known: who may tell of everything tells of it. */
const NO_CLASS = -1;

export const namesOf = ({ namespace, name, symlinks }: Pick<ToldDataset, 'namespace' | 'name' | 'symlinks'>): Name[] => [
  { namespace, name },
  ...symlinks,
];

function endsOf(key: string): Pick<ToldFlow, 'fromId' | 'toId' | 'kind'> {
  const [fromId, toId, kind] = key.split(' ') as [string, string, ToldFlow['kind']];
  return { fromId, toId, kind };
}

function nodeOf(
  { id, jobId, runId, times }: { id: string; jobId: string; runId: string; times: RunTimes },
  known: RunNode | undefined,
): RunNode {
  const { state, startedAt, endedAt, begunAt } = known
    ? mergeTimes(times, {
        state: known.state,
        startedAt: known.startedAt?.getTime() ?? null,
        endedAt: known.endedAt?.getTime() ?? null,
        begunAt: known.begunAt.getTime(),
      })
    : times;
  const moment = (time: number | null): Date | null => (time === null ? null : new Date(time));
  return { id, jobId, runId, state, startedAt: moment(startedAt), endedAt: moment(endedAt), begunAt: new Date(begunAt) };
}
