/** The page's WebSocket, passed on to the router byte by byte: who may open one is the router's to say. */
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '#platform/logger.ts';
import type { RouterConnection } from './router.ts';

const PATIENCE_MS = 10_000;
const PASSED_ON = [
  'host',
  'origin',
  'user-agent',
  'connection',
  'upgrade',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'sec-websocket-extensions',
];

const head = (status: number, headers: string[][]): string =>
  [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...headers.map((pair) => pair.join(': ')), '', ''].join('\r\n');

export type Tunnels = { open: (request: IncomingMessage, socket: Duplex, head: Buffer) => void; closeAll: () => void };

export function createTunnels({ router, logger }: { router: RouterConnection; logger: Logger }): Tunnels {
  const open = new Set<Duplex>();

  return {
    open(request, page, early) {
      open.add(page);
      const headers: Record<string, string | string[]> = router.forwarding(request);
      for (const name of PASSED_ON) if (request.headers[name] !== undefined) headers[name] = request.headers[name];
      const asked = router.request({ method: 'GET', headers, isUpgrade: true });
      page.on('error', () => page.destroy());
      page.once('close', () => {
        open.delete(page);
        asked.destroy();
      });
      asked.setTimeout(PATIENCE_MS, () => asked.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
      asked.on('error', (error) => {
        if (page.destroyed || page.writableEnded) return;
        logger.warn({ err: error }, 'the router takes no WebSocket');
        page.end(
          head(502, [
            ['connection', 'close'],
            ['content-length', '0'],
          ]),
        );
      });
      asked.once('upgrade', (answer, router, first) => {
        router.on('error', () => page.destroy());
        router.once('close', () => page.destroy());
        page.once('close', () => router.destroy());
        router.setTimeout(0);
        router.setNoDelay(true);
        page.write(head(101, pairs(answer.rawHeaders)));
        if (first.length > 0) page.write(first);
        if (early.length > 0) router.write(early);
        router.pipe(page).pipe(router);
      });
      // It refuses, and says why.
      asked.once('response', (answer) => {
        page.write(
          head(answer.statusCode ?? 502, [
            ...pairs(answer.rawHeaders).filter(([name]) => !/^(connection|transfer-encoding|keep-alive)$/i.test(name!)),
            ['connection', 'close'],
          ]),
        );
        answer.pipe(page);
      });
      asked.end();
    },
    closeAll: () => open.forEach((page) => page.destroy()),
  };
}

const pairs = (raw: string[]): string[][] => Array.from({ length: raw.length / 2 }, (_, n) => [raw[2 * n]!, raw[2 * n + 1]!]);
