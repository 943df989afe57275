/**
 * The one place that turns errors into what a client sees: a code of the contract with its details, or
 * INTERNAL_SERVER_ERROR with the request's id while the cause goes to the log.
 */
import { GraphQLError, Kind, type GraphQLFormattedError } from 'graphql';
import { HeaderMap } from '@apollo/server';
import { sqlState } from '#platform/database/index.ts';
import { findOutage } from '#platform/database/outage.ts';
import { type AppError, findAppError, InvalidInput, TimedOut, TooMuch, type ErrorCode } from '#platform/errors.ts';
import type { Logger } from '#platform/logger.ts';
import { ERROR_CODES } from './errorCodes.ts';
import { findTooManyComparisons } from './limits/selectionCount.ts';
import { findTooManyTokens } from './limits/tokens.ts';
import { describeRefusal } from './requestRefusals.ts';

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && code in ERROR_CODES;
export const httpStatus = (code: ErrorCode): number => ERROR_CODES[code].status;

/** What Apollo, the gateway and others add to `extensions` and no client is to see. */
const INTERNAL_EXTENSIONS = ['code', 'serviceName', 'stacktrace', 'exception', 'http'];
/** Codes of Apollo Server that the contract does not have: all say that the request itself is wrong. */
const REQUEST_CODES: Readonly<Record<string, string>> = {
  BAD_REQUEST: 'request',
  OPERATION_RESOLUTION_FAILURE: 'operationName',
  PERSISTED_QUERY_NOT_SUPPORTED: 'extensions.persistedQuery',
  PERSISTED_QUERY_NOT_FOUND: 'extensions.persistedQuery',
};
/** Values that a client sent are repeated in some messages of graphql-js; whole documents need not be. */
const LONGEST_MESSAGE = 1_000;
const QUERY_CANCELED = '57014';
/** graphql-js suggests names of the schema at the end of some messages, whatever it is told. */
const SUGGESTION = ' Did you mean ';
/** Not by a pattern: a message repeats what a stranger sent, and one made for it took a quarter of a minute. */
function withoutSuggestion(message: string): string {
  const at = message.endsWith('?') ? message.lastIndexOf(SUGGESTION) : -1;
  return at === -1 ? message : message.slice(0, at);
}

/** What an answer with this error has besides its status. */
export function refusalHeaders({ code, details }: { code: ErrorCode; details: Readonly<Record<string, unknown>> }): Map<string, string> {
  const headers = new Map<string, string>();
  if (typeof details.retryAfterMs === 'number') headers.set('retry-after', String(Math.ceil(details.retryAfterMs / 1000)));
  if (code === 'UNAUTHENTICATED') headers.set('www-authenticate', 'Bearer');
  return headers;
}

/** Refuses a whole operation before it is executed, with the HTTP status of its code. */
export function refusal(error: AppError): GraphQLError {
  const headers = new HeaderMap(refusalHeaders(error));
  return new GraphQLError(error.message, {
    extensions: { code: error.code, ...error.details, http: { status: httpStatus(error.code), headers } },
    originalError: error,
  });
}

/** For a document whose operation cannot be told, over HTTP and over sockets. */
export const unnamedOperation = (): InvalidInput =>
  new InvalidInput('Name the operation to execute: "operationName" must be the name of one in the document.', 'operationName');

/** A value that graphql-js could not coerce, as BAD_USER_INPUT with its path; custom scalars are checked by the subgraphs only. */
function findCoercion(error: GraphQLError): AppError | undefined {
  if (error.extensions.code === 'GRAPHQL_VALIDATION_FAILED') return undefined;
  const message = withoutSuggestion(error.message);
  const variable = error.nodes?.length === 1 && error.nodes[0]?.kind === Kind.VARIABLE_DEFINITION && error.nodes[0].variable.name.value;
  if (variable) return new InvalidInput(message, / at "([^"]+)"[;:]/.exec(message)?.[1] ?? variable);
  const argument = /^Argument "(\w+)" (has invalid value|of required type|of non-null type)/.exec(message)?.[1];
  return argument ? new InvalidInput(message, argument) : undefined;
}

type Known = Pick<AppError, 'code' | 'message' | 'details'>;
const toKnown = ({ code, message, details }: AppError): Known => ({ code, message, details });

function findKnown(error: GraphQLError): Known | undefined {
  const app =
    findAppError(error) ??
    findTooManyTokens(error.message, error.source?.body) ??
    findTooManyComparisons(error.message) ??
    findCoercion(error);
  if (app) return toKnown(app);
  const { code } = error.extensions;
  const details = Object.fromEntries(Object.entries(error.extensions).filter(([name]) => !INTERNAL_EXTENSIONS.includes(name)));
  if (typeof code === 'string' && REQUEST_CODES[code]) {
    return { code: 'BAD_USER_INPUT', message: describeRefusal(error.message), details: { field: REQUEST_CODES[code], ...details } };
  }
  // An internal error counts as known only when it was rendered before, by the subgraph's data source.
  if (isErrorCode(code) && (code !== 'INTERNAL_SERVER_ERROR' || typeof details.requestId === 'string')) {
    return { code, message: withoutSuggestion(error.message), details };
  }
  if (error.originalError && sqlState(error.originalError) === QUERY_CANCELED) {
    return toKnown(new TimedOut('The database took too long to answer this. Ask for less at once.'));
  }
  return undefined;
}

/** Not each time: every request of an outage fails, and would fill the log. */
const OUTAGE_TOLD_EVERY_MS = 10_000;
let outageToldAt = -Infinity;

function findAndTellOutage(error: GraphQLError, logger: Logger): Known | undefined {
  const outage = findOutage(error);
  if (!outage) return undefined;
  if (performance.now() - outageToldAt > OUTAGE_TOLD_EVERY_MS) {
    outageToldAt = performance.now();
    logger.error({ reason: error.message, check: outage.details.check }, 'operations fail because of the database');
  }
  return toKnown(outage);
}

/** `requestId` is that of the operation; what is unknown is logged once, here. */
export function renderError(error: unknown, { requestId, logger }: { requestId: string; logger: Logger }): GraphQLFormattedError {
  const graphqlError =
    error instanceof GraphQLError
      ? error
      : new GraphQLError('Internal server error', { originalError: error instanceof Error ? error : undefined });
  const known = findKnown(graphqlError) ?? findAndTellOutage(graphqlError, logger);
  if (!known) logger.error({ err: graphqlError.originalError ?? graphqlError, requestId, path: graphqlError.path }, 'internal error');
  const { code, message, details } = known ?? {
    code: 'INTERNAL_SERVER_ERROR',
    message: 'Something went wrong inside. The log has the cause under this request id.',
    details: { requestId },
  };
  return {
    message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message,
    ...(graphqlError.locations && { locations: graphqlError.locations }),
    ...(graphqlError.path && { path: graphqlError.path }),
    extensions: { code, ...details },
  };
}

/** What express could not read of a request, as one of our errors. */
export function requestError(error: unknown): AppError | undefined {
  const type = (error as { type?: unknown } | null)?.type;
  if (type === 'entity.too.large') {
    const { limit, length, received } = error as { limit?: number; length?: number; received?: number };
    return new TooMuch('PAYLOAD_TOO_LARGE', `The body may have ${limit} bytes at most.`, { size: length ?? received, limit });
  }
  if (type === 'entity.parse.failed') return new InvalidInput('The body is not a JSON object.', 'request');
  const { status } = (error ?? {}) as { status?: unknown };
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new InvalidInput('The body cannot be read: send JSON in UTF-8, as it is or packed by gzip, deflate or br.', 'request');
  }
  if (error instanceof URIError) return new InvalidInput('The address has an escape that cannot be read.', 'request');
  return undefined;
}
