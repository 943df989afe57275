/** Groups of nodes that each reach each other (strongly connected components), after Tarjan (SIAM J. Comput. 1(2), 1972), without recursion. */

/** The edges of node n lead to `targets[starts[n]]` up to before `targets[ends[n]]`. */
export type Flows = { size: number; starts: Int32Array; ends: Int32Array; targets: Int32Array };

/** `circleOf`: of each node the number of its group, from 1; 0 of what is in none. `sizes[number]`: how many are in a group, two at least. */
export type Circles = { circleOf: Int32Array; sizes: number[]; isCut: boolean };

/** Others have a turn after this many steps. */
const STEPS = 10_000;

/** `pause` is awaited now and then; gives `isCut` with the groups that were found so far once `isOver`. */
export async function findCircles(flows: Flows, pause: () => Promise<void>, isOver: () => boolean): Promise<Circles> {
  const { size, starts, ends, targets } = flows;
  const circleOf = new Int32Array(size);
  const sizes = [0];
  /** When a node was come to, from 1; 0: not yet. `low`: the earliest that it reaches, as far as is known. */
  const order = new Int32Array(size);
  const low = new Int32Array(size);
  /** Come to, and of no group yet. */
  const waiting = new Int32Array(size);
  const isWaiting = new Uint8Array(size);
  /** From the root to where the walk is, and the next edge of each. */
  const way = new Int32Array(size);
  const nextEdge = Int32Array.from(starts);
  let [count, waitingSize, depth, steps] = [0, 0, 0, 0];

  const enter = (node: number): void => {
    count += 1;
    order[node] = count;
    low[node] = count;
    way[depth] = node;
    depth += 1;
    waiting[waitingSize] = node;
    waitingSize += 1;
    isWaiting[node] = 1;
  };
  /** All that wait since `node` are a group with it. */
  const close = (node: number): void => {
    let from = waitingSize - 1;
    while (waiting[from] !== node) from -= 1;
    const members = waitingSize - from;
    if (members > 1) sizes.push(members);
    for (let at = from; at < waitingSize; at++) {
      isWaiting[waiting[at]!] = 0;
      if (members > 1) circleOf[waiting[at]!] = sizes.length - 1;
    }
    waitingSize = from;
  };

  for (let root = 0; root < size; root++) {
    if (order[root] !== 0) continue;
    enter(root);
    while (depth > 0) {
      steps += 1;
      if (steps % STEPS === 0) {
        await pause();
        if (isOver()) return { circleOf, sizes, isCut: true };
      }
      const node = way[depth - 1]!;
      if (nextEdge[node]! < ends[node]!) {
        const other = targets[nextEdge[node]!]!;
        nextEdge[node]! += 1;
        if (order[other] === 0) enter(other);
        else if (isWaiting[other] === 1) low[node] = Math.min(low[node]!, order[other]!);
        continue;
      }
      depth -= 1;
      if (low[node] === order[node]) close(node);
      if (depth > 0) low[way[depth - 1]!] = Math.min(low[way[depth - 1]!]!, low[node]!);
    }
  }
  return { circleOf, sizes, isCut: false };
}
