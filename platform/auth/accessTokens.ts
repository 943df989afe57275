/** Access tokens: JWTs (RFC 7519) signed with Ed25519 (RFC 8037) that live five minutes. */
import { importJWK, jwtVerify, SignJWT, errors, type CryptoKey, type JWK } from 'jose';
import { Unauthenticated } from '../errors.ts';
import { isId } from '../ids.ts';
import { createKeyRing } from './keyRing.ts';

const ACCESS_TOKEN_SECONDS = 300;
const ISSUER = 'pursight';
const ALGORITHM = 'EdDSA';
const CLOCK_SKEW_SECONDS = 5;
/** A token with an unknown key makes us look for new keys, but not more often than this: anybody can make up a key id. */
const RELOAD_EVERY_MS = 10_000;

/** A key pair as a private JWK, which holds the public half too. The newest comes first and signs. */
export type SigningKey = { id: string; privateJwk: JWK };

export type AccessTokensOptions = {
  /** All keys, newest first, at least one: makes the first. */
  loadKeys: () => Promise<SigningKey[]>;
  now: () => Date;
};

type AccessClaims = { userId: string; sessionId: string };
type VerifiedClaims = AccessClaims & { expiresAt: Date };

export type AccessTokens = {
  sign(claims: AccessClaims): Promise<{ accessToken: string; expiresAt: Date }>;
  /** The claims of a token that we signed and that has not expired, else UNAUTHENTICATED. */
  verify(token: string): Promise<VerifiedClaims>;
};

type ImportedKey = { id: string; privateKey: CryptoKey; publicKey: CryptoKey };

async function importKey({ id, privateJwk }: SigningKey): Promise<ImportedKey> {
  const { d: _private, ...publicJwk } = privateJwk;
  return {
    id,
    privateKey: (await importJWK(privateJwk, ALGORITHM)) as CryptoKey,
    publicKey: (await importJWK(publicJwk, ALGORITHM)) as CryptoKey,
  };
}

export function createAccessTokens({ loadKeys, now }: AccessTokensOptions): AccessTokens {
  const ring = createKeyRing({
    load: async () => Promise.all((await loadKeys()).map(importKey)),
    reloadEveryMs: RELOAD_EVERY_MS,
  });

  async function findKey(id: string | undefined): Promise<ImportedKey> {
    const key = await ring.find(id);
    if (!key) throw new Unauthenticated('This access token was signed by another server. Sign in again.');
    return key;
  }

  return {
    async sign({ userId, sessionId }) {
      const [key] = await ring.all();
      if (!key) throw new Error('There is no key to sign access tokens with');
      const issuedAt = Math.floor(now().getTime() / 1000);
      const accessToken = await new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: ALGORITHM, kid: key.id, typ: 'JWT' })
        .setSubject(userId)
        .setIssuer(ISSUER)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
        .sign(key.privateKey);
      return { accessToken, expiresAt: new Date((issuedAt + ACCESS_TOKEN_SECONDS) * 1000) };
    },

    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, async (header) => (await findKey(header.kid)).publicKey, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          requiredClaims: ['sub', 'sid', 'iat', 'exp'],
          clockTolerance: CLOCK_SKEW_SECONDS,
          currentDate: now(),
        });
        const { sub, sid, exp } = payload;
        if (typeof sub === 'string' && typeof sid === 'string' && isId(sub) && isId(sid)) {
          return { userId: sub, sessionId: sid, expiresAt: new Date(exp! * 1000) };
        }
      } catch (error) {
        if (error instanceof errors.JWTExpired) {
          throw new Unauthenticated(
            'The access token has expired. Exchange your refresh token with refreshSession, or sign in again.',
            'ended',
          );
        }
        if (!(error instanceof errors.JOSEError)) throw error;
      }
      throw new Unauthenticated('This is not an access token of this server. Sign in, and send "Authorization: Bearer <access token>".');
    },
  };
}
