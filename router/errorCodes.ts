/** What each error code means, in one place: the router takes the HTTP status from here, and `docs/errors.md` is written from it. */
import type { ErrorCode } from '#platform/errors.ts';

type CodeDescription = {
  /** Of the answer when the whole operation was refused; within an answer that has data it is 200. */
  status: number;
  when: string;
  /** What `extensions` has beside `code`; a name that ends with "?" is not always there. */
  fields: Readonly<Record<string, string>>;
  remedy: string;
};

export const ERROR_CODES = {
  BAD_USER_INPUT: {
    status: 400,
    when: 'A value of the operation, or the request itself, cannot be used.',
    fields: {
      field: 'path of the value in the operation, such as `input.config.url`; `request` when the HTTP request itself is meant',
      'min?': 'the least that is allowed: of a number, or of characters',
      'max?': 'the most that is allowed: of a number, of items, of characters or of bytes',
      'possible?': 'the values to choose from',
      'origins?': 'who tells of a flow that no person declared',
    },
    remedy: 'Mend what the message names. Trying again as it is gives the same.',
  },
  UNAUTHENTICATED: {
    status: 401,
    when: 'There is no token, or it is wrong, expired or revoked, or its session has ended; also for a wrong email or password.',
    fields: {},
    remedy: 'Exchange the refresh token with `refreshSession`, or sign in again. An API token that was revoked stays so: make another.',
  },
  FORBIDDEN: {
    status: 403,
    when: 'The viewer sees the thing, or there is no single thing, or the viewer has no reading role at all, but no role allows this.',
    fields: { policy: 'what decided, such as `role:STEWARD`' },
    remedy: 'Ask an administrator for the role that the message names.',
  },
  NOT_FOUND: {
    status: 404,
    when: 'There is nothing of this id, or the viewer may not see it: the answer is the same. (Queries by id give null instead.)',
    fields: { noun: 'what was looked for, such as `asset`' },
    remedy: 'Check the id; if it is right, ask for a role over its source or domain.',
  },
  CONFLICT: {
    status: 409,
    when: 'Somebody changed the thing since the version that was given was read, or its state does not allow this now.',
    fields: {
      'currentVersion?': 'the version that it has now',
      'status?': 'the state that it is in',
      'field?': 'path of the value that something else has already',
      'max?': 'how many there may be',
    },
    remedy: 'Read it again, decide again, and send that version.',
  },
  UPSTREAM_UNAVAILABLE: {
    status: 503,
    when: 'Another system did not answer, or cannot do it now: a source, a subgraph, or PurSight’s own database (`system` is `database`: it is away, has no connection left, or a full disk). What does not depend on it is answered.',
    fields: { system: 'which one', check: 'what to look at' },
    remedy: 'Look at what `check` says, then try again.',
  },
  RATE_LIMITED: {
    status: 429,
    when: 'A viewer asked for more in a while than the limit of cost, or an account or address failed to sign in too often.',
    fields: {
      retryAfterMs: 'milliseconds until it can succeed; an answer of status 429 says it in seconds, too, in the header `retry-after`',
      'cost?': 'of this operation',
      'limit?': 'the cost that a viewer may ask for in a minute',
      'burst?': 'the most of it at once',
    },
    remedy: 'Wait that long, then try again.',
  },
  QUERY_TOO_COSTLY: {
    status: 400,
    when: 'More could come back than an operation may ask for, or its text has too many tokens, aliases or selections. Nothing was executed.',
    fields: {
      cost: 'what was counted',
      limit: 'how much of it is allowed',
      'of?': 'what was counted, if not objects: `tokens`, `aliases`, `selections`, `comparisons`',
    },
    remedy:
      'Ask for smaller pages with `first`, for smaller graphs with `maxNodes`, for fewer levels, or in several operations. Give lists and long values as variables.',
  },
  QUERY_TOO_DEEP: {
    status: 400,
    when: 'Its fields, or the lists in its text, are nested too deep. Nothing was executed.',
    fields: { depth: 'how deep', limit: 'how deep is allowed' },
    remedy: 'Ask for fewer levels; follow long paths with several operations.',
  },
  CURSOR_EXPIRED: {
    status: 410,
    when: 'A cursor of the event log lies before what the log still holds, or is of before a restored backup.',
    fields: { oldest: 'the oldest cursor that can still be had' },
    remedy: 'Read the present state anew, then go on from `oldest`.',
  },
  TIMEOUT: {
    status: 504,
    when: 'The operation took longer than it may. What it had asked of the database is cancelled, and a mutation that was not yet being committed is rolled back.',
    fields: { 'deadlineMs?': 'milliseconds that an operation may take; absent when the database ended one statement of it' },
    remedy: 'Ask for less at once. After a mutation, look whether it was made before it is sent again.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    when: 'The body of the request is too large, also after it was unpacked.',
    fields: { size: 'bytes that were announced, or had come when the limit was passed', limit: 'bytes that are allowed' },
    remedy: 'Send it in parts.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    when: 'The operation does not fit the schema. Names are not suggested.',
    fields: {},
    remedy: 'Compare with the schema: the playground shows it.',
  },
  GRAPHQL_PARSE_FAILED: {
    status: 400,
    when: 'The text is not GraphQL.',
    fields: {},
    remedy: 'Mend it at the place that `locations` names.',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    when: 'Something went wrong inside. The cause is in the log, never in the answer.',
    fields: { requestId: 'the id under which the log has the cause; also in the header `x-request-id`' },
    remedy: 'Give this id to whoever runs the server.',
  },
} as const satisfies Record<ErrorCode, CodeDescription>;
