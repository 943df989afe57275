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
import { AppError, TooMuch, Unauthenticated } from '#platform/errors.ts';
import { formatLogCursor } from '#platform/events/cursor.ts';
import { newId } from '#platform/ids.ts';
import type { Logger } from '#platform/logger.ts';
import { createTurns } from '#platform/turns.ts';
import { refusal, renderError } from '../errors.ts';
import type { ExecuteOperation } from '../execution.ts';
import type { RateLimit } from '../limits/rate.ts';
import type { Metrics } from '../metrics.ts';
import { CLOSE, type Connection } from './connection.ts';
import { createCounts } from './counts.ts';
import { createFeed } from './feed.ts';
import { createLineageWait, isOfAssets } from './lineageWait.ts';
import { createPlanner, isSubscription, parseOperation, Refused, type ParsedOperation } from './operations.ts';
import { createPayloads } from './payloads.ts';
import { createProtocol, type SocketContext } from './protocol.ts';
import { findStart, type InTurn } from './resume.ts';
import { createScopes } from './scopes.ts';
import { createSignIns } from './signIn.ts';
import type { SocketOperation } from './socketOperations.ts';
import { createSockets } from './sockets.ts';
import { createSubscription, type Subscription } from './subscription.ts';

/** At a time, over all sockets of one user. */
const MOST_SUBSCRIPTIONS = 500;
/** Pages of the log that are read for those who resume, over all and for one user: the pool has more connections, for the feed. */
const MOST_REPLAYS = { limit: 2, perKey: 1 };

export type LiveOptions = {
  /** A pool of the role `router`. */
  database: Database;
  /** Sockets that one address, and one user, may have open. */
  maxPerAddress: number;
  maxPerUser: number;
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
type Prepared = { kind: 'answer'; result: FormattedExecutionResult } | { kind: 'stream'; subscription: Subscription; end: () => void };

/** Of an operation that its client has completed there is nothing more to tell, or it would be told of a later one with the same id. */
const silence = (): Promise<never> => new Promise(() => {});

export function createSubscriptions(options: LiveOptions, deps: SubscriptionsDeps): Subscriptions {
  const { database: sql, maxPerAddress, maxPerUser } = options;
  const { schema, authenticate, execute, rateLimit, metrics } = deps;
  const logger = deps.logger.child({ module: 'subscriptions' });
  const scopes = createScopes(sql);
  const signIns = createSignIns({ authenticate, maxPerUser, logger });
  const awaitLineage = createLineageWait(sql);
  const feed = createFeed({
    sql,
    logger,
    async beforeFirst(seq) {
      scopes.forget();
      await signIns.checkBusy();
      await awaitLineage(seq);
    },
    async beforeEach(events) {
      scopes.observe(events);
      await signIns.observe(events);
      await awaitLineage(events.findLast(isOfAssets)?.seq);
    },
    onOtherLog: () => sockets.closeAll(CLOSE.otherLog),
  });
  const payloads = createPayloads({
    sightVersion: scopes.version,
    execute: (operation, { viewer, address }, signal) => execute(operation, { viewer, address, signal, isEvent: true }).catch(toResult),
  });
  const plan = createPlanner(schema, ({ viewer }, cost) => rateLimit.take(`user ${viewer.userId}`, cost));

  const subscriptionsOf = createCounts();
  const replays = createTurns(MOST_REPLAYS);
  const inTurnOf =
    (userId: string): InTurn =>
    async (read) => {
      const giveBack = await replays.take(userId);
      try {
        return await read();
      } finally {
        giveBack();
      }
    };

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

  async function answer(connection: Connection, payload: SubscribePayload, signal: AbortSignal): Promise<Prepared> {
    const { query, operationName, variables } = payload;
    const { viewer, address } = connection.subscriber!;
    const operation = { query, ...(operationName != null && { operationName }), ...(variables != null && { variables }) };
    const result = await execute(operation, { viewer, address, signal });
    // Without data it was refused before it was executed.
    if (!('data' in result)) throw new Refused(result.errors!.map(seal));
    return { kind: 'answer', result };
  }

  /** Takes one of the user's subscriptions; gives it back at the end. */
  function take(userId: string): () => void {
    if (subscriptionsOf.of(userId) >= MOST_SUBSCRIPTIONS) {
      throw new TooMuch(
        'RATE_LIMITED',
        `At most ${MOST_SUBSCRIPTIONS} subscriptions at a time are possible for one user. Complete some first, or ask for more in one by its filter.`,
        { retryAfterMs: 1_000, limit: MOST_SUBSCRIPTIONS },
      );
    }
    subscriptionsOf.add(userId);
    let isTaken = true;
    return () => {
      if (isTaken) subscriptionsOf.remove(userId);
      isTaken = false;
    };
  }

  async function open(
    connection: Connection,
    { id, payload, parsed }: { id: string; payload: SubscribePayload; parsed: ParsedOperation },
    operation: SocketOperation,
  ): Promise<Prepared> {
    const { viewer, scopeKey } = connection.subscriber!;
    const giveBack = take(viewer.userId);
    try {
      const planned = plan(payload, parsed, connection.subscriber!);
      const read = inTurnOf(viewer.userId);
      const inTurn: InTurn = (page) => read(async () => (operation.signal.throwIfAborted(), await page()));
      const start = await findStart(sql, {
        after: planned.after,
        interest: planned.interest,
        scope: () => scopes.of(viewer, scopeKey),
        inTurn,
      });
      const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
      const subscription = createSubscription({ sql, feed, scopes, payloads, logger }, planned, start, {
        subscriber: () => connection.subscriber!,
        inTurn,
        write(text) {
          metrics.countMessage();
          return connection.write(`${head}${text}}`);
        },
        onSlow: () => connection.close(CLOSE.slow),
      });
      operation.signal.addEventListener('abort', subscription.close, { once: true });
      if (operation.signal.aborted) subscription.close();
      return { kind: 'stream', subscription, end: () => (giveBack(), operation.end()) };
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  async function onSubscribe(
    context: SocketContext,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { connection } = context.extra;
    const startedAt = performance.now();
    let operation: SocketOperation | undefined;
    let parsed: ParsedOperation | undefined;
    /** What is executed is counted where that is done. */
    const count = (errors: readonly GraphQLError[]): void => {
      if (parsed && !isSubscription(parsed.operation)) return;
      metrics.countOperation({
        type: parsed ? 'subscription' : 'none',
        name: parsed?.operation.name?.value,
        isSignedIn: true,
        errorCodes: errors.map((error) => String(rendered.get(error)?.extensions?.code)),
        milliseconds: performance.now() - startedAt,
      });
    };
    try {
      operation = connection.operations.begin(id);
      parsed = parseOperation(payload);
      // As over HTTP: who it is, and with which roles, is asked for each operation.
      if (!(await signIns.check(connection))) throw new Unauthenticated('The token has ended.');
      const prepared = await (isSubscription(parsed.operation)
        ? open(connection, { id, payload, parsed }, operation)
        : answer(connection, payload, operation.signal));
      if (prepared.kind === 'answer') operation.end();
      else count([]);
      if (operation.signal.aborted) {
        if (prepared.kind === 'stream') prepared.end();
        return await silence();
      }
      return { schema, document: parsed.document, operationName: payload.operationName, contextValue: prepared };
    } catch (error) {
      operation?.end();
      if (operation?.signal.aborted) return await silence();
      const errors = error instanceof Refused ? error.errors : [error];
      const sealed = errors.map((each) => (each instanceof GraphQLError && rendered.has(each) ? each : seal(render(each))));
      count(sealed);
      return sealed;
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
        try {
          // Whoever loses the connection before a first payload can resume from here.
          return { cursor: formatLogCursor(await feed.head()) };
        } catch (error) {
          logger.error({ err: error }, 'a socket could not be told where the log ends');
          extra.connection.close(CLOSE.tryLater);
          return false;
        }
      },
      onSubscribe,
      execute: ({ contextValue }) => (contextValue as { result: ExecutionResult }).result,
      subscribe: ({ contextValue }) => streamOf(contextValue as Extract<Prepared, { kind: 'stream' }>, metrics),
      onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
      onError: (_context, _id, _payload, errors) => errors.map((error) => rendered.get(error) ?? render(error)),
    },
    logger,
  );
  const sockets = createSockets({ onConnection: attach, maxPerAddress, count: metrics.sockets });

  return {
    upgrade: sockets.upgrade,
    async stop() {
      signIns.stop();
      await sockets.stop();
      await feed.stop();
    },
  };
}

/** Its payloads are written by the subscription itself, as texts that others share; graphql-ws is told nothing, as only clients end it. */
function streamOf(
  { subscription, end }: { subscription: Subscription; end: () => void },
  metrics: Metrics,
): AsyncGenerator<ExecutionResult> {
  const done: IteratorReturnResult<undefined> = { done: true, value: undefined };
  let isRunning = false;
  const leave = (): void => {
    subscription.close();
    if (!isRunning) end();
  };
  const stream = {
    async next() {
      isRunning = true;
      metrics.subscriptions.inc();
      try {
        await subscription.run();
      } finally {
        metrics.subscriptions.dec();
        end();
      }
      return await silence();
    },
    async return() {
      leave();
      return done;
    },
    async throw(error: unknown) {
      leave();
      throw error;
    },
    [Symbol.asyncIterator]: () => stream,
    async [Symbol.asyncDispose]() {
      leave();
    },
  };
  return stream as AsyncGenerator<ExecutionResult>;
}
