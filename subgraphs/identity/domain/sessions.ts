/** Signing in and out, and who stands behind an access token. */
import { timingSafeEqual } from 'node:crypto';
import { createAccessTokens } from '#platform/auth/accessTokens.ts';
import { MAX_PASSWORD_LENGTH, verifyPassword } from '#platform/auth/passwords.ts';
import { requireViewer, type Viewer } from '#platform/auth/viewer.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import { Unauthenticated, type AppError } from '#platform/errors.ts';
import { append } from '#platform/events/append.ts';
import type { NewEvent } from '#platform/events/types.ts';
import { checkText } from '#platform/graphql/inputs.ts';
import { newId } from '#platform/ids.ts';
import type { Logger } from '#platform/logger.ts';
import { findSessionState, insertSession, lockSession, pruneSessions, renewSession, revokeSessions } from '../store/sessions.ts';
import { loadSigningKeys } from '../store/signingKeys.ts';
import { findCredentials } from '../store/users.ts';
import { createRefreshTokens } from './refreshTokens.ts';
import { createSignInLimits, networkOf } from './signInLimits.ts';

const REFRESH_DAYS = 30;
const DAY_MS = 86_400_000;

/** Both tokens are secrets: shown to their owner once, never stored or logged. */
export type SignedInSession = { accessToken: string; refreshToken: string; expiresAt: Date; viewer: Viewer };

export type SessionsDependencies = {
  database: Database;
  rootKey: Uint8Array;
  logger: Logger;
  /** Called after a commit that wrote events. */
  onCommit: () => void;
  now: () => Date;
};

export type Sessions = {
  /** `address` is the caller's, for the limits. UNAUTHENTICATED without saying why; RATE_LIMITED after too many failures. */
  signIn(input: { email: string; password: string }, address: string): Promise<SignedInSession>;
  /** A new pair for a refresh token. The same token again ends the session: one of its two holders has stolen it. */
  refresh(input: { refreshToken: string }): Promise<SignedInSession>;
  /** Ends the viewer's session, or with `everywhere` all of the user's. */
  signOut(viewer: Viewer | null, input: { everywhere?: boolean | null }): Promise<void>;
  /**
   * The viewer behind an access token (or a whole Authorization header): null without one, UNAUTHENTICATED for a wrong
   * or expired one or an ended session. One SQL statement.
   */
  authenticate: { (authorization: string): Promise<Viewer>; (authorization: string | null | undefined): Promise<Viewer | null> };
};

export function createSessions({ database, rootKey, logger, onCommit, now }: SessionsDependencies): Sessions {
  const limits = createSignInLimits(rootKey);
  const refreshTokens = createRefreshTokens(rootKey);
  const accessTokens = createAccessTokens({ loadKeys: () => loadSigningKeys(database, rootKey, now()), now });

  const expiry = (from: Date): Date => new Date(from.getTime() + REFRESH_DAYS * DAY_MS);
  const emit = (tx: Transaction, event: NewEvent): Promise<void> => append(tx, 'identity', [event], now());

  async function pairOf(userId: string, sessionId: string, refreshToken: string): Promise<SignedInSession> {
    const state = await findSessionState(database, sessionId, userId);
    const viewer = { userId, sessionId, roles: state?.roles ?? [] };
    return { ...(await accessTokens.sign({ userId, sessionId })), refreshToken, viewer };
  }

  /** Within a transaction that holds the counters, so that guesses made at once count like guesses in a row. */
  async function recordFailure(email: string, address: string, userId: string | null): Promise<AppError> {
    return await database.begin(async (tx) => {
      const at = now();
      await limits.lockAccount(tx, email);
      await limits.lockAddress(tx, address);
      const accountRefusal = await limits.findAccountRefusal(tx, email, at);
      if (accountRefusal) return accountRefusal;
      const addressRefusal = await limits.findAddressRefusal(tx, address, at);
      await limits.recordFailure(tx, email, address, at);
      // Strangers must not be able to fill the event log, which is kept: what an address tries beyond its limit is only logged.
      if (addressRefusal) return addressRefusal;
      await emit(tx, { type: 'identity.signInFailed', subject: userId, actorId: null, data: { reason: 'wrong email or password' } });
      return new Unauthenticated('The email or the password is wrong.');
    });
  }

  async function authenticate(authorization: string | null | undefined): Promise<Viewer | null> {
    if (authorization == null) return null;
    const { userId, sessionId } = await accessTokens.verify(bearerToken(authorization));
    const state = await findSessionState(database, sessionId, userId);
    if (!state || state.revokedAt || state.expiresAt <= now()) throw new Unauthenticated('This session has ended. Sign in again.');
    return { userId, sessionId, roles: state.roles };
  }

  return {
    async signIn(input, address) {
      const email = checkText(input.email.trim(), 'input.email', { max: 320 });
      const password = checkText(input.password, 'input.password', { max: MAX_PASSWORD_LENGTH });
      const early = await limits.findAccountRefusal(database, email, now());
      if (early) throw early;
      const user = await findCredentials(database, email);
      const matches = await verifyPassword(user?.passwordHash ?? null, password, networkOf(address));
      if (!user || !matches) {
        const refusal = await recordFailure(email, address, user?.id ?? null);
        onCommit();
        logger.warn({ address, userId: user?.id, reason: refusal.message }, 'sign-in failed');
        throw refusal;
      }

      const sessionId = newId();
      const { refreshToken, refreshHash } = refreshTokens.create(sessionId);
      await database.begin(async (tx) => {
        const at = now();
        // Guesses that ran beside this one may have used up the account's failures meanwhile.
        await limits.lockAccount(tx, email);
        const late = await limits.findAccountRefusal(tx, email, at);
        if (late) throw late;
        await pruneSessions(tx, user.id, new Date(at.getTime() - DAY_MS));
        await insertSession(tx, { id: sessionId, userId: user.id, refreshHash, createdAt: at, refreshedAt: at, expiresAt: expiry(at) });
        await emit(tx, { type: 'identity.signedIn', subject: user.id, actorId: user.id, data: { sessionId } });
      });
      onCommit();
      logger.info({ userId: user.id, sessionId }, 'signed in');
      return await pairOf(user.id, sessionId, refreshToken);
    },

    async refresh({ refreshToken }) {
      const given = refreshTokens.read(refreshToken);
      if (!given) throw new Unauthenticated('This is not a refresh token of this server. Sign in again.');
      const { sessionId } = given;
      const next = refreshTokens.create(sessionId);
      const outcome = await database.begin(async (tx): Promise<{ userId: string } | { ended: string }> => {
        const at = now();
        const session = await lockSession(tx, sessionId);
        if (!session || session.revokedAt || session.expiresAt <= at) return { ended: 'This session has ended. Sign in again.' };
        if (!timingSafeEqual(session.refreshHash, given.refreshHash)) {
          await revokeSessions(tx, session.userId, sessionId, at);
          const data = { sessionId, reason: 'a refresh token was used twice' };
          await emit(tx, { type: 'identity.sessionRevoked', subject: session.userId, actorId: null, data });
          return { ended: 'This refresh token was used before, so its session has been ended. Sign in again.' };
        }
        await renewSession(tx, sessionId, { refreshHash: next.refreshHash, refreshedAt: at, expiresAt: expiry(at) });
        return { userId: session.userId };
      });
      if ('userId' in outcome) return await pairOf(outcome.userId, sessionId, next.refreshToken);
      onCommit();
      logger.warn({ sessionId, reason: outcome.ended }, 'refresh refused');
      throw new Unauthenticated(outcome.ended);
    },

    async signOut(viewer, { everywhere }) {
      const { userId, sessionId } = requireViewer(viewer);
      if (!everywhere && sessionId === null) return; // not signed in by a session: there is none to end
      await database.begin(async (tx) => {
        const ended = await revokeSessions(tx, userId, everywhere ? null : sessionId, now());
        if (ended.length === 0) return;
        await emit(tx, { type: 'identity.signedOut', subject: userId, actorId: userId, data: { sessionId, everywhere: everywhere === true } });
      });
      onCommit();
    },

    authenticate: authenticate as Sessions['authenticate'],
  };
}

function bearerToken(authorization: string): string {
  const [, scheme, token] = /^(?:(\S+)\s+)?(\S+)$/.exec(authorization.trim()) ?? [];
  if (!token || (scheme && scheme.toLowerCase() !== 'bearer')) {
    throw new Unauthenticated('Send the access token as "Authorization: Bearer <access token>".');
  }
  return token;
}
