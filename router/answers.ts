/** One shape for whatever goes wrong outside of an operation. */
import type { Response } from 'express';
import { findOutage } from '#platform/database/outage.ts';
import { AppError } from '#platform/errors.ts';
import { newId } from '#platform/ids.ts';
import type { Logger } from '#platform/logger.ts';
import { httpStatus, refusalHeaders, renderError, requestError } from './errors.ts';
import { currentRequest } from './requests.ts';

/** Answers with an error: by the status of its code, or by another one. */
export type AnswerError = (response: Response, error: unknown, status?: number) => void;

/** What never became an operation has the body of GraphQL's answers as well. */
export function createErrorAnswer(logger: Logger): AnswerError {
  return (response, error, status) => {
    const known = error instanceof AppError ? error : (requestError(error) ?? findOutage(error));
    // A body that cannot be read never became an opened request.
    const requestId = currentRequest.getStore()?.requestId ?? String(response.getHeader('x-request-id') ?? newId());
    response.setHeader('x-request-id', requestId);
    response.setHeader('cache-control', 'no-store');
    if (known) response.setHeaders(refusalHeaders(known));
    response
      .status(status ?? (known ? httpStatus(known.code) : 500))
      .json({ errors: [renderError(known ?? error, { requestId, logger })] });
  };
}
