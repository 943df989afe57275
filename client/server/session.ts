/** `/session/*`: signing in and out of the page. The refresh token stays between this server and a cookie; the page has the access token only. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Logger } from '#platform/logger.ts';
import { isSameOrigin } from '#platform/sameOrigin.ts';
import { answerJson, BodyTooLarge, readBody } from './answers.ts';
import type { Documents } from './documents.ts';
import { createFirstAnswers } from './firstAnswers.ts';
import { createRefreshes } from './refreshes.ts';
import type { RouterConnection } from './router.ts';
import { createSessionApi, SessionProblem, type Session } from './sessionApi.ts';
import { noSessionCookie, readSessionCookie, sessionCookie } from './sessionCookie.ts';

const MAX_BODY_BYTES = 16 * 1024;

const STATUSES: Readonly<Record<string, number>> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  PAYLOAD_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  UPSTREAM_UNAVAILABLE: 502,
  TIMEOUT: 504,
};

const credentials = z.object({ email: z.string().max(320), password: z.string().max(1024) });
/** Path and search of a page that has just been opened: its first questions are answered, too. */
const going = z.object({ page: z.string().max(2_000).optional() });
const leaving = z.object({ everywhere: z.boolean().default(false) });

/** What the page gets. */
const shown = ({ accessToken, expiresAt, user }: Session) => ({ accessToken, expiresAt, user });

/** What an answer changes in the browser, also when it is an error. */
type Reply = { status?: number; body: object; cookie?: string };
type Action = (request: IncomingMessage, input: unknown) => Promise<Reply>;

type Deps = { router: RouterConnection; documents: Documents; logger: Logger };

export function createSessionRoutes({ router, documents, logger }: Deps) {
  const api = createSessionApi(router);
  const refreshes = createRefreshes();
  const answerFirst = createFirstAnswers({ router, documents, logger });
  const refresh = (request: IncomingMessage, token: string): Promise<Session> => refreshes(token, () => api.refresh(request, token));

  const actions: Readonly<Record<string, Action>> = {
    async '/session/sign-in'(request, input) {
      const session = await api.signIn(request, parse(credentials, input, 'Send an email address and a password.'));
      return { body: shown(session), cookie: sessionCookie(request, session.refreshToken) };
    },

    async '/session/refresh'(request, input) {
      const { page } = parse(going, input, '`page` is the address of a page.');
      const token = readSessionCookie(request);
      // Nobody was signed in: no failure, which browsers would tell in their console on each first visit.
      if (!token) return { status: 200, body: errorBody(new SessionProblem('UNAUTHENTICATED', 'Sign in first.')) };
      const session = await refresh(request, token);
      const cookie = sessionCookie(request, session.refreshToken);
      if (page === undefined) return { body: shown(session), cookie };
      return { body: { ...shown(session), answers: await answerFirst(request, session, page) }, cookie };
    },

    async '/session/sign-out'(request, input) {
      const { everywhere } = parse(leaving, input, '`everywhere` is true or false.');
      const token = readSessionCookie(request);
      if (!token) return { body: { signedOut: true } };
      let session: Session;
      try {
        session = await refresh(request, token);
        await api.signOut(request, session.accessToken, { everywhere });
      } catch (error) {
        // It has ended already. Others of the same person cannot be ended with it.
        if (codeOf(error) === 'UNAUTHENTICATED' && !everywhere) return { body: { signedOut: true }, cookie: noSessionCookie(request) };
        // The cookie's token is used up: the next attempt needs the new one.
        if (error instanceof SessionProblem && codeOf(error) !== 'UNAUTHENTICATED' && session!) {
          return { ...failure(error), cookie: sessionCookie(request, session.refreshToken) };
        }
        throw error;
      }
      return { body: { signedOut: true }, cookie: noSessionCookie(request) };
    },
  };

  return async (request: IncomingMessage, response: ServerResponse, path: string): Promise<void> => {
    const reply = await answer(request, path);
    const headers: Record<string, string> = {};
    if (reply.cookie) headers['set-cookie'] = reply.cookie;
    if (reply.status === 405) headers.allow = 'POST';
    answerJson(response, reply.status ?? 200, reply.body, headers);
  };

  async function answer(request: IncomingMessage, path: string): Promise<Reply> {
    try {
      const action = Object.hasOwn(actions, path) ? actions[path] : undefined;
      if (!action) throw new SessionProblem('NOT_FOUND', 'There is nothing here.');
      if (request.method !== 'POST') return { ...failure(new SessionProblem('BAD_USER_INPUT', 'Use POST.')), status: 405 };
      if (!isOfOwnPage(request)) throw new SessionProblem('FORBIDDEN', 'A page of another origin may not ask this.');
      return await action(request, await readInput(request));
    } catch (error) {
      if (error instanceof SessionProblem) {
        // Only a token that was refused is worth nothing any more; a router that is away leaves it as it is.
        const hasEnded = error.code === 'UNAUTHENTICATED' && path !== '/session/sign-in';
        return { ...failure(error), ...(hasEnded && { cookie: noSessionCookie(request) }) };
      }
      logger.error({ err: error, path }, 'a request about a session failed');
      return failure(new SessionProblem('INTERNAL_SERVER_ERROR', 'Something went wrong. The log of the server says what.'));
    }
  }
}

/** Both say the same in a browser of today; an older one sends the origin only. */
function isOfOwnPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  return (site === undefined || site === 'same-origin') && isSameOrigin(headers);
}

async function readInput(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) throw new SessionProblem('BAD_USER_INPUT', 'Send JSON.');
  try {
    return JSON.parse((await readBody(request, MAX_BODY_BYTES)).toString('utf8'));
  } catch (error) {
    if (error instanceof BodyTooLarge) throw new SessionProblem('PAYLOAD_TOO_LARGE', 'That is too long.');
    throw new SessionProblem('BAD_USER_INPUT', 'Send JSON.');
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown, message: string): z.infer<Schema> {
  const { success, data } = schema.safeParse(input);
  if (!success) throw new SessionProblem('BAD_USER_INPUT', message);
  return data;
}

const codeOf = (error: unknown): string | undefined => (error instanceof SessionProblem ? error.code : undefined);
const errorBody = ({ code, message, retryAfterMs }: SessionProblem) => ({
  error: { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) },
});
const failure = (problem: SessionProblem): Reply => ({ status: STATUSES[problem.code] ?? 500, body: errorBody(problem) });
