import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '../testing/database.ts';
import { eraseMentions } from './eraseMentions.ts';
import type { Database } from './index.ts';

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let sql: Database;
beforeAll(async () => {
  database = await createEmptyDatabase();
  sql = database.sql;
});
afterAll(() => database.drop());
beforeEach(async () => {
  await sql.unsafe(`drop schema if exists s cascade; create schema s;
    create table s.words (id int primary key, word text, object jsonb, plain json, list text[], other text not null default 'left')`);
});

const erase = (address: string, isLeft: (table: string, column: string) => boolean = () => false) =>
  eraseMentions({ sql, schemas: ['s'], isLeft, address, replacement: '[erased]' });
const words = async () => (await sql<{ word: string }[]>`select word from s.words order by id`).map(({ word }) => word);
const insert = async (texts: readonly string[]) => {
  for (const [id, word] of texts.entries()) await sql`insert into s.words (id, word) values (${id}, ${word})`;
};

describe('an address is taken out', () => {
  it('wherever it stands whole, in whatever case, and of no longer one', async () => {
    const whole = [
      'ann@example.com',
      '<Ann@EXAMPLE.com>',
      'mailto:ann@example.com?x',
      'ann@example.com.',
      'a,ann@example.com,b',
      '"ann@example.com"',
    ];
    const longer = [
      'joann@example.com',
      'x.ann@example.com',
      'a+ann@example.com',
      'ann@example.com.au',
      'ann@example.community',
      'ann@example.com-x.de',
      'ann@exampleXcom',
    ];
    await insert([...whole, ...longer, 'ann@example.com and joann@example.com, ann@example.com']);
    expect(await erase('ann@example.com')).toBe(whole.length + 1);
    const left = whole.map((text) => text.replace(/ann@example\.com/i, '[erased]'));
    expect(await words()).toEqual([...left, ...longer, '[erased] and joann@example.com, [erased]']);
    expect(await erase('ann@example.com')).toBe(0);
  });

  // What means something in a pattern, in a replacement, in JSON or in an array's text.
  it.each([
    `o'brien+x@exa-mple.com`,
    `a.b*c@(x)`,
    `$1\\1@[x]`,
    `"quo\\"ted"@x.y`,
    `jürgen@müller.de`,
    `{a,b}@x`,
    `😀@x.y`,
    `a|b^c@x`,
    `a\\b@c\\d`,
  ])('with signs of any kind: %s', async (address) => {
    await insert([`line\n${address}\nline`, `${address}x`]);
    const holder = { [address]: { deep: [`<${address}>`, 7, null, `\n${address}`] }, other: 'left', long: `x${address}` };
    await sql`update s.words set object = ${sql.json(holder)}, plain = ${sql.json(holder)}, list = ${[address, 'left', `a ${address}, "b"`]} where id = 0`;
    expect(await erase(address)).toBe(1);
    const [row] = await sql`select word, object, plain, list, other from s.words where id = 0`;
    const object = { '[erased]': { deep: ['<[erased]>', 7, null, '\n[erased]'] }, other: 'left', long: `x${address}` };
    expect(row).toEqual({
      word: 'line\n[erased]\nline',
      object,
      plain: object,
      list: ['[erased]', 'left', 'a [erased], "b"'],
      other: 'left',
    });
    expect((await words())[1]).toBe(`${address}x`);
  });

  it('where names must be unique, each with something of its own', async () => {
    await sql`create unique index on s.words (lower(word))`;
    await sql`create unique index on s.words (other)`;
    await sql`insert into s.words (id, word, other) values (1, 'ann@x.y', 'Ann@x.y'), (2, 'to: ann@x.y', 'ann@x.y'), (3, 'z', 'ANN@X.Y')`;
    expect(await erase('ann@x.y')).toBe(3);
    const rows = await sql<{ word: string; other: string }[]>`select word, other from s.words order by id`;
    expect(new Set(rows.map(({ other }) => other)).size).toBe(3);
    for (const { other } of rows) expect(other).toMatch(/^\[erased [0-9a-f]{8}\]$/);
    expect(rows[1]!.word).toMatch(/^to: \[erased [0-9a-f]{8}\]$/);
  });

  it('of all tables of the schemas, partitions too, but for what is left', async () => {
    await sql.unsafe(`create table s.parted (id int, word varchar(40)) partition by range (id);
      create table s.parted_1 partition of s.parted for values from (0) to (10);
      create table s."Odd ""name" ("a b" text, made text generated always as ("a b" || '!') stored);
      create schema if not exists elsewhere; create table if not exists elsewhere.words (word text)`);
    for (const table of [
      's.parted (id, word) values (1, $1)',
      's."Odd ""name" ("a b") values ($1)',
      'elsewhere.words (word) values ($1)',
      's.words (id, word, other) values (1, $1, $1)',
    ])
      await sql.unsafe(`insert into ${table}`, ['ann@x.y']);
    expect(await erase('ann@x.y', (table, column) => table === 's.words' && column === 'other')).toBe(3);
    expect(await sql`select * from s.parted`).toEqual([{ id: 1, word: '[erased]' }]);
    expect(await sql`select * from s."Odd ""name"`).toEqual([{ 'a b': '[erased]', made: '[erased]!' }]);
    expect(await sql`select word from elsewhere.words`).toEqual([{ word: 'ann@x.y' }]);
    expect(await sql`select word, other from s.words`).toEqual([{ word: '[erased]', other: 'ann@x.y' }]);
  });
});
