import { expect, it } from 'vitest';
import { readError } from './send';

it('an error is told with its code, its place, and what it costs against what is allowed', () => {
  expect(
    readError({ message: 'Too much.', extensions: { code: 'QUERY_TOO_COSTLY', cost: 8_000_000, limit: 200_000, of: 'tokens' } }),
  ).toEqual({
    message: 'Too much.',
    code: 'QUERY_TOO_COSTLY',
    cost: 8_000_000,
    limit: 200_000,
    of: 'tokens',
  });
  expect(readError({ message: 'Gone.', path: ['assets', 'nodes', 0], locations: [{ line: 3 }], extensions: { requestId: 'r' } })).toEqual({
    message: 'Gone.',
    code: 'INTERNAL_SERVER_ERROR',
    path: 'assets.nodes.0',
    line: 3,
    requestId: 'r',
  });
});
