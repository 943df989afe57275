/** The thread that reads views (../viewColumns.ts): SQL in, columns or null out, one after the other. */
import { workerData, type MessagePort } from 'node:worker_threads';
import { columnsOf } from './columns.ts';
import { createParser } from './parser.ts';
import type { ViewColumn } from './work.ts';

const { port, answers } = workerData as { port: MessagePort; answers: Int32Array };

let parser = await createParser();

async function read(definition: string): Promise<readonly ViewColumn[] | null> {
  let select;
  try {
    select = parser.parse(definition);
  } catch {
    parser = await createParser();
  }
  try {
    return select ? columnsOf(select) : null;
  } catch {
    return null;
  }
}

async function answer(definition: string): Promise<void> {
  port.postMessage(await read(definition));
  // Whoever asked waits for this, and finds the answer in the port.
  Atomics.add(answers, 0, 1);
  Atomics.notify(answers, 0);
}

port.on('message', (definition: string) => void answer(definition));
