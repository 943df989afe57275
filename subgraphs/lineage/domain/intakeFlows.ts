/** Which flows a job tells of now, out of what its runs told. Pure of any database, and of the order in which the runs' events came. */
import type { ColumnNode, Transformation } from '../graph/index.ts';
import type { ToldDataset } from '../openLineage/telling.ts';
import { stronger } from '../openLineage/event.ts';
import { columnNodeId } from '../store/nodeIds.ts';
import type { Ends, ToldFlow, ToldRun } from '../store/told.ts';

export const flowKey = ({ fromId, toId, kind }: Ends): string => `${fromId} ${toId} ${kind}`;

/** What one run tells of a flow. `since`: in milliseconds. */
type Told = Ends & Pick<ToldFlow, 'fromAssetId' | 'toAssetId' | 'transformation'> & { since: number; columns: readonly ColumnNode[] };

/** Whether it may tell data to flow into assets of a class. */
export const covers = ({ classes }: Pick<ToldRun, 'classes'>, accessClass: number): boolean => classes?.includes(accessClass) ?? true;
const coversAll = (run: ToldRun, other: ToldRun): boolean =>
  run.classes === null || (other.classes !== null && other.classes.every((each) => covers(run, each)));

/** Each once. None as long as nothing but its beginning was told. What flows from an asset into itself is told of its columns only. */
export function flowsOf({ told: { from: begun, datasets, columns } }: ToldRun): Map<string, Told> {
  const flows = new Map<string, Told>();
  if (begun === null) return flows;
  const nodes = new Map<string, ColumnNode>();
  const columnOf = (assetId: string, name: string): ColumnNode => {
    const key = `${assetId} ${name}`;
    let node = nodes.get(key);
    if (!node) nodes.set(key, (node = { id: columnNodeId(assetId, name), assetId, name }));
    return node;
  };
  const tell = (told: Told): void => {
    if (told.fromId === told.toId) return;
    const key = flowKey(told);
    const known = flows.get(key);
    if (!known) flows.set(key, told);
    else {
      known.since = Math.min(known.since, told.since);
      known.transformation = stronger(known.transformation, told.transformation);
    }
  };
  /** Between each two assets of these names; `since` when it was told. */
  function between(
    from: ToldDataset,
    to: ToldDataset,
    told: number,
    ends: { columns: readonly [string, string]; by: Transformation } | null,
  ) {
    for (const [fromAssetId, fromSince] of from.assets) {
      for (const [toAssetId, toSince] of to.assets) {
        const since = Math.max(told, fromSince, toSince, begun!);
        const assets = { fromAssetId, toAssetId, since };
        tell({ ...assets, fromId: fromAssetId, toId: toAssetId, kind: 'TABLE', transformation: 'DIRECT', columns: [] });
        if (!ends) continue;
        const both = [columnOf(fromAssetId, ends.columns[0]), columnOf(toAssetId, ends.columns[1])] as const;
        tell({ ...assets, fromId: both[0].id, toId: both[1].id, kind: 'COLUMN', transformation: ends.by, columns: both });
      }
    }
  }
  const outputs = datasets.filter(({ output }) => output !== null);
  for (const input of datasets) {
    if (input.input === null) continue;
    for (const output of outputs) between(input, output, Math.max(input.input, output.output!), null);
  }
  for (const [from, fromColumn, to, toColumn, by, since] of columns)
    between(datasets[from]!, datasets[to]!, since, { columns: [fromColumn, toColumn], by });
  return flows;
}

/** When it was told last that data flows. What comes after a run's end is about it, and no going on. */
export const heardAt = ({ told: { toldAt, endedAt } }: ToldRun): number | null => toldAt && Math.min(toldAt, endedAt ?? Infinity);

/** The last that completed, of those that may tell of a class. */
function findHead(runs: readonly ToldRun[], accessClass: number): ToldRun | undefined {
  let head: ToldRun | undefined;
  for (const run of runs) {
    if (run.told.completedAt === null || !covers(run, accessClass)) continue;
    const [a, b] = [run.told.completedAt, head?.told.completedAt ?? -Infinity];
    if (a > b || (a === b && run.id > head!.id)) head = run;
  }
  return head;
}

/** One flow, by what a job told before and tells now; in the order of time. */
export type Step = Ends & { jobId: string; before: readonly ToldFlow[]; after: readonly ToldFlow[]; columns: readonly ColumnNode[] };

/**
 * What a job tells of flows by all that is kept of its runs, against what it told by what was kept before.
 *
 * What its last run that completed (the head) tells flows; what it does not tell has ended when it completed. Runs that were heard of after that
 * only add to it. What was told before the head goes on unchanged where the head tells the same. Of each flow there are two rows at most: what
 * was told before the head, ended by it or not, and what it or a later run told anew.
 */
export function followJob(
  jobId: string,
  rows: readonly ToldFlow[],
  runs: readonly ToldRun[],
  classOf: (assetId: string) => number,
): Step[] {
  const heads = new Map<number, ToldRun | undefined>();
  const headOf = (assetId: string): ToldRun | undefined => {
    const accessClass = classOf(assetId);
    if (!heads.has(accessClass)) heads.set(accessClass, findHead(runs, accessClass));
    return heads.get(accessClass);
  };
  const told = listTold(runs, headOf, classOf);
  const known = Map.groupBy(rows, flowKey);
  const steps: Step[] = [];
  for (const key of new Set([...known.keys(), ...told.keys()])) {
    const all = known.get(key) ?? [];
    const tellers = told.get(key) ?? [];
    const ends = tellers[0]?.flow ?? all[0]!;
    const head = headOf(ends.toAssetId);
    const completedAt = head?.told.completedAt ?? -Infinity;
    // What an earlier head has ended is history.
    const before = all
      .filter(({ until, endedBy }) => until === null || endedBy === head?.id)
      .sort((a, b) => a.since.getTime() - b.since.getTime());
    const base = before.find(({ toldBy }) => !tellers.some(({ run }) => run.id === toldBy));
    const byHead = tellers.find(({ run }) => run === head);
    const after: ToldFlow[] = [];
    const goesOn = base && (!head || base.toldAt.getTime() > completedAt || byHead?.flow.transformation === base.transformation);
    if (base) after.push({ ...base, until: goesOn ? null : new Date(completedAt), endedBy: goesOn ? null : head!.id });
    const first = byHead ?? tellers.toSorted((a, b) => a.flow.since - b.flow.since || (a.run.id < b.run.id ? -1 : 1))[0];
    if (!goesOn && first) {
      const row = rowOf(jobId, first, base || first.run !== head ? completedAt : -Infinity);
      // What goes on has gone on all the time, also where another run completed meanwhile.
      const own = first.run === head ? undefined : before.find(({ toldBy }) => toldBy === row.toldBy);
      after.push(own && own.since < row.since ? { ...row, since: own.since } : row);
    }
    if (isSame(all, after)) continue;
    const { fromId, toId, kind } = ends;
    steps.push({ fromId, toId, kind, jobId, before, after, columns: first?.flow.columns ?? [] });
  }
  return steps;
}

type Teller = { run: ToldRun; flow: Told };

/** Of each flow the runs that count: the head, and those that were heard of since it completed. */
function listTold(
  runs: readonly ToldRun[],
  headOf: (assetId: string) => ToldRun | undefined,
  classOf: (assetId: string) => number,
): Map<string, Teller[]> {
  const told = new Map<string, Teller[]>();
  for (const run of runs) {
    for (const [key, flow] of flowsOf(run)) {
      const head = headOf(flow.toAssetId);
      const counts = run === head || heardAt(run)! > (head?.told.completedAt ?? -Infinity);
      if (!counts || !covers(run, classOf(flow.toAssetId))) continue;
      const tellers = told.get(key);
      if (tellers) tellers.push({ run, flow });
      else told.set(key, [{ run, flow }]);
    }
  }
  return told;
}

function rowOf(jobId: string, { run, flow: { columns: _, since, ...flow } }: Teller, notBefore: number): ToldFlow {
  return {
    ...flow,
    jobId,
    toldBy: run.id,
    runId: run.runId,
    since: new Date(Math.max(since, notBefore)),
    toldAt: new Date(heardAt(run)!),
    until: null,
    endedBy: null,
  };
}

export const isSameRow = (one: ToldFlow, other: ToldFlow): boolean =>
  one.toldBy === other.toldBy && one.transformation === other.transformation && one.since.getTime() === other.since.getTime();

/** Not by when its run was heard of last: that is kept up when the run is forgotten. */
const isSame = (some: readonly ToldFlow[], others: readonly ToldFlow[]): boolean =>
  some.length === others.length &&
  some.every((one) =>
    others.some((other) => isSameRow(one, other) && one.until?.getTime() === other.until?.getTime() && one.endedBy === other.endedBy),
  );

/** More runs of a job that go on than this are not kept: the one that was heard of longest ago is given up. */
const MOST_RUNS = 100;

/**
 * Those of a job's runs whose events need not be kept any more: they have ended, another one has since then, and what they told has been told
 * again, or not. `jobs` that tell of themselves have ended, too.
 */
export function listForgotten(runs: readonly ToldRun[]): ToldRun[] {
  const endOf = ({ runId, told }: ToldRun): number | null => (runId === null ? told.lastAt : told.endedAt);
  const isForgotten = (run: ToldRun): boolean => {
    if (endOf(run) === null) return false;
    const others = runs.filter((other) => other !== run && coversAll(other, run));
    const isOld = others.some((other) => (endOf(other) ?? -Infinity) > run.told.lastAt);
    const heard = heardAt(run);
    const isReplaced = heard === null || others.some(({ told }) => (told.completedAt ?? -Infinity) >= heard);
    return isOld && isReplaced;
  };
  const kept = runs.filter((run) => !isForgotten(run)).sort((a, b) => b.told.lastAt - a.told.lastAt || (a.id < b.id ? -1 : 1));
  const most = new Set(kept.filter((run, place) => place < MOST_RUNS || run.told.completedAt !== null));
  return runs.filter((run) => !most.has(run));
}
