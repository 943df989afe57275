import { expect, it } from 'vitest';
import { createRandom } from '../graph/testing/randomHistory.ts';
import { findCircles, type Flows } from './circles.ts';

const nobody = async (): Promise<void> => {};
const never = (): boolean => false;

function flowsOf(size: number, edges: readonly (readonly [number, number])[]): Flows {
  const sorted = edges.toSorted(([a], [b]) => a - b);
  const starts = Int32Array.from({ length: size }, (_, node) => sorted.filter(([from]) => from < node).length);
  const ends = Int32Array.from({ length: size }, (_, node) => sorted.filter(([from]) => from <= node).length);
  return { size, starts, ends, targets: Int32Array.from(sorted, ([, to]) => to) };
}

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1_000_000));
it(`are the nodes that reach each other (SEED=${seed})`, async () => {
  const random = createRandom(seed);
  for (let round = 0; round < 200; round++) {
    const size = random.between(1, 12);
    const edges = Array.from({ length: random.between(0, 20) }, () => [random.between(0, size - 1), random.between(0, size - 1)] as const);
    const reached = Array.from({ length: size }, (_, from) => {
      const found = new Set([from]);
      for (let grown = true; grown;) {
        const before = found.size;
        for (const [a, b] of edges) if (found.has(a)) found.add(b);
        grown = found.size > before;
      }
      return found;
    });
    const mates = (node: number): number[] => [...reached[node]!].filter((other) => reached[other]!.has(node)).sort((a, b) => a - b);
    const { circleOf, sizes, isCut } = await findCircles(flowsOf(size, edges), nobody, never);
    expect(isCut).toBe(false);
    for (let node = 0; node < size; node++) {
      const own = circleOf[node]!;
      const same = own === 0 ? [node] : [...circleOf.keys()].filter((other) => circleOf[other] === own);
      expect(same, JSON.stringify(edges)).toEqual(mates(node));
      if (own !== 0) expect(sizes[own]).toBe(same.length);
    }
    expect(sizes.length - 1).toBe(new Set(circleOf.filter((own) => own !== 0)).size);
  }
});

it('goes round a circle of a hundred thousand without recursion, and gives others their turn', async () => {
  const size = 100_000;
  const ring = Int32Array.from({ length: size }, (_, node) => (node + 1) % size);
  const flows = { size, starts: Int32Array.from(ring.keys()), ends: Int32Array.from(ring.keys(), (node) => node + 1), targets: ring };
  let turns = 0;
  const { sizes } = await findCircles(flows, async () => void (turns += 1), never);
  expect([sizes, turns]).toEqual([[0, size], 20]);
  expect((await findCircles(flows, nobody, () => true)).isCut).toBe(true);
});
