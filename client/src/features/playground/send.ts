/** Sends what is typed as it is: not through the page's cache, but with its session. */
import { accessToken } from '@/lib/session/session';
import type { Operation } from './copy-as';

export type AnswerError = {
  message: string;
  code: string;
  /** `assets.nodes.0.name` */
  path?: string;
  line?: number;
  /** Of what asks for too much. */
  cost?: number;
  limit?: number;
  of?: string;
  requestId?: string;
};
export type Answer = {
  status: number;
  durationMs: number;
  /** Bytes of the text. */
  size: number;
  /** In lines, if it is JSON. */
  text: string;
  errors: AnswerError[];
};

type GraphQLProblem = {
  message?: string;
  path?: (string | number)[];
  locations?: { line: number }[];
  extensions?: { code?: string; cost?: number; limit?: number; of?: string; requestId?: string };
};
type Body = { data?: unknown; errors?: GraphQLProblem[] };

/** Rejects with a SessionProblem without a session, with a TypeError where the server cannot be reached. */
export async function send(operation: Operation, signal: AbortSignal): Promise<Answer> {
  const answer = await post(operation, await accessToken(), signal);
  // The clock of this machine may differ from the server's: a refused token is renewed once.
  if (answer.errors[0]?.code !== 'UNAUTHENTICATED') return answer;
  return post(operation, await accessToken({ renew: true }), signal);
}

async function post(operation: Operation, token: string, signal: AbortSignal): Promise<Answer> {
  const startedAt = performance.now();
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(operation),
    signal,
  });
  const text = await response.text();
  const durationMs = performance.now() - startedAt;
  return { status: response.status, durationMs, size: new TextEncoder().encode(text).length, ...readBody(text) };
}

function readBody(text: string): Pick<Answer, 'text' | 'errors'> {
  let body: Body | null;
  try {
    body = JSON.parse(text) as Body | null;
  } catch {
    return { text, errors: [{ message: 'The server gave no answer that can be read.', code: 'UPSTREAM_UNAVAILABLE' }] };
  }
  return { text: JSON.stringify(body, null, 2), errors: (body?.errors ?? []).map(readError) };
}

export function readError({ message = '', path, locations, extensions: { code, ...details } = {} }: GraphQLProblem): AnswerError {
  return {
    message,
    code: code ?? 'INTERNAL_SERVER_ERROR',
    ...(path && { path: path.join('.') }),
    ...(locations?.[0] && { line: locations[0].line }),
    ...(typeof details.cost === 'number' && { cost: details.cost }),
    ...(typeof details.limit === 'number' && { limit: details.limit }),
    ...(details.of && { of: details.of }),
    ...(details.requestId && { requestId: details.requestId }),
  };
}
