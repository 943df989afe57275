/**
 * What the router says to a subgraph in another process about whom it asks for: JWTs (RFC 7519) signed with Ed25519
 * (RFC 8037), for one subgraph and half a minute. Without one a subgraph executes nothing.
 */
import { errors, importJWK, jwtVerify, SignJWT, type CryptoKey } from 'jose';
import { z } from 'zod';
import { Unauthenticated } from '../errors.ts';
import type { RequestContext } from '../graphql/context.ts';
import { createKeyRing } from './keyRing.ts';
import type { RouterKey } from './routerKeys.ts';
import { ROLES, type Viewer } from './viewer.ts';

const ISSUER = 'pursight-router';
const ALGORITHM = 'EdDSA';
const TOKEN_SECONDS = 30;
/** However long a token says that it lives. */
const MOST_SECONDS = 60;
const CLOCK_SKEW_SECONDS = 5;
/** A router that started with a new key is let in this soon. */
const RELOAD_EVERY_MS = 1_000;
/** A new key is used, and an old one forgotten, this soon. */
const FRESH_MS = 30_000;

/** Whom the router asks for. */
export type Caller = Pick<RequestContext, 'viewer' | 'requestId' | 'address'>;

const role = z.enum(ROLES);
/** Each property of a viewer: one that is added there is missed here by the compiler. */
const viewerSchema = z.object({
  userId: z.string(),
  sessionId: z.string().nullable(),
  token: z.object({ id: z.string(), scopes: z.array(role), expiresAt: z.coerce.date().nullable() }).optional(),
  expiresAt: z.coerce.date().optional(),
  roles: z.array(z.object({ role, sourceId: z.string().nullable(), domainId: z.string().nullable() })),
} satisfies Record<keyof Viewer, z.ZodType>);
const callerSchema = z.object({ viewer: viewerSchema.nullable(), requestId: z.string(), address: z.string() });

type ImportedKey = { id: string; key: CryptoKey };
const createRing = (loadKeys: () => Promise<RouterKey[]>) =>
  createKeyRing<ImportedKey>({
    load: async () =>
      Promise.all((await loadKeys()).map(async ({ id, jwk }) => ({ id, key: (await importJWK(jwk, ALGORITHM)) as CryptoKey }))),
    reloadEveryMs: RELOAD_EVERY_MS,
    freshMs: FRESH_MS,
  });

/** Signs a token for the subgraph `audience`. */
export type SignRouterToken = (audience: string, caller: Caller) => Promise<string>;

/** `loadKeys` gives private keys, first the one that signs. */
export function createRouterTokenSigner(loadKeys: () => Promise<RouterKey[]>, now = () => new Date()): SignRouterToken {
  const ring = createRing(loadKeys);
  return async (audience, { viewer, requestId, address }) => {
    const [key] = await ring.all();
    if (!key) throw new Error('There is no key to sign router tokens with');
    const issuedAt = Math.floor(now().getTime() / 1000);
    return await new SignJWT({ viewer, requestId, address })
      .setProtectedHeader({ alg: ALGORITHM, kid: key.id, typ: 'JWT' })
      .setIssuer(ISSUER)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + TOKEN_SECONDS)
      .sign(key.key);
  };
}

/** Whom a router asks for, or UNAUTHENTICATED for a token that is none, expired, or of another key or audience. */
export type VerifyRouterToken = (token: string) => Promise<Caller>;

/** `loadKeys` gives public keys. */
export function createRouterTokenVerifier(
  loadKeys: () => Promise<RouterKey[]>,
  audience: string,
  now = () => new Date(),
): VerifyRouterToken {
  const ring = createRing(loadKeys);
  const refused = () => new Unauthenticated('Only a router of this product may ask here. Send the operation to the router.');
  return async (token) => {
    try {
      const findKey = async ({ kid }: { kid?: string }): Promise<CryptoKey> => {
        const known = await ring.find(kid);
        if (!known) throw refused();
        return known.key;
      };
      const { payload } = await jwtVerify(token, findKey, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience,
        requiredClaims: ['iat', 'exp'],
        maxTokenAge: MOST_SECONDS,
        clockTolerance: CLOCK_SKEW_SECONDS,
        currentDate: now(),
      });
      const caller = callerSchema.safeParse(payload);
      if (caller.success) return caller.data;
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
    }
    throw refused();
  };
}
