/** Next behind our own server: the pages, and what they are made from. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { guardPage } from './headers.ts';

const CLIENT = fileURLToPath(new URL('..', import.meta.url));

/** What we use of it. Its own types say of every environment in the program that it has NODE_ENV. */
type Next = (options: object) => {
  prepare: () => Promise<void>;
  getRequestHandler: () => (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  close: () => Promise<void>;
};

export type Pages = {
  serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** For reloading while developing; undefined where there is nothing to upgrade. */
  upgrade: ((request: IncomingMessage, socket: Duplex, head: Buffer) => void) | undefined;
  stop: () => Promise<void>;
};

type PagesOptions = { dev: boolean; hostname: string; port: number; isFirstRun: () => boolean; showsComponents: boolean };

/** `/_next/../sign-in` is a page, and what is no file is answered by one. */
const isFile = (url: string): boolean => /^\/_next\/(static|webpack-hmr|hmr)/.test(url) && !/\.\.|%2e/i.test(url);

/** `dev` serves from the sources and reloads what changes; otherwise what was built. */
export async function startPages({ dev, hostname, port, isFirstRun, showsComponents }: PagesOptions): Promise<Pages> {
  // Next and React choose their builds by it, whatever the product's own is; both read it when they are loaded.
  // oxlint-disable-next-line node/no-process-env -- for them
  Object.assign(process.env, { NODE_ENV: dev ? 'development' : 'production', NEXT_TELEMETRY_DISABLED: '1' });
  // While developing Next starts a helper for each page with a parameter in its address, and gives it our own flags by NODE_OPTIONS. Node refuses
  // some of them there: the helper ends, and the page never comes.
  if (dev) process.execArgv.length = 0;
  const next = createRequire(import.meta.url)('next') as Next;
  // Left without a server, Next would take ours, and answer every upgrade on it. It listens to this one's events, which are what we pass on.
  const upgrades = createServer();
  const app = next({ dev, dir: CLIENT, hostname, port, httpServer: upgrades, turbopack: true, quiet: !dev });
  await app.prepare();
  const serve = app.getRequestHandler();
  return {
    async serve(request, response) {
      // Files are named after their content; Next says how long each may be kept.
      if (!isFile(request.url!)) guardPage(request, response, { dev, firstRun: isFirstRun(), showsComponents });
      await serve(request, response);
    },
    upgrade: dev ? (request, socket, head) => void upgrades.emit('upgrade', request, socket, head) : undefined,
    stop: () => app.close(),
  };
}
