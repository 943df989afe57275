/**
 * API tokens as text: `pursight_`, by which secret scanners find them, and in base64url the token's id, 32 random bytes
 * and a MAC by which we know our own without looking into the database.
 */
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { idFromBytes, idToBytes } from '#platform/ids.ts';

const PREFIX = 'pursight_';
const ID_BYTES = 16;
const RANDOM_BYTES = 32;
/** 63 bytes in all fill 84 characters exactly, so that a token has one spelling. */
const MAC_BYTES = 15;
const PATTERN = /^pursight_[\w-]{84}$/;

export type TokenSecrets = {
  /** The secret for its owner, and the hash to store. */
  create(tokenId: string): { secret: string; secretHash: Buffer };
  /** The token's id and hash if the text was made here, under this root key; undefined for any other text. */
  read(secret: string): { tokenId: string; secretHash: Buffer } | undefined;
};

/** Whether a bearer token claims to be an API token. A JWT never begins so. */
export const isApiToken = (text: string): boolean => text.startsWith(PREFIX);

export function createTokenSecrets(rootKey: Uint8Array): TokenSecrets {
  const key = Buffer.from(hkdfSync('sha256', rootKey, 'pursight', 'api tokens', 32));
  const mac = (body: Uint8Array): Buffer => createHmac('sha256', key).update(body).digest().subarray(0, MAC_BYTES);
  const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

  return {
    create(tokenId) {
      const body = Buffer.concat([idToBytes(tokenId), randomBytes(RANDOM_BYTES)]);
      const secret = PREFIX + Buffer.concat([body, mac(body)]).toString('base64url');
      return { secret, secretHash: hashOf(secret) };
    },
    read(secret) {
      if (!PATTERN.test(secret)) return undefined;
      const bytes = Buffer.from(secret.slice(PREFIX.length), 'base64url');
      const body = bytes.subarray(0, ID_BYTES + RANDOM_BYTES);
      if (!timingSafeEqual(bytes.subarray(ID_BYTES + RANDOM_BYTES), mac(body))) return undefined;
      return { tokenId: idFromBytes(body.subarray(0, ID_BYTES)), secretHash: hashOf(secret) };
    },
  };
}
