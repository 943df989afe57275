/** Listening, and leaving without cutting anybody off. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

const DRAIN_MS = 10_000;

/** Takes over a connection that asks to become a WebSocket. */
type OnUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export type Service = {
  /** Gives the URL; fails with one plain sentence when the port cannot be had. */
  start(app: RequestListener, onUpgrade?: OnUpgrade): Promise<string>;
  stop(): Promise<void>;
};

type ServiceOptions = {
  host: string;
  port: number;
  /** What sets the port, for the sentence that says that it cannot be had. */
  setting?: string;
  drainMs?: number;
};

/** An HTTP server that slow senders cannot hold, and that finishes what is under way when it stops. Port 0 takes any free one. */
export function createService({ host, port, setting = 'PORT', drainMs = DRAIN_MS }: ServiceOptions): Service {
  const http = createServer({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 10_000,
    connectionsCheckingInterval: 5_000,
    // What asks for anything else (HTTP/2) is answered as if it had not.
    shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
  });
  const drain = createDrain(http, drainMs);
  return {
    start(app, onUpgrade) {
      http.on('request', app);
      if (onUpgrade) http.on('upgrade', onUpgrade);
      return listen(http, { host, port, setting });
    },
    async stop() {
      if (http.listening) await drain();
    },
  };
}

/** Fails with one plain sentence when the port cannot be had. Gives the URL; port 0 takes any free one. */
async function listen(server: Server, { host, port, setting }: Required<Omit<ServiceOptions, 'drainMs'>>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, exclusive: true }, resolve);
  try {
    await promise;
  } catch (error) {
    throw new Error(explain((error as NodeJS.ErrnoException).code, { host, port, setting }) ?? String(error), { cause: error });
  } finally {
    server.off('error', reject);
  }
  const address = server.address() as AddressInfo;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${address.port}`;
}

function explain(code: string | undefined, { host, port, setting }: { host: string; port: number; setting: string }): string | undefined {
  if (code === 'EADDRINUSE') return `Port ${port} is taken on ${host}; stop what listens there, or set ${setting} to another one.`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user; set ${setting} to one above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `This machine has no address ${host} to listen on; set HOST to one that it has.`;
  return undefined;
}

/**
 * Gives a function that takes no new connections, lets answers under way be finished within `patienceMs`, then closes
 * what is left. Made before the server listens, because it must know every connection.
 */
function createDrain(server: Server, patienceMs: number): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const closeIdle = () => {
    // A kept-alive connection is idle once its answer is sent; Node would keep it for its timeout.
    server.closeIdleConnections();
    // One that browsers open in advance never counts as idle for Node.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };
  return async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    closeIdle();
    const sweep = setInterval(closeIdle, 50);
    // Each of them: Node's server closes none that was upgraded.
    const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), patienceMs);
    await closed;
    clearInterval(sweep);
    clearTimeout(cut);
  };
}
