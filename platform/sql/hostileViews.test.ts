/** SQL that somebody wrote to do harm: it is read, or it is not, and the next view is read as ever. */
import { describe, expect, it } from 'vitest';
import { readViewColumns } from './viewColumns.ts';
import { readViewLineage } from './viewLineage.ts';

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

describe('lineage', () => {
  const T = [{ name: 'db.public.t', columns: ['x', ...Array.from({ length: 300 }, (_, n) => `c${n}`)] }];
  const lineage = async (sql: string) => await readViewLineage(sql, T);
  const columns = (count: number, text: (name: string) => string, between = ', '): string => repeat(count, (n) => text(`c${n}`), between);

  it.each<[string, string, number | null]>([
    [
      'recursive queries in each other, each read until nothing is new',
      repeat(20, (n) => `WITH RECURSIVE r${n} AS ((`) +
        'SELECT x FROM t' +
        repeat(20, (n) => `) UNION ALL SELECT x FROM r${19 - n}) SELECT x FROM r${19 - n}`),
      null,
    ],
    [
      'a recursive query that passes a value on from column to column',
      `WITH RECURSIVE r AS (SELECT ${columns(40, (c) => c)} FROM t UNION ALL SELECT ${columns(40, (c) => (c === 'c39' ? 'c0' : `c${Number(c.slice(1)) + 1}`))} FROM r)
        SELECT ${columns(40, (c) => `r.${c}`)} FROM r`,
      1600,
    ],
    ['a window that refers to itself', 'SELECT sum(x) OVER w AS x FROM t WINDOW w AS (w ORDER BY c0)', 2],
    [
      'more flows than anybody reads',
      `SELECT ${columns(300, (c) => `row_to_json(q.*) AS ${c}`)} FROM (SELECT ${columns(100, (c) => c)} FROM t) q`,
      null,
    ],
    ['all of a wide table through functions', `SELECT ${columns(300, (c) => `upper(${c}) AS ${c}`)} FROM t`, 300],
    ['what is too deep for the parser', DEEP[0]!, null],
    ['no SQL at all', 'DROP TABLE t; SELECT', null],
  ])('is told, or not, within bounds: %s', async (_, sql, flows) => {
    const [found, next] = await Promise.all([lineage(sql), lineage('SELECT x AS y FROM t')]);
    expect(found?.length ?? null).toBe(flows);
    expect(next).toEqual([{ relation: 'db.public.t', from: 'x', to: 'y', transformation: 'DIRECT', confidence: 1 }]);
  });

  it('goes on with the next view when the parser breaks off, however often it does', async () => {
    const answers = await Promise.all([...DEEP.slice(0, 12).map(lineage), lineage('SELECT x FROM t')]);
    expect(answers.at(-1)).toHaveLength(1);
  });
});
