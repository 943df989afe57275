/**
 * What was read stays. An answer that does not come (no network, a server in trouble, a session that has ended) takes nothing off the page, nor
 * what is typed into it; the questions that it was to answer are asked again when there is hope.
 */
import {
  makeOperation,
  mapExchange,
  type Client,
  type CombinedError,
  type Exchange,
  type Operation,
  type OperationResult,
} from '@urql/core';
import { codeOf } from './code-of';

/** Says nothing about what was asked for. */
const PASSING = ['UPSTREAM_UNAVAILABLE', 'UNAUTHENTICATED', 'RATE_LIMITED', 'TIMEOUT', 'INTERNAL_SERVER_ERROR'];
/** More than any page has; the oldest are forgotten first. */
const MOST = 300;

const isNothing = (data: unknown): boolean =>
  data == null || Object.entries(data).every(([name, value]) => name === '__typename' || value === null);

/** What the cache tells by itself, as another answer changed something of it. */
const isRetold = ({ context }: Operation): boolean => ['hit', 'partial'].includes(context.meta?.cacheOutcome ?? '');

/** `failure`: of the last answer, if it failed. */
type Read = { operation: Operation; data: unknown; failure: CombinedError | undefined };
export type Content = {
  /** The first of all exchanges. */
  exchange: Exchange;
  /** Asks again what failed and is still shown. */
  retry: () => void;
  /** Asks again all that is shown. */
  reload: () => void;
};

/** `patienceMs`: a part that is away does not say when it is back; what it did not answer is asked again by itself after so long. */
export function createContent({ patienceMs = 15_000 } = {}): Content {
  let client: Client | undefined;
  const read = new Map<number, Read>();
  let waiting: ReturnType<typeof setTimeout> | undefined;
  function keep(result: OperationResult): OperationResult {
    const { operation } = result;
    if (operation.kind !== 'query') return result;
    const before = read.get(operation.key);
    // The cache takes what failed for null, and knows of no failure.
    const error = result.error ?? (isRetold(operation) ? before?.failure : undefined);
    const hasFailed = error !== undefined && PASSING.includes(codeOf(error) ?? 'INTERNAL_SERVER_ERROR');
    const data: unknown = hasFailed && isNothing(result.data) ? (before?.data ?? result.data) : result.data;
    read.delete(operation.key);
    read.set(operation.key, { operation, data, failure: hasFailed ? error : undefined });
    if (read.size > MOST) read.delete(read.keys().next().value!);
    if (hasFailed && !error.networkError && codeOf(error) === 'UPSTREAM_UNAVAILABLE')
      waiting ??= setTimeout(() => {
        waiting = undefined;
        retry();
      }, patienceMs);
    // Where nothing is shown the panel that says so asks again.
    const wait = data ? error?.graphQLErrors[0]?.extensions.retryAfterMs : undefined;
    if (typeof wait === 'number') setTimeout(() => again(operation), wait);
    return { ...result, data, error };
  }
  const again = (operation: Operation): void =>
    // urql leaves out what nobody shows any more.
    client?.reexecuteOperation(makeOperation('query', operation, { ...operation.context, meta: undefined, requestPolicy: 'network-only' }));
  const all = (): Read[] => [...read.values()];
  const retry = (): void => all().forEach(({ operation, failure }) => failure && again(operation));
  return {
    exchange(input) {
      client = input.client;
      return mapExchange({ onResult: keep })(input);
    },
    retry,
    reload: () => all().forEach(({ operation }) => again(operation)),
  };
}
