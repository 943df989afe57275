/** What went wrong, in the words of the interface: what happened, what it means, what to do. */
import type { CombinedError } from '@urql/core';

export type Told = { title: string; text: string; code: string; requestId?: string; retryAfterMs?: number; field?: string };

type Extensions = { code?: string; requestId?: string; retryAfterMs?: number; field?: string; system?: string; policy?: string };

/** The first error's; a lost connection counts as UPSTREAM_UNAVAILABLE. `field` is told from the input on: `name` of `input.name`. */
export function describeError(error: CombinedError | Error, subject = 'This'): Told {
  const combined = error as Partial<CombinedError>;
  const first = combined.graphQLErrors?.[0];
  const { code = 'INTERNAL_SERVER_ERROR', requestId, retryAfterMs, field } = (first?.extensions ?? {}) as Extensions;
  if (!first && combined.networkError) {
    return {
      title: `${subject} is not available`,
      text: 'The server cannot be reached. What was loaded stays.',
      code: 'UPSTREAM_UNAVAILABLE',
    };
  }
  const message = first?.message ?? error.message;
  switch (code) {
    case 'UPSTREAM_UNAVAILABLE':
      return { title: `${subject} is not available`, text: message, code };
    case 'RATE_LIMITED':
      return {
        title: 'Too many requests',
        text: `Try again in ${Math.ceil((retryAfterMs ?? 1_000) / 1000)} s.`,
        code,
        retryAfterMs: retryAfterMs ?? 1_000,
      };
    case 'QUERY_TOO_COSTLY':
    case 'QUERY_TOO_DEEP':
      return { title: 'This asks for too much at once', text: 'Choose a smaller depth or fewer filters.', code };
    case 'CURSOR_EXPIRED':
      return { title: 'Some events were missed', text: 'More happened than can be replayed. Load the list anew.', code };
    case 'TIMEOUT':
    case 'INTERNAL_SERVER_ERROR':
      return { title: 'This did not work', text: requestId ? `Request ${requestId}.` : message, code, requestId };
    case 'NOT_FOUND':
      return { title: 'Not found', text: 'It does not exist, or you may not see it.', code };
    case 'UNAUTHENTICATED':
      return { title: 'You are signed out', text: 'Sign in again; what you typed stays.', code };
    default:
      return {
        title: code === 'FORBIDDEN' ? 'You may not do this' : 'This was refused',
        text: message,
        code,
        field: field?.replace(/^input\./, ''),
      };
  }
}

/** The sentence for a toast or a form. */
export const errorText = (error: CombinedError | Error): string => {
  const { title, text } = describeError(error);
  return `${title}. ${text}`;
};
