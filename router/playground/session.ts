/**
 * The viewer's session in this page. The access token stays in memory; the refresh token is kept for this tab only
 * (sessionStorage), so that a reload does not sign out. A refresh token works once, so only one refresh runs at a time.
 */
type Session = { accessToken: string; refreshToken: string; expiresAt: string; user: { name: string } | null };
type GraphQLAnswer = {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: { code?: string; retryAfterMs?: number } }[];
};
export type Operation = { query: string; operationName?: string | null; variables?: unknown };

const STORAGE_KEY = 'pursight.refreshToken';
const REFRESH_BEFORE_MS = 45_000;
const FIELDS = '{ session { accessToken refreshToken expiresAt user { name } } }';
const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) ${FIELDS} }`;
const REFRESH = `mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) ${FIELDS} }`;
const SIGN_OUT = 'mutation SignOut { signOut(input: {}) { signedOut } }';

async function post(operation: Operation, accessToken?: string): Promise<GraphQLAnswer> {
  let response: Response;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(accessToken && { authorization: `Bearer ${accessToken}` }),
      },
      body: JSON.stringify(operation),
    });
  } catch {
    throw new Error('The server cannot be reached. Is it still running?');
  }
  try {
    return (await response.json()) as GraphQLAnswer;
  } catch {
    throw new Error(`The server answered with HTTP ${response.status} and nothing that can be read.`);
  }
}

function sessionOf(answer: GraphQLAnswer, field: string): Session {
  const payload = answer.data?.[field] as { session: Session } | null | undefined;
  if (payload?.session) return payload.session;
  throw new Error(answer.errors?.[0]?.message ?? 'The server did not open a session.');
}

export type SessionStore = {
  current: () => Session | null;
  subscribe: (listener: () => void) => () => void;
  /** Goes on with the session of before a reload, if there is one. */
  resume: () => Promise<void>;
  signIn: (email: string, password: string) => Promise<void>;
  signOut: () => Promise<void>;
  /** A token that is fresh, for a socket; `renew`: another one than before. Rejects when there is no session. */
  accessToken: (options?: { renew?: boolean }) => Promise<string>;
  /** Sends an operation with a token that is fresh; a session that has ended is told by `current()` becoming null. */
  send: (operation: Operation) => Promise<GraphQLAnswer>;
};

export function createSessionStore(storage: Storage = sessionStorage): SessionStore {
  const listeners = new Set<() => void>();
  let session: Session | null = null;
  let refreshing: Promise<void> | undefined;

  function set(next: Session | null): void {
    session = next;
    if (next) storage.setItem(STORAGE_KEY, next.refreshToken);
    else storage.removeItem(STORAGE_KEY);
    for (const listener of listeners) listener();
  }

  async function refresh(): Promise<void> {
    const refreshToken = storage.getItem(STORAGE_KEY);
    if (!refreshToken) return set(null);
    const answer = await post({ query: REFRESH, variables: { input: { refreshToken } } });
    try {
      set(sessionOf(answer, 'refreshSession'));
    } catch (error) {
      const code = answer.errors?.[0]?.extensions?.code;
      // Only a refused token ends the session; a server in trouble does not.
      if (code === 'UNAUTHENTICATED' || code === 'BAD_USER_INPUT' || code === 'NOT_FOUND') set(null);
      throw error;
    }
  }
  const isOld = (): boolean => session !== null && Date.parse(session.expiresAt) - Date.now() < REFRESH_BEFORE_MS;
  const refreshOnce = (): Promise<void> => (refreshing ??= refresh().finally(() => (refreshing = undefined)));

  return {
    current: () => session,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async resume() {
      if (storage.getItem(STORAGE_KEY)) await refreshOnce();
    },
    async signIn(email, password) {
      set(sessionOf(await post({ query: SIGN_IN, variables: { input: { email, password } } }), 'signIn'));
    },
    async signOut() {
      const accessToken = session?.accessToken;
      set(null);
      if (accessToken) await post({ query: SIGN_OUT }, accessToken);
    },
    async accessToken({ renew = false } = {}) {
      if (renew || isOld()) await refreshOnce();
      if (!session) throw new Error('Your session has ended. Sign in again.');
      return session.accessToken;
    },
    async send(operation) {
      if (isOld()) await refreshOnce();
      const answer = await post(operation, session?.accessToken);
      const isRefused = answer.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED') && !answer.data;
      if (!isRefused || !session) return answer;
      // The clock of this machine may differ from the server's: ask for a new token once.
      await refreshOnce();
      return session ? post(operation, session.accessToken) : answer;
    },
  };
}
