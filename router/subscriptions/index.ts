/** Live events: graphql-ws on /graphql. The event log feeds it; fields of the graph are asked of the gateway like any query. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  GraphQLError,
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { AppError, TooMuch } from '#platform/errors.ts';
import { formatLogCursor } from '#platform/events/cursor.ts';
import { newId } from '#platform/ids.ts';
import type { Logger } from '#platform/logger.ts';
import { refusal, renderError } from '../errors.ts';
import type { ExecuteOperation } from '../execution.ts';
import type { RateLimit } from '../limits/rate.ts';
import type { Metrics } from '../metrics.ts';
import { CLOSE, type Connection } from './connection.ts';
import { createFeed } from './feed.ts';
import { createLineageWait } from './lineageWait.ts';
import { createPlanner, isSubscription, parseOperation, Refused } from './operations.ts';
import { createPayloads } from './payloads.ts';
import { createProtocol, type SocketContext } from './protocol.ts';
import { findStart } from './resume.ts';
import { createScopes } from './scopes.ts';
import { createSignIns } from './signIn.ts';
import { createSockets } from './sockets.ts';
import { createSubscription, type Subscription } from './subscription.ts';

/** At a time, on one socket. */
const MOST_OPERATIONS = 100;

export type LiveOptions = {
  /** A pool of the role `router`. */
  database: Database;
  /** Sockets that one address, and one user, may have open. */
  maxPerAddress: number;
  maxPerUser: number;
  /** Of web pages that may connect, besides those of this address. */
  origins?: readonly string[];
};

export type SubscriptionsDeps = {
  schema: GraphQLSchema;
  authenticate: (token: string) => Promise<Viewer>;
  execute: ExecuteOperation;
  rateLimit: RateLimit;
  metrics: Metrics;
  logger: Logger;
};

export type Subscriptions = {
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  stop: () => Promise<void>;
};

/** What onSubscribe found out, for the steps after it. */
type Prepared = { kind: 'answer'; result: FormattedExecutionResult } | { kind: 'stream'; subscription: Subscription };

export function createSubscriptions(options: LiveOptions, deps: SubscriptionsDeps): Subscriptions {
  const { database: sql, maxPerAddress, maxPerUser, origins = [] } = options;
  const { schema, authenticate, execute, rateLimit, metrics } = deps;
  const logger = deps.logger.child({ module: 'subscriptions' });
  const scopes = createScopes(sql);
  const signIns = createSignIns({ authenticate, maxPerUser, logger });
  const awaitLineage = createLineageWait(sql);
  const feed = createFeed({
    sql,
    logger,
    async beforeEach(events) {
      scopes.observe(events);
      await signIns.observe(events);
      await awaitLineage(events);
    },
    onOtherLog: () => sockets.closeAll(CLOSE.otherLog),
  });
  const payloads = createPayloads({
    sightVersion: scopes.version,
    execute: (operation, { viewer, address }) => execute(operation, { viewer, address, isCharged: true }).catch(toResult),
  });
  const plan = createPlanner(schema, ({ viewer }, cost) => rateLimit.take(`user ${viewer.userId}`, cost));

  /** Errors as clients see them, by what graphql-ws takes for errors. */
  const rendered = new WeakMap<GraphQLError, GraphQLFormattedError>();
  const seal = (formatted: GraphQLFormattedError): GraphQLError => {
    const error = new GraphQLError(formatted.message);
    rendered.set(error, formatted);
    return error;
  };
  const render = (error: unknown): GraphQLFormattedError =>
    renderError(error instanceof AppError ? refusal(error) : error, { requestId: newId(), logger });
  const toResult = (error: unknown): FormattedExecutionResult => ({ errors: [render(error)] });

  async function answer(connection: Connection, { query, operationName, variables }: SubscribePayload): Promise<Prepared> {
    const { viewer, address } = connection.subscriber!;
    const operation = { query, ...(operationName != null && { operationName }), ...(variables != null && { variables }) };
    const result = await execute(operation, { viewer, address, signal: connection.closed });
    // Without data it was refused before it was executed.
    if (!('data' in result)) throw new Refused(result.errors!.map(seal));
    return { kind: 'answer', result };
  }

  async function open(
    connection: Connection,
    id: string,
    payload: SubscribePayload,
    parsed: ReturnType<typeof parseOperation>,
  ): Promise<Prepared> {
    const subscriber = connection.subscriber!;
    const planned = plan(payload, parsed, subscriber);
    const start = await findStart(sql, {
      after: planned.after,
      interest: planned.interest,
      scope: () => scopes.of(subscriber.viewer, subscriber.scopeKey),
    });
    const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    const subscription = createSubscription({ sql, feed, scopes, payloads, logger }, planned, start, {
      subscriber,
      write(text) {
        metrics.countMessage();
        return connection.write(`${head}${text}}`);
      },
      onSlow: () => connection.close(CLOSE.slow),
    });
    return { kind: 'stream', subscription };
  }

  async function onSubscribe(
    context: SocketContext,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { connection } = context.extra;
    try {
      if (Object.keys(context.subscriptions).length > MOST_OPERATIONS) {
        throw new TooMuch(
          'RATE_LIMITED',
          `At most ${MOST_OPERATIONS} operations at a time are possible on one socket. Complete some first.`,
          {
            retryAfterMs: 1_000,
            limit: MOST_OPERATIONS,
          },
        );
      }
      const parsed = parseOperation(payload);
      // As over HTTP: who it is, and with which roles, is asked for each operation.
      if (!(await signIns.check(connection))) return [seal({ message: 'The token has ended.', extensions: { code: 'UNAUTHENTICATED' } })];
      const prepared = await (isSubscription(parsed.operation) ? open(connection, id, payload, parsed) : answer(connection, payload));
      return { schema, document: parsed.document, operationName: payload.operationName, contextValue: prepared };
    } catch (error) {
      if (error instanceof Refused) return error.errors.map((each) => (rendered.has(each) ? each : seal(render(each))));
      return [seal(render(error))];
    }
  }

  const attach = createProtocol(
    {
      schema,
      async onConnect({ connectionParams, extra }) {
        const refused = await signIns.signIn(extra.connection, connectionParams);
        if (refused) {
          extra.connection.close(refused);
          return false;
        }
        // Whoever loses the connection before a first payload can resume from here.
        return { cursor: formatLogCursor(await feed.head()) };
      },
      onSubscribe,
      execute: ({ contextValue }) => (contextValue as { result: ExecutionResult }).result,
      subscribe: ({ contextValue }) => streamOf((contextValue as { subscription: Subscription }).subscription, metrics),
      onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
      onError: (_context, _id, _payload, errors) => errors.map((error) => rendered.get(error) ?? render(error)),
    },
    logger,
  );
  const sockets = createSockets({ onConnection: attach, maxPerAddress, origins, count: metrics.sockets });

  return {
    upgrade: sockets.upgrade,
    async stop() {
      signIns.stop();
      await sockets.stop();
      await feed.stop();
    },
  };
}

/** Its payloads are written by the subscription itself, as texts that others share; graphql-ws is told of the end alone. */
function streamOf(subscription: Subscription, metrics: Metrics): AsyncGenerator<ExecutionResult> {
  const done: IteratorReturnResult<undefined> = { done: true, value: undefined };
  const stream = {
    async next() {
      metrics.subscriptions.inc();
      try {
        await subscription.run();
      } finally {
        metrics.subscriptions.dec();
      }
      return done;
    },
    async return() {
      subscription.close();
      return done;
    },
    async throw(error: unknown) {
      subscription.close();
      throw error;
    },
    [Symbol.asyncIterator]: () => stream,
    async [Symbol.asyncDispose]() {
      subscription.close();
    },
  };
  return stream as AsyncGenerator<ExecutionResult>;
}
