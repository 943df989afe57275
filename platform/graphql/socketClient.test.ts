import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { createSocketClient } from './socketClient.ts';

let sockets: WebSocketServer;
beforeEach(async () => {
  sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(sockets, 'listening');
});
afterEach(async () => {
  for (const ws of sockets.clients) ws.terminate();
  await new Promise((resolve) => sockets.close(resolve));
});

const HEARTBEAT = { everyMs: 50, patienceMs: 500 };

/** A subscription over a server by hand, which is told of each message but answers only what makes the connection. */
function subscribe(onMessage: (ws: WebSocket, message: { id: string; type: string }) => void) {
  sockets.on('connection', (ws) =>
    ws.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { id: string; type: string };
      if (message.type === 'connection_init') ws.send('{"type":"connection_ack"}');
      onMessage(ws, message);
    }),
  );
  const url = `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
  const client = createSocketClient({ url, retryAttempts: 0 }, HEARTBEAT);
  let ended: unknown;
  let received = 0;
  const end = new Promise<void>((resolve) => {
    client.subscribe(
      { query: 'subscription { a }' },
      {
        next: () => void received++,
        error: (error) => ((ended = error), resolve()),
        complete: () => ((ended = 'complete'), resolve()),
      },
    );
  });
  return { client, end, ended: () => ended, received: () => received };
}

it('a socket whose other end does not answer any more counts as closed', async () => {
  const { end, ended } = subscribe((ws, { type }) => type === 'subscribe' && ws.pause());
  await end;
  expect(ended()).toMatchObject({ code: 4499 });
});

it('one that answers is left alone', async () => {
  let pings = 0;
  const { client, end, ended } = subscribe((ws, { type }) => {
    if (type !== 'ping') return;
    pings++;
    ws.send('{"type":"pong"}');
  });
  await expect.poll(() => pings, { timeout: 10_000 }).toBeGreaterThan((2 * HEARTBEAT.patienceMs) / HEARTBEAT.everyMs);
  expect(ended()).toBeUndefined();
  await client.dispose();
  await end;
});

it('one whose answer waits behind payloads is left alone for as long as they come', async () => {
  const { end, ended, received } = subscribe((ws, { id, type }) => {
    if (type !== 'subscribe') return;
    void (async () => {
      for (const until = performance.now() + 3 * HEARTBEAT.patienceMs; performance.now() < until; await sleep(20)) {
        ws.send(JSON.stringify({ id, type: 'next', payload: { data: { a: 1 } } }));
      }
      ws.send(JSON.stringify({ id, type: 'complete' }));
    })();
  });
  await end;
  expect(ended()).toBe('complete');
  expect(received()).toBeGreaterThan(0);
});
