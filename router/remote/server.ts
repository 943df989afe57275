/** A subgraph's own process, as a router reaches it: POST /graphql for whoever brings a router's token, and health. */
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import type { Caller, VerifyRouterToken } from '#platform/auth/routerTokens.ts';
import { TimedOut, Unauthenticated } from '#platform/errors.ts';
import type { Subgraph } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';
import { withTrace } from '#platform/trace.ts';
import { createLocalAnswer } from '../dataSource.ts';
import { httpStatus, renderError, requestError } from '../errors.ts';
import { createHealthRoutes, type HealthChecks } from '../health.ts';
import { createService } from '#platform/listen.ts';
import { bearerToken } from '../requests.ts';

/** Keys of many entities at once come in one body; it is our own router that sends it. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export type SubgraphServerDeps = {
  subgraph: Subgraph;
  verify: VerifyRouterToken;
  health: HealthChecks;
  faults: ReadonlySet<string>;
  logger: Logger;
  host: string;
  port: number;
};

export function createSubgraphServer({ subgraph, verify, health, faults, logger, host, port }: SubgraphServerDeps): {
  start(): Promise<string>;
  stop(): Promise<void>;
} {
  const answer = createLocalAnswer(subgraph, { faults, logger });
  const callers = new WeakMap<Request, Caller>();

  /** Before the body is read: strangers send none. */
  const authorize: RequestHandler = async (request, _response, next) => {
    const token = bearerToken(request.headers.authorization);
    if (!token) throw new Unauthenticated('Only a router of this product may ask here. Send the operation to the router.');
    callers.set(request, await verify(token));
    next();
  };

  const execute = async (request: Request, response: Response): Promise<void> => {
    const { query, variables } = request.body as { query: string; variables?: Record<string, unknown> };
    const gone = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished) gone.abort(new TimedOut('The caller left before the answer.'));
    });
    // A context for each request: DataLoaders are shared within a sub-query, not beyond it.
    const context = { ...callers.get(request)!, signal: gone.signal };
    response.json(await withTrace({ requestId: context.requestId }, () => answer(query, variables, context)));
  };

  const onError: ErrorRequestHandler = (error, request, response, next) => {
    if (response.headersSent) return next(error);
    const rendered = renderError(requestError(error) ?? error, { requestId: callers.get(request)?.requestId ?? '', logger });
    const code = rendered.extensions?.code as Parameters<typeof httpStatus>[0];
    response.status(httpStatus(code)).json({ errors: [rendered] });
  };

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.post('/graphql', authorize, express.json({ limit: MAX_BODY_BYTES, type: 'application/json' }), execute);
  app.use(createHealthRoutes(health));
  app.use((request, response) => {
    response.status(404).json({ error: { code: 'NOT_FOUND', message: `There is nothing at ${request.path.slice(0, 200)}.` } });
  });
  app.use(onError);
  const service = createService({ host, port });
  return { start: () => service.start(app), stop: service.stop };
}
