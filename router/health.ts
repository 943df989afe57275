/** Whether this process lives, and whether it can serve. */
import type { Request, Response } from 'express';
import { Router } from 'express';

/** `degraded`: it serves, but not all. `message` is shown to anybody who asks: nothing internal in it. */
export type PartState = { state: 'ok' | 'starting' | 'degraded' | 'down'; message?: string };
/** Without a required part nothing can be served; without another one the rest is. */
type HealthCheck = { required: boolean; check: () => Promise<PartState> | PartState };
export type HealthChecks = Readonly<Record<string, HealthCheck>>;

export type Readiness = { status: 'ready' | 'degraded' | 'starting' | 'unavailable'; parts: Record<string, PartState> };

const CHECK_TIMEOUT_MS = 2_000;

async function runCheck({ check }: HealthCheck): Promise<PartState> {
  const { promise: late, resolve } = Promise.withResolvers<PartState>();
  const timer = setTimeout(() => resolve({ state: 'down', message: 'does not answer' }), CHECK_TIMEOUT_MS);
  try {
    return await Promise.race([check(), late]);
  } catch {
    return { state: 'down', message: 'does not answer' }; // the cause is the part's own to log; here it would be public
  } finally {
    clearTimeout(timer);
  }
}

export async function readReadiness(checks: HealthChecks): Promise<Readiness> {
  const parts = Object.fromEntries(
    await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await runCheck(check)] as const)),
  );
  const missing = Object.entries(parts).filter(([, part]) => part.state !== 'ok');
  const required = missing.filter(([name, { state }]) => checks[name]!.required && state !== 'degraded');
  if (required.some(([, part]) => part.state === 'down')) return { status: 'unavailable', parts };
  if (required.length > 0) return { status: 'starting', parts };
  return { status: missing.length > 0 ? 'degraded' : 'ready', parts };
}

export function createHealthRoutes(checks: HealthChecks): Router {
  const routes = Router();
  let running: Promise<Readiness> | undefined;
  routes.get('/health/live', (_request: Request, response: Response) => {
    response.json({ status: 'live', uptimeSeconds: Math.round(process.uptime()) });
  });
  routes.get('/health/ready', async (_request: Request, response: Response) => {
    // Whoever asks at the same time shares one round of checks.
    running ??= readReadiness(checks).finally(() => (running = undefined));
    const readiness = await running;
    response.status(readiness.status === 'ready' || readiness.status === 'degraded' ? 200 : 503).json(readiness);
  });
  return routes;
}
