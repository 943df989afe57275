/** SQL that somebody wrote to do harm: it is read, or it is not, and the next view is read as ever. */
import { expect, it } from 'vitest';
import { readViewColumns } from './viewColumns.ts';

const repeat = (times: number, text: (index: number) => string, between = ''): string =>
  Array.from({ length: times }, (_, index) => text(index)).join(between);
const FROM_T = [{ schema: null, relation: 't', column: 'x' }];

it('tells each origin once, however often it is there', () => {
  const doubling = repeat(30, (n) => `c${n + 1} AS (SELECT x FROM c${n} UNION ALL SELECT x FROM c${n})`, ', ');
  expect(readViewColumns(`WITH c0 AS (SELECT x FROM t), ${doubling} SELECT x FROM c30`)).toEqual([
    { name: 'x', origins: FROM_T, isUnknown: false },
  ]);
});

it('reads each branch once, however deep recursive queries lie in each other', () => {
  const nested = (depth: number): string =>
    depth === 0
      ? 'SELECT x FROM t'
      : `WITH RECURSIVE r${depth} AS ((${nested(depth - 1)}) UNION ALL SELECT x FROM r${depth}) SELECT x FROM r${depth}`;
  expect(readViewColumns(nested(20))).toEqual([{ name: 'x', origins: FROM_T, isUnknown: false }]);
});

it('knows a thousand origins of a column, and that there may be more', () => {
  const union = (tables: number): string => repeat(tables, (n) => `SELECT x FROM t${n}`, ' UNION ALL ');
  expect(readViewColumns(union(900))).toMatchObject([{ isUnknown: false, origins: { length: 900 } }]);
  expect(readViewColumns(union(1100))).toMatchObject([{ isUnknown: true, origins: { length: 1000 } }]);
});

it.each<[string, string]>([
  [
    'columns that double',
    `WITH c0 AS (SELECT x FROM t), ${repeat(30, (n) => `c${n + 1} AS (SELECT c${n}.*, c${n}.* FROM c${n})`, ', ')} SELECT * FROM c30`,
  ],
  ['thousands of tables', `SELECT x, x, x FROM ${repeat(60_000, () => 't', ',')}`],
  ['many columns of many tables', `SELECT ${repeat(5000, () => 'x', ',')} FROM ${repeat(5000, () => 't', ',')}`],
  [
    'a query with many columns, read many times',
    `WITH c AS (SELECT ${repeat(5000, (n) => `1 AS a${n}`, ',')}) SELECT ${repeat(2000, () => '(SELECT a0 FROM c)', ',')}`,
  ],
])('gives up on what takes too many steps: %s', (_, sql) => expect(readViewColumns(sql)).toBeNull());

const DEEP = [
  `SELECT ${repeat(50_000, () => 'a', '+')} AS x FROM t`,
  `SELECT ${'('.repeat(50_000)}a${')'.repeat(50_000)} AS x FROM t`,
  `SELECT ${repeat(5000, () => 'f(')}a${')'.repeat(5000)} AS x FROM t`,
  `SELECT a AS x FROM t${repeat(10_000, () => ' CROSS JOIN t')}`,
  `SELECT x FROM t WHERE ${repeat(50_000, () => 'a', ' OR ')}`,
  ...Array.from({ length: 50 }, (_, n) => `SELECT a${repeat(15_000, () => '::text')} AS x${n} FROM t`),
];

it('reads the next view when the parser breaks off, however often it does', () => {
  for (const [n, sql] of DEEP.entries()) {
    expect([null, 1]).toContain(readViewColumns(sql)?.length ?? null);
    expect(readViewColumns(`SELECT x FROM t -- ${n}`), `after ${n}`).toEqual([{ name: 'x', origins: FROM_T, isUnknown: false }]);
  }
});
