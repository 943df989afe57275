/** Numbers in Prometheus's text format. One registry for each process's parts: nothing is shared by two products in one process. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EventLag } from '#platform/events/lag.ts';

const OPERATION_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const SCAN_SECONDS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400];
/** Names are the clients' choice: without a bound they could fill the memory. */
const MOST_NAMES = 200;
const LONGEST_NAME = 100;
const LAG_PATIENCE_MS = 2_000;

/** What goes up and down again. */
export type Level = { inc: () => void; dec: () => void };

export type CountedOperation = {
  /** `query`, `mutation` or `subscription`; `event` when it makes the payload of one; `none` when it never became an operation. */
  type: string;
  /** As the client named it. */
  name: string | null | undefined;
  /** Whether somebody is signed in: names of others are not kept. */
  isSignedIn: boolean;
  errorCodes: readonly string[];
  milliseconds: number;
};

export type Metrics = {
  countRequest: (route: string, status: number) => void;
  countOperation: (operation: CountedOperation) => void;
  /** A scan run came to its end. */
  countScan: (run: { status: string; milliseconds: number }) => void;
  subscriptions: Level;
  sockets: Level;
  /** A message that went to a subscriber. */
  countMessage: () => void;
  /** `read` is asked at each look at the metrics. Only for a process that has a pool of the role `events`. */
  followEvents: (read: () => Promise<EventLag>) => void;
  text: () => Promise<string>;
};

export function createMetrics(): Metrics {
  const registers = [new Registry()];
  const counter = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []): Counter<Label> =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []): Gauge<Label> =>
    new Gauge({ name, help, labelNames, registers });

  const requests = counter('pursight_http_requests_total', 'HTTP requests by route and status', ['route', 'status']);
  const operations = counter('pursight_graphql_operations_total', 'GraphQL operations by type', ['type']);
  const errors = counter('pursight_graphql_errors_total', 'GraphQL errors by code', ['code']);
  const durations = new Histogram({
    name: 'pursight_graphql_operation_duration_seconds',
    help: 'Time from receiving an operation to its answer, by its name',
    labelNames: ['operation'],
    buckets: OPERATION_SECONDS,
    registers,
  });
  const scans = new Histogram({
    name: 'pursight_scan_duration_seconds',
    help: 'Time from the start of a scan run to its end, by its status',
    labelNames: ['status'],
    buckets: SCAN_SECONDS,
    registers,
  });
  const subscriptions = gauge('pursight_subscriptions_active', 'Subscriptions that are being served');
  const sockets = gauge('pursight_websockets_open', 'WebSockets that are open');
  const messages = counter('pursight_subscription_messages_total', 'Messages sent to subscribers');
  const nameOf = createNames();
  const refreshProcess = followProcess(registers);
  let refreshEvents = async (): Promise<void> => {};

  return {
    countRequest: (route, status) => requests.inc({ route, status: String(status) }),
    countOperation({ type, name, isSignedIn, errorCodes, milliseconds }) {
      operations.inc({ type });
      for (const code of errorCodes) errors.inc({ code });
      // Those of events have no names of their own: subscriptions would use up the names of all others.
      durations.observe({ operation: type === 'event' ? type : nameOf(name, isSignedIn) }, milliseconds / 1000);
    },
    countScan: ({ status, milliseconds }) => scans.observe({ status }, milliseconds / 1000),
    subscriptions: levelOf(subscriptions),
    sockets: levelOf(sockets),
    countMessage: () => messages.inc(),
    followEvents(read) {
      const lag = gauge('pursight_events_lag_seconds', 'Age of the oldest event that has no number yet; 0 when there is none');
      const behind = gauge('pursight_consumer_lag_events', 'Events that a consumer has not come to yet', ['consumer']);
      const dead = gauge('pursight_dead_letters', 'Events that a consumer gave up after its retries', ['consumer']);
      refreshEvents = async () => {
        // Without an answer there are no numbers: old ones would look as if all were well.
        const found = await within(LAG_PATIENCE_MS, read());
        lag.remove();
        for (const each of [behind, dead]) each.reset();
        if (!found) return;
        lag.set(found.oldestUnsealedSeconds);
        for (const { consumer, events, deadLetters } of found.consumers) {
          behind.set({ consumer }, events);
          dead.set({ consumer }, deadLetters);
        }
      };
    },
    async text() {
      refreshProcess();
      await refreshEvents();
      return await registers[0]!.metrics();
    },
  };
}

const levelOf = (gauge: Gauge): Level => ({ inc: () => gauge.inc(), dec: () => gauge.dec() });

/** Labels for operations: the first 200 names, `anonymous` for none, `other` for the rest. */
function createNames(): (name: string | null | undefined, isSignedIn: boolean) => string {
  const known = new Set<string>();
  return (name, isSignedIn) => {
    if (!name) return 'anonymous';
    if (known.has(name)) return name;
    if (!isSignedIn || known.size >= MOST_NAMES || name.length > LONGEST_NAME) return 'other';
    known.add(name);
    return name;
  };
}

/** This process, by the names that Prometheus's own clients have for it. */
function followProcess(registers: Registry[]): () => void {
  const memory = new Gauge({ name: 'process_resident_memory_bytes', help: 'Resident memory', registers });
  const cpu = new Counter({ name: 'process_cpu_seconds_total', help: 'CPU time', registers });
  const started = new Gauge({ name: 'process_start_time_seconds', help: 'Start time since the epoch', registers });
  started.set(Date.now() / 1000 - process.uptime());
  return () => {
    memory.set(process.memoryUsage.rss());
    const { user, system } = process.cpuUsage();
    cpu.reset();
    cpu.inc((user + system) / 1e6);
  };
}

/** Undefined when it fails or takes longer: the other numbers are told all the same. */
async function within<Result>(ms: number, work: Promise<Result>): Promise<Result | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([work.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
