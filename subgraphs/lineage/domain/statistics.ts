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
  await inTurns(flows.size, pause, (node) => {
    if (readers(node) === 0) leaves += 1;
    else depended.offer(node);
    if (isRead[node] === 0) roots += 1;
  });
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
  const sources = createNumbers();
  const targets = createNumbers();
  let isCut = false;
  reading: for await (const batch of graph.streamFlows(classes)) {
    for (const { fromId, toIds } of batch) {
      for (const [index, toId] of toIds.entries()) {
        if (index % STEPS === STEPS - 1) await pause();
        // Before there is a number: what flows into itself only is in no flow.
        if (toId === fromId) continue;
        isCut = targets.size() === maxFlows;
        if (isCut) break reading;
        sources.add(ids.numberOf(fromId));
        targets.add(ids.numberOf(toId));
      }
    }
    await pause();
    isCut = deadline.isOver();
    if (isCut) break;
  }
  const flows = await sortFlows(ids.size(), sources.all(), targets.all(), pause);
  const isRead = new Uint8Array(ids.size());
  await inTurns(flows.targets.length, pause, (at) => (isRead[flows.targets[at]!] = 1));
  return { ids, flows, isRead, isCut };
}

/** By their sources, each once: flows of two origins come twice. */
async function sortFlows(size: number, sources: Int32Array, targets: Int32Array, pause: () => Promise<void>): Promise<Flows> {
  /** Where the flows of a source begin, and end where those of the next one do. */
  const places = new Int32Array(size + 1);
  await inTurns(sources.length, pause, (at) => (places[sources[at]! + 1]! += 1));
  await inTurns(size, pause, (node) => (places[node + 1]! += places[node]!));
  const sorted = new Int32Array(targets.length);
  const next = places.slice(0, size);
  await inTurns(targets.length, pause, (at) => {
    sorted[next[sources[at]!]!] = targets[at]!;
    next[sources[at]!]! += 1;
  });
  const flows: Flows = { size, starts: new Int32Array(size), ends: new Int32Array(size), targets: sorted };
  /** The last source that flows into a node, and one more. */
  const lastSource = new Int32Array(size);
  let count = 0;
  await inTurns(size, pause, (node) => {
    flows.starts[node] = count;
    for (let at = places[node]!; at < places[node + 1]!; at++) {
      const target = sorted[at]!;
      if (lastSource[target] === node + 1) continue;
      lastSource[target] = node + 1;
      sorted[count] = target;
      count += 1;
    }
    flows.ends[node] = count;
  });
  return { ...flows, targets: sorted.subarray(0, count) };
}

/** The largest first, then by the first of their ids; of each the first ids. */
async function listCycles(ids: IdNumbers, { circleOf, sizes }: Circles, pause: () => Promise<void>): Promise<Statistics['cycles']> {
  const first = new Int32Array(sizes.length).fill(-1);
  const members = (visit: (node: number, circle: number) => void): Promise<void> =>
    inTurns(circleOf.length, pause, (node) => circleOf[node] !== 0 && visit(node, circleOf[node]!));
  await members((node, circle) => {
    if (first[circle]! < 0 || ids.compare(node, first[circle]!) < 0) first[circle] = node;
  });
  const largest = createFirsts<number>(MOST_LISTED, (a, b) => sizes[b]! - sizes[a]! || ids.compare(first[a]!, first[b]!));
  for (let circle = 1; circle < sizes.length; circle++) largest.offer(circle);
  const listed = new Map(largest.list.map((circle): [number, Firsts<number>] => [circle, createFirsts(MOST_LISTED, ids.compare)]));
  await members((node, circle) => listed.get(circle)?.offer(node));
  return largest.list.map((circle) => ({ size: sizes[circle]!, assetIds: listed.get(circle)!.list.map(ids.idOf) }));
}

async function inTurns(count: number, pause: () => Promise<void>, visit: (at: number) => unknown): Promise<void> {
  for (let at = 0; at < count; at++) {
    if (at % STEPS === 0) await pause();
    visit(at);
  }
}

/** Numbers in a row that grows. */
function createNumbers() {
  let numbers = new Int32Array(1_024);
  let size = 0;
  return {
    add(number: number): void {
      if (size === numbers.length) {
        const larger = new Int32Array(size * 2);
        larger.set(numbers);
        numbers = larger;
      }
      numbers[size] = number;
      size += 1;
    },
    size: (): number => size,
    all: (): Int32Array => numbers.subarray(0, size),
  };
}
