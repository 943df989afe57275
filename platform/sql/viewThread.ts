/** The thread that reads people's SQL: what takes too much memory or time, or is nested too deep, ends there. */
import { Worker, type MessagePort, type TransferListItem } from 'node:worker_threads';
import type { Dependency } from './views/work.ts';

/** With `dependsOn` the answer is a view's flows, without it its columns; null where it cannot be read. */
export type ReadRequest = { definition: string; dependsOn?: readonly Dependency[] };
/** Where who waits without an event loop is answered; others are by the thread's own messages. */
export type WaitedFor = { port: MessagePort; answers: Int32Array };

/** In characters: a parser for people's SQL is not asked about megabytes. */
export const MAX_SQL = 200_000;
/** No view takes as long: steps and length are bounded. Only a thread that died does not answer. */
export const MAX_WAIT_MS = 10_000;
const MAX_HEAP_MB = 512;

export function startThread(workerData: WaitedFor | null, transferList: TransferListItem[]): Worker {
  const worker = new Worker(new URL('./views/reader.ts', import.meta.url), {
    name: 'views',
    workerData,
    transferList,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    // Nothing of what this process was started with.
    execArgv: [],
    env: {},
  });
  worker.unref();
  // Who asked gets no answer, and starts another.
  worker.on('error', () => undefined);
  return worker;
}
