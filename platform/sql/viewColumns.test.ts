/** What is read off the SQL of real views, as PostgreSQL prints it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { readViewColumns } from './viewColumns.ts';

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
let serial = 0;
beforeAll(async () => {
  database = await createEmptyDatabase();
  await database.sql.unsafe(`
    create type public.point3 as (x int, y int);
    create table public.users (id int primary key, email text, name varchar(40), place public.point3, mails text[], team int);
    create table public.orders (id int primary key, user_id int, email text);
    create table public.teams (id int primary key, name text);
    create table public."Odd ""one" (id int, "E mail" text);
    create table public.events (id int, email text) partition by range (id);
    create table public.events_1 partition of public.events for values from (0) to (10);
    create function public.mask(text) returns text language sql return '***';
    create function public.people() returns setof public.users language sql as 'select * from public.users';`);
});
afterAll(() => database.drop());

/** `column: relation.column …`, of those that are plain references; `?` where one could be. */
async function read(select: string): Promise<string[]> {
  const name = `v${++serial}`;
  await database.sql.unsafe(`create view public.${name} as ${select}`);
  const definition = await database.sql.begin(async (tx) => {
    await tx`set local search_path to ''`;
    const [row] = await tx<{ sql: string }[]>`select pg_get_viewdef(${`public.${name}`}::regclass, true) as sql`;
    return row!.sql;
  });
  return readViewColumns(definition)!.map(({ name: column, origins, isUnknown }) => {
    const from = [...origins.map((origin) => `${origin.relation}.${origin.column}`), ...(isUnknown ? ['?'] : [])];
    return [column, ...new Set(from)].join(' ');
  });
}

describe('the columns of a view', () => {
  it.each<[string, string[]]>([
    [
      'select * from users',
      ['id users.id', 'email users.email', 'name users.name', 'place users.place', 'mails users.mails', 'team users.team'],
    ],
    ['select email as mail, upper(email) as loud from users', ['mail users.email', 'loud']],
    ['select name::text, email::varchar(5), email collate "C" as c from users', ['name users.name', 'email users.email', 'c users.email']],
    ['select u.email, o.email as other from users u join orders o on o.user_id = u.id', ['email users.email', 'other orders.email']],
    [
      'select id, u.email, o.email as other from users u join orders o using (id)',
      ['id users.id', 'email users.email', 'other orders.email'],
    ],
    ['select x.mail from (select email as mail, id from users where id > 1 order by 1 limit 5) x', ['mail users.email']],
    ['select id from users full join orders using (id)', ['id users.id orders.id']],
    ['select x.b from (select id, email from users) x (a, b)', ['b users.email']],
    [
      'with q as materialized (select id, email as mail from users) select q.mail, md5(q.mail) as hash from q',
      ['mail users.email', 'hash'],
    ],
    ['with q (a, b) as (select id, email from users), r as (select b from q) select r.b from r', ['b users.email']],
    ["select email from users union all select name from teams union select 'x'", ['email users.email teams.name']],
    [
      '(select email from users except select email from orders) intersect select md5(email) from users',
      ['email users.email orders.email'],
    ],
    ['select (select email from orders o where o.user_id = u.id limit 1) as mail from users u', ['mail orders.email']],
    ['select (select u.email) as mail from users u', ['mail users.email']],
    ['select l.mail from users u cross join lateral (select u.email as mail) l', ['mail users.email']],
    ['select l.mail from users u, lateral (select lower(u.email) as mail) l', ['mail']],
    [
      'select coalesce(email, name) as c, email || name as d, case when id = 1 then email end as e, count(*) over () as f from users',
      ['c', 'd', 'e', 'f'],
    ],
    ['select public.mask(email) as email, id from users', ['email', 'id users.id']],
    ['select email, count(*) as n, max(name) as m from users group by email', ['email users.email', 'n', 'm']],
    ['select distinct on (team) team, email from users order by team', ['team users.team', 'email users.email']],
    ['select (place).x, (users.place).y as why from users', ['x users.place', 'why users.place']],
    ['select m from users, unnest(mails) m', ['m']],
    ['select mails[1] as first from users', ['first users.mails']],
    ['select p.email from public.people() p', ['email']],
    ['select v.a from (values (1, 2), (3, 4)) v (a, b)', ['a']],
    ['select "E mail" from "Odd ""one"', ['E mail Odd "one.E mail']],
    ['select email from events', ['email events.email']],
    ['select email from events_1', ['email events_1.email']],
    [
      'with recursive r as (select id, email, 1 as depth from users union all select r.id, r.email, r.depth + 1 from r where r.depth < 3) select email, depth from r',
      ['email users.email', 'depth'],
    ],
    ['select u.email from users u tablesample system (10)', ['email users.email']],
    ['select j.email from (users u join teams t on t.id = u.team) j', ['email ?']],
    [
      'select x.email from (select u.* from users u) x where exists (select from orders where orders.email = x.email)',
      ['email users.email'],
    ],
    ['select a.email, b.email as c from users a join users b on a.id = b.id', ['email users.email', 'c users.email']],
    ['select now() as at, 5 as five, null::text as nothing, current_user as who', ['at', 'five', 'nothing', 'who']],
  ])('%s', async (select, expected) => expect(await read(select)).toEqual(expected));
});
