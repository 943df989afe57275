/**
 * Which columns the columns of a view are made of: their values, through functions, operators and aggregates too (DIRECT), and what decides
 * which value it is: conditions of CASE, FILTER, windows (CONDITIONAL). What decides which rows there are (WHERE, JOIN, GROUP BY) is
 * left out: each of those columns would flow into each of the view's.
 */
import type { Worker } from 'node:worker_threads';
import { Upstream } from '../errors.ts';
import { MAX_SQL, MAX_WAIT_MS, startThread, type ReadRequest } from './viewThread.ts';
import type { ColumnFlow } from './views/flows.ts';
import type { Dependency } from './views/work.ts';

export type { ColumnFlow };

/** A thread that has nothing to do is ended: views come in the thousands with a first scan, and then hardly ever. */
const IDLE_MS = 30_000;

let thread: Worker | undefined;
let idle: NodeJS.Timeout | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Of a view's SQL as PostgreSQL prints it. `dependsOn`: what the view reads, by qualified names, with the columns that it uses of each (none:
 * it is not known which). Null where the SQL cannot be understood, or is too long. Takes at most some seconds, on a thread of its own. Throws
 * Upstream where there is no answer: the thread died, of this SQL or of what else the machine has to do, or took too long.
 */
export async function readViewLineage(definition: string, dependsOn: readonly Dependency[]): Promise<readonly ColumnFlow[] | null> {
  if (dependsOn.length === 0) return [];
  if (definition.length > MAX_SQL) return null;
  const answer = last.then(() => ask({ definition, dependsOn }));
  // Whoever asks next is not told that.
  last = answer.catch(() => undefined);
  return await answer;
}

function start(): Worker {
  const started = startThread(null, []);
  started.once('exit', () => {
    if (thread === started) thread = undefined;
  });
  return started;
}

async function ask(request: ReadRequest): Promise<readonly ColumnFlow[] | null> {
  clearTimeout(idle);
  try {
    const asked = (thread ??= start());
    return await new Promise((resolve, reject) => {
      let cause: unknown;
      // Ended, it tells that it exits.
      const timer = setTimeout(() => void asked.terminate(), MAX_WAIT_MS);
      const end = (): void => {
        clearTimeout(timer);
        asked.off('message', answered).off('error', failed).off('exit', died);
      };
      const answered = (flows: readonly ColumnFlow[] | null): void => {
        end();
        resolve(flows);
      };
      const failed = (error: unknown): void => void (cause = error);
      const died = (): void => {
        end();
        reject(new Error('The thread ended.', { cause }));
      };
      asked.once('message', answered).once('error', failed).once('exit', died).postMessage(request);
    });
  } catch (cause) {
    const check = 'the memory and the load of the process that reads events';
    throw new Upstream('The SQL of a view could not be read: its reader gave no answer.', { system: 'SQL reader', check }, { cause });
  } finally {
    idle = setTimeout(() => {
      void thread?.terminate();
      thread = undefined;
    }, IDLE_MS).unref();
  }
}
