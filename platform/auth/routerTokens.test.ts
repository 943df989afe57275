import { importJWK, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../ids.ts';
import { createTestDatabase, TEST_ROOT_KEY, type TestDatabase } from '../testing/database.ts';
import { checkRootKey, loadRouterKeys, loadRouterPublicKeys, type RouterKey } from './routerKeys.ts';
import { createRouterTokenSigner, createRouterTokenVerifier, type Caller } from './routerTokens.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const SECONDS = NOW.getTime() / 1000;
const now = () => NOW;
const caller: Caller = {
  requestId: newId(),
  address: '192.0.2.7',
  viewer: {
    userId: newId(),
    sessionId: null,
    token: { id: newId(), scopes: ['READER', 'INGESTOR'], expiresAt: new Date('2026-04-01T00:00:00.000Z') },
    roles: [
      { role: 'READER', sourceId: newId(), domainId: null },
      { role: 'STEWARD', sourceId: null, domainId: newId() },
    ],
  },
};

let database: TestDatabase;
let key: RouterKey;
let loadPublic: () => Promise<RouterKey[]>;

beforeAll(async () => {
  database = await createTestDatabase();
  [key] = (await loadRouterKeys(database.connect('router'), TEST_ROOT_KEY)) as [RouterKey];
  const catalog = database.connect('catalog');
  loadPublic = () => loadRouterPublicKeys(catalog, TEST_ROOT_KEY);
});
afterAll(() => database.drop());

describe('router tokens', () => {
  const verifier = (audience = 'catalog', at = now) => createRouterTokenVerifier(loadPublic, audience, at);
  const signed = (audience = 'catalog', whom = caller) => createRouterTokenSigner(async () => [key], now)(audience, whom);

  it('carry the viewer, the request’s id and the caller’s address as they are', async () => {
    expect(await verifier()(await signed())).toEqual(caller);
    const nobody = { ...caller, viewer: null };
    expect(await verifier()(await signed('catalog', nobody))).toEqual(nobody);
  });

  it('are refused by another subgraph, and once half a minute has passed', async () => {
    const token = await signed();
    await expect(verifier('identity')(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(verifier('catalog', () => new Date(NOW.getTime() + 34_000))(token)).resolves.toEqual(caller);
    await expect(verifier('catalog', () => new Date(NOW.getTime() + 36_000))(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('are refused when something is missing, foreign or too long', async () => {
    const privateKey = (await importJWK(key.jwk, 'EdDSA')) as CryptoKey;
    const good = { iss: 'pursight-router', aud: 'catalog', iat: SECONDS, exp: SECONDS + 30, ...caller };
    const sign = (payload: unknown, header: object = {}) =>
      new SignJWT(payload as JWTPayload).setProtectedHeader({ alg: 'EdDSA', kid: key.id, ...header }).sign(privateKey);
    await expect(verifier()(await sign(good))).resolves.toEqual(caller);
    const wrong: Record<string, unknown>[] = [
      { iss: 'pursight' },
      { aud: undefined },
      { iat: undefined },
      { exp: undefined },
      { iat: SECONDS - 66, exp: SECONDS + 3_600 },
      { requestId: undefined },
      { address: 7 },
      { viewer: undefined },
      { viewer: { ...caller.viewer, roles: [{ role: 'OWNER', sourceId: null, domainId: null }] } },
      { viewer: { ...caller.viewer, userId: undefined } },
    ];
    for (const change of wrong) {
      await expect(verifier()(await sign({ ...good, ...change })), JSON.stringify(change)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
      });
    }
    await expect(verifier()(await sign(good, { kid: newId() }))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const hmac = new SignJWT(good as unknown as JWTPayload).setProtectedHeader({ alg: 'HS256', kid: key.id });
    const asSecret = await hmac.sign(Buffer.from(key.jwk.x!, 'base64url'));
    const unsigned = [{ alg: 'none', kid: key.id }, good].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    for (const token of [asSecret, `${unsigned}.`, unsigned, '', 'a.b.c'])
      await expect(verifier()(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('the keys of routers', () => {
  it('are made once, however many processes start together', async () => {
    const loads = Array.from({ length: 4 }, () => loadRouterKeys(database.connect('router'), TEST_ROOT_KEY));
    for (const keys of await Promise.all(loads)) expect(keys).toEqual([key]);
  });

  it('follow each other: a new one is known before it signs, and the old one goes when none of its tokens is left', async () => {
    const own = await createTestDatabase();
    const subgraph = own.connect('catalog');
    const loadPublicOnes = () => loadRouterPublicKeys(subgraph, TEST_ROOT_KEY);
    // Each router is asked anew, as it asks twice a minute.
    const routers = [own.connect('router'), own.connect('router')];
    const load = async () => await Promise.all(routers.map((router) => loadRouterKeys(router, TEST_ROOT_KEY)));
    const sign = (keys: readonly RouterKey[]) => createRouterTokenSigner(async () => [...keys])('catalog', caller);
    const loadVerifier = () => createRouterTokenVerifier(loadPublicOnes, 'catalog');
    const age = (id: string, interval: string) =>
      own.owner`update access.router_keys set created_at = now() - ${interval}::text::interval where id = ${id}`;
    try {
      const [[old]] = (await load()) as [[RouterKey], [RouterKey]];
      const before = await sign([old]);
      await expect(loadVerifier()(before)).resolves.toEqual(caller);

      await age(old.id, '31 days');
      const [first, second] = (await load()) as [RouterKey[], RouterKey[]];
      expect(first).toEqual(second);
      expect(first).toEqual([old, expect.not.objectContaining({ id: old.id })]);
      const fresh = first[1]!;
      const verify = loadVerifier();
      await expect(verify(before)).resolves.toEqual(caller);

      await age(fresh.id, '3 minutes');
      for (const keys of await load()) {
        expect(keys).toEqual([fresh, old]);
        await expect(verify(await sign(keys))).resolves.toEqual(caller);
      }
      await expect(verify(before)).resolves.toEqual(caller);

      await age(fresh.id, '61 minutes');
      expect(await load()).toEqual([[fresh], [fresh]]);
      await expect(loadVerifier()(await sign([old]))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    } finally {
      await own.drop();
    }
  });

  it('show a subgraph their public half only', async () => {
    const [known] = await loadPublic();
    expect(known).toEqual({ id: key.id, jwk: { crv: 'Ed25519', kty: 'OKP', x: key.jwk.x } });
    for (const part of ['catalog', 'identity'] as const) {
      await expect(database.connect(part)`select sealed_private_jwk from access.router_keys`).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('tell another root key, and a key that somebody wrote into the table, before they are used', async () => {
    const other = Buffer.alloc(32, 2);
    await expect(checkRootKey(database.owner, TEST_ROOT_KEY)).resolves.toBeUndefined();
    await expect(checkRootKey(database.owner, other)).rejects.toThrow('SECRET_KEY is not the root key');
    await database.owner`
      insert into access.router_keys (id, sealed_public_jwk, sealed_private_jwk, created_at)
      select ${newId()}, sealed_public_jwk, sealed_private_jwk, now() from access.router_keys`;
    await expect(loadPublic()).rejects.toThrow('SECRET_KEY is not the root key');
  });
});
