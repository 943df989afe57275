/** Subscriptions of the page against a server that does what ours may. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { currentSession, resume, signIn } from '../session/session';
import { currentConnection, forwardSubscription, onMissed } from './connection';

const QUERY = 'subscription ($after: String) { eventPublished(after: $after) { cursor } }';
const token = `x.${Buffer.from(JSON.stringify({ sub: 'ada' })).toString('base64url')}.x`;
const session = { accessToken: token, expiresAt: new Date(Date.now() + 300_000).toISOString() };

let isEnded = false;
/** The places from which the page wanted to go on, one after the other. */
let places: (string | undefined)[];
let refusesPlaces = false;
type Listening = { socket: WebSocket; id: string };
const pages: Listening[] = [];
let page: Listening;
/** The last one that subscribed, unless said otherwise. */
const tell = (cursor: string, { socket, id } = page): void =>
  socket.send(JSON.stringify({ type: 'next', id, payload: { data: { eventPublished: { cursor } } } }));

const http = createServer((request, response) => {
  const isRefused = isEnded && request.url === '/session/refresh';
  response
    .writeHead(isRefused ? 401 : 200)
    .end(JSON.stringify(isRefused ? { error: { code: 'UNAUTHENTICATED', message: 'no' } } : session));
});
new WebSocketServer({ server: http, handleProtocols: () => 'graphql-transport-ws' }).on('connection', (socket) => {
  socket.on('message', (text) => {
    const { type, id, payload } = JSON.parse(String(text)) as { type: string; id: string; payload: { variables: { after?: string } } };
    if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack', payload: { cursor: '1.5' } }));
    if (type !== 'subscribe') return;
    page = { socket, id };
    pages.push(page);
    places.push(payload.variables.after);
    if (!refusesPlaces || !payload.variables.after) return;
    socket.send(JSON.stringify({ type: 'error', id, payload: [{ message: 'too old', extensions: { code: 'CURSOR_EXPIRED' } }] }));
  });
});

beforeAll(async () => {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  vi.stubGlobal('location', { origin });
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (path: string, options: RequestInit) => fetch(origin + path, options));
  // Its script comes with the first subscription; here it would have to be made first.
  await import('./socket');
  await resume();
}, 60_000);
beforeEach(() => (places = []));
afterAll(() => {
  vi.unstubAllGlobals();
  http.closeAllConnections();
  http.close();
});

/** A busy machine takes its time. */
const eventually = (check: () => unknown) => vi.waitFor(check, 20_000);

function follow() {
  const told: unknown[] = [];
  const { unsubscribe } = forwardSubscription({ query: QUERY, variables: {} } as never, {} as never).subscribe({
    next: (result) => told.push(result.errors ?? result.data),
    error: (error) => told.push(error),
    complete: () => told.push('over'),
  });
  return { told, unsubscribe };
}

it('goes on where it was when somebody has signed in again', async () => {
  const { told, unsubscribe } = follow();
  await eventually(() => expect(places).toEqual([undefined]));
  tell('1.6');
  await eventually(() => expect(told).toEqual([{ eventPublished: { cursor: '1.6' } }]));
  isEnded = true;
  page.socket.close(4403);
  await eventually(() => expect(currentSession()).toMatchObject({ ended: true }));
  // The attempt that found the session ended fails after it was told.
  await eventually(() => expect([currentConnection().state, told.length]).toEqual(['stopped', 1]));
  isEnded = false;
  await signIn('ada@example.org', 'a password');
  await eventually(() => expect(places).toEqual([undefined, '1.6']));
  tell('1.7');
  await eventually(() => expect(told.at(-1)).toEqual({ eventPublished: { cursor: '1.7' } }));
  expect(currentConnection().state).toBe('live');
  unsubscribe();
});

it('tells how much is replayed of what came while it was lost, each event once, and then that it is up to date', async () => {
  const [first, second] = [follow(), follow()];
  await eventually(() => expect(places).toHaveLength(2));
  tell('1.3');
  await eventually(() => expect(second.told).toHaveLength(1));
  const before = pages.length;
  page.socket.close(1001);
  await eventually(() => expect(pages.slice(before)).toHaveLength(2));
  for (const each of pages.slice(before)) for (const cursor of ['1.4', '1.5']) tell(cursor, each);
  await eventually(() => expect(currentConnection()).toEqual({ state: 'live', replayed: 2 }));
  await eventually(() => expect(currentConnection()).toEqual({ state: 'live' }));
  // What comes anew is no replay.
  for (const each of pages.slice(before)) tell('1.6', each);
  await eventually(() => expect(second.told).toHaveLength(4));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(currentConnection()).toEqual({ state: 'live' });
  for (const { unsubscribe } of [first, second]) unsubscribe();
});

it('says that something was missed where the log does not reach back so far, and goes on from now', async () => {
  const missed = vi.fn();
  const stop = onMissed(missed);
  const { told, unsubscribe } = follow();
  await eventually(() => expect(places).toHaveLength(1));
  tell('1.8');
  await eventually(() => expect(told).toHaveLength(1));
  refusesPlaces = true;
  page.socket.close(1001);
  await eventually(() => expect(places.slice(1)).toEqual(['1.8', undefined]));
  tell('1.9');
  await eventually(() => expect(told).toEqual([{ eventPublished: { cursor: '1.8' } }, { eventPublished: { cursor: '1.9' } }]));
  await eventually(() => expect(missed).toHaveBeenCalledTimes(1));
  stop();
  unsubscribe();
});

it('begins where it was asked for, not where the socket was opened, when it is lost before anything was told', async () => {
  refusesPlaces = false;
  const first = follow();
  await eventually(() => expect(places).toHaveLength(1));
  tell('1.20');
  await eventually(() => expect(first.told).toHaveLength(1));
  const second = follow();
  await eventually(() => expect(places).toHaveLength(2));
  page.socket.close(1001);
  await eventually(() => expect(places.slice(2)).toEqual(['1.20', '1.20']));
  first.unsubscribe();
  second.unsubscribe();
});
