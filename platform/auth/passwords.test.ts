import { describe, expect, it } from 'vitest';
import { checkNewPassword, hashPassword, verifyPassword } from './passwords.ts';

const verify = (hash: string | null, password: string) => verifyPassword(hash, password, 'test');

describe('passwords', () => {
  it('are kept as argon2id with 19 MiB, two passes and one lane, each with its own salt', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse battery'), hashPassword('correct horse battery')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await verify(one, 'correct horse battery')).toBe(true);
    expect(await verify(one, 'correct horse batterY')).toBe(false);
    expect(await verify(null, 'correct horse battery')).toBe(false);
  });

  it('are the same however an accent was typed', async () => {
    expect(await verify(await hashPassword('ein schönes Passwort'), 'ein scho\u0308nes Passwort')).toBe(true);
  });

  it('count characters, and must be well-formed', () => {
    expect(() => checkNewPassword('🙂'.repeat(7), 'input.password')).toThrow('at least 8');
    expect(checkNewPassword('🙂'.repeat(12), 'input.password')).toHaveLength(24);
    expect(() => checkNewPassword(`${'x'.repeat(12)}\0`, 'input.password')).toThrow('NUL');
  });
});
