import { describe, expect, it } from 'vitest';
import { configInWords, withoutSecrets } from './draft';

describe('a draft', () => {
  it('keeps no secret, in whatever shape it was given', () => {
    expect(
      withoutSecrets(
        { host: 'db', password: 'x', inner: { password: 'x', url: 'postgres://me:secret@db/shop?sslmode=require&password=secret' } },
        ['password'],
      ),
    ).toEqual({ host: 'db', inner: { url: 'postgres://me@db/shop?sslmode=require' } });
    expect(JSON.stringify(withoutSecrets({ url: 'postgres://me:se#cret@db:x' }, []))).not.toContain('cret');
  });

  it('keeps the rest as it is', () => {
    const config = { port: 5432, ssl: true, databases: ['a', '*'], url: 'postgres://me@db/shop' };
    expect(withoutSecrets(config, ['password'])).toEqual(config);
  });

  it('is said in a line', () => {
    expect(configInWords({ host: 'db', port: 5432, password: 'x', ssl: true }, ['password'])).toBe('db, 5432');
    expect(configInWords({ url: 'postgres://me:x@db/shop' }, [])).toBe('postgres://me@db/shop');
  });
});
