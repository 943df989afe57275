import { describe, expect, it } from 'vitest';
import { withoutSecrets } from './draft';

describe('a draft', () => {
  it('keeps no secret, in whatever shape it was given', () => {
    expect(
      withoutSecrets({ host: 'db', password: 'x', inner: { password: 'x', url: 'postgres://me:secret@db/shop?password=secret' } }, [
        'password',
      ]),
    ).toEqual({ host: 'db', inner: { url: 'postgres://me@db/shop' } });
    expect(JSON.stringify(withoutSecrets({ url: 'postgres://me:se#cret@db:x' }, []))).not.toContain('cret');
  });

  it('keeps the rest as it is', () => {
    const config = { port: 5432, ssl: true, databases: ['a', '*'], url: 'postgres://me@db/shop' };
    expect(withoutSecrets(config, ['password'])).toEqual(config);
  });
});
