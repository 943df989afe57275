/** Runs of jobs as the facts have them once their events were taken in. */
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import type { Flow, RunNode } from '#subgraphs/lineage/graph/index.ts';
import { writeFacts } from '#subgraphs/lineage/store/facts.ts';
import { jobNodeId, runNodeId } from '#subgraphs/lineage/store/nodeIds.ts';

type Ends = Pick<Flow, 'fromId' | 'toId'> & { kind?: Flow['kind'] };
/** `opens`, `closes`: flows of origin EVENT, by the graph's ids, at its beginning. */
type Told = Partial<Omit<RunNode, 'id' | 'jobId' | 'begunAt'>> & { opens?: readonly Ends[]; closes?: readonly Ends[] };

export async function tellRun(owner: Database, job: { namespace: string; name: string }, told: Told = {}): Promise<RunNode> {
  const { opens = [], closes = [], runId = newId(), state = 'COMPLETED', startedAt = new Date(), endedAt = null } = told;
  const jobId = jobNodeId(job.namespace, job.name);
  const begunAt = startedAt ?? new Date();
  const run: RunNode = { id: runNodeId(job, runId), jobId, runId, state, startedAt, endedAt, begunAt };
  const changesOf = (flows: readonly Ends[], change: 'opened' | 'closed') =>
    flows.map(({ fromId, toId, kind = 'TABLE' }) => ({
      ...({ fromId, toId, kind, origin: 'EVENT', change, at: begunAt } as const),
      details: { jobId, runId: run.id },
    }));
  const changes = [...changesOf(closes, 'closed'), ...changesOf(opens, 'opened')];
  await owner.begin((tx) => writeFacts(tx, { assets: [], jobs: [{ id: jobId, ...job }], runs: [run], changes }));
  return run;
}
