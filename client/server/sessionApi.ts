/** Signing in and out, as asked of the router. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { BodyTooLarge } from './answers.ts';
import { askRouter } from './askRouter.ts';
import { ROUTER_AWAY, type RouterConnection } from './router.ts';

/** What the page is told: in the router's words. */
export class SessionProblem extends Error {
  readonly code: string;
  readonly retryAfterMs: number | undefined;
  constructor(code: string, message: string, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

const SESSION = 'session { accessToken refreshToken expiresAt user { id name email } }';
const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${SESSION} } }`;
const REFRESH = `mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { ${SESSION} } }`;
const SIGN_OUT = 'mutation SignOut($input: SignOutInput!) { signOut(input: $input) { signedOut } }';

const session = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresAt: z.string(),
  /** Null while the subgraph that knows people is away. */
  user: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
});
export type Session = z.infer<typeof session>;

const errors = z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string(), retryAfterMs: z.number().optional() }) }));
const answerOf = <Data extends z.ZodType>(data: Data) => z.object({ data: data.nullish(), errors: errors.optional() });
const signedIn = answerOf(z.object({ signIn: z.object({ session }).nullable() }));
const refreshed = answerOf(z.object({ refreshSession: z.object({ session }).nullable() }));
const signedOut = answerOf(z.object({ signOut: z.object({ signedOut: z.boolean() }).nullable() }));

/** Longer than the router gives an operation: a refresh whose answer nobody waited for has used up its token. */
const PATIENCE_MS = 35_000;
const MAX_ANSWER_BYTES = 64 * 1024;

export type SessionApi = {
  signIn: (page: IncomingMessage, input: { email: string; password: string }) => Promise<Session>;
  refresh: (page: IncomingMessage, refreshToken: string) => Promise<Session>;
  signOut: (page: IncomingMessage, accessToken: string, input: { everywhere: boolean }) => Promise<void>;
};

export function createSessionApi(router: RouterConnection): SessionApi {
  async function ask<Answer extends z.ZodType<{ errors?: z.infer<typeof errors> | undefined }>>(
    answer: Answer,
    page: IncomingMessage,
    { query, input, token }: { query: string; input: object; token?: string },
  ): Promise<z.infer<Answer>> {
    let text: string;
    try {
      const limits = { patienceMs: PATIENCE_MS, maxBytes: MAX_ANSWER_BYTES };
      text = await askRouter(router, page, { query, variables: { input }, ...(token && { token }), ...limits });
    } catch (error) {
      if (error instanceof BodyTooLarge) throw error;
      throw new SessionProblem('UPSTREAM_UNAVAILABLE', ROUTER_AWAY);
    }
    const parsed = answer.safeParse(parseJson(text));
    if (!parsed.success) throw new SessionProblem('UPSTREAM_UNAVAILABLE', ROUTER_AWAY); // something else listens there
    return parsed.data;
  }

  /** A user that could not be read is an error beside a session that is there. */
  function take<Value>(value: Value | null | undefined, found: z.infer<typeof errors> | undefined): Value {
    if (value != null) return value;
    const [first] = found ?? [];
    if (!first) throw new SessionProblem('UPSTREAM_UNAVAILABLE', ROUTER_AWAY);
    throw new SessionProblem(first.extensions.code, first.message, first.extensions.retryAfterMs);
  }

  return {
    async signIn(page, input) {
      const answer = await ask(signedIn, page, { query: SIGN_IN, input });
      return take(answer.data?.signIn, answer.errors).session;
    },
    async refresh(page, refreshToken) {
      const answer = await ask(refreshed, page, { query: REFRESH, input: { refreshToken } });
      return take(answer.data?.refreshSession, answer.errors).session;
    },
    async signOut(page, token, input) {
      const answer = await ask(signedOut, page, { query: SIGN_OUT, input, token });
      take(answer.data?.signOut, answer.errors);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
