/** What goes wrong with Meilisearch, as callers may see it. Neither the key nor the URL is in any of it. */
import { MeilisearchApiError, MeilisearchRequestError, type Task } from 'meilisearch';
import { AppError, Upstream } from '#platform/errors.ts';

/** It cannot be reached, or lets nobody in: so it is for everybody, and not because of what was asked. */
export class Away extends Upstream {}
/** It has not got the index, or not with its settings. */
export class NoIndex extends Upstream {}
/** It has no such document. */
export class NoDocument extends Upstream {}

const CHECK_SERVER = 'Whether the server at MEILI_URL runs, is a Meilisearch, and can be reached from here.';
const CHECK_KEY = 'MEILI_KEY: the master key, or a key with the actions that docs/deployment.md names.';
const CHECK_LOG = "The server's log: whether its disk or its memory is full.";
const CHECK_WORKER = 'Whether a worker runs, which fills the index, and what it logs; or run: npx pursight rebuild search';

const about = (check: string): { system: string; check: string } => ({ system: 'Meilisearch', check });

export const silent = (ms: number): Away =>
  new Away(`Meilisearch did not answer within ${ms / 1000} s.`, about(`${CHECK_SERVER} It may be overloaded.`));
export const unfinished = (ms: number): Upstream =>
  new Upstream(`Meilisearch did not come to a task within ${ms / 1000} s.`, about("The server's log, and its tasks: it may be busy."));
export const noIndex = (): NoIndex => new NoIndex('Meilisearch has no whole index of assets.', about(CHECK_WORKER));

const KEY_CODES: readonly unknown[] = ['invalid_api_key', 'missing_authorization_header', 'missing_master_key'];
const INDEX_CODES: readonly unknown[] = ['index_not_found', 'invalid_search_filter', 'invalid_search_sort', 'invalid_search_facets'];
/** Of a request that is at fault itself. */
const isOurs = (status: number): boolean => status >= 400 && status < 500 && ![408, 422, 429].includes(status);

export const codeOf = (error: unknown): string | undefined => (error instanceof MeilisearchApiError ? error.cause?.code : undefined);

/** Upstream, or the error itself where it is our own mistake. */
export function toAppError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  // An answer that is no JSON is none of Meilisearch's.
  if (error instanceof MeilisearchRequestError || error instanceof SyntaxError)
    return new Away('Meilisearch cannot be reached.', about(CHECK_SERVER));
  if (!(error instanceof MeilisearchApiError)) return error;
  const code = codeOf(error);
  const { status } = error.response;
  if (KEY_CODES.includes(code)) return new Away('Meilisearch refused the key.', about(CHECK_KEY));
  if (INDEX_CODES.includes(code)) return noIndex();
  if (code === 'document_not_found') return new NoDocument('Meilisearch has no such document.', about(CHECK_WORKER));
  if (code === undefined || status === 503 || status === 429)
    return new Away('Meilisearch cannot answer at the moment.', about(`${CHECK_SERVER} It may be starting, or overloaded.`));
  return isOurs(status) ? error : new Upstream('Meilisearch failed.', about(CHECK_LOG));
}

/** Why a task did not succeed. What is wrong with its documents is an error of its own: other documents may well be taken. */
export function taskError({ status, type, error }: Task): Error {
  if (status === 'canceled') return new Upstream('A task of Meilisearch was cancelled.', about('Who cancels tasks there.'));
  if (error?.code === 'index_not_found') return noIndex();
  if (error?.type === 'invalid_request') return new Error(`Meilisearch refused a task (${type}): ${error.code}`);
  return new Upstream('A task of Meilisearch failed.', about(CHECK_LOG));
}
