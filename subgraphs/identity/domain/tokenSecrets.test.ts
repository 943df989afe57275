import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import { createTokenSecrets, isApiToken } from './tokenSecrets.ts';

const secrets = createTokenSecrets(Buffer.alloc(32, 1));

describe('the text of an API token', () => {
  it('begins with a fixed word, has no dot, and is read back to its id and hash', () => {
    const id = newId();
    const { secret, secretHash } = secrets.create(id);
    expect(secret).toMatch(/^pursight_[A-Za-z0-9_-]{84}$/);
    expect(secretHash).toEqual(createHash('sha256').update(secret).digest());
    expect(secrets.read(secret)).toEqual({ tokenId: id, secretHash });
    expect(secrets.create(id).secret).not.toBe(secret);
    expect([isApiToken(secret), isApiToken('eyJhbGciOiJFZERTQSJ9.e30.x'), isApiToken('')]).toEqual([true, false, false]);
  });

  it('is known from any text in which a single character differs, or that another server made', () => {
    const { secret } = secrets.create(newId());
    const start = 'pursight_'.length;
    for (let at = start; at < secret.length; at++) {
      const changed = secret.slice(0, at) + (secret[at] === 'A' ? 'B' : 'A') + secret.slice(at + 1);
      expect(secrets.read(changed), `character ${at}`).toBeUndefined();
    }
    for (const text of [
      '',
      'pursight_',
      secret.slice(0, -1),
      `${secret}A`,
      `${secret}=`,
      `${secret}\n`,
      ` ${secret}`,
      secret.slice(start),
    ]) {
      expect(secrets.read(text), JSON.stringify(text)).toBeUndefined();
    }
    expect(createTokenSecrets(Buffer.alloc(32, 2)).read(secret)).toBeUndefined();
  });
});
