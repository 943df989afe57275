/** One socket: what is sent waits for room, and who is behind it. */
import type { WebSocket } from 'ws';
import type { Subscriber } from './subscribers.ts';

/** Bytes that may lie in this process on their way to a peer, besides the message that comes on top. */
const ROOM = 64 * 1024;

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
} as const satisfies Record<string, readonly [code: number, reason: string]>;
export type Closing = (typeof CLOSE)[keyof typeof CLOSE];

export type Connection = {
  readonly ws: WebSocket;
  readonly address: string;
  /** Once it is signed in. */
  token: string | undefined;
  subscriber: Subscriber | undefined;
  /** Aborted when it is closed. */
  readonly closed: AbortSignal;
  /** Sends a message when there is room, after the ones before it. Resolves when it was handed on, or nobody waits for it any more. */
  write: (text: string) => Promise<void> | void;
  /** Whether messages wait for a peer that takes nothing. */
  isBlocked: () => boolean;
  close: (closing: Closing) => void;
};

export function createConnection(ws: WebSocket, address: string): Connection {
  const closed = new AbortController();
  let waiting: { text: string; sent: () => void }[] = [];

  const hasRoom = (): boolean => ws.bufferedAmount < ROOM;

  function send(text: string): void {
    // What cannot be sent any more is not waited for: the socket's end says so.
    if (ws.readyState === ws.OPEN) ws.send(text, sendWaiting);
  }

  function sendWaiting(): void {
    while (waiting.length > 0 && hasRoom()) {
      const { text, sent } = waiting.shift()!;
      send(text);
      sent();
    }
  }

  ws.once('close', () => {
    closed.abort();
    for (const { sent } of waiting) sent();
    waiting = [];
  });

  return {
    ws,
    address,
    token: undefined,
    subscriber: undefined,
    closed: closed.signal,
    write(text) {
      if (closed.signal.aborted) return undefined;
      if (waiting.length === 0 && hasRoom()) return send(text);
      return new Promise((sent) => waiting.push({ text, sent }));
    },
    isBlocked: () => waiting.length > 0,
    close: ([code, reason]) => ws.close(code, reason),
  };
}
