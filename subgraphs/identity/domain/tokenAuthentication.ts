/** Who stands behind an API token, and when it was used last. */
import { timingSafeEqual } from 'node:crypto';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { outsideOperation } from '#platform/database/operations.ts';
import { Unauthenticated } from '#platform/errors.ts';
import type { Logger } from '#platform/logger.ts';
import { findTokenState, markUsed } from '../store/apiTokens.ts';
import { narrowRoles } from './tokenScopes.ts';
import type { TokenSecrets } from './tokenSecrets.ts';

const MINUTE_MS = 60_000;

export type TokenAuthentication = {
  /**
   * The viewer behind the secret, with the roles that its owner has now, as far as the scopes go. UNAUTHENTICATED for
   * one that is unknown, revoked or expired. One SQL statement, and none for a text that we did not make.
   */
  authenticate(secret: string): Promise<Viewer>;
};

type Dependencies = { database: Database; secrets: TokenSecrets; logger: Logger; now: () => Date };

export function createTokenAuthentication({ database, secrets, logger, now }: Dependencies): TokenAuthentication {
  const writing = new Set<string>();

  /** Beside the request, which neither waits for it nor fails with it. */
  function noteUse(tokenId: string, lastUsedAt: Date | null, at: Date): void {
    if (writing.has(tokenId) || (lastUsedAt && at.getTime() - lastUsedAt.getTime() < MINUTE_MS)) return;
    writing.add(tokenId);
    outsideOperation(() => markUsed(database, tokenId, at, new Date(at.getTime() - MINUTE_MS)))
      .catch((error: unknown) => logger.warn({ err: error, tokenId }, 'the last use of an API token was not written'))
      .finally(() => writing.delete(tokenId));
  }

  return {
    async authenticate(secret) {
      const given = secrets.read(secret);
      const state = given && (await findTokenState(database, given.tokenId));
      if (!state || !timingSafeEqual(state.secretHash, given.secretHash)) {
        throw new Unauthenticated('This is not an API token of this server. Make one with createApiToken, and send it whole.');
      }
      const at = now();
      if (state.revokedAt) throw new Unauthenticated('This API token was revoked. Make another one with createApiToken.', 'ended');
      if (state.expiresAt && state.expiresAt <= at) {
        throw new Unauthenticated('This API token has expired. Make another one with createApiToken.', 'ended');
      }
      noteUse(given.tokenId, state.lastUsedAt, at);
      const { userId, scopes, expiresAt } = state;
      return {
        userId,
        sessionId: null,
        token: { id: given.tokenId, scopes, expiresAt },
        ...(expiresAt && { expiresAt }),
        roles: narrowRoles(state.roles, scopes),
      };
    },
  };
}
