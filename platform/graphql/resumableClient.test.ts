import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { createResumableClient, type ResumableClient, type ResumableOptions } from './resumableClient.ts';

const QUERY = 'subscription ($after: String) { eventPublished(after: $after) { cursor } }';

/** A server by hand: its log ends at `head`; what is asked of it is kept in the order in which it came. */
let server: WebSocketServer;
let head: string;
let asked: { socket: WebSocket; id: string; after: string | undefined }[];
let connections: number;
let client: ResumableClient;

beforeEach(async () => {
  [head, asked, connections] = ['1.5', [], 0];
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'graphql-transport-ws' });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    connections++;
    socket.on('message', (text) => {
      const { type, id, payload } = JSON.parse(String(text)) as { type: string; id: string; payload: { variables: { after?: string } } };
      if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack', payload: { cursor: head } }));
      if (type === 'subscribe') asked.push({ socket, id, after: payload.variables.after });
    });
  });
});
afterEach(async () => {
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

function connect(options: Partial<ResumableOptions> = {}): void {
  client = createResumableClient({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    retryAttempts: Infinity,
    retryWait: async () => {},
    ...options,
  });
}

function follow(variables: { after?: string } = {}) {
  const told: unknown[] = [];
  const stop = client.subscribe(
    { query: QUERY, variables },
    { next: ({ data }) => told.push(data?.eventPublished?.cursor), error: (error) => told.push(error), complete: () => told.push('over') },
  );
  return { told, stop };
}

const tell = ({ socket, id }: (typeof asked)[number], cursor: string): void =>
  socket.send(JSON.stringify({ type: 'next', id, payload: { data: { eventPublished: { cursor } } } }));
const refuse = ({ socket, id }: (typeof asked)[number], problem: object): void =>
  socket.send(JSON.stringify({ type: 'error', id, payload: [problem] }));
const isAskedTimes = (times: number) => vi.waitFor(() => expect(asked).toHaveLength(times), 10_000);
const TOO_OLD = { message: 'too old', extensions: { code: 'CURSOR_EXPIRED' } };

it('goes on after what each subscription was told, or from where it was made', async () => {
  connect();
  const first = follow();
  await isAskedTimes(1);
  tell(asked[0]!, '1.9');
  await vi.waitFor(() => expect(first.told).toEqual(['1.9']));
  const second = follow();
  await isAskedTimes(2);
  asked[0]!.socket.close(1001);
  await isAskedTimes(4);
  // Not from where the log ended when the socket was opened: of that the second was never to be told.
  expect(asked.map(({ after }) => after)).toEqual([undefined, undefined, '1.9', '1.9']);
  second.stop();
  first.stop();
});

it('begins with its own connection when it was asked for while the last one was closing', async () => {
  connect();
  const first = follow();
  await isAskedTimes(1);
  first.stop();
  await vi.waitFor(() => expect(first.told).toEqual(['over']));
  expect(client.isIdle()).toBe(true);
  head = '1.30';
  const second = follow();
  await isAskedTimes(2);
  asked[1]!.socket.close(1001);
  await isAskedTimes(3);
  expect({ connections, places: asked.map(({ after }) => after) }).toEqual({ connections: 3, places: [undefined, undefined, '1.30'] });
  second.stop();
});

it('tells what is replayed after a lost connection, and neither what comes then nor what was asked for', async () => {
  const replayed: string[] = [];
  connect({ onReplayed: (cursor) => replayed.push(cursor) });
  const first = follow();
  const asks = follow({ after: '1.1' });
  await isAskedTimes(2);
  tell(asked[0]!, '1.6');
  tell(asked[1]!, '1.2');
  await vi.waitFor(() => expect([first.told, asks.told]).toEqual([['1.6'], ['1.2']]));
  expect(replayed).toEqual([]);
  head = '1.8';
  asked[0]!.socket.close(1001);
  await isAskedTimes(4);
  const again = asked.slice(2).find(({ after }) => after === '1.6')!;
  for (const cursor of ['1.7', '1.8', '1.9']) tell(again, cursor);
  await vi.waitFor(() => expect(first.told).toEqual(['1.6', '1.7', '1.8', '1.9']));
  expect(replayed).toEqual(['1.7', '1.8']);
  first.stop();
  asks.stop();
});

it('goes on from now where the log does not reach back to it any more, and says that something was missed', async () => {
  const onMissed = vi.fn<() => void>();
  connect({ onMissed });
  const { told, stop } = follow();
  await isAskedTimes(1);
  tell(asked[0]!, '1.6');
  await vi.waitFor(() => expect(told).toEqual(['1.6']));
  asked[0]!.socket.close(1001);
  await isAskedTimes(2);
  refuse(asked[1]!, TOO_OLD);
  await isAskedTimes(3);
  expect({ places: asked.map(({ after }) => after), told, missed: onMissed.mock.calls.length }).toEqual({
    places: [undefined, '1.6', undefined],
    told: ['1.6'],
    missed: 1,
  });
  stop();
});

it('tells that a place which was asked for is too old', async () => {
  const onMissed = vi.fn<() => void>();
  connect({ onMissed });
  const { told } = follow({ after: '1.1' });
  await isAskedTimes(1);
  refuse(asked[0]!, TOO_OLD);
  await vi.waitFor(() => expect(told).toEqual([[TOO_OLD]]));
  expect({ after: asked[0]!.after, missed: onMissed.mock.calls.length }).toEqual({ after: '1.1', missed: 0 });
});

it('tells of the newest position of the log, also when older events come after it', async () => {
  const newest: string[] = [];
  connect({ onCursor: (cursor) => newest.push(cursor) });
  const { told, stop } = follow();
  await isAskedTimes(1);
  for (const cursor of ['1.20', '1.12', '2.1']) tell(asked[0]!, cursor);
  await vi.waitFor(() => expect(told).toHaveLength(3));
  expect(newest).toEqual(['1.5', '1.20', '1.20', '2.1']);
  stop();
});
