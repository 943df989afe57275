/** Operations and nonsense over one socket of a viewer. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openSocket } from '#platform/testing/liveClient.ts';
import { judgeBody, type Failure } from './judge.ts';
import type { Operation } from './operations.ts';
import type { Viewer } from './stage.ts';
import type { Random } from './values.ts';

/** How long an operation over a socket is listened to, in milliseconds: mostly until it is through, sometimes it is given up on its way. */
export const LISTEN_MS = [60, 60, 60, 20, 5, 0];
/** Of the WebSocket's standard: the server fell, or lost its footing. */
const FALLS = [1006, 1011, 4500];

/** What no client sends that keeps to the protocol. */
export const nonsense = (random: Random, operation: Operation): unknown =>
  random.pick<unknown>([
    'no JSON',
    '{',
    '[]',
    'null',
    { type: 'nothing' },
    { type: 'subscribe' },
    { type: 'subscribe', id: '', payload: { query: operation.query } },
    { type: 'subscribe', id: 'x'.repeat(100_000), payload: operation },
    { type: 'subscribe', id: '1', payload: { query: 5 } },
    { type: 'subscribe', id: '2', payload: { ...operation, operationName: '\u0000', extensions: [] } },
    { type: 'subscribe', id: '3', payload: null },
    { type: 'connection_init', payload: { authorization: 'Bearer x' } },
    { type: 'complete', id: 'unknown' },
    { type: 'ping', payload: { a: 'x'.repeat(10_000) } },
    { type: 'pong' },
    { type: 'next', id: '1', payload: { data: null } },
    { type: 'subscribe', id: '__proto__', payload: operation },
    '['.repeat(50_000),
    'x'.repeat(1_000_000),
  ]);

export function createSockets(url: string) {
  const open = new Map<Viewer, Awaited<ReturnType<typeof openSocket>>>();
  let serial = 0;

  async function socketOf(viewer: Viewer) {
    const known = open.get(viewer);
    if (known && known.ws.readyState === known.ws.OPEN) return known;
    const socket = await openSocket(url);
    if (viewer.token !== null) await socket.init(viewer.token);
    open.set(viewer, socket);
    return socket;
  }

  return {
    /** Sends it, or another message in its place, and judges whatever the socket brings meanwhile. */
    async send(viewer: Viewer, operation: Operation, listenMs: number, instead?: unknown): Promise<Failure[]> {
      const socket = await socketOf(viewer);
      const id = `s${serial++}`;
      const message = instead ?? { type: 'subscribe', id, payload: { query: operation.query, variables: operation.variables } };
      const sent = typeof message === 'string' ? message : JSON.stringify(message);
      if (sent.length > 200_000 && instead === undefined) return [];
      socket.send(sent);
      await sleep(listenMs);
      if (socket.ws.readyState === socket.ws.OPEN) socket.send({ type: 'complete', id });
      const failures: Failure[] = [];
      for (const { type, payload } of socket.messages.splice(0)) {
        if (type === 'next') failures.push(...judgeBody(payload, viewer, sent));
        if (type === 'error') failures.push(...judgeBody({ errors: payload }, viewer, sent));
      }
      if (socket.ws.readyState !== socket.ws.OPEN) {
        const code = await socket.closeCode();
        if (FALLS.includes(code)) failures.push({ kind: 'socket fell', what: `closed with ${code} after ${sent.slice(0, 300)}` });
      }
      return failures;
    },
    close: () => open.forEach(({ ws }) => ws.terminate()),
  };
}
