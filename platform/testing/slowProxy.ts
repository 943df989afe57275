/** A way to a server that can be made slow, for tests of patience. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type SlowProxy = {
  port: number;
  /** Of everything that comes from now on, either way; in its order. */
  delayMs: number;
  stop(): Promise<void>;
};

/** `port`: any free one if not given. */
export async function startSlowProxy(target: { host: string; port: number }, port = 0): Promise<SlowProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      let last = Promise.resolve();
      const after = (then: () => void): void => {
        const late = sleep(proxy.delayMs, undefined, { ref: false });
        last = last.then(() => late).then(then);
      };
      from.on('data', (chunk) => after(() => void to.write(chunk)));
      from.on('end', () => after(() => to.end()));
      // Whoever is at the other end is told as if there were nobody between.
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        after(() => to.destroySoon());
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const proxy: SlowProxy = {
    port: (server.address() as AddressInfo).port,
    delayMs: 0,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
