import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, GraphQLError, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import { createClient } from './client.ts';
import { follow } from './follow.ts';
import { PASSWORD, startTestServer, type TestServer } from './testing/server.ts';
import { pursight } from './testing/terminal.ts';

let server: TestServer;
let home: string;
beforeAll(async () => {
  server = await startTestServer();
  home = mkdtempSync(join(tmpdir(), 'pursight-cli-'));
});
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true });
});

const event = {
  id: 'e',
  seq: 8,
  type: 'team.created',
  source: 'identity',
  subject: null,
  time: '2026-01-01T00:00:00.000Z',
  data: {},
  hash: 'h',
};

const schema = buildSchema('type Query { a: Int }');

it('renews a token that ends when the socket has taken it already, and goes on where it was', async () => {
  const sockets = new WebSocketServer({ server: server.http, path: '/graphql' });
  const asked: unknown[] = [];
  const interrupt = new AbortController();
  const tokens: (string | undefined)[] = [];
  const closing = useServer<{ authorization?: string }>(
    {
      onConnect({ connectionParams }) {
        tokens.push(connectionParams?.authorization?.replace('Bearer ', ''));
        if (tokens.length === 1) server.expire();
        return { cursor: 'c.7' };
      },
      onSubscribe: (_context, _id, { query, variables }) => {
        asked.push(variables?.after);
        if (!server.isGood(tokens.at(-1))) return [new GraphQLError('The token has ended.', { extensions: { code: 'UNAUTHENTICATED' } })];
        return { schema, document: parse(query) };
      },
      async *subscribe() {
        yield { data: { eventPublished: { cursor: 'c.8', event } } };
      },
    },
    sockets,
  );
  const env = { XDG_CONFIG_HOME: home, PURSIGHT_URL: server.url };
  await pursight(['signin', '--email', 'a@example.com', '--password-stdin'], { stdin: `${PASSWORD}\n`, env });
  const outcome = await pursight(['events', '--follow', '--json'], {
    env,
    interrupt: interrupt.signal,
    onOutput: () => interrupt.abort(),
  });
  await closing.dispose();
  expect(outcome).toMatchObject({ code: 0, stdout: `${JSON.stringify({ cursor: 'c.8', ...event })}\n` });
  expect(asked).toEqual([undefined, 'c.7']);
  expect(server.refreshes).toBe(1);
});

type Message = { id?: string; type: string; payload?: { variables?: { after?: string } } };
/** A server of the protocol by hand: `onMessage` is told of each message with the number of its socket, and answers. */
function serveByHand(onMessage: (ws: WebSocket, message: Message, socket: number) => void): WebSocketServer {
  const sockets = new WebSocketServer({ server: server.http, path: '/graphql' });
  let opened = 0;
  sockets.on('connection', (ws) => {
    const socket = ++opened;
    ws.on('message', (data: Buffer) => onMessage(ws, JSON.parse(data.toString()) as Message, socket));
  });
  return sockets;
}
const close = (sockets: WebSocketServer): Promise<void> => {
  for (const ws of sockets.clients) ws.terminate();
  return new Promise((resolve) => sockets.close(() => resolve()));
};
const answer = (ws: WebSocket, message: unknown): void => ws.send(JSON.stringify(message));
const next = { type: 'next', payload: { data: { eventPublished: { cursor: 'c.8', event } } } };

it('tells once that no live connection is taken, and goes on trying', async () => {
  const sockets = serveByHand((ws, { id, type }, socket) => {
    if (socket <= 2) return ws.close(1013, 'Too many connections');
    if (type === 'connection_init') return answer(ws, { type: 'connection_ack' });
    if (type === 'subscribe') answer(ws, { ...next, id });
  });
  const env = { XDG_CONFIG_HOME: home, PURSIGHT_URL: server.url };
  await pursight(['signin', '--email', 'a@example.com', '--password-stdin'], { stdin: `${PASSWORD}\n`, env });
  const interrupt = new AbortController();
  const outcome = await pursight(['events', '--follow', '--json'], { env, interrupt: interrupt.signal, onOutput: () => interrupt.abort() });
  await close(sockets);
  expect(outcome).toMatchObject({ code: 0, stdout: `${JSON.stringify({ cursor: 'c.8', ...event })}\n` });
  expect(outcome.stderr).toBe('PurSight takes no live connection (1013); trying again.\n');
});

it('tells so, too, when not even a socket can be opened', async () => {
  const refuseUpgrade = (_request: unknown, socket: { destroy: () => void }) => socket.destroy();
  server.http.on('upgrade', refuseUpgrade);
  const env = { XDG_CONFIG_HOME: home, PURSIGHT_URL: server.url };
  await pursight(['signin', '--email', 'a@example.com', '--password-stdin'], { stdin: `${PASSWORD}\n`, env });
  const interrupt = new AbortController();
  const onError = (): void => interrupt.abort();
  const outcome = await pursight(['events', '--follow'], { env, interrupt: interrupt.signal, onError });
  server.http.off('upgrade', refuseUpgrade);
  expect(outcome).toMatchObject({ code: 0, stderr: 'PurSight takes no live connection (no socket could be opened); trying again.\n' });
});

it('leaves a connection over which nothing comes back any more, and goes on where it was', async () => {
  const asked: unknown[] = [];
  const sockets = serveByHand((ws, { id, type, payload }, socket) => {
    if (type === 'connection_init') return answer(ws, { type: 'connection_ack', payload: { cursor: `c.${socket}` } });
    if (type === 'ping') return answer(ws, { type: 'pong' });
    if (type !== 'subscribe') return;
    asked.push(payload?.variables?.after);
    // As after a network that went away: neither a pong nor a farewell comes.
    if (socket === 1) ws.pause();
    else answer(ws, { ...next, id });
  });
  const stopped = new AbortController();
  const stderr: string[] = [];
  await follow<{ eventPublished: { cursor: string } }>({
    client: {
      ...createClient({ url: server.url, token: 'any', store: undefined as never, onPartial: () => {} }),
      request: async () => ({}) as never,
    },
    terminal: { stderr: { write: (text: string) => stderr.push(text) } } as never,
    query: 'subscription ($after: String) { eventPublished(after: $after) { cursor } }',
    variables: {},
    onPayload: ({ eventPublished }) => (stopped.abort(), eventPublished.cursor),
    signal: stopped.signal,
    heartbeat: { everyMs: 50, patienceMs: 200 },
  });
  await close(sockets);
  expect({ asked, stderr }).toEqual({ asked: [undefined, 'c.1'], stderr: ['The connection was lost; going on where it was.\n'] });
});
