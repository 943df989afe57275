/** The thread that reads views (../viewThread.ts): SQL in, columns or flows or null out, one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ReadRequest, WaitedFor } from '../viewThread.ts';
import { columnsOf } from './columns.ts';
import { flowsOf, type ColumnFlow } from './flows.ts';
import { createParser } from './parser.ts';
import type { Origin, ViewColumn as FoundColumn } from './work.ts';

type PlainOrigin = Pick<Origin, 'schema' | 'relation' | 'column'>;
/** A column and the plain references to what it comes from. */
export type ViewColumn = { name: string; origins: readonly PlainOrigin[]; isUnknown: boolean };

const waiting = workerData as WaitedFor | null;
const port = waiting?.port ?? parentPort!;

let parser = await createParser();

async function read({ definition, dependsOn }: ReadRequest): Promise<readonly ViewColumn[] | readonly ColumnFlow[] | null> {
  let select;
  try {
    select = parser.parse(definition);
  } catch {
    parser = await createParser();
  }
  try {
    if (!select) return null;
    const columns = columnsOf(select, dependsOn);
    return dependsOn ? flowsOf(columns) : plainly(columns);
  } catch {
    return null;
  }
}

function plainly(columns: readonly FoundColumn[]): readonly ViewColumn[] {
  // One object for one column, however often it is there: so it is copied once on its way.
  const told = new Map<Origin, PlainOrigin>();
  const tell = (origin: Origin): PlainOrigin => {
    const { schema, relation, column } = origin;
    if (!told.has(origin)) told.set(origin, { schema, relation, column });
    return told.get(origin)!;
  };
  return columns.map(({ name, origins, isUnknown }) => ({ name, origins: origins.map(tell), isUnknown }));
}

async function answer(request: ReadRequest): Promise<void> {
  port.postMessage(await read(request));
  if (!waiting) return;
  // Whoever asked waits for this, and finds the answer in the port.
  Atomics.add(waiting.answers, 0, 1);
  Atomics.notify(waiting.answers, 0);
}

port.on('message', (request: ReadRequest) => void answer(request));
