import { expect, it } from 'vitest';
import { grantsOf, userOf } from './grants';

it('says which statements give what is missing', () => {
  expect(grantsOf(['CONNECT on database shop', 'CONNECT on database my-db', 'pg_read_all_stats'], 'Scanner')).toBe(
    'grant CONNECT on database shop to "Scanner";\ngrant CONNECT on database "my-db" to "Scanner";\ngrant pg_read_all_stats to "Scanner";',
  );
});

it('takes the user from the fields or from the URL', () => {
  expect(userOf({ user: 'a' })).toBe('a');
  expect(userOf({ url: 'postgres://b%40c:x@db/shop' })).toBe('b@c');
  expect(userOf({ url: 'postgres' })).toBeNull();
  expect(userOf(null)).toBeNull();
});
