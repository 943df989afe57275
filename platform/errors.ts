/**
 * The errors that domain code throws and the one place that turns them into GraphQL errors.
 * The codes are part of the product's contract: people and scripts switch on them.
 */
import { GraphQLError } from 'graphql';

export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'UPSTREAM_UNAVAILABLE'
  | 'RATE_LIMITED'
  | 'QUERY_TOO_COSTLY'
  | 'QUERY_TOO_DEEP'
  | 'CURSOR_EXPIRED'
  | 'TIMEOUT'
  | 'PAYLOAD_TOO_LARGE'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'GRAPHQL_PARSE_FAILED'
  | 'INTERNAL_SERVER_ERROR';

/** An error that a caller may see: its message and `details` are shown as they are, so neither may hold a secret or an internal. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.details = details;
  }
}

/** The caller's input is wrong. `field` is its path in the operation (`input.config.url`); the message says what to do. */
export class InvalidInput extends AppError {
  constructor(message: string, field: string, details: Record<string, unknown> = {}) {
    super('BAD_USER_INPUT', message, { field, ...details });
  }
}
/** `reason` is for sockets, which tell a token that was good once from one that never was; it is not shown. */
export class Unauthenticated extends AppError {
  readonly reason: 'unknown' | 'ended';
  constructor(
    message = 'Sign in first: send an access token as "Authorization: Bearer …".',
    reason: Unauthenticated['reason'] = 'unknown',
  ) {
    super('UNAUTHENTICATED', message);
    this.reason = reason;
  }
}
/** The viewer sees the thing but may not do this. `policy` names what decided. */
export class NotAllowed extends AppError {
  constructor(message: string, policy: string) {
    super('FORBIDDEN', message, { policy });
  }
}
/** Absent, or hidden from the viewer: the same answer for both. */
export class NotFound extends AppError {
  constructor(noun: string, id: string) {
    super('NOT_FOUND', `There is no ${noun} "${id.slice(0, 200)}".`, { noun });
  }
}
export class Conflict extends AppError {
  constructor(message: string, details: { currentVersion?: number } & Record<string, unknown> = {}) {
    super('CONFLICT', message, details);
  }
}
/** Another system did not answer. `system` names it without secrets, `check` says what to look at. */
export class Upstream extends AppError {
  constructor(message: string, details: { system: string; check: string }, options?: ErrorOptions) {
    super('UPSTREAM_UNAVAILABLE', message, details, options);
  }
}
export class TooMuch extends AppError {
  constructor(
    code: 'RATE_LIMITED' | 'QUERY_TOO_COSTLY' | 'QUERY_TOO_DEEP' | 'PAYLOAD_TOO_LARGE',
    message: string,
    details: Record<string, unknown>,
  ) {
    super(code, message, details);
  }
}
export class CursorExpired extends AppError {
  constructor(oldest: string) {
    super('CURSOR_EXPIRED', `This cursor lies before what the log still holds; the oldest is ${oldest}.`, { oldest });
  }
}
export class TimedOut extends AppError {
  constructor(message: string, details: Record<string, unknown> = {}) {
    super('TIMEOUT', message, details);
  }
}

/** Why the product cannot start: one plain sentence to print, without a stack. */
export class CannotStart extends Error {}

/** Finds the AppError behind what graphql-js or the gateway wrapped around it. */
export function findAppError(error: unknown): AppError | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 8; depth++) {
    if (current instanceof AppError) return current;
    current = current instanceof GraphQLError && current.originalError ? current.originalError : (current.cause as Error | undefined);
  }
  return undefined;
}
