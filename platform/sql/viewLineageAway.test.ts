/** What becomes of who asks for a view's lineage when the thread that reads it cannot be had, dies, or is silent. */
import { Worker } from 'node:worker_threads';
import { expect, it, vi } from 'vitest';
import type * as threads from './viewThread.ts';
import { startThread } from './viewThread.ts';
import { readViewLineage } from './viewLineage.ts';

vi.mock('./viewThread.ts', async (load) => {
  const real = await load<typeof threads>();
  return { ...real, MAX_WAIT_MS: 2_000, startThread: vi.fn<typeof real.startThread>(real.startThread) };
});

const read = () => readViewLineage('SELECT x AS y FROM t', [{ name: 't', columns: ['x'] }]);
const FLOWS = [{ relation: 't', from: 'x', to: 'y', transformation: 'DIRECT', confidence: 1 }];

function threadThat(does: string): Worker {
  const worker = new Worker(`require('node:worker_threads').parentPort.on('message', () => { ${does} })`, { eval: true });
  worker.on('error', () => undefined);
  return worker;
}

it.each<[string, () => Worker]>([
  ['dies of what it is asked', () => threadThat('process.exit(1)')],
  ['fails', () => threadThat("throw new Error('out of memory')")],
  ['is silent', () => threadThat('')],
  [
    'cannot be started',
    () => {
      throw new Error('no more threads');
    },
  ],
])('is told so when the thread %s, and the next one is answered', async (_, start) => {
  vi.mocked(startThread).mockImplementationOnce(start);
  const [first, next] = await Promise.allSettled([read(), read()]);
  expect(first).toMatchObject({ status: 'rejected', reason: { code: 'UPSTREAM_UNAVAILABLE', details: { system: 'SQL reader' } } });
  expect(next).toEqual({ status: 'fulfilled', value: FLOWS });
  await vi.mocked(startThread).mock.results.at(-1)!.value.terminate();
});
