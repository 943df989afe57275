/** When time runs out. What is found while there is time, the suite of each graph tests. */
import { expect, it } from 'vitest';
import type { GraphStore, View } from '../graph/index.ts';
import { readNeighbours } from './neighbours.ts';

const VIEW: View = { level: 'ASSET', direction: 'DOWNSTREAM', at: null, classes: 'all' };

/** `n` flows into `n + 1` for ever, and `end` into `last`; `wide` into 1,500 others. */
function createChain() {
  const asked: (readonly string[])[] = [];
  const graph = {
    async findNeighbours(_: View, ids: readonly string[]) {
      asked.push(ids);
      return new Map(ids.map((id) => [id, nextOf(id)]));
    },
  } as unknown as GraphStore;
  return { graph, asked };
}

function nextOf(id: string): string[] {
  if (id === 'wide') return Array.from({ length: 1_500 }, (_, n) => `of${n}`);
  if (id === 'end') return ['last'];
  return /^\d+$/.test(id) ? [String(Number(id) + 1)] : [];
}

/** Over when it is asked for the nth time. */
function createTurns(turns: number) {
  let left = turns;
  return { isOver: () => --left < 0 };
}

it('tells the levels that were read in time, and which of the walks had not ended', async () => {
  const { graph, asked } = createChain();
  const [chain, end] = await readNeighbours(graph, VIEW, ['0', 'end'], 20, createTurns(2));
  expect(chain).toEqual({ rows: ['1', '2', '3'].map((id, level) => ({ id, depth: level + 1 })), truncated: true });
  expect(end).toEqual({ rows: [{ id: 'last', depth: 1 }], truncated: false });
  expect(asked).toHaveLength(3);
});

it('tells the direct neighbours however late it is, and no part of a level', async () => {
  const { graph, asked } = createChain();
  const [late] = await readNeighbours(graph, VIEW, ['0'], 20, { isOver: () => true });
  expect(late).toEqual({ rows: [{ id: '1', depth: 1 }], truncated: true });
  // A level of 1,001 is two statements.
  const many = Array.from({ length: 1_001 }, (_, n) => String(n * 10));
  const found = await readNeighbours(graph, VIEW, many, 1, createTurns(0));
  expect(found.every(({ rows, truncated }) => rows.length === 0 && truncated)).toBe(true);
  expect(asked.map((ids) => ids.length)).toEqual([1, 1_000]);
});
