/** Following a subscription: over lost connections, restarts of the server and tokens that end, without leaving anything out. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createSocketClient, type Heartbeat } from '#platform/graphql/socketClient.ts';
import type { Client, Variables } from './client.ts';
import { CliError, EXIT } from './errors.ts';
import { say, type Terminal } from './terminal.ts';

/** Before the first try to come back; doubled with each. */
const RETRY_MS = 250;
const MOST_RETRY_MS = 10_000;
/** Close codes after which the same would happen again. */
const FATAL = [4400, 4406, 4409, 4429, 4500];
const ENDED = 4403;
const TOKEN_ENDED = [4401, ENDED];

type Problem = { message: string; extensions?: { code?: string } };
export type FollowOptions<Data> = {
  client: Client;
  terminal: Terminal;
  /** Takes `$after`. */
  query: string;
  variables: Variables & { after?: string | undefined };
  /** Handles a payload and gives its cursor. */
  onPayload: (data: Data, errors: readonly Problem[]) => string;
  /** Ends it. */
  signal: AbortSignal;
  heartbeat?: Heartbeat;
};

type End = { code: number | undefined; token: string; wasConnected: boolean };

/** Resolves when it is stopped; throws CliError when it cannot go on. */
export async function follow<Data>(options: FollowOptions<Data>): Promise<void> {
  const { client, terminal, signal } = options;
  // Over HTTP first: it tells in a sentence what is wrong with the address or the sign-in.
  await client.request('query Follow { __typename }');
  let after = options.variables.after;
  let refused: string | undefined;
  let failures = 0;
  let isTold = false;
  while (!signal.aborted) {
    const end = await connectOnce(options, { after, refused, onMove: (cursor) => (after = cursor) });
    if (signal.aborted) return;
    const isRefused = TOKEN_ENDED.includes(end.code ?? 0);
    if (isRefused && refused !== undefined && !end.wasConnected) {
      throw new CliError('PurSight takes no token of this sign-in. Sign in again: npx pursight signin', EXIT.notAllowed, 'UNAUTHENTICATED');
    }
    refused = isRefused ? end.token : undefined;
    if (FATAL.includes(end.code ?? 0)) throw new CliError(`PurSight closed the connection for good (${end.code}).`);
    failures = end.wasConnected ? 0 : failures + 1;
    if (refused === undefined) {
      if (end.wasConnected) say(terminal, 'The connection was lost; going on where it was.');
      else if (!isTold) say(terminal, `PurSight takes no live connection (${end.code ?? 'no socket could be opened'}); trying again.`);
      isTold = true;
    }
    await sleep(Math.min(RETRY_MS * 2 ** failures, MOST_RETRY_MS), undefined, { signal }).catch(() => {}); // stopped: seen above
  }
}

type Place = { after: string | undefined; refused: string | undefined; onMove: (cursor: string) => void };

/** One connection with one subscription, until either ends. */
async function connectOnce<Data>(options: FollowOptions<Data>, place: Place): Promise<End> {
  const { client, query, variables, onPayload, signal, heartbeat } = options;
  const token = await client.accessToken(place.refused).catch((error: unknown) => {
    // Without an answer it is tried again; a sign-in that has ended is not.
    if (error instanceof CliError && error.exitCode === EXIT.unreachable) return undefined;
    throw error;
  });
  if (token === undefined) return { code: undefined, token: '', wasConnected: false };
  const { promise, resolve, reject } = Promise.withResolvers<End>();
  let wasConnected = false;
  const socket = createSocketClient(
    {
      url: `${client.url.replace(/^http/, 'ws')}/graphql`,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
      on: {
        connected(_socket, payload) {
          wasConnected = true;
          // Where this begins, should it be lost before a first payload comes.
          if (place.after === undefined && typeof payload?.cursor === 'string') place.onMove(payload.cursor);
        },
      },
    },
    heartbeat,
  );
  const stop = socket.subscribe<Data>(
    { query, variables: { ...variables, after: place.after } },
    {
      next({ data, errors }) {
        if (data) place.onMove(onPayload(data, errors ?? []));
      },
      error(error) {
        if (!Array.isArray(error)) return resolve({ code: (error as { code?: number }).code, token, wasConnected });
        // The token ended after the socket had taken it.
        if (codeOf(error) === 'UNAUTHENTICATED') return resolve({ code: ENDED, token, wasConnected });
        return reject(toCliError(error as Problem[]));
      },
      complete: () => resolve({ code: undefined, token, wasConnected }),
    },
  );
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', stop);
    await socket.dispose();
  }
}

const codeOf = ([problem]: readonly Problem[]): string | undefined => problem?.extensions?.code;

function toCliError(problems: readonly Problem[]): CliError {
  const code = codeOf(problems);
  const message = problems[0]?.message ?? 'PurSight ended the subscription.';
  return new CliError(message, code === 'FORBIDDEN' ? EXIT.notAllowed : EXIT.failed, code);
}
