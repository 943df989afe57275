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
import type { Read } from '#platform/auth/read.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { AppError, Unauthenticated } from '#platform/errors.ts';
import { formatLogCursor } from '#platform/events/cursor.ts';
import { newId } from '#platform/ids.ts';
import type { Logger } from '#platform/logger.ts';
import { refusal, renderError } from '../errors.ts';
import type { ExecuteOperation } from '../execution.ts';
import type { RateLimit } from '../limits/rate.ts';
import type { Metrics } from '../metrics.ts';
import { readOf } from '../reads.ts';
import { CLOSE, type Connection } from './connection.ts';
import { createFeed } from './feed.ts';
import { createLineageWait, isOfAssets } from './lineageWait.ts';
import { createPlanner, isSubscription, parseOperation, Refused, type ParsedOperation } from './operations.ts';
import { createPayloads } from './payloads.ts';
import { createProtocol, type SocketContext } from './protocol.ts';
import { findStart } from './resume.ts';
import { createScopes } from './scopes.ts';
import { createShares } from './shares.ts';
import { createSignIns } from './signIn.ts';
import type { SocketOperation } from './socketOperations.ts';
import { createSockets } from './sockets.ts';
import { silence, streamOf, type Stream } from './stream.ts';
import { createSubscription } from './subscription.ts';

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
  addressOf: (request: IncomingMessage) => string;
  rateLimit: RateLimit;
  metrics: Metrics;
  recordRead: (read: Read) => void;
  logger: Logger;
};

export type Subscriptions = {
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  stop: () => Promise<void>;
};

/** What onSubscribe found out, for the steps after it. */
type Prepared = { kind: 'answer'; result: FormattedExecutionResult } | ({ kind: 'stream' } & Stream);

export function createSubscriptions(options: LiveOptions, deps: SubscriptionsDeps): Subscriptions {
  const { database: sql, maxPerAddress, maxPerUser } = options;
  const { schema, authenticate, execute, rateLimit, metrics, recordRead } = deps;
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

  const shares = createShares({ maxPerUser });

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

  async function open(
    connection: Connection,
    { id, payload, parsed }: { id: string; payload: SubscribePayload; parsed: ParsedOperation },
    operation: SocketOperation,
  ): Promise<Prepared> {
    const { viewer, scopeKey } = connection.subscriber!;
    const giveBack = shares.take(viewer.userId);
    try {
      const planned = plan(payload, parsed, connection.subscriber!);
      const inTurn = shares.inTurnOf(viewer.userId, operation.signal);
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
      const read = readOf({ ...parsed, variables: payload.variables ?? undefined, viewer });
      if (read) recordRead(read);
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
      subscribe: ({ contextValue }) => streamOf(contextValue as Extract<Prepared, { kind: 'stream' }>, metrics.subscriptions),
      onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
      onError: (_context, _id, _payload, errors) => errors.map((error) => rendered.get(error) ?? render(error)),
    },
    logger,
  );
  const sockets = createSockets({ onConnection: attach, maxPerAddress, addressOf: deps.addressOf, count: metrics.sockets });

  return {
    upgrade: sockets.upgrade,
    async stop() {
      signIns.stop();
      await sockets.stop();
      await feed.stop();
    },
  };
}
