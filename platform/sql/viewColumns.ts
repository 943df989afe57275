/**
 * Where the columns of a view come from, as far as they are shown as they are: a plain reference, also through subqueries, common table
 * expressions, joins and the branches of a union. A cast shows the value, too; a function or an operator makes another one of it.
 * The SQL is somebody else's, so a thread of its own reads it; whoever asks waits for it.
 */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import { MAX_SQL, MAX_WAIT_MS, startThread, type ReadRequest } from './viewThread.ts';
import type { ViewColumn } from './views/reader.ts';

export type { ViewColumn };

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
  if (!entry) known.set(definition, (entry = { columns: ask({ definition }) }));
  return entry.columns;
}

type Reader = { read: (request: ReadRequest) => readonly ViewColumn[] | null | undefined; end: () => void };
let reader: Reader | undefined;

function ask(request: ReadRequest): readonly ViewColumn[] | null {
  reader ??= startReader();
  const columns = reader.read(request);
  if (columns !== undefined) return columns;
  reader.end();
  reader = undefined;
  return null;
}

function startReader(): Reader {
  const { port1: port, port2 } = new MessageChannel();
  const answers = new Int32Array(new SharedArrayBuffer(4));
  const worker = startThread({ port: port2, answers }, [port2]);
  return {
    /** Undefined: no answer. */
    read(request) {
      const before = Atomics.load(answers, 0);
      port.postMessage(request);
      if (Atomics.wait(answers, 0, before, MAX_WAIT_MS) === 'timed-out') return undefined;
      return receiveMessageOnPort(port)?.message as readonly ViewColumn[] | null | undefined;
    },
    end: () => void worker.terminate(),
  };
}
