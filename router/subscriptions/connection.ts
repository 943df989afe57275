/** One socket: what is sent waits for room, nothing is read of a peer that takes nothing, and who is behind it. */
import type { WebSocket } from 'ws';
import { createOperations, type Operations } from './socketOperations.ts';
import type { Subscriber } from './subscribers.ts';

/** Bytes that may lie in this process on their way to a peer, besides the message that comes on top. */
const ROOM = 64 * 1024;
/** Characters that may wait for room: answers of operations that were asked for before the peer stopped to read. */
const MOST_WAITING = 32_000_000;
/** How long a slow reader is waited for, to be told why it is closed. */
const SLOW_FAREWELL_MS = 30_000;

export type Closing = readonly [code: number, reason: string];
export const CLOSE = {
  goingAway: [1001, 'The server goes down: reconnect with "after"'],
  tooMany: [1013, 'Too many connections'],
  tryLater: [1013, 'Try again later'],
  otherLog: [1012, 'The event log was restored: reconnect'],
  badMessage: [4400, 'Invalid message'],
  notSignedIn: [4401, 'Not signed in'],
  ended: [4403, 'The token has expired or was revoked: refresh and resume'],
  slow: [4290, 'Slow consumer: reconnect with "after"'],
  internal: [4500, 'Internal server error'],
} as const satisfies Record<string, Closing>;

export type Connection = {
  readonly ws: WebSocket;
  readonly address: string;
  readonly operations: Operations;
  /** Once it is signed in. */
  token: string | undefined;
  subscriber: Subscriber | undefined;
  /** Heard of since the last ping. */
  isAlive: boolean;
  /** Aborted when it is being closed: nothing is read or sent any more. */
  readonly closed: AbortSignal;
  /** Sends a message when there is room, after the ones before it. Resolves when it was handed on, or nobody waits for it any more. */
  write: (text: string) => Promise<void> | void;
  /** Whether messages wait for a peer that takes nothing. */
  isBlocked: () => boolean;
  /** The first one counts. */
  close: (closing: Closing) => void;
};

export function createConnection(ws: WebSocket, address: string): Connection {
  const closed = new AbortController();
  let waiting: { text: string; sent: () => void }[] = [];
  let waitingSize = 0;
  /** Said once there is room. */
  let farewell: Closing | undefined;
  let patience: NodeJS.Timeout | undefined;

  const hasRoom = (): boolean => ws.bufferedAmount < ROOM;

  function send(text: string): void {
    // What cannot be sent any more is not waited for: the socket's end says so.
    if (ws.readyState === ws.OPEN) ws.send(text, goOn);
  }

  /** Whenever something has left. */
  function goOn(): void {
    while (waiting.length > 0 && hasRoom()) {
      const { text, sent } = waiting.shift()!;
      waitingSize -= text.length;
      send(text);
      sent();
    }
    if (waiting.length > 0 || !hasRoom()) return;
    if (farewell) ws.close(...farewell);
    if (!ws.isPaused) return;
    connection.isAlive = true; // it takes something again
    ws.resume();
  }

  function end(): void {
    closed.abort();
    for (const { sent } of waiting) sent();
    waiting = [];
  }

  ws.once('close', () => {
    clearTimeout(patience);
    end();
  });

  const connection: Connection = {
    ws,
    address,
    operations: createOperations(closed.signal),
    token: undefined,
    subscriber: undefined,
    isAlive: true,
    closed: closed.signal,
    write(text) {
      if (closed.signal.aborted) return undefined;
      if (waiting.length === 0 && hasRoom()) return send(text);
      ws.pause(); // whoever does not take its answers asks for no more
      waitingSize += text.length;
      if (waitingSize > MOST_WAITING) return connection.close(CLOSE.slow);
      return new Promise((sent) => waiting.push({ text, sent }));
    },
    isBlocked: () => waiting.length > 0,
    close(closing) {
      if (closed.signal.aborted) return;
      end();
      if (closing === CLOSE.slow && !hasRoom()) {
        farewell = closing;
        patience = setTimeout(() => ws.terminate(), SLOW_FAREWELL_MS);
        return;
      }
      ws.close(...closing);
      goOn(); // to hear its answer
    },
  };
  return connection;
}
