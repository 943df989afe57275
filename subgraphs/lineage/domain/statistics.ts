/**
 * What lineage is like as a whole: one pass over all flows, kept as numbers. A flow of an asset into itself says nothing of how assets hang
 * together: it counts nowhere here.
 */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { createPauses } from '#platform/pauses.ts';
import type { GraphStore } from '../graph/index.ts';
import { createDeadline, type Deadline } from './budgets.ts';
import { findCircles, type Circles, type Flows } from './circles.ts';
import { createFirsts, type Firsts } from './firsts.ts';
import { createIdNumbers, type IdNumbers } from './idNumbers.ts';

/** So many take about 100 MB where assets have two each, and 300 MB where they are all between different ones. */
const MAX_FLOWS = 2_000_000;
/** All flows are looked at: longer than other questions may take. */
const TIME_MS = 15_000;
/** As long as lists are at most, those of a cycle's assets too. */
export const MOST_LISTED = 100;
/** Others have a turn after this many steps. */
const STEPS = 10_000;

/** Each list with the first MOST_LISTED. */
export type Statistics = {
  assets: number;
  flows: number;
  orphans: number;
  roots: number;
  leaves: number;
  cycles: { size: number; assetIds: string[] }[];
  cycleCount: number;
  mostDependedUpon: { assetId: string; readers: number }[];
  truncated: boolean;
};

export type StatisticsOptions = { deadline?: Deadline; maxFlows?: number; signal?: AbortSignal };

export async function readStatistics(
  graph: GraphStore,
  classes: VisibleClasses,
  { deadline = createDeadline(TIME_MS), maxFlows = MAX_FLOWS, signal }: StatisticsOptions = {},
): Promise<Statistics> {
  const pause = createPauses(signal);
  const assets = await graph.countAssets(classes);
  const { ids, flows, isRead, isCut } = await readFlows(graph, classes, { deadline, maxFlows, pause });
  const circles = await findCircles(flows, pause, deadline.isOver);
  let [roots, leaves] = [0, 0];
  const readers = (node: number): number => flows.ends[node]! - flows.starts[node]!;
  const depended = createFirsts<number>(MOST_LISTED, (a, b) => readers(b) - readers(a) || ids.compare(a, b));
  for (let node = 0; node < flows.size; node++) {
    if (node % STEPS === 0) await pause();
    if (readers(node) === 0) leaves += 1;
    else depended.offer(node);
    if (isRead[node] === 0) roots += 1;
  }
  return {
    assets,
    flows: flows.targets.length,
    // What came meanwhile may flow already and be counted not yet.
    orphans: Math.max(0, assets - flows.size),
    roots,
    leaves,
    cycles: await listCycles(ids, circles, pause),
    cycleCount: circles.sizes.length - 1,
    mostDependedUpon: depended.list.map((node) => ({ assetId: ids.idOf(node), readers: readers(node) })),
    truncated: isCut || circles.isCut,
  };
}

type Reading = { deadline: Deadline; maxFlows: number; pause: () => Promise<void> };

/** `isRead`: 1 of each node that something flows into. */
async function readFlows(graph: GraphStore, classes: VisibleClasses, { deadline, maxFlows, pause }: Reading) {
  const ids = createIdNumbers();
  const targets = createNumbers();
  /** Pairs: a node, and where its targets end. They follow each other. */
  const sources = createNumbers();
  let isCut = false;
  reading: for await (const batch of graph.streamFlows(classes)) {
    for (const { fromId, toIds } of batch) {
      const before = targets.size();
      for (const [index, toId] of toIds.entries()) {
        if (index % STEPS === STEPS - 1) await pause();
        if (toId === fromId) continue;
        isCut = targets.size() === maxFlows;
        if (isCut) break;
        targets.add(ids.numberOf(toId));
      }
      // What flows into itself only is in no flow.
      if (targets.size() > before) sources.add(ids.numberOf(fromId), targets.size());
      if (isCut) break reading;
    }
    await pause();
    isCut = deadline.isOver();
    if (isCut) break;
  }
  const flows: Flows = { size: ids.size(), starts: new Int32Array(ids.size()), ends: new Int32Array(ids.size()), targets: targets.all() };
  const pairs = sources.all();
  for (let at = 0; at < pairs.length; at += 2) {
    flows.starts[pairs[at]!] = at === 0 ? 0 : pairs[at - 1]!;
    flows.ends[pairs[at]!] = pairs[at + 1]!;
  }
  const isRead = new Uint8Array(ids.size());
  for (const target of flows.targets) isRead[target] = 1;
  return { ids, flows, isRead, isCut };
}

/** The largest first, then by the first of their ids; of each the first ids. */
async function listCycles(ids: IdNumbers, { circleOf, sizes }: Circles, pause: () => Promise<void>): Promise<Statistics['cycles']> {
  const first = new Int32Array(sizes.length).fill(-1);
  const members = async (visit: (node: number, circle: number) => void): Promise<void> => {
    for (let node = 0; node < circleOf.length; node++) {
      if (node % STEPS === 0) await pause();
      if (circleOf[node] !== 0) visit(node, circleOf[node]!);
    }
  };
  await members((node, circle) => {
    if (first[circle]! < 0 || ids.compare(node, first[circle]!) < 0) first[circle] = node;
  });
  const largest = createFirsts<number>(MOST_LISTED, (a, b) => sizes[b]! - sizes[a]! || ids.compare(first[a]!, first[b]!));
  for (let circle = 1; circle < sizes.length; circle++) largest.offer(circle);
  const listed = new Map(largest.list.map((circle): [number, Firsts<number>] => [circle, createFirsts(MOST_LISTED, ids.compare)]));
  await members((node, circle) => listed.get(circle)?.offer(node));
  return largest.list.map((circle) => ({ size: sizes[circle]!, assetIds: listed.get(circle)!.list.map(ids.idOf) }));
}

/** Numbers in a row that grows. */
function createNumbers() {
  let numbers = new Int32Array(1_024);
  let size = 0;
  return {
    add(...more: number[]): void {
      if (size + more.length > numbers.length) {
        const larger = new Int32Array(numbers.length * 2);
        larger.set(numbers);
        numbers = larger;
      }
      numbers.set(more, size);
      size += more.length;
    },
    size: (): number => size,
    all: (): Int32Array => numbers.subarray(0, size),
  };
}
