/** A process with many sockets, which remembers what came over each of them, and when. Told by its parent what to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

export type Task =
  /** Socket number n signs in and asks for operation n modulo their number; without operations it only listens. */
  | { do: 'open'; url: string; sockets: number; token?: string; operations: readonly string[] }
  /** Until each socket has as many messages, or for as long as that. */
  | { do: 'wait'; messages: number; patienceMs: number }
  /** What came. `sentAt`: wall-clock milliseconds at which message n of a socket was on its way, or of the event with that seq. */
  | { do: 'report'; sentAt: Readonly<Record<number, number>> }
  | { do: 'close' };

export type Report = {
  /** Messages in all, and their characters. */
  messages: number;
  characters: number;
  /** Sockets that got all of them once and in order. */
  complete: number;
  /** What the first other one got, if there is one. */
  odd: { socket: number; numbers: number[] } | null;
  /** Messages with errors in their payload. */
  failed: number;
  /** Sockets that were closed although nobody here did that. */
  lost: number;
  /** Milliseconds of each message, sorted. */
  lags: number[];
  /** The first text of each operation. */
  samples: string[];
};

const OPENED_AT_ONCE = 100;

/** Number and arrival of each message, in order. */
type Listener = { ws: WebSocket; numbers: number[]; at: number[]; first: string | undefined; failed: number; isLost: boolean };

const now = (): number => performance.timeOrigin + performance.now();

let listeners: Listener[] = [];
let isClosing = false;

/** Resolves when it is signed in and has asked. */
function open({ url, token, operations }: Extract<Task, { do: 'open' }>, index: number): Promise<void> {
  const ws = new WebSocket(url, operations.length > 0 ? ['graphql-transport-ws'] : [], { perMessageDeflate: false });
  const listener: Listener = { ws, numbers: [], at: [], first: undefined, failed: 0, isLost: false };
  listeners[index] = listener;
  const query = operations[index % operations.length];
  return new Promise((resolve, reject) => {
    ws.once('error', reject);
    ws.once('close', (code, reason) => {
      listener.isLost = !isClosing;
      reject(new Error(`Socket ${index} was closed: ${code} ${String(reason)}`));
    });
    ws.once('open', () => {
      if (query === undefined) return resolve();
      ws.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    });
    ws.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.includes('"type":"next"')) {
        const at = now();
        listener.first ??= text;
        if (text.includes('"errors":[')) listener.failed++;
        // Where nothing is asked for the same bytes come again and again.
        listener.numbers.push(query === undefined ? listener.numbers.length : Number(/"cursor":"\w+\.(\d+)"/.exec(text)?.[1]));
        listener.at.push(at);
      } else if (text.includes('"connection_ack"')) {
        ws.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
        resolve();
      } else {
        reject(new Error(text));
      }
    });
  });
}

async function openAll(task: Extract<Task, { do: 'open' }>): Promise<void> {
  listeners = [];
  isClosing = false;
  let next = 0;
  const openNext = async (): Promise<void> => {
    while (next < task.sockets) await open(task, next++);
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, openNext));
}

async function wait({ messages, patienceMs }: Extract<Task, { do: 'wait' }>): Promise<void> {
  const until = now() + patienceMs;
  while (now() < until && listeners.some(({ numbers }) => numbers.length < messages)) await sleep(50);
}

function report({ sentAt }: Extract<Task, { do: 'report' }>, operations: number): Report {
  const expected = Object.keys(sentAt).map(Number);
  const isComplete = ({ numbers }: Listener): boolean =>
    numbers.length === expected.length && numbers.every((number, place) => number === expected[place]);
  const odd = listeners.findIndex((listener) => !isComplete(listener));
  const samples = listeners.slice(0, operations).map(({ first }) => first ?? '');
  return {
    messages: listeners.reduce((sum, { numbers }) => sum + numbers.length, 0),
    characters: samples.reduce((sum, text) => sum + text.length, 0) / Math.max(1, samples.length),
    complete: listeners.filter(isComplete).length,
    odd: odd < 0 ? null : { socket: odd, numbers: listeners[odd]!.numbers },
    failed: listeners.reduce((sum, { failed }) => sum + failed, 0),
    lost: listeners.filter(({ isLost }) => isLost).length,
    lags: listeners
      .flatMap(({ numbers, at }) => numbers.map((number, place) => at[place]! - (sentAt[number] ?? NaN)))
      .filter(Number.isFinite)
      .sort((a, b) => a - b),
    samples,
  };
}

let operations = 0;

async function perform(task: Task): Promise<Report | null> {
  if (task.do === 'open') {
    operations = Math.max(1, task.operations.length);
    await openAll(task);
  } else if (task.do === 'wait') {
    await wait(task);
  } else if (task.do === 'report') {
    return report(task, operations);
  } else {
    isClosing = true;
    for (const { ws } of listeners) ws.terminate();
  }
  return null;
}

process.on('message', (task: Task) => {
  perform(task).then(
    (result) => process.send!({ result }),
    (error: unknown) => process.send!({ error: error instanceof Error ? error.message : String(error) }),
  );
});
