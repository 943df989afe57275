/** The web client's server: the pages, the session, and the way to the router, at one address. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Settings } from '#platform/config.ts';
import { createService } from '#platform/listen.ts';
import type { Logger } from '#platform/logger.ts';
import { answerJson } from './answers.ts';
import { ensureBuilt, writeDocuments } from './build.ts';
import { readDocuments, type Documents } from './documents.ts';
import { createGateway } from './gateway.ts';
import { secure } from './headers.ts';
import { startPages, type Pages } from './pages.ts';
import { connectRouter } from './router.ts';
import { createSessionRoutes } from './session.ts';
import { createTunnels } from './tunnel.ts';

const DOCUMENTS = fileURLToPath(new URL('../src/gql/persisted-documents.json', import.meta.url));
/** Answers are quick; pages that stay open hold sockets, which are closed at once. */
const DRAIN_MS = 3_000;

export type ClientOptions = {
  settings: Pick<Settings, 'HOST' | 'PORT' | 'CLIENT_PORT' | 'CLIENT_SECRET' | 'ROUTER_URL' | 'NODE_ENV'>;
  logger: Logger;
  /** Tells the person at the terminal a sentence. */
  say: (sentence: string) => void;
  /** Serves from the sources, and reloads what changes. */
  dev: boolean;
  /** Ends a build under way. */
  signal: AbortSignal;
  /** Whether the first administrator was made at this start. */
  isFirstRun?: () => boolean;
};

/** Builds the pages where that is needed, then listens. Gives the address. */
export async function startClient({
  settings,
  logger,
  say,
  dev,
  signal,
  isFirstRun = () => false,
}: ClientOptions): Promise<{ url: string; stop(): Promise<void> }> {
  await (dev ? writeDocuments({ logger, signal }) : ensureBuilt({ logger, say, signal }));
  const pages = await startPages({
    dev,
    hostname: settings.HOST,
    port: settings.CLIENT_PORT,
    isFirstRun,
    showsComponents: dev || settings.NODE_ENV === 'test',
  });
  return startServer({ settings, logger, pages });
}

type ServerOptions = Pick<ClientOptions, 'logger'> & {
  settings: Omit<ClientOptions['settings'], 'NODE_ENV'>;
  pages: Pages;
  documents?: Documents;
};

/** Everything but the pages themselves, which are given. */
export async function startServer({ settings, logger: parent, pages, documents = readDocuments(DOCUMENTS) }: ServerOptions) {
  const logger = parent.child({ module: 'client' });
  const router = connectRouter({ url: routerUrl(settings), secret: settings.CLIENT_SECRET });
  const gateway = createGateway({ router, documents, logger });
  const session = createSessionRoutes({ router, documents, logger });
  const tunnels = createTunnels({ router, logger });
  const service = createService({ host: settings.HOST, port: settings.CLIENT_PORT, setting: 'CLIENT_PORT', drainMs: DRAIN_MS });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    secure(request, response);
    const [path = '/'] = (request.url ?? '/').split('?');
    if (path === '/graphql') return gateway(request, response);
    if (path.startsWith('/session/')) return session(request, response, path);
    // For what watches processes. The router tells how the product is.
    if (path === '/health/live' || path === '/health/ready') return answerJson(response, 200, { status: path.slice('/health/'.length) });
    await pages.serve(request, response);
  }

  const url = await service.start(
    (request, response) => {
      serve(request, response).catch((error: unknown) => {
        logger.error({ err: error }, 'a request of the web client failed');
        answerJson(response, 500, { error: { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong. The log says what.' } });
      });
    },
    (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const [path] = (request.url ?? '/').split('?');
      if (path === '/graphql') tunnels.open(request, socket, head);
      else if (pages.upgrade) pages.upgrade(request, socket, head);
      else socket.destroy();
    },
  );
  logger.info({ address: url }, 'the web client listens');
  return {
    url,
    async stop() {
      tunnels.closeAll();
      await service.stop();
      await pages.stop();
      router.close();
    },
  };
}

/** Where nobody says otherwise it runs beside us. */
function routerUrl({ ROUTER_URL, HOST, PORT }: ServerOptions['settings']): URL {
  if (ROUTER_URL) return new URL(ROUTER_URL);
  const isAny = HOST === '0.0.0.0' || HOST === '::';
  return new URL(`http://${isAny ? '127.0.0.1' : HOST.includes(':') ? `[${HOST}]` : HOST}:${PORT}`);
}
