/** POST /api/v1/lineage: where producers of OpenLineage events send them. Each request is the mutation `ingestLineage` of its sender. */
import type { IncomingMessage } from 'node:http';
import express, { Router, type Request, type RequestHandler, type Response } from 'express';
import type { Viewer } from '#platform/auth/viewer.ts';
import { InvalidInput, TooMuch, Unauthenticated, type ErrorCode } from '#platform/errors.ts';
import { callerOf } from '#platform/graphql/context.ts';
import type { Logger } from '#platform/logger.ts';
import { createTurns } from '#platform/turns.ts';
import { createErrorAnswer } from './answers.ts';
import { whileWanted } from './deadline.ts';
import { httpStatus, refusalHeaders } from './errors.ts';
import type { ExecuteOperation } from './execution.ts';
import { bearerToken, currentRequest, openRequest, type RoutedContext } from './requests.ts';

export const OPEN_LINEAGE = '/api/v1/lineage';
/** The second is where the specification of OpenLineage's API has batches. */
const PATHS = [OPEN_LINEAGE, `${OPEN_LINEAGE}/batch`];

/** Unpacked. An event of a wide schema has megabytes. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_EVENTS = 1_000;
/** Levels of objects and lists: what is nested deeper cannot be handed on. */
const MAX_DEPTH = 100;
/** Bodies that are read and worked on at a time: each may be as large as that. */
const TURNS = { limit: 8, perKey: 2 };

const INGEST =
  'mutation ingestLineage($events: [JSON!]!) { ingestLineage(input: { events: $events }) { accepted failed { index field message } } }';
type Ingested = { accepted: number; failed: { index: number; field: string | null; message: string }[] };

type Deps = {
  execute: ExecuteOperation;
  authenticate: (token: string) => Promise<Viewer>;
  addressOf: (request: IncomingMessage) => string;
  deadlineMs: number | undefined;
  logger: Logger;
};

export function createOpenLineageRoute({ execute, authenticate, addressOf, deadlineMs, logger }: Deps): Router {
  const answer = createErrorAnswer(logger);
  const turns = createTurns(TURNS);

  /** Before the body is read: strangers send none. */
  const authorize: RequestHandler = async (request, _response, next) => {
    const context = opened();
    const token = bearerToken(request.headers.authorization);
    if (!token) throw new Unauthenticated();
    context.viewer = await whileWanted(context, () => authenticate(token));
    next();
  };

  const takesJson: RequestHandler = (request, response, next) => {
    if (request.is('application/json')) next();
    else answer(response, new InvalidInput('Send JSON with "content-type: application/json".', 'request'), 415);
  };

  const takeTurn: RequestHandler = async (_request, response, next) => {
    const context = opened();
    const giveBack = await turns.take(callerOf(context), context.signal);
    if (response.closed) return giveBack();
    response.once('close', giveBack);
    next();
  };

  const ingest: RequestHandler = async (request, response) => {
    const { viewer, address, requestId, signal } = opened();
    const body: unknown = request.body;
    if (typeof body !== 'object' || body === null) throw new InvalidInput('Send an event, or a list of events, as JSON.', 'request');
    const events = Array.isArray(body) ? body : [body];
    check(events);
    const { data, errors } = await execute(
      { query: INGEST, variables: { events } },
      { viewer: viewer!, address, requestId, ...(signal && { signal }) },
    );
    const [error] = errors ?? [];
    if (error) {
      const { code, ...details } = error.extensions as { code: ErrorCode } & Record<string, unknown>;
      response.setHeaders(refusalHeaders({ code, details })).status(httpStatus(code)).json({ errors });
      return;
    }
    const { failed } = data!.ingestLineage as Ingested;
    if (Array.isArray(body)) answerBatch(response, events.length, failed);
    else if (failed[0]) throw new InvalidInput(failed[0].message, failed[0].field ?? 'request');
    else response.status(201).json({});
  };

  const routes = Router();
  routes.post(
    PATHS,
    openRequest({ deadlineMs, addressOf }),
    authorize,
    takesJson,
    takeTurn,
    express.json({ limit: MAX_BODY_BYTES, type: 'application/json' }),
    ingest,
  );
  routes.all(PATHS, (_request: Request, response: Response) => {
    response.setHeader('allow', 'POST');
    answer(response, new InvalidInput('Send OpenLineage events by POST.', 'request'), 405);
  });
  return routes;
}

function opened(): RoutedContext {
  const context = currentRequest.getStore();
  if (!context) throw new Error('This is for an opened request only');
  return context;
}

function check(events: readonly unknown[]): void {
  if (events.length > MAX_EVENTS) {
    throw new TooMuch('PAYLOAD_TOO_LARGE', `A batch may have ${MAX_EVENTS} events at most. Send the others after them.`, {
      size: events.length,
      limit: MAX_EVENTS,
    });
  }
  if (isDeeper(events, MAX_DEPTH + 1)) {
    throw new InvalidInput(`Objects and lists may be nested ${MAX_DEPTH} levels deep at most.`, 'request', { max: MAX_DEPTH });
  }
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' && value !== null && (levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1)));

/** As the specification of OpenLineage's API has it. What is refused would be refused again. */
function answerBatch(response: Response, received: number, failed: Ingested['failed']): void {
  const successful = received - failed.length;
  response.status(received > 0 && successful === 0 ? 400 : 200).json({
    status: failed.length === 0 ? 'success' : successful > 0 ? 'partial_success' : 'failure',
    summary: { received, successful, failed: failed.length, retriable: 0, non_retriable: failed.length },
    failed_events: failed.map(({ index, field, message }) => ({
      index,
      reason: field ? `${field}: ${message}` : message,
      retriable: false,
    })),
  });
}
