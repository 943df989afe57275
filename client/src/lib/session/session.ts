/**
 * The viewer's session in this page. The access token lives here, in memory; the refresh token is in a cookie that only the client's server
 * reads (/session/*). A refresh token works once: so one page at a time refreshes.
 */
import { keepFirst, type FirstAnswer } from './first-answers';
import type { First } from './first-script';

export type SessionState =
  | { status: 'starting' }
  | { status: 'unreachable'; message: string }
  | { status: 'signed-out' }
  /** `ended`: it was signed in, and what the page shows stays until somebody signs in again. */
  | { status: 'signed-in'; userId: string; ended: boolean };

type Answer = { accessToken: string; expiresAt: string; answers?: FirstAnswer[] };
type Problem = { code: string; message: string; retryAfterMs?: number };

/** What the session route says is wrong. */
export class SessionProblem extends Error {
  readonly code: string;
  /** Milliseconds. */
  readonly retryAfterMs: number | undefined;
  constructor({ code, message, retryAfterMs }: Problem) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Before its end: an operation that is sent now must arrive. */
const RENEW_BEFORE_MS = 45_000;
const LOCK = 'pursight-session';
/** So long what was asked first is worth something. */
const FIRST_MS = 60_000;
/** Longer than the server takes for it. Other tabs wait meanwhile. */
const PATIENCE_MS = 45_000;

/** An answer, when it came, and what the server's clock said then: that of this machine may be wrong. */
type Come = { answer: unknown; at: number; serverAt: number };

async function post(path: string, body: unknown = {}): Promise<Come> {
  let response: Response;
  try {
    response = await fetch(`/session/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new SessionProblem({ code: 'UPSTREAM_UNAVAILABLE', message: 'The server cannot be reached.' });
  }
  return read(response, Date.now());
}

async function read(response: Response, at: number): Promise<Come> {
  const answer: unknown = await response.json().catch(() => null);
  const problem = (answer as { error?: Problem } | null)?.error;
  if (problem) throw new SessionProblem(problem);
  if (!response.ok || !answer)
    throw new SessionProblem({ code: 'UPSTREAM_UNAVAILABLE', message: 'The server gave no answer that can be read.' });
  return { answer, at, serverAt: Date.parse(response.headers.get('date') ?? '') || at };
}

/** What `FIRST_SCRIPT` asked before this script was there; undefined where that is no use (any more). */
async function readFirst(): Promise<Come | undefined> {
  const page = globalThis as { pursightFirst?: First };
  const first = page.pursightFirst;
  if (!first) return undefined;
  delete page.pursightFirst;
  try {
    const response = await first.response.catch(() => undefined);
    // Another page has signed in or out meanwhile; or this one was asleep.
    if (!response || first.isVoid || Date.now() - first.at > FIRST_MS) return undefined;
    const come = await read(response, first.at);
    return first.isVoid ? undefined : come;
  } finally {
    first.channel?.close();
  }
}

/** Pages of one browser share the cookie: what one of them learns of it the others must hear. */
type Told = { kind: 'signed-in'; userId: string } | { kind: 'signed-out' };

let state: SessionState = { status: 'starting' };
let access: { token: string; expiresAt: number } | null = null;
let refreshing: Promise<void> | undefined;
let channel: BroadcastChannel | undefined;
const listeners = new Set<() => void>();

function set(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

/** Whose token it is: it says so even while nobody can say their name. */
const userOf = (token: string): string =>
  (JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'))) as { sub: string }).sub;

/** Another account must not see what this page still holds. */
function startAnew(): void {
  forgetPrivate();
  location.reload();
}

function take({ answer, at, serverAt }: Come): void {
  const { accessToken, expiresAt, answers } = answer as Answer;
  const userId = userOf(accessToken);
  if (state.status === 'signed-in' && state.userId !== userId) return startAnew();
  access = { token: accessToken, expiresAt: at + Date.parse(expiresAt) - serverAt };
  if (answers) keepFirst(answers, at);
  set({ status: 'signed-in', userId, ended: false });
}

function end(): void {
  access = null;
  set(state.status === 'signed-in' ? { ...state, ended: true } : { status: 'signed-out' });
}

const locked = <T>(work: () => Promise<T>): Promise<T> =>
  'locks' in navigator ? (navigator.locks.request(LOCK, work) as Promise<T>) : work();

async function refresh(): Promise<void> {
  try {
    take((await readFirst()) ?? (await locked(() => post('refresh'))));
  } catch (error) {
    const { code, message } = error as SessionProblem;
    // Only a refused token ends the session; a server in trouble does not.
    if (code === 'UNAUTHENTICATED') end();
    else if (state.status !== 'signed-in') set({ status: 'unreachable', message });
    throw error;
  }
}
const refreshOnce = (): Promise<void> => (refreshing ??= refresh().finally(() => (refreshing = undefined)));

function listen(): void {
  if (channel || typeof BroadcastChannel === 'undefined') return;
  channel = new BroadcastChannel(LOCK);
  channel.onmessage = ({ data }: MessageEvent<Told>) => {
    if (data.kind === 'signed-out') {
      forgetPrivate();
      end();
    } else if (state.status === 'signed-out' || (state.status === 'signed-in' && state.ended)) void resume();
    else if (state.status === 'signed-in' && state.userId !== data.userId) startAnew();
  };
}

/** Goes on with the session of before a reload, if there is one. */
export async function resume(): Promise<void> {
  listen();
  await refreshOnce().catch(() => {}); // the state says what became of it
}

/** Throws a SessionProblem. */
export async function signIn(email: string, password: string): Promise<void> {
  take(await locked(() => post('sign-in', { email, password })));
  if (state.status === 'signed-in') channel?.postMessage({ kind: 'signed-in', userId: state.userId } satisfies Told);
}

/** What is kept in this browser under names that begin so is nobody else's business, or holds secrets: it does not outlast the session. */
export const PRIVATE = 'pursight.private.';

function forgetPrivate(): void {
  try {
    for (const storage of [sessionStorage, localStorage])
      for (const name of Object.keys(storage)) if (name.startsWith(PRIVATE)) storage.removeItem(name);
  } catch {
    // blocked: nothing was kept
  }
}

/** `everywhere`: ends the viewer's other sessions, too. Throws a SessionProblem. */
export async function signOut(everywhere = false): Promise<void> {
  await locked(() => post('sign-out', { everywhere }));
  channel?.postMessage({ kind: 'signed-out' } satisfies Told);
  access = null;
  forgetPrivate();
  // Nothing that was read stays in memory.
  location.assign('/sign-in');
}

/** A token that is fresh; `renew`: another one than before. Rejects where there is no session. */
export async function accessToken({ renew = false } = {}): Promise<string> {
  if (renew || !access || access.expiresAt - Date.now() < RENEW_BEFORE_MS) await refreshOnce();
  if (!access) throw new SessionProblem({ code: 'UNAUTHENTICATED', message: 'Your session has ended. Sign in again.' });
  return access.token;
}

export const currentToken = (): string | null => access?.token ?? null;
export const isTokenOld = (): boolean => !access || access.expiresAt - Date.now() < RENEW_BEFORE_MS;
export const currentSession = (): SessionState => state;
export const isSignedIn = (): boolean => state.status === 'signed-in' && !state.ended;
export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
