import { expect, it } from 'vitest';
import type { GraphEdge } from '../graph/index.ts';
import { listJobs } from './jobs.ts';

const node = (id: string, depth: number) => ({ id, depth, unexpanded: 0 });
const edge = (fromId: string, toId: string, jobId: string | null): GraphEdge => ({
  fromId,
  toId,
  jobId,
  runId: null,
  kind: 'TABLE',
  origin: 'DECLARED',
  transformation: 'DIRECT',
  confidence: 1,
  validFrom: new Date(0),
  validTo: null,
});
const nodes = [node('a', 0), node('b', 1), node('c', 1), node('d', 2)];
const edges = [edge('a', 'b', 'y'), edge('b', 'd', 'y'), edge('b', 'd', 'x'), edge('a', 'c', 'z'), edge('c', 'd', null)];

it('has each job once, as far as the farther end of its nearest flow', () => {
  expect(listJobs({ nodes, edges }, 3)).toEqual({ jobs: [node('y', 1), node('z', 1), node('x', 2)], isCut: false });
  expect(listJobs({ nodes, edges: [edge('c', 'd', null)] }, 3)).toEqual({ jobs: [], isCut: false });
});

it('has as many as there is room for, and says that there are more', () => {
  expect(listJobs({ nodes, edges }, 1)).toEqual({ jobs: [node('y', 1)], isCut: true });
  expect(listJobs({ nodes, edges }, 0)).toEqual({ jobs: [], isCut: true });
});
