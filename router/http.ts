/** The router's HTTP application: security headers, routes, and one shape for whatever goes wrong outside of GraphQL. */
import type { IncomingMessage } from 'node:http';
import compression from 'compression';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import { expressMiddleware } from '@as-integrations/express5';
import type { ApolloServer } from '@apollo/server';
import { InvalidInput } from '#platform/errors.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Logger } from '#platform/logger.ts';
import { createErrorAnswer } from './answers.ts';
import type { Metrics } from './metrics.ts';
import { OPEN_LINEAGE } from './openLineage.ts';
import { authorizeRequest, openRequest, type RoutedContext } from './requests.ts';

const MAX_BODY_BYTES = 256 * 1024;
/** One packet holds less. */
const MIN_COMPRESSED_BYTES = 1024;

type Deps = {
  server: ApolloServer<RoutedContext>;
  authenticate: (token: string) => Promise<Viewer>;
  metrics: Metrics;
  logger: Logger;
  deadlineMs?: number;
  addressOf: (request: IncomingMessage) => string;
  isDraining: () => boolean;
  /** Served beside /graphql. */
  routes: readonly Router[];
};

const secure: RequestHandler = (_request, response, next) => {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  next();
};

/** Routes as people know them: anything else counts as one, or callers could grow the metrics without a bound. */
const KNOWN_ROUTES = ['/graphql', '/playground', '/health/live', '/health/ready', '/metrics', OPEN_LINEAGE];
const routeOf = (path: string): string => KNOWN_ROUTES.find((route) => path === route || path.startsWith(`${route}/`)) ?? 'other';

const METHODS = ['GET', 'POST'];

export function createHttp({ server, authenticate, metrics, logger, deadlineMs, addressOf, isDraining, routes }: Deps): Express {
  const answer = createErrorAnswer(logger);
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(secure, (request, response, next) => {
    if (isDraining()) response.setHeader('connection', 'close');
    const route = routeOf(request.path);
    response.on('finish', () => metrics.countRequest(route, response.statusCode));
    next();
  });
  // Whoever opens the address in a browser wants to look around.
  app.get('/graphql', (request, response, next) => {
    if (request.query.query === undefined && request.accepts(['json', 'html']) === 'html') response.redirect('/playground');
    else next();
  });
  app.all(
    '/graphql',
    (request, response, next) => {
      if (METHODS.includes(request.method)) return next();
      response.setHeader('allow', METHODS.join(', '));
      answer(response, new InvalidInput('Send operations by POST; queries may come by GET.', 'request'), 405);
    },
    express.json({ limit: MAX_BODY_BYTES, type: ['application/json', 'application/graphql+json'] }),
    // Nothing that a page of another site can send is answered with its reader's data, so that lengths tell it nothing.
    compression({ threshold: MIN_COMPRESSED_BYTES }),
    openRequest({ deadlineMs, addressOf }),
    expressMiddleware(server, { context: ({ req }) => authorizeRequest(req, authenticate) }),
  );
  for (const router of routes) app.use(router);
  app.get('/', (_request, response) => response.redirect('/playground'));
  app.use((request, response) => {
    response.status(404).json({ error: { code: 'NOT_FOUND', message: `There is nothing at ${request.path.slice(0, 200)}.` } });
  });
  const onError: ErrorRequestHandler = (error, _request, response, next) => {
    if (response.headersSent) return next(error);
    answer(response, error);
  };
  app.use(onError);
  return app;
}
