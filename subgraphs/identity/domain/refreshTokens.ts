/** Refresh tokens: `<session id>.<secret>`, where the secret is 32 random bytes and a MAC by which we know our own. */
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { isId } from '#platform/ids.ts';

const RANDOM_BYTES = 32;
const MAC_BYTES = 16;

export type RefreshTokens = {
  /** The token for its owner, and the hash to store. */
  create(sessionId: string): { refreshToken: string; refreshHash: Buffer };
  /** The session of a token that we made, whether it is still the current one or not; undefined for any other text. */
  read(refreshToken: string): { sessionId: string; refreshHash: Buffer } | undefined;
};

/**
 * The MAC tells an old token, whose reuse ends the session, from one that was made up: who merely knows a session's id
 * (it is in the event log) cannot end the session with it.
 */
export function createRefreshTokens(rootKey: Uint8Array): RefreshTokens {
  const key = Buffer.from(hkdfSync('sha256', rootKey, 'pursight', 'refresh tokens', 32));
  const mac = (sessionId: string, random: Uint8Array): Buffer =>
    createHmac('sha256', key).update(sessionId).update(random).digest().subarray(0, MAC_BYTES);
  const hashOf = (refreshToken: string): Buffer => createHash('sha256').update(refreshToken).digest();

  return {
    create(sessionId) {
      const random = randomBytes(RANDOM_BYTES);
      const refreshToken = `${sessionId}.${Buffer.concat([random, mac(sessionId, random)]).toString('base64url')}`;
      return { refreshToken, refreshHash: hashOf(refreshToken) };
    },
    read(refreshToken) {
      const [sessionId = '', text = '', ...more] = refreshToken.length > 200 ? [] : refreshToken.split('.');
      const secret = Buffer.from(text, 'base64url');
      if (more.length > 0 || !isId(sessionId) || secret.length !== RANDOM_BYTES + MAC_BYTES) return undefined;
      // One secret has several spellings in base64url; only ours is the token.
      if (secret.toString('base64url') !== text) return undefined;
      const random = secret.subarray(0, RANDOM_BYTES);
      if (!timingSafeEqual(secret.subarray(RANDOM_BYTES), mac(sessionId, random))) return undefined;
      return { sessionId, refreshHash: hashOf(refreshToken) };
    },
  };
}
