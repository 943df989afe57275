/** GET /playground: GraphiQL, served from here alone. */
import express, { Router, type Response } from 'express';
import type { Logger } from '#platform/logger.ts';
import { bundlePlayground, type Bundle } from './bundle.ts';
import { readExamples } from './exampleFiles.ts';

// The editor sets styles on its elements; scripts, fonts and requests are of this origin only.
/** `host`: as the request names this server. Not every browser takes 'self' for a WebSocket of this origin. */
const contentSecurityPolicy = (host: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    `connect-src 'self'${/^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : ''}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const ICON =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><circle cx='8' cy='8' r='6' fill='none' stroke='%232457d6' stroke-width='3'/></svg>";

function renderPage(version: string): string {
  // Within a script element only "<" could end it.
  const examples = JSON.stringify(readExamples()).replaceAll('<', '\\u003c');
  const assets = `/playground/assets/${version}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>PurSight playground</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${assets}/style.css">
<script type="application/json" id="examples">${examples}</script>
<script type="module" src="${assets}/app.js"></script>
</head>
<body><div id="root"><noscript>The playground needs JavaScript. The graph itself does not: POST /graphql.</noscript></div></body>
</html>
`;
}

function sendProblem(response: Response): void {
  response
    .status(500)
    .type('text/plain')
    .send('The playground could not be built; the log says why. The graph is served at POST /graphql.\n');
}

export function createPlayground({ logger }: { logger: Logger }): Router {
  const routes = Router();
  let bundling: Promise<Bundle> | undefined;
  // A build that failed is tried again at the next request.
  const bundle = (): Promise<Bundle> => (bundling ??= bundlePlayground().catch((error) => ((bundling = undefined), Promise.reject(error))));

  routes.get('/playground', async (request, response) => {
    try {
      const { version } = await bundle();
      response.setHeader('content-security-policy', contentSecurityPolicy(request.headers.host ?? ''));
      response.setHeader('cache-control', 'no-cache');
      response.type('html').send(renderPage(version));
    } catch (error) {
      logger.error({ err: error }, 'playground not built');
      sendProblem(response);
    }
  });
  routes.use('/playground/assets', async (request, response, next) => {
    const { version, folder } = await bundle();
    if (!request.path.startsWith(`/${version}/`)) return next();
    request.url = request.url.slice(version.length + 1);
    // Workers take their policy from their own answer.
    response.setHeader('content-security-policy', contentSecurityPolicy(request.headers.host ?? ''));
    express.static(folder, { immutable: true, maxAge: '1y', index: false, redirect: false })(request, response, next);
  });
  return routes;
}
