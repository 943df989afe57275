/** The HTTP status of an answer of GraphQL, where Apollo's is not the one that the specification or docs/errors.md has. */
import type { GraphQLResponse } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import type { ErrorCode } from '#platform/errors.ts';
import { httpStatus } from './errors.ts';

const NOT_AN_OPERATION: readonly unknown[] = ['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'];

/** For a client that knows nothing else the specification wants 200 also for errors of the operation's text and variables. */
const takesPlainJsonOnly = (accept = ''): boolean =>
  accept.includes('application/json') && !accept.includes('application/graphql-response+json');

type Asked = {
  /** Whether it was let through to its execution. */
  isExecuted: boolean;
  accept: string | undefined;
};

export function settleStatus(http: GraphQLResponse['http'], result: FormattedExecutionResult, { isExecuted, accept }: Asked): void {
  const codes = (result.errors ?? []).map((error) => error.extensions?.code as ErrorCode);
  if (codes.includes('TIMEOUT') && Object.values(result.data ?? {}).every((value) => value === null)) {
    delete result.data; // with it, the status would have to be one of success
    http.status = httpStatus('TIMEOUT');
  }
  // Apollo answers some refusals with 200.
  if (!isExecuted && codes[0] && (http.status ?? 200) === 200) http.status = httpStatus(codes[0]);
  // Once it is executed, 400 says that a variable could not be coerced.
  const isRequestError = isExecuted || codes.every((code) => NOT_AN_OPERATION.includes(code));
  if (http.status === 400 && isRequestError && takesPlainJsonOnly(accept)) http.status = 200;
}
