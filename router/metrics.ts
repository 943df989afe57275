/** A few numbers in Prometheus's text format: requests, operations and this process. */
import type { Request, Response } from 'express';
import { Router } from 'express';
import { mayEverywhere, type Viewer } from '#platform/auth/viewer.ts';
import { bearerToken } from './requests.ts';

export type Metrics = {
  countRequest: (route: string, status: number) => void;
  countOperation: (type: string, errorCodes: readonly string[], milliseconds: number) => void;
  text: () => string;
};

const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

function createCounter(name: string, help: string) {
  const counts = new Map<string, number>();
  return {
    add: (labels: string, by = 1) => void counts.set(labels, (counts.get(labels) ?? 0) + by),
    lines: () => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} counter`,
      ...[...counts].map(([labels, count]) => `${name}{${labels}} ${count}`),
    ],
  };
}

const gauge = (name: string, help: string, value: number, type = 'gauge'): string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
  `${name} ${value}`,
];

export function createMetrics(): Metrics {
  const requests = createCounter('pursight_http_requests_total', 'HTTP requests by route and status');
  const operations = createCounter('pursight_graphql_operations_total', 'GraphQL operations by type');
  const errors = createCounter('pursight_graphql_errors_total', 'GraphQL errors by code');
  const buckets = BUCKETS_SECONDS.map(() => 0);
  let count = 0;
  let sum = 0;
  const duration = 'pursight_graphql_operation_duration_seconds';
  return {
    countRequest: (route, status) => requests.add(`route="${route}",status="${status}"`),
    countOperation(type, errorCodes, milliseconds) {
      operations.add(`type="${type}"`);
      for (const code of errorCodes) errors.add(`code="${code}"`);
      const seconds = milliseconds / 1000;
      count++;
      sum += seconds;
      BUCKETS_SECONDS.forEach((bound, index) => seconds <= bound && (buckets[index]! += 1));
    },
    text() {
      const cpu = process.cpuUsage();
      return [
        ...requests.lines(),
        ...operations.lines(),
        ...errors.lines(),
        `# HELP ${duration} Time from receiving an operation to its answer`,
        `# TYPE ${duration} histogram`,
        ...BUCKETS_SECONDS.map((bound, index) => `${duration}_bucket{le="${bound}"} ${buckets[index]}`),
        `${duration}_bucket{le="+Inf"} ${count}`,
        `${duration}_sum ${sum}`,
        `${duration}_count ${count}`,
        ...gauge('process_resident_memory_bytes', 'Resident memory', process.memoryUsage.rss()),
        ...gauge('process_cpu_seconds_total', 'CPU time', (cpu.user + cpu.system) / 1e6, 'counter'),
        ...gauge('process_start_time_seconds', 'Start time since the epoch', Date.now() / 1000 - process.uptime()),
        '',
      ].join('\n');
    },
  };
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const isLocal = (request: Request): boolean =>
  LOOPBACK.has(request.socket.remoteAddress ?? '') && !request.headers['x-forwarded-for'] && !request.headers.forwarded;

/** On the loopback (but not through a proxy there), or with the token of an administrator over everything. */
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
    response.type('text/plain; version=0.0.4').send(metrics.text());
  });
  return routes;
}
