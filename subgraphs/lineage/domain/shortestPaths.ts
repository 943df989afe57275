/**
 * The first simple paths of a small graph by (length, ids), pure of any database. After Lawler (Management Science 18(7), 1972), who ranks
 * by splitting: the best path splits all others into those that leave it at its first node, at its second, and so on, and the best of each of
 * these is found by one search. So each path costs at most as many searches as it is long, however many paths there are.
 */
import { createPauses } from '#platform/pauses.ts';
import type { Deadline } from './budgets.ts';

type Step = { fromId: string; toId: string };
type Bounds = { fromId: string; toId: string; maxLength: number; limit: number; deadline: Deadline };

/** Those paths that begin with `nodes[0..branch]` and do not go on to one of `without`. `nodes` is the best of them. */
type Share = { nodes: number[]; branch: number; without: ReadonlySet<number> };

/** The ids of each path's nodes. `isCut`: time ran out, and there may be more. `steps` are different ones. */
export async function listShortest(steps: readonly Step[], bounds: Bounds): Promise<{ paths: string[][]; isCut: boolean }> {
  const { fromId, toId, maxLength, limit, deadline } = bounds;
  const pause = createPauses();
  const { ids, numbers, out, into } = readNetwork(steps);
  await pause();
  const [source, target] = [numbers.get(fromId), numbers.get(toId)];
  if (source === undefined || target === undefined) return { paths: [], isCut: false };
  const search = createSearch(out, into, source, target, maxLength);

  const paths: string[][] = [];
  const first = search([source], NOTHING);
  let shares: Share[] = first ? [{ nodes: first, branch: 0, without: NOTHING }] : [];
  while (paths.length < limit && shares.length > 0) {
    if (deadline.isOver()) return { paths, isCut: true };
    const best = shares.reduce((a, b) => (isBefore(b.nodes, a.nodes) ? b : a));
    shares = shares.filter((share) => share !== best);
    paths.push(best.nodes.map((number) => ids[number]!));
    for (let branch = best.branch; branch < best.nodes.length - 1; branch++) {
      await pause();
      const taken = best.nodes[branch + 1]!;
      const without = new Set(branch === best.branch ? [...best.without, taken] : [taken]);
      const nodes = search(best.nodes.slice(0, branch + 1), without);
      if (nodes) shares.push({ nodes, branch, without });
    }
  }
  return { paths, isCut: false };
}

const NOTHING: ReadonlySet<number> = new Set();

/** Numbers are in the order of the ids, and so are the neighbours of each. */
function readNetwork(steps: readonly Step[]) {
  const ids = [...new Set(steps.flatMap(({ fromId, toId }) => [fromId, toId]))].sort();
  const numbers = new Map(ids.map((id, number) => [id, number]));
  const out: number[][] = ids.map(() => []);
  const into: number[][] = ids.map(() => []);
  for (const { fromId, toId } of steps) {
    const [from, to] = [numbers.get(fromId)!, numbers.get(toId)!];
    out[from]!.push(to);
    into[to]!.push(from);
  }
  for (const neighbours of out) neighbours.sort((a, b) => a - b);
  return { ids, numbers, out, into };
}

/** Of two different paths. */
function isBefore(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return a.length < b.length;
  const index = a.findIndex((number, at) => number !== b[at]);
  return a[index]! < b[index]!;
}

type Neighbours = readonly (readonly number[])[];

/**
 * Finds the first path by (length, ids) that begins with `prefix`, goes on to none of `without`, and visits no node twice: distances to the
 * target around the prefix, level by level until the prefix's end can go on, and then always to the first node that is nearer.
 */
function createSearch(out: Neighbours, into: Neighbours, source: number, target: number, maxLength: number) {
  const fromSource = distances(out, source);
  /** Of the search that `seen` says. */
  const distance = new Int32Array(out.length);
  const seen = new Int32Array(out.length);
  let current = 0;

  return (prefix: readonly number[], without: ReadonlySet<number>): number[] | undefined => {
    current += 1;
    for (const number of prefix) {
      seen[number] = current;
      distance[number] = -1;
    }
    const end = prefix.at(-1)!;
    const mostLeft = maxLength - prefix.length;
    const canGoOn = new Set(out[end]!.filter((number) => !without.has(number) && seen[number] !== current));
    seen[target] = current;
    distance[target] = 0;
    let nearest = canGoOn.has(target) ? 0 : -1;
    let frontier = [target];
    for (let level = 1; nearest < 0 && level <= mostLeft && frontier.length > 0; level++) {
      const next: number[] = [];
      for (const number of frontier) {
        for (const before of into[number]!) {
          // What is too far from the source is on no path that is short enough.
          if (seen[before] === current || fromSource[before]! < 0 || fromSource[before]! + level > maxLength) continue;
          seen[before] = current;
          distance[before] = level;
          next.push(before);
          if (canGoOn.has(before)) nearest = level;
        }
      }
      frontier = next;
    }
    if (nearest < 0 || nearest > mostLeft) return undefined;
    const nodes = [...prefix];
    let neighbours: readonly number[] = out[end]!.filter((number) => canGoOn.has(number));
    for (let left = nearest; left >= 0; left--) {
      const node = neighbours.find((number) => seen[number] === current && distance[number] === left)!;
      nodes.push(node);
      neighbours = out[node]!;
    }
    return nodes;
  };
}

/** Of each node from one; -1 of what is not reached. */
function distances(out: Neighbours, source: number): Int32Array {
  const found = new Int32Array(out.length).fill(-1);
  found[source] = 0;
  for (let frontier = [source], level = 1; frontier.length > 0; level++) {
    const next: number[] = [];
    for (const number of frontier) {
      for (const other of out[number]!) {
        if (found[other]! >= 0) continue;
        found[other] = level;
        next.push(other);
      }
    }
    frontier = next;
  }
  return found;
}
