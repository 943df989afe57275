/** The client's server without pages, in front of whatever listens at a URL. */
import { createLogger } from '#platform/logger.ts';
import { startServer } from '../index.ts';
import { guardPage } from '../headers.ts';

export type TestServer = { url: string; log: string[]; stop: () => Promise<void> };

/** Each page answers with the headers that Next would see. */
export async function startTestServer(routerUrl: string, { secret }: { secret?: string } = {}): Promise<TestServer> {
  const log: string[] = [];
  const server = await startServer({
    settings: { HOST: '127.0.0.1', PORT: 1, CLIENT_PORT: 0, CLIENT_SECRET: secret, ROUTER_URL: routerUrl },
    logger: createLogger({ level: 'trace', format: 'json', destination: { write: (line) => void log.push(line) } }),
    documents: {
      find: (id) => ({ 'sha256:known': '{ me { email } }' })[id],
      findByName: (name) => (name.startsWith('Unknown') ? undefined : { hash: `sha256:${name}`, text: `query ${name} { me { email } }` }),
    },
    pages: {
      async serve(request, response) {
        guardPage(request, response, { dev: false, firstRun: false, showsComponents: false });
        response.end(JSON.stringify(request.headers));
      },
      upgrade: undefined,
      stop: async () => {},
    },
  });
  return { url: server.url, log, stop: server.stop };
}
