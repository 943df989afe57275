import { describe, expect, it } from 'vitest';
import { assetFacts } from '../testing/facts.ts';
import { noUnmaskedLabel } from './noUnmaskedLabel.ts';

const PARAMS = { labels: ['EMAIL'] };
const USERS: Record<string, Record<string, string[]>> = { 'shop.public.users': { email: ['EMAIL'], name: ['PERSON_NAME'], id: [] } };

/** Whether the column `c` of a view with this SQL, labelled as an e-mail address, is found. */
function isFound(
  definition: string | null,
  { reads = USERS, columns = { c: ['EMAIL'] } as Record<string, string[]>, kind = 'VIEW' } = {},
): boolean {
  const asset = assetFacts({ kind, definition, columns, reads, path: ['shop', 'public', 'v'] });
  const found = noUnmaskedLabel.check(asset, PARAMS);
  return found.some(({ columnId }) => columnId === asset.columns.at(-1)!.id);
}

describe('a column of a table', () => {
  const finds = (labels: string[]): number => noUnmaskedLabel.check(assetFacts({ columns: { mail: labels } }), PARAMS).length;

  it('is found by its label', () => {
    expect(finds(['EMAIL'])).toBe(1);
    expect(finds(['EMAIL', 'PHONE'])).toBe(1);
  });
  it('is not found without one of the labels, or masked', () => {
    expect(finds([])).toBe(0);
    expect(finds(['PHONE'])).toBe(0);
    expect(finds(['EMAIL', 'MASKED'])).toBe(0);
  });
});

describe('a column of a view shows a labelled one as it is', () => {
  it.each([
    'SELECT users.email AS c FROM public.users',
    'SELECT email AS c FROM public.users',
    'SELECT u.id, u.email AS c FROM public.users u',
    'SELECT u.email::text AS c FROM public.users u',
    'SELECT (u.email)::character varying(10) AS c FROM public.users u',
    'SELECT u.email COLLATE "C" AS c FROM public.users u',
    'SELECT x.mail AS c FROM (SELECT users.email AS mail FROM public.users) x',
    'SELECT x.mail AS c FROM (SELECT users.email FROM public.users) x(mail)',
    'WITH x AS (SELECT users.email AS mail FROM public.users) SELECT x.mail AS c FROM x',
    'WITH x(mail) AS (SELECT users.email FROM public.users) SELECT y.mail AS c FROM x y',
    "SELECT 'a'::text AS c UNION ALL SELECT users.email FROM public.users",
    "SELECT lower(users.email) AS c FROM public.users UNION SELECT users.email FROM public.users EXCEPT SELECT ''::text",
    'SELECT u.email AS c FROM public.orders o JOIN public.users u ON u.id = o.user_id',
    'SELECT u.email AS c FROM public.orders o LEFT JOIN (public.users u JOIN public.teams t USING (id)) ON true',
    'SELECT email AS c FROM public.orders JOIN public.users USING (id)',
    'SELECT (SELECT u.email FROM public.users u WHERE u.id = o.user_id LIMIT 1) AS c FROM public.orders o',
    'SELECT l.mail AS c FROM public.users u, LATERAL (SELECT u.email AS mail) l',
    'SELECT l.mail AS c FROM public.users u CROSS JOIN LATERAL (SELECT u.email AS mail) l',
    'WITH RECURSIVE r(mail, n) AS (SELECT users.email, 1 FROM public.users UNION ALL SELECT r_1.mail, r_1.n + 1 FROM r r_1 WHERE r_1.n < 3) SELECT r.mail AS c FROM r',
    'SELECT DISTINCT ON (u.id) u.email AS c FROM public.users u ORDER BY u.id',
    'SELECT x.* FROM (SELECT users.email AS c FROM public.users) x',
    'SELECT (u.*).email AS c FROM public.users u',
    'SELECT "users".email AS "c" FROM shop.public.users',
  ])('%s', (definition) => expect(isFound(definition)).toBe(true));
});

describe('a column of a view shows another value', () => {
  it.each([
    'SELECT md5(users.email) AS c FROM public.users',
    "SELECT (users.email || 'x'::text) AS c FROM public.users",
    "SELECT regexp_replace(users.email, '.*@'::text, ''::text)::text AS c FROM public.users",
    'SELECT x.mail AS c FROM (SELECT lower(users.email) AS mail FROM public.users) x',
    'SELECT x.email AS c FROM (SELECT md5(users.email) AS email FROM public.users) x',
    'WITH x AS (SELECT md5(users.email) AS email FROM public.users) SELECT x.email AS c FROM x',
    'SELECT NULL::text AS c FROM public.users',
    "SELECT '***'::text AS c FROM public.users",
    'SELECT users.name AS c FROM public.users',
    'SELECT u.id AS c FROM public.users u',
    'SELECT count(u.email) AS c FROM public.users u',
    "SELECT CASE WHEN u.id = 1 THEN u.email ELSE ''::text END AS c FROM public.users u",
    'SELECT EXISTS (SELECT u.email FROM public.users u) AS c FROM public.orders',
    'SELECT f.email AS c FROM public.mask() f(email)',
    "SELECT md5(users.email) AS c FROM public.users UNION ALL SELECT '***'::text",
  ])('%s', (definition) => expect(isFound(definition)).toBe(false));

  it('whatever another schema has under the same name', () => {
    const reads = { 'shop.public.users': { email: ['EMAIL'] }, 'shop.masked.users': { email: [] } };
    expect(isFound('SELECT users.email AS c FROM masked.users, public.users u', { reads })).toBe(false);
    expect(isFound('SELECT u.email AS c FROM masked.users, public.users u', { reads })).toBe(true);
  });
});

describe('what cannot be found out', () => {
  const email = { email: ['EMAIL'] };
  it.each([null, 'SELECT TOP 5 [email] FROM users', 'not SQL at all', `SELECT ${'('.repeat(5000)}`, 'SELECT * FROM public.users'])(
    'is a plain reference if a column of its name is labelled: %s',
    (definition) => {
      expect(isFound(definition, { columns: email })).toBe(true);
      expect(isFound(definition)).toBe(false);
    },
  );

  it('is one too where a partition is read whose table is known', () => {
    const reads = { 'shop.public.events': { email: ['EMAIL'] } };
    expect(isFound('SELECT e.email FROM public.events_2026 e', { reads, columns: email })).toBe(true);
    expect(isFound('SELECT md5(e.email) AS email FROM public.events_2026 e', { reads, columns: email })).toBe(false);
  });

  it('goes by the place of a column whose name is not in the SQL', () => {
    expect(isFound('SELECT users.id, users.email FROM public.users', { columns: { a: [], b: ['EMAIL'] } })).toBe(true);
    expect(isFound('SELECT users.email, users.id FROM public.users', { columns: { a: [], b: ['EMAIL'] } })).toBe(false);
  });
});

it('treats materialized views as views, and a table as itself', () => {
  const masked = 'SELECT md5(users.email) AS c FROM public.users';
  expect(isFound(masked, { kind: 'MATERIALIZED_VIEW' })).toBe(false);
  expect(isFound(masked, { kind: 'TABLE' })).toBe(true);
});

it('finds a labelled column of a view that a person set MASKED on no more', () => {
  expect(isFound('SELECT users.email AS c FROM public.users', { columns: { c: ['EMAIL', 'MASKED'] } })).toBe(false);
});

it('asks for labels that there are', () => {
  expect(noUnmaskedLabel.paramsSchema.safeParse({ labels: ['NOPE'] }).success).toBe(false);
});
