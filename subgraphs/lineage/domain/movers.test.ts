import { expect, it } from 'vitest';
import type { GraphEdge } from '../graph/index.ts';
import { listMovers } from './movers.ts';

const node = (id: string, depth: number) => ({ id, depth, unexpanded: 0 });
const edge = (fromId: string, toId: string, jobId: string | null, runId: string | null = null): GraphEdge => ({
  fromId,
  toId,
  jobId,
  runId,
  kind: 'TABLE',
  origin: runId === null ? 'DECLARED' : 'EVENT',
  transformation: 'DIRECT',
  confidence: 1,
  validFrom: new Date(0),
  validTo: null,
});
const nodes = [node('a', 0), node('b', 1), node('c', 1), node('d', 2)];
const edges = [edge('a', 'b', 'y'), edge('b', 'd', 'y', 'y1'), edge('b', 'd', 'x'), edge('a', 'c', 'z', 'z1'), edge('c', 'd', null)];
const jobs = [node('y', 1), node('z', 1), node('x', 2)];
const runs = [node('z1', 1), node('y1', 2)];

it('has each job and each run once, as far as the farther end of its nearest flow', () => {
  expect(listMovers({ nodes, edges }, 5)).toEqual({ jobs, runs, isCut: false });
  expect(listMovers({ nodes, edges: [...edges, edge('a', 'c', 'z', 'y1')] }, 5).runs).toEqual([node('y1', 1), node('z1', 1)]);
  expect(listMovers({ nodes, edges: [edge('c', 'd', null)] }, 3)).toEqual({ jobs: [], runs: [], isCut: false });
});

it('has as many as there is room for, jobs before runs, and says that there are more', () => {
  expect(listMovers({ nodes, edges }, 4)).toEqual({ jobs, runs: runs.slice(0, 1), isCut: true });
  expect(listMovers({ nodes, edges }, 3)).toEqual({ jobs, runs: [], isCut: true });
  expect(listMovers({ nodes, edges }, 1)).toEqual({ jobs: jobs.slice(0, 1), runs: [], isCut: true });
  expect(listMovers({ nodes, edges }, 0)).toEqual({ jobs: [], runs: [], isCut: true });
});
