/** The WebSockets of this router: which are let in, how many, that their peers live, and how all of them end. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { handleProtocols } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { CLOSE, createConnection, type Closing, type Connection } from './connection.ts';
import { refusalOf, refuseUpgrade } from './upgrade.ts';

const MAX_MESSAGE_BYTES = 128 * 1024;
/** A peer that has not answered by the next one is gone. */
const PING_MS = 12_000;
/** How long a closed peer may take to say goodbye. */
const FAREWELL_MS = 1_500;

export type Sockets = {
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  closeAll: (closing: Closing) => void;
  /** Closes all and resolves when they are gone. */
  stop: () => Promise<void>;
};

type Options = {
  onConnection: (connection: Connection) => void;
  maxPerAddress: number;
  /** Of pages elsewhere that may connect. */
  origins: readonly string[];
  count: { inc: () => void; dec: () => void };
};

export function createSockets({ onConnection, maxPerAddress, origins, count }: Options): Sockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  const connections = new Set<Connection>();
  const perAddress = new Map<string, number>();
  const alive = new WeakSet<WebSocket>();
  let stopping = false;

  function change(address: string, by: 1 | -1): number {
    const now = (perAddress.get(address) ?? 0) + by;
    if (now > 0) perAddress.set(address, now);
    else perAddress.delete(address);
    return now;
  }

  function open(ws: WebSocket, address: string): void {
    const connection = createConnection(ws, address);
    connections.add(connection);
    count.inc();
    const open = change(address, 1);
    alive.add(ws);
    ws.on('pong', () => alive.add(ws));
    ws.once('close', () => {
      connections.delete(connection);
      count.dec();
      change(address, -1);
    });
    if (open <= maxPerAddress) return onConnection(connection);
    ws.on('error', () => {}); // whatever it sends now is not read any more
    connection.close(CLOSE.tooMany);
  }

  const ping = setInterval(() => {
    for (const { ws, isBlocked, close } of connections) {
      if (ws.readyState !== ws.OPEN) continue;
      if (alive.delete(ws)) ws.ping();
      // One that takes nothing may still live, and can be told when it reads again.
      else if (isBlocked()) close(CLOSE.slow);
      else ws.terminate();
    }
  }, PING_MS);
  ping.unref();

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy()); // a peer that is gone before its answer needs none
      const refusal = stopping
        ? { status: '503 Service Unavailable', code: 'UPSTREAM_UNAVAILABLE', message: 'The server goes down. Reconnect.' }
        : refusalOf(request, origins);
      if (refusal) return refuseUpgrade(socket, refusal);
      const address = request.socket.remoteAddress ?? '';
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
