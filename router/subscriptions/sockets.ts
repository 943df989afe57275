/** The WebSockets of this router: which are let in, how many, that their peers live, and how all of them end. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { CLOSE, createConnection, type Closing, type Connection } from './connection.ts';
import { createCounts } from './counts.ts';
import { refusalOf, refuseUpgrade, type Refusal } from './upgrade.ts';

const MAX_MESSAGE_BYTES = 128 * 1024;
/** A peer that has not answered by the next one is gone. */
const PING_MS = 12_000;
/** How long a closed peer may take to say goodbye. */
const FAREWELL_MS = 2_000;

const GOING_AWAY: Refusal = {
  status: '503 Service Unavailable',
  code: 'UPSTREAM_UNAVAILABLE',
  message: 'The server goes down. Reconnect.',
};
/** A socket above the limit is opened to be told so, which takes a while; as many as that and no more. */
const TOO_MANY: Refusal = { status: '429 Too Many Requests', code: 'RATE_LIMITED', message: 'Too many connections. Try again later.' };

export type Sockets = {
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  closeAll: (closing: Closing) => void;
  /** Closes all and resolves when they are gone. */
  stop: () => Promise<void>;
};

type Options = {
  onConnection: (connection: Connection) => void;
  maxPerAddress: number;
  addressOf: (request: IncomingMessage) => string;
  count: { inc: () => void; dec: () => void };
};

export function createSockets({ onConnection, maxPerAddress, addressOf, count }: Options): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    ...({ closeTimeout: FAREWELL_MS } as object), // its types do not have it yet
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  const connections = new Set<Connection>();
  const perAddress = createCounts();
  let stopping = false;

  function open(ws: WebSocket, address: string): void {
    const connection = createConnection(ws, address);
    connections.add(connection);
    count.inc();
    const open = perAddress.add(address);
    ws.on('pong', () => (connection.isAlive = true));
    ws.once('close', () => {
      connections.delete(connection);
      count.dec();
      perAddress.remove(address);
    });
    if (open <= maxPerAddress) return onConnection(connection);
    ws.on('error', () => {}); // whatever it sends now is not read any more
    connection.close(CLOSE.tooMany);
  }

  const ping = setInterval(() => {
    for (const connection of connections) {
      const { ws, closed, isAlive } = connection;
      if (closed.aborted || ws.readyState !== ws.OPEN) continue;
      connection.isAlive = false;
      if (isAlive) ws.ping();
      // One that takes nothing may still live, and can be told when it reads again.
      else if (connection.isBlocked()) connection.close(CLOSE.slow);
      else ws.terminate();
    }
  }, PING_MS);
  ping.unref();

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy()); // a peer that is gone before its answer needs none
      const address = addressOf(request);
      const refusal = stopping ? GOING_AWAY : (refusalOf(request) ?? (perAddress.of(address) >= 2 * maxPerAddress ? TOO_MANY : undefined));
      if (refusal) return refuseUpgrade(socket, refusal);
      server.handleUpgrade(request, socket, head, (ws) => open(ws, address));
    },
    closeAll: (closing) => connections.forEach((connection) => connection.close(closing)),
    async stop() {
      stopping = true;
      clearInterval(ping);
      const gone = [...connections].map(({ ws }) => new Promise((resolve) => ws.once('close', resolve)));
      for (const connection of connections) connection.close(CLOSE.goingAway);
      const cut = setTimeout(() => connections.forEach(({ ws }) => ws.terminate()), FAREWELL_MS);
      await Promise.all(gone);
      clearTimeout(cut);
    },
  };
}
