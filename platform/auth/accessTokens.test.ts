import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../ids.ts';
import { createAccessTokens, type SigningKey } from './accessTokens.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const SECONDS = NOW.getTime() / 1000;
const claims = { userId: newId(), sessionId: newId() };
const good = { iss: 'pursight', sub: claims.userId, sid: claims.sessionId, iat: SECONDS, exp: SECONDS + 300 };

let key: SigningKey;
let privateKey: CryptoKey;
beforeAll(async () => {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  privateKey = pair.privateKey;
  key = { id: newId(), privateJwk: await exportJWK(pair.privateKey) };
});

const sign = (payload: JWTPayload, header: Record<string, unknown> = {}) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'EdDSA', kid: key.id, ...header }).sign(privateKey);

describe('access tokens', () => {
  it('carry user and session back', async () => {
    const tokens = createAccessTokens({ loadKeys: async () => [key], now: () => NOW });
    const { accessToken, expiresAt } = await tokens.sign(claims);
    expect(await tokens.verify(accessToken)).toEqual({ ...claims, expiresAt });
    expect(expiresAt).toEqual(new Date((SECONDS + 300) * 1000));
  });

  it('are refused when a claim is missing, foreign or past', async () => {
    const { verify } = createAccessTokens({ loadKeys: async () => [key], now: () => NOW });
    expect(await verify(await sign(good))).toMatchObject(claims);
    const wrong: Record<string, unknown>[] = [
      { iss: 'other' },
      { iss: undefined },
      { sub: undefined },
      { sub: 'x' },
      { sid: undefined },
      { sid: 7 },
      { exp: undefined },
      { iat: undefined },
      { exp: SECONDS - 6 },
    ];
    for (const change of wrong) {
      await expect(verify(await sign({ ...good, ...change } as JWTPayload)), JSON.stringify(change)).rejects.toMatchObject({
        code: 'UNAUTHENTICATED',
        reason: change.exp ? 'ended' : 'unknown',
      });
    }
    await expect(verify(await sign(good, { kid: newId() }))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    const hmac = new SignJWT(good).setProtectedHeader({ alg: 'HS256', kid: key.id }).sign(Buffer.from(key.privateJwk.x!, 'base64url'));
    await expect(verify(await hmac)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('load the keys once, and again only now and then for an unknown key id', async () => {
    vi.useFakeTimers({ now: NOW });
    try {
      const loadKeys = vi.fn(async () => [key]);
      const { verify } = createAccessTokens({ loadKeys, now: () => new Date() });
      const unknown = await sign(good, { kid: newId() });
      await verify(await sign(good));
      for (let attempt = 0; attempt < 5; attempt++) await verify(unknown).catch(() => {});
      expect(loadKeys).toHaveBeenCalledTimes(1);
      vi.advanceTimersByTime(10_001);
      for (let attempt = 0; attempt < 5; attempt++) await verify(unknown).catch(() => {});
      expect(loadKeys).toHaveBeenCalledTimes(2);
    } finally {
      vi.useRealTimers();
    }
  });

  it('try again after the keys could not be loaded, and keep that error apart from a wrong token', async () => {
    const loadKeys = vi.fn(async () => [key]).mockRejectedValueOnce(new Error('no database'));
    const { verify } = createAccessTokens({ loadKeys, now: () => NOW });
    const token = await sign(good);
    await expect(verify(token)).rejects.toThrow('no database');
    expect(await verify(token)).toMatchObject(claims);
  });
});
