/** Operations of the page by POST /graphql, passed on to the router: the page has one origin to speak to. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { Logger } from '#platform/logger.ts';
import { answerJson, BodyTooLarge, readBody } from './answers.ts';
import { putDocument, type Documents } from './documents.ts';
import { ROUTER_AWAY, type RouterConnection } from './router.ts';

/** The router's own limit. */
const MAX_BODY_BYTES = 256 * 1024;
/** The router ends an operation after 30 s: one that is silent for longer is away. */
const PATIENCE_MS = 40_000;

/** Nothing else of the page's request is the router's business: no cookie, above all. */
const PASSED_ON = [
  'host',
  'accept',
  'accept-encoding',
  'authorization',
  'content-type',
  'user-agent',
  'x-apollo-operation-name',
  'apollo-require-preflight',
];
const PASSED_BACK = ['content-type', 'content-encoding', 'vary', 'cache-control', 'x-request-id', 'retry-after', 'allow'];

const refusal = (code: string, message: string, details: object = {}) => ({ errors: [{ message, extensions: { code, ...details } }] });

type Deps = { router: RouterConnection; documents: Documents; logger: Logger };

export function createGateway({ router, documents, logger }: Deps): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    if (request.method !== 'POST') {
      return answerJson(response, 405, refusal('BAD_USER_INPUT', 'Send operations by POST.', { field: 'request' }), { allow: 'POST' });
    }
    const read = await readBody(request, MAX_BODY_BYTES).catch((error: unknown) => {
      if (!(error instanceof BodyTooLarge)) return undefined; // the page has left
      const message = `The operation is larger than ${MAX_BODY_BYTES / 1024} KB.`;
      answerJson(response, 413, refusal('PAYLOAD_TOO_LARGE', message, { limit: MAX_BODY_BYTES }), { connection: 'close' });
      return undefined;
    });
    if (!read) return;
    const body = putDocument(read, documents);
    if (body === 'unknown') {
      // The words by which GraphQL clients know to send the text.
      return answerJson(response, 400, refusal('PERSISTED_DOCUMENT_NOT_FOUND', 'PersistedQueryNotFound'));
    }
    passOn(request, response, body);
  };

  function passOn(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const headers: Record<string, string | string[]> = { ...router.forwarding(request), 'content-length': String(body.length) };
    for (const name of PASSED_ON) if (request.headers[name] !== undefined) headers[name] = request.headers[name];
    const asked = router.request({ method: 'POST', headers });
    // Before there is a connection nothing can have arrived, and a change may be sent again.
    let isReached = false;
    asked.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => (isReached = true));
      else isReached = true;
    });
    const away = (error: Error): void => {
      if (response.destroyed) return; // the page has left, and we with it
      logger.warn({ err: error }, 'the router does not answer');
      if (response.headersSent) return void response.destroy();
      const details = {
        system: 'router',
        check: 'Whether the server runs; /health/ready of the router says how it is.',
        ...(!isReached && { reached: false }),
      };
      answerJson(response, 502, refusal('UPSTREAM_UNAVAILABLE', ROUTER_AWAY, details));
    };
    asked.setTimeout(PATIENCE_MS, () => asked.destroy(new Error(`nothing came within ${PATIENCE_MS / 1000} s`)));
    asked.on('error', away);
    asked.on('response', (answer) => {
      response.statusCode = answer.statusCode ?? 502;
      for (const name of PASSED_BACK) if (answer.headers[name] !== undefined) response.setHeader(name, answer.headers[name]);
      pipeline(answer, response, (error) => error && away(error));
    });
    // The router stops working on what nobody waits for.
    response.on('close', () => {
      if (!response.writableFinished) asked.destroy();
    });
    asked.end(body);
  }
}
