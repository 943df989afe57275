/** Signing in and out, and who stands behind an access token or an API token. */
import { timingSafeEqual } from 'node:crypto';
import { createAccessTokens } from '#platform/auth/accessTokens.ts';
import { requireViewer, type Viewer } from '#platform/auth/viewer.ts';
import type { Transaction } from '#platform/database/index.ts';
import { NotAllowed, Unauthenticated } from '#platform/errors.ts';
import { append } from '#platform/events/append.ts';
import type { NewEvent } from '#platform/events/types.ts';
import { newId } from '#platform/ids.ts';
import { findSessionState, insertSession, lockSession, pruneSessions, renewSession, revokeSessions } from '../store/sessions.ts';
import { loadSigningKeys } from '../store/signingKeys.ts';
import { holdUsers } from '../store/users.ts';
import { createCredentials, type CredentialsDependencies } from './credentials.ts';
import { createRefreshTokens } from './refreshTokens.ts';
import type { TokenAuthentication } from './tokenAuthentication.ts';
import { isApiToken } from './tokenSecrets.ts';

const REFRESH_DAYS = 30;
const DAY_MS = 86_400_000;

/** Both tokens are secrets: shown to their owner once, never stored or logged. */
type SignedInSession = { accessToken: string; refreshToken: string; expiresAt: Date; viewer: Viewer };

export type Sessions = {
  /** `address` is the caller's, for the limits. UNAUTHENTICATED without saying why; RATE_LIMITED after too many failures. */
  signIn(input: { email: string; password: string }, address: string): Promise<SignedInSession>;
  /** A new pair for a refresh token. The same token again ends the session: one of its two holders has stolen it. */
  refresh(input: { refreshToken: string }): Promise<SignedInSession>;
  /**
   * Ends the viewer's session, or with `everywhere` all of the user's. False behind a token, which is no session;
   * nor may it end its owner's (FORBIDDEN).
   */
  signOut(viewer: Viewer | null, input: { everywhere?: boolean | null }): Promise<boolean>;
  /**
   * The viewer behind an access token or API token (or a whole Authorization header): null without one, UNAUTHENTICATED
   * for a wrong or expired one, a revoked one or an ended session. One SQL statement.
   */
  authenticate: { (authorization: string): Promise<Viewer>; (authorization: string | null | undefined): Promise<Viewer | null> };
};

export function createSessions(dependencies: CredentialsDependencies & { tokens: TokenAuthentication }): Sessions {
  const { database, rootKey, logger, onCommit, now, tokens } = dependencies;
  const credentials = createCredentials(dependencies);
  const refreshTokens = createRefreshTokens(rootKey);
  const accessTokens = createAccessTokens({ loadKeys: () => loadSigningKeys(database, rootKey, now()), now });

  const expiry = (from: Date): Date => new Date(from.getTime() + REFRESH_DAYS * DAY_MS);
  const emit = (tx: Transaction, event: NewEvent): Promise<void> => append(tx, 'identity', [event], now());

  async function pairOf(userId: string, sessionId: string, refreshToken: string): Promise<SignedInSession> {
    const state = await findSessionState(database, sessionId, userId);
    const signed = await accessTokens.sign({ userId, sessionId });
    const viewer = { userId, sessionId, expiresAt: signed.expiresAt, roles: state?.roles ?? [] };
    return { ...signed, refreshToken, viewer };
  }

  async function authenticate(authorization: string | null | undefined): Promise<Viewer | null> {
    if (authorization == null) return null;
    const text = bearerToken(authorization);
    if (isApiToken(text)) return await tokens.authenticate(text);
    const { userId, sessionId, expiresAt } = await accessTokens.verify(text);
    const state = await findSessionState(database, sessionId, userId);
    if (!state || state.revokedAt || state.expiresAt <= now()) throw new Unauthenticated('This session has ended. Sign in again.', 'ended');
    return { userId, sessionId, expiresAt, roles: state.roles };
  }

  return {
    async signIn(input, address) {
      const userId = await credentials.check(input, address);
      const sessionId = newId();
      const { refreshToken, refreshHash } = refreshTokens.create(sessionId);
      await database.begin(async (tx) => {
        const at = now();
        // Erased since the password was compared.
        if ((await holdUsers(tx, [userId])).length === 0) throw new Unauthenticated('The email or the password is wrong.');
        await pruneSessions(tx, userId, new Date(at.getTime() - DAY_MS));
        await insertSession(tx, { id: sessionId, userId, refreshHash, createdAt: at, refreshedAt: at, expiresAt: expiry(at) });
        await emit(tx, { type: 'identity.signedIn', subject: userId, actorId: userId, data: { sessionId } });
      });
      onCommit();
      logger.info({ userId, sessionId }, 'signed in');
      return await pairOf(userId, sessionId, refreshToken);
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
      const { userId, sessionId, token } = requireViewer(viewer);
      // Whoever finds a token must not be able to throw its owner out.
      if (everywhere && token) throw new NotAllowed('A token cannot end the sessions of its owner. Sign in to end them.', 'token:sessions');
      if (!everywhere && sessionId === null) return false;
      await database.begin(async (tx) => {
        const ended = await revokeSessions(tx, userId, everywhere ? null : sessionId, now());
        if (ended.length === 0) return;
        await emit(tx, {
          type: 'identity.signedOut',
          subject: userId,
          actorId: userId,
          data: { sessionId, everywhere: everywhere === true },
        });
      });
      onCommit();
      return true;
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
