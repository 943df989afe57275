/**
 * Where the columns of a view come from, as far as they are shown as they are: a plain reference, also through subqueries, common table
 * expressions, joins and the branches of a union. A cast shows the value, too; a function or an operator makes another one of it.
 * The SQL is somebody else's, so a thread of its own reads it: what takes too much memory or time, or is nested too deep, ends there.
 */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import type { ViewColumn } from './views/work.ts';

export type { ViewColumn };

/** A parser for people's SQL is not asked about megabytes. */
const MAX_SQL = 200_000;
/** No view takes as long: steps and length are bounded. Only a thread that died does not answer. */
const MAX_WAIT_MS = 10_000;
const MAX_HEAP_MB = 512;

const known = new LRUCache<string, { columns: readonly ViewColumn[] | null }>({
  max: 200,
  maxSize: 5_000_000,
  sizeCalculation: ({ columns }, definition) =>
    1 + definition.length + (columns ?? []).reduce((sum, { origins }) => sum + 10 + origins.length, 0),
});

/** The output columns in their order; null where the SQL (PostgreSQL's, as pg_get_viewdef writes it) cannot be understood. */
export function readViewColumns(definition: string): readonly ViewColumn[] | null {
  if (definition.length > MAX_SQL) return null;
  let entry = known.get(definition);
  if (!entry) known.set(definition, (entry = { columns: ask(definition) }));
  return entry.columns;
}

type Reader = { read: (definition: string) => readonly ViewColumn[] | null | undefined; end: () => void };
let reader: Reader | undefined;

function ask(definition: string): readonly ViewColumn[] | null {
  reader ??= startReader();
  const columns = reader.read(definition);
  if (columns !== undefined) return columns;
  reader.end();
  reader = undefined;
  return null;
}

function startReader(): Reader {
  const { port1: port, port2 } = new MessageChannel();
  const answers = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./views/reader.ts', import.meta.url), {
    name: 'views',
    workerData: { port: port2, answers },
    transferList: [port2],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    // Nothing of what this process was started with.
    execArgv: [],
    env: {},
  });
  worker.unref();
  // Who asks next waits in vain, and starts another.
  worker.on('error', () => undefined);
  return {
    /** Undefined: no answer. */
    read(definition) {
      const before = Atomics.load(answers, 0);
      port.postMessage(definition);
      if (Atomics.wait(answers, 0, before, MAX_WAIT_MS) === 'timed-out') return undefined;
      return receiveMessageOnPort(port)?.message as readonly ViewColumn[] | null | undefined;
    },
    end: () => void worker.terminate(),
  };
}
