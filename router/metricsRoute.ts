/** GET /metrics: on the loopback (but not through a proxy there), or with the token of an administrator over everything. */
import type { Request, Response } from 'express';
import { Router } from 'express';
import { mayEverywhere, type Viewer } from '#platform/auth/viewer.ts';
import type { Metrics } from './metrics.ts';
import { bearerToken } from './requests.ts';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
/** A page of another site can have its own name lead to the loopback: it is that name that its browser sends. */
const LOCAL_NAME = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;
const isLocal = ({ socket, headers }: Request): boolean =>
  LOOPBACK.has(socket.remoteAddress ?? '') && LOCAL_NAME.test(headers.host ?? '') && !headers['x-forwarded-for'] && !headers.forwarded;

export function createMetricsRoute(metrics: Metrics, authenticate: (token: string) => Promise<Viewer>): Router {
  const routes = Router();
  const isAllowed = async (request: Request): Promise<boolean> => {
    const token = bearerToken(request.headers.authorization);
    if (!token) return isLocal(request);
    return authenticate(token).then(
      (viewer) => mayEverywhere(viewer, 'administer'),
      () => false, // whatever is wrong with the token, the answer is the same
    );
  };
  routes.get('/metrics', async (request: Request, response: Response) => {
    if (!(await isAllowed(request))) {
      response
        .status(403)
        .json({ error: { code: 'FORBIDDEN', message: 'Metrics are served on the loopback, or with the token of an administrator.' } });
      return;
    }
    response.type('text/plain; version=0.0.4').send(await metrics.text());
  });
  return routes;
}
