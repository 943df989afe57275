/** Batches: what became of each item, so that a bad one never hides the others' results. */
import { findAppError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { RequestContext } from './context.ts';

export type ItemError = { code: string; message: string; field: string | null };

/** The error of an item as the API shows it. What is not meant for callers is logged, and shown with the request's id only. */
export function renderItemError(error: Error | null, { requestId }: RequestContext, logger: Logger): ItemError | null {
  if (!error) return null;
  const known = findAppError(error);
  if (known) {
    const field = known.details['field'];
    return { code: known.code, message: known.message, field: typeof field === 'string' ? field : null };
  }
  logger.error({ err: error, requestId }, 'an item of a batch failed');
  return { code: 'INTERNAL_SERVER_ERROR', message: `Something went wrong. Its request is ${requestId}.`, field: null };
}
