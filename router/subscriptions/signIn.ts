/** Who is behind each socket, from its first message until its token ends or is taken back. */
import type { Viewer } from '#platform/auth/viewer.ts';
import { Unauthenticated } from '#platform/errors.ts';
import type { Logger } from '#platform/logger.ts';
import { bearerToken } from '../requests.ts';
import { CLOSE, type Closing, type Connection } from './connection.ts';
import { createCounts } from './counts.ts';
import type { LiveEvent } from './logEvents.ts';
import { scopeKeyOf } from './scopes.ts';

/** Tokens are checked this often, whatever the log tells: five seconds after its end nobody gets anything. */
const SWEEP_MS = 4_000;
const CHECKED_AT_ONCE = 4;
/** setTimeout takes no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

type Options = { authenticate: (token: string) => Promise<Viewer>; maxPerUser: number; logger: Logger };

export type SignIns = {
  /** With the payload of `connection_init`. Undefined when it is signed in, else how to close it. */
  signIn: (connection: Connection, params: unknown) => Promise<Closing | undefined>;
  /** Asks again who is behind its token, and closes it if nobody is. True while it goes on. */
  check: (connection: Connection) => Promise<boolean>;
  /** Checks whom these events concern. Rejects when it cannot be known. */
  observe: (events: readonly LiveEvent[]) => Promise<void>;
  /** Checks all that wait for something. Rejects when it cannot be known. */
  checkBusy: () => Promise<void>;
  stop: () => void;
};

/** The value of `authorization`, however it is written. */
function tokenOf(params: unknown): string | undefined {
  if (params === null || typeof params !== 'object') return undefined;
  const [, value] = Object.entries(params).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return typeof value === 'string' ? bearerToken(value) : undefined;
}

const ENDING = ['token.revoked', 'identity.signedOut', 'identity.sessionRevoked', 'identity.rolesChanged', 'identity.userErased'];

export function createSignIns({ authenticate, maxPerUser, logger }: Options): SignIns {
  const connections = new Set<Connection>();
  const perUser = createCounts();

  function closeAtItsEnd(connection: Connection): void {
    const { expiresAt } = connection.subscriber!.viewer;
    if (!expiresAt) return;
    const left = expiresAt.getTime() - Date.now();
    const timer = setTimeout(
      () => (left > LONGEST_TIMER_MS ? closeAtItsEnd(connection) : connection.close(CLOSE.ended)),
      Math.min(left, LONGEST_TIMER_MS),
    );
    connection.closed.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  /** All that came with one token are asked about once. */
  async function checkToken(token: string, those: readonly Connection[]): Promise<boolean> {
    try {
      const viewer = await authenticate(token);
      const scopeKey = scopeKeyOf(viewer);
      for (const connection of those) connection.subscriber = { viewer, scopeKey, address: connection.address };
      return true;
    } catch (error) {
      if (!(error instanceof Unauthenticated)) throw error;
      for (const connection of those) connection.close(CLOSE.ended);
      return false;
    }
  }

  async function checkAll(those: Iterable<Connection>): Promise<void> {
    const open = [...those].filter(({ closed }) => !closed.aborted);
    const byToken = [...Map.groupBy(open, ({ token }) => token!)];
    const checkNext = async (): Promise<void> => {
      for (let next = byToken.pop(); next; next = byToken.pop()) await checkToken(...next);
    };
    await Promise.all(Array.from({ length: CHECKED_AT_ONCE }, checkNext));
  }

  let sweeping = false;
  const sweep = setInterval(() => {
    if (sweeping || connections.size === 0) return;
    sweeping = true;
    checkAll(connections)
      .catch((error: unknown) => logger.warn({ err: error }, 'the tokens of sockets could not be checked; tried again'))
      .finally(() => (sweeping = false));
  }, SWEEP_MS);
  sweep.unref();

  return {
    async signIn(connection, params) {
      const token = tokenOf(params);
      if (token === undefined) return CLOSE.notSignedIn;
      let viewer: Viewer;
      try {
        viewer = await authenticate(token);
      } catch (error) {
        if (error instanceof Unauthenticated) return error.reason === 'ended' ? CLOSE.ended : CLOSE.notSignedIn;
        logger.error({ err: error }, 'a socket could not be signed in');
        return CLOSE.tryLater;
      }
      if (connection.closed.aborted) return CLOSE.goingAway;
      if (perUser.of(viewer.userId) >= maxPerUser) return CLOSE.tooMany;
      connection.token = token;
      connection.subscriber = { viewer, scopeKey: scopeKeyOf(viewer), address: connection.address };
      connections.add(connection);
      perUser.add(viewer.userId);
      connection.ws.once('close', () => {
        // Until then it counts.
        connections.delete(connection);
        perUser.remove(viewer.userId);
      });
      closeAtItsEnd(connection);
      return undefined;
    },
    check: (connection) => checkToken(connection.token!, [connection]),
    async observe(events) {
      const subjects = new Set(events.filter(({ type }) => ENDING.includes(type)).map(({ subject }) => subject));
      if (subjects.size === 0) return;
      const isMeant = ({ userId, token }: Viewer): boolean => subjects.has(userId) || (token !== undefined && subjects.has(token.id));
      await checkAll([...connections].filter(({ subscriber }) => isMeant(subscriber!.viewer)));
    },
    checkBusy: () => checkAll([...connections].filter(({ operations }) => operations.count() > 0)),
    stop: () => clearInterval(sweep),
  };
}
