/** Listening, and leaving without cutting anybody off. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Fails with one plain sentence when the port cannot be had. Gives the URL; port 0 takes any free one. */
export async function listen(server: Server, host: string, port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ host, port, exclusive: true }, resolve);
  try {
    await promise;
  } catch (error) {
    throw new Error(explain((error as NodeJS.ErrnoException).code, host, port) ?? String(error), { cause: error });
  } finally {
    server.off('error', reject);
  }
  const address = server.address() as AddressInfo;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${address.port}`;
}

function explain(code: string | undefined, host: string, port: number): string | undefined {
  if (code === 'EADDRINUSE') return `Port ${port} is taken on ${host}; stop what listens there, or set PORT to another one.`;
  if (code === 'EACCES') return `Port ${port} may not be used by this user; set PORT to one above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `This machine has no address ${host} to listen on; set HOST to one that it has.`;
  return undefined;
}

/** Takes no new connections, lets answers under way be finished within `patienceMs`, then closes what is left. */
export async function drain(server: Server, patienceMs: number): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  // A kept-alive connection becomes idle when its answer is sent; Node would keep it for its timeout.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
