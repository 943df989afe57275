/** Operations that did not come as a request of /graphql: over a socket, for an event, or made of what came at another address. They go the same way. */
import type { ApolloServer } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import type { Viewer } from '#platform/auth/viewer.ts';
import { AppError, TimedOut } from '#platform/errors.ts';
import { newId } from '#platform/ids.ts';
import { withTrace } from '#platform/trace.ts';
import { currentRequest, DEADLINE_MS, type RoutedContext } from './requests.ts';

export type Asker = {
  viewer: Viewer;
  address: string;
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal;
  /** Of the HTTP request that it is made of. */
  requestId?: string;
  /** For a subscription's payload: paid for already. */
  isEvent?: boolean;
};

type Operation = { query: string; operationName?: string; variables?: Record<string, unknown> };

export type ExecuteOperation = (operation: Operation, asker: Asker) => Promise<FormattedExecutionResult>;

export function createExecution(server: ApolloServer<RoutedContext>, deadlineMs = DEADLINE_MS): ExecuteOperation {
  return async (operation, { viewer, address, signal, requestId = newId(), isEvent }) => {
    const controller = new AbortController();
    const timer = setTimeout(() => {
      controller.abort(new TimedOut(`This took longer than ${deadlineMs / 1000} s. Ask for less at once.`, { deadlineMs }));
    }, deadlineMs);
    const onLeft = (): void =>
      controller.abort(signal?.reason instanceof AppError ? signal.reason : new TimedOut('The caller left before the answer.'));
    if (signal?.aborted) onLeft();
    signal?.addEventListener('abort', onLeft, { once: true });
    const context: RoutedContext = { viewer, address, requestId, signal: controller.signal, ...(isEvent && { isEvent }) };
    try {
      const { body } = await withTrace({ requestId: context.requestId }, () =>
        currentRequest.run(context, () => server.executeOperation(operation, { contextValue: context })),
      );
      if (body.kind !== 'single') throw new Error('An operation was answered in several parts');
      return body.singleResult as FormattedExecutionResult;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onLeft);
    }
  };
}
