/** Speaks GraphQL with the router: adds the token, renews it, and turns what goes wrong into a sentence and an exit code. */
import { CliError, EXIT } from './errors.ts';
import type { SavedSession, SessionStore } from './session.ts';

const TIMEOUT_MS = 30_000;
/** Renewed this long before its end, so that it does not end on the way. */
const MARGIN_MS = 30_000;

export type Variables = Record<string, unknown>;
export type Client = {
  url: string;
  /** Throws CliError. Errors beside usable data are handed to `onPartial`. */
  request<Data>(query: string, variables?: Variables): Promise<Data>;
  /** For a socket: the token to send, renewed if need be. `refused` is one that the server would not take any more. Throws CliError without one. */
  accessToken(refused?: string): Promise<string>;
  signIn(email: string, password: string): Promise<SavedSession>;
  /** Ends the session at the server and forgets it. False when there was none. */
  signOut(): Promise<boolean>;
};

export type ClientOptions = {
  url: string;
  /** PURSIGHT_TOKEN: used as it is, instead of the saved session. */
  token: string | undefined;
  store: SessionStore;
  onPartial: (message: string) => void;
  now?: () => number;
};

type GraphQLProblem = {
  message: string;
  extensions?: { code?: string; field?: string; retryAfterMs?: number; requestId?: string; check?: string };
};
type Answer<Data> = { data?: Data | null; errors?: GraphQLProblem[] };
type SessionFields = { accessToken: string; refreshToken: string; expiresAt: string };

const SIGN_IN = 'mutation SignIn($input: SignInInput!) { signIn(input: $input) { session { accessToken refreshToken expiresAt } } }';
const REFRESH =
  'mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { session { accessToken refreshToken expiresAt } } }';
const SIGN_OUT = 'mutation SignOut { signOut(input: {}) { signedOut } }';

export function createClient({ url, token, store, onPartial, now = Date.now }: ClientOptions): Client {
  async function post<Data>(query: string, variables: Variables, bearer: string | undefined): Promise<Answer<Data>> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/graphql-response+json, application/json',
          ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        },
        body: JSON.stringify({ query, variables }),
        // A redirect would carry the token to another place.
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      text = await response.text();
    } catch (error) {
      throw unreachable(url, error);
    }
    const answer = parseAnswer<Data>(text);
    if (!answer)
      throw new CliError(`${url} does not answer as PurSight does (HTTP ${response.status}). Look at PURSIGHT_URL.`, EXIT.unreachable);
    return answer;
  }

  /** The saved session with an access token that is still good. `refused` is one that the server would not take. */
  async function currentSession(refused?: string): Promise<SavedSession | undefined> {
    const isGood = (session: SavedSession) => session.accessToken !== refused && Date.parse(session.expiresAt) - MARGIN_MS > now();
    const saved = store.read(url);
    if (!saved || isGood(saved)) return saved;
    return store.exclusively(async () => {
      const latest = store.read(url);
      if (!latest || isGood(latest)) return latest;
      const answer = await post<{ refreshSession: { session: SessionFields } | null }>(
        REFRESH,
        { input: { refreshToken: latest.refreshToken } },
        undefined,
      );
      const session = answer.data?.refreshSession?.session;
      if (session) {
        const renewed = { email: latest.email, ...session };
        store.write(url, renewed);
        return renewed;
      }
      const problem = answer.errors?.[0];
      if (problem?.extensions?.code !== 'UNAUTHENTICATED') throw toCliError(problem);
      store.write(url, undefined);
      throw new CliError('Your sign-in has ended. Sign in again: npx pursight signin', EXIT.notAllowed, 'UNAUTHENTICATED');
    });
  }

  /** With this token, else in the saved session. */
  async function send<Data>(query: string, variables: Variables, bearer: string | undefined): Promise<Data> {
    const session = bearer ? undefined : await currentSession();
    let answer = await post<Data>(query, variables, bearer ?? session?.accessToken);
    if (session && isUnauthenticated(answer)) {
      const renewed = await currentSession(session.accessToken);
      answer = await post<Data>(query, variables, renewed?.accessToken);
    }
    const [problem] = answer.errors ?? [];
    if (!problem && answer.data) return answer.data;
    if (!problem || !answer.data || Object.values(answer.data).includes(null))
      throw toCliError(problem, { token: bearer, signedIn: Boolean(session) });
    onPartial(`A part of the answer is missing: ${problem.message}`);
    return answer.data;
  }

  return {
    url,
    request: (query, variables = {}) => send(query, variables, token),
    async accessToken(refused) {
      const current = token ?? (await currentSession(refused))?.accessToken;
      if (current === undefined || (token !== undefined && token === refused)) {
        throw toCliError({ message: '', extensions: { code: 'UNAUTHENTICATED' } }, { token });
      }
      return current;
    },
    async signIn(email, password) {
      const answer = await post<{ signIn: { session: SessionFields } | null }>(SIGN_IN, { input: { email, password } }, undefined);
      const session = answer.data?.signIn?.session;
      if (!session) {
        const problem = answer.errors?.[0];
        // The general advice ("sign in first") would not help here.
        if (problem?.extensions?.code === 'UNAUTHENTICATED') throw new CliError(problem.message, EXIT.notAllowed, 'UNAUTHENTICATED');
        throw toCliError(problem);
      }
      const saved = { email, ...session };
      await store.exclusively(async () => store.write(url, saved));
      return saved;
    },
    async signOut() {
      if (!store.read(url)) return false;
      try {
        // A token in the environment is not what is being signed out.
        await send(SIGN_OUT, {}, undefined);
      } catch (error) {
        // Already ended at the server: then only the saved copy is left to remove.
        if (!(error instanceof CliError && error.code === 'UNAUTHENTICATED')) throw error;
      }
      await store.exclusively(async () => store.write(url, undefined));
      return true;
    },
  };
}

/** PURSIGHT_URL without a trailing `/` or `/graphql`. */
export function parseServerUrl(text: string): string {
  const problem = new CliError('PURSIGHT_URL must be an address such as http://127.0.0.1:4000.', EXIT.usage);
  if (!URL.canParse(text)) throw problem;
  const url = new URL(text);
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.username || url.password) throw problem;
  return url.origin + url.pathname.replace(/\/+$/, '').replace(/\/graphql$/, '');
}

/** PURSIGHT_TOKEN without the space that a file or a shell left around it; undefined when it is empty. */
export function parseToken(text: string | undefined): string | undefined {
  const token = text?.trim();
  if (token && !/^[\x21-\x7e]+$/.test(token))
    throw new CliError('PURSIGHT_TOKEN must be a token as "token create" printed it.', EXIT.usage);
  return token || undefined;
}

function parseAnswer<Data>(text: string): Answer<Data> | undefined {
  try {
    const answer = JSON.parse(text) as Answer<Data> | null;
    return answer && typeof answer === 'object' && ('data' in answer || Array.isArray(answer.errors)) ? answer : undefined;
  } catch {
    return undefined; // not JSON: something else listens there
  }
}

const isUnauthenticated = ({ errors }: Answer<unknown>): boolean =>
  errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED') ?? false;

function toCliError(
  problem: GraphQLProblem | undefined,
  { token, signedIn }: { token?: string | undefined; signedIn?: boolean } = {},
): CliError {
  if (!problem) return new CliError('PurSight gave an empty answer; its log says why.');
  const { code, requestId, retryAfterMs, check } = problem.extensions ?? {};
  switch (code) {
    case 'UNAUTHENTICATED':
      return new CliError(
        token
          ? 'The token in PURSIGHT_TOKEN is not valid, or no longer.'
          : signedIn
            ? problem.message
            : 'Sign in first: npx pursight signin',
        EXIT.notAllowed,
        code,
      );
    case 'FORBIDDEN':
      return new CliError(problem.message, EXIT.notAllowed, code);
    case 'RATE_LIMITED':
      return new CliError(`${problem.message} Try again in ${Math.ceil((retryAfterMs ?? 60_000) / 1000)} s.`, EXIT.failed, code);
    case 'INTERNAL_SERVER_ERROR':
      return new CliError(`PurSight failed at this; its log says why${requestId ? ` under ${requestId}` : ''}.`, EXIT.failed, code);
    case 'UPSTREAM_UNAVAILABLE':
      return new CliError(check && !problem.message.includes(check) ? `${problem.message} ${check}` : problem.message, EXIT.failed, code);
    default:
      return new CliError(problem.message, EXIT.failed, code);
  }
}

function unreachable(url: string, error: unknown): CliError {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new CliError(`PurSight at ${url} did not answer within ${TIMEOUT_MS / 1000} s.`, EXIT.unreachable);
  }
  const cause = (error as { cause?: { code?: string; message?: string; errors?: { code?: string }[] } }).cause;
  const code = cause?.code ?? cause?.errors?.[0]?.code;
  const why = code === 'ECONNREFUSED' ? 'nothing listens there' : (code ?? cause?.message ?? 'no connection');
  return new CliError(`PurSight cannot be reached at ${url} (${why}). Start it with "npm start", or set PURSIGHT_URL.`, EXIT.unreachable);
}
