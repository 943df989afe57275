import { format } from 'sql-formatter';
import { expect, it } from 'vitest';
import { outputColumns } from './output-columns';

const namesOf = (sql: string) => outputColumns(sql).map(({ name }) => name);

it.each([
  ['plain names, and what follows AS', 'SELECT c.id, shop.c.email, sum(o.total) AS total FROM sales.customers c', ['id', 'email', 'total']],
  ['names in quotes', 'SELECT c."Full, name", c."a""b", 1 AS "select" FROM c', ['Full, name', 'a"b', 'select']],
  ['a name without quotes in small letters', 'select C.Id from c', ['id']],
  ['those of the outermost query', 'WITH a AS (SELECT x, y FROM t) SELECT a.x, (SELECT z FROM u) AS w FROM a', ['x', 'w']],
  ['those of the first of several', 'SELECT a FROM t UNION ALL SELECT b FROM u', ['a']],
  ['what DISTINCT stands before', 'SELECT DISTINCT a, b FROM t', ['a', 'b']],
  ['what DISTINCT ON stands before', 'SELECT DISTINCT ON (c, d) a, b FROM t', ['a', 'b']],
  ['what is compared by IS DISTINCT FROM', 'SELECT a IS DISTINCT FROM b AS differs, c FROM t', ['differs', 'c']],
  [
    'after strings and comments that look like more',
    `SELECT 'x, y from' AS a, E'it\\'s, b' AS c /* d, e */, f -- , g\nFROM t`,
    ['a', 'c', 'f'],
  ],
  ['a query without FROM', 'SELECT 1 AS one, 2 AS two;', ['one', 'two']],
  ['no expression without a name', 'SELECT count(*), a + b, x::text, CASE WHEN a THEN b END, t.*, f(c) FROM t', []],
  ['nothing of what is no query', '(SELECT a FROM t) UNION (SELECT b FROM u)', []],
  ['nothing of what ends too soon', 'SELECT a, (b', ['a']],
])('gives %s', (_, sql, names) => {
  expect(namesOf(sql)).toEqual(names);
});

it('finds the same once it is formatted, each in its place', () => {
  const sql = ` SELECT c.id, c."e mail", sum(o.total) FILTER (WHERE (o.total > (0)::numeric)) AS total FROM (customers c JOIN orders o ON ((o.customer_id = c.id))) GROUP BY c.id;`;
  const text = format(sql, { language: 'postgresql', keywordCase: 'preserve', tabWidth: 2 });
  expect(outputColumns(text).map(({ from, to }) => text.slice(from, to))).toEqual(['id', '"e mail"', 'total']);
  expect(namesOf(text)).toEqual(namesOf(sql));
});
