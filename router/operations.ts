/** What is asked of each operation between its validation and its execution, and of each answer before it leaves. */
import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, OperationTypeNode } from 'graphql';
import type { Read } from '#platform/auth/read.ts';
import { AppError, InvalidInput } from '#platform/errors.ts';
import { callerOf } from '#platform/graphql/context.ts';
import type { Logger } from '#platform/logger.ts';
import { refusal, renderError, unnamedOperation } from './errors.ts';
import { checkOperation } from './limits/index.ts';
import type { RateLimit } from './limits/rate.ts';
import type { Metrics } from './metrics.ts';
import { readOf } from './reads.ts';
import type { RoutedContext } from './requests.ts';
import { settleStatus } from './statuses.ts';

type Deps = { rateLimit: RateLimit; metrics: Metrics; recordRead: (read: Read) => void; logger: Logger };

export function createOperationPlugin({ rateLimit, metrics, recordRead, logger }: Deps): ApolloServerPlugin<RoutedContext> {
  return {
    async requestDidStart() {
      const startedAt = performance.now();
      let isExecuted = false;
      return {
        async didResolveOperation({ schema, document, operation, request, contextValue }) {
          try {
            if (!operation) throw unnamedOperation();
            if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
              throw new InvalidInput('Subscriptions are not served over HTTP: use graphql-ws on this address.', 'query');
            }
            const { viewer, isEvent } = contextValue;
            const cost = checkOperation({ schema, document, operation, viewer, variables: request.variables });
            if (!isEvent) rateLimit.take(callerOf(contextValue), cost);
            isExecuted = true;
          } catch (error) {
            throw error instanceof AppError ? refusal(error) : error;
          }
        },

        async willSendResponse({ request, response, contextValue, document, operation, operationName }) {
          if (response.body.kind !== 'single') return;
          const result = response.body.singleResult;
          // The gateway turns a missing non-null value into null and tells of it only here. That is the safety net for
          // a reference to what is hidden; but an answer without any data needs a reason.
          if (result.extensions?.valueCompletion) {
            const { valueCompletion, ...extensions } = result.extensions;
            const { requestId } = contextValue;
            logger.debug({ requestId, valueCompletion }, 'missing values became null');
            result.extensions = Object.keys(extensions).length > 0 ? extensions : undefined;
            if (result.data === null) {
              const cause = new Error(`The answer became null as a whole: ${JSON.stringify(valueCompletion)}`);
              result.errors = [renderError(new GraphQLError(cause.message, { originalError: cause }), { requestId, logger })];
            }
          }
          const { viewer, isEvent } = contextValue;
          // What a subscription's events give counts as read when it is made.
          if (viewer && document && operation?.operation === OperationTypeNode.QUERY && result.data && !isEvent) {
            const read = readOf({ document, operation, variables: request.variables, data: result.data, viewer });
            if (read) recordRead(read);
          }
          settleStatus(response.http, result, { isExecuted, accept: request.http?.headers.get('accept') });
          metrics.countOperation({
            type: contextValue.isEvent ? 'event' : (operation?.operation ?? 'none'),
            name: operationName,
            isSignedIn: contextValue.viewer !== null,
            errorCodes: result.errors?.map((error) => String(error.extensions?.code)) ?? [],
            milliseconds: performance.now() - startedAt,
          });
        },
      };
    },
  };
}
