/** Which columns the columns of real views are made of, as PostgreSQL prints the views. */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandomViews, RANDOM_TABLES } from './testing/randomViews.ts';
import { createRealViews, type RealViews } from './testing/realViews.ts';
import { readViewLineage, type ColumnFlow } from './viewLineage.ts';

let views: RealViews;
beforeAll(async () => {
  views = await createRealViews(`
    create type public.point3 as (x int, y int);
    create table public.users (id int primary key, email text, name varchar(40), place public.point3, mails text[], team int, doc jsonb);
    create table public.orders (id int primary key, user_id int, email text, amount numeric, at timestamptz);
    create table public.teams (id int primary key, name text, parent int);
    create table public."Odd ""one"".t" (id int, "E mail" text);
    create table public.events (id int, email text) partition by range (id);
    create table public.events_1 partition of public.events for values from (0) to (10);
    create schema other;
    create table other.users (id int, email text);
    create function public.mask(text) returns text language sql return '***';
    create function public.people(int) returns setof public.users language sql as 'select * from public.users';`);
});
afterAll(() => views.drop());

/** `column < relation.column …`; CONDITIONAL ones are in brackets, with a confidence below 1 behind a tilde. */
const told = (columns: readonly string[], flows: readonly ColumnFlow[]): string[] =>
  columns.map((column) => {
    const from = flows
      .filter(({ to }) => to === column)
      .map(({ relation, from: source, transformation, confidence }) => {
        const name = `${relation.replace(/^db\.(public\.)?/, '')}.${source}${confidence < 1 ? `~${confidence}` : ''}`;
        return transformation === 'CONDITIONAL' ? `[${name}]` : name;
      });
    return [column, ...(from.length > 0 ? ['<', ...from.toSorted()] : [])].join(' ');
  });

async function read(select: string): Promise<string[]> {
  const { definition, dependsOn, columns } = await views.make(select);
  return told(columns, (await readViewLineage(definition, dependsOn))!);
}

describe('the columns of a view are made of', () => {
  it.each<[string, string[]]>([
    ['select * from teams', ['id < teams.id', 'name < teams.name', 'parent < teams.parent']],
    [
      'select email as mail, upper(email) as loud, mask(email) as masked from users',
      ['mail < users.email', 'loud < users.email', 'masked < users.email'],
    ],
    [
      'select name::text, email::varchar(5), email collate "C" as c from users',
      ['name < users.name', 'email < users.email', 'c < users.email'],
    ],
    ["select email || ' ' || name as both, id + team as sum from users", ['both < users.email users.name', 'sum < users.id users.team']],
    [
      "select lower(trim(coalesce(email, name, mask('x')))) as c, greatest(id, team) as g from users",
      ['c < users.email users.name', 'g < users.id users.team'],
    ],
    [
      'select case when id > 1 then email else name end as c, case team when id then 1 end as d from users',
      ['c < [users.id] users.email users.name', 'd < [users.id] [users.team]'],
    ],
    ["select case when email is null then email else 'x' end as c from users", ['c < users.email']],
    ['select nullif(email, name) as c from users', ['c < [users.name] users.email']],
    [
      'select id = 1 or email is null as c, id in (1, team) as d, id between 1 and team as e from users',
      ['c < users.email users.id', 'd < users.id users.team', 'e < users.id users.team'],
    ],
    ['select u.email, o.email as other from users u join orders o on o.user_id = u.id', ['email < users.email', 'other < orders.email']],
    [
      'select id, u.email, o.email as other from users u join orders o using (id)',
      ['id < users.id', 'email < users.email', 'other < orders.email'],
    ],
    ['select id from users left join orders using (id)', ['id < users.id']],
    ['select id from users right join orders using (id)', ['id < orders.id']],
    [
      'select j.id, t.name as team, t.id as t, users.name from users full join orders using (id) as j cross join teams t',
      ['id < orders.id users.id', 'team < teams.name~0.5', 't < teams.id~0.5', 'name < users.name'],
    ],
    ['select id from users full join orders using (id) full join teams using (id)', ['id < orders.id teams.id users.id']],
    ['select j.id, j.email from (users full join teams using (id)) j', ['id < teams.id~0.5 users.id~0.5', 'email < users.email~0.5']],
    ['select x.mail from (select email as mail, id from users where id > 1 order by team limit 5) x', ['mail < users.email']],
    ['select x.b from (select id, email from users) x (a, b)', ['b < users.email']],
    [
      'with q as materialized (select id, email as mail from users) select q.mail, md5(q.mail) as hash from q',
      ['mail < users.email', 'hash < users.email'],
    ],
    [
      'with q (a, b) as (select id, email from users), r as (select b || a::text as c from q) select r.c from r',
      ['c < users.email users.id'],
    ],
    ['with users as (select id, name as email from teams) select email from users', ['email < teams.name']],
    ["select email from users union all select name from teams union select 'x'", ['email < teams.name users.email']],
    ['select email from users except select email from orders', ['email < users.email']],
    ['(select email from users except select email from orders) intersect select md5(name) from teams', ['email < teams.name users.email']],
    ['select (select email from orders o where o.user_id = u.id limit 1) as mail from users u', ['mail < orders.email']],
    ['select (select max(o.amount) + u.id from orders o) as most from users u', ['most < orders.amount users.id']],
    [
      'select l.mail, l.two from users u cross join lateral (select u.email as mail, o.email || u.name as two from orders o) l',
      ['mail < users.email', 'two < orders.email users.name'],
    ],
    [
      'select email, count(*) as n, max(name) as m, sum(id) filter (where team > 1) as s from users group by email',
      ['email < users.email', 'n', 'm < users.name', 's < [users.team] users.id'],
    ],
    [
      'select string_agg(email, name order by team) as a, percentile_cont(0.5) within group (order by id) as p from users',
      ['a < [users.team] users.email users.name', 'p < users.id'],
    ],
    [
      'select row_number() over (partition by team order by id) as n, lag(email, team) over w as l from users window w as (order by name)',
      ['n < [users.id] [users.team]', 'l < [users.name] users.email users.team'],
    ],
    [
      'select sum(id) over (w rows between 1 preceding and current row) as s, count(*) over () as c from users window w as (partition by team order by name)',
      ['s < [users.name] [users.team] users.id', 'c'],
    ],
    ['select distinct on (team) team, email from users order by team, id', ['team < users.team', 'email < users.email']],
    ['select team, grouping(team) as g, count(*) from users group by rollup (team)', ['team < users.team', 'g', 'count']],
    [
      'select exists (select from orders o where o.user_id = u.id and o.amount > 5) as has from users u',
      ['has < [orders.amount] [orders.user_id] [users.id]'],
    ],
    [
      'select id in (select user_id from orders where amount > 1) as i, id > all (select id from teams) as a from users',
      ['i < orders.user_id users.id', 'a < teams.id users.id'],
    ],
    [
      'select array(select o.email from orders o) as a, array[id, team] as b, row(id, email)::text as r from users',
      ['a < orders.email', 'b < users.id users.team', 'r < users.email users.id'],
    ],
    [
      'select (place).x, (users.place).y as why, mails[1] as one, mails[team] as two from users',
      ['x < users.place', 'why < users.place', 'one < users.mails', 'two < [users.team] users.mails'],
    ],
    [
      "select doc ->> 'a' as a, doc #> array[email] as b, jsonb_build_object('i', id, 'n', name) as c from users",
      ['a < users.doc', 'b < users.doc users.email', 'c < users.id users.name'],
    ],
    [
      "select json_object('k': id) as o, json_array(name, email) as a, json_exists(doc, '$.a') as e from users",
      ['o < users.id', 'a < users.email users.name', 'e < users.doc'],
    ],
    ['select m, o from users, unnest(mails) with ordinality as u (m, o)', ['m < users.mails', 'o']],
    ['select unnest(mails) as m, generate_series(1, team) as g from users', ['m < users.mails', 'g < users.team']],
    ['select a, b from users, unnest(mails, array[name]) as u (a, b)', ['a < users.mails', 'b < users.name']],
    [
      'select a, b from users, rows from (generate_series(1, id), generate_series(1, team)) as u (a, b)',
      ['a < users.id', 'b < users.team'],
    ],
    [
      'select p.email, g from teams t, public.people(t.parent) p, generate_series(t.id, t.parent) g',
      ['email < teams.parent', 'g < teams.id teams.parent'],
    ],
    ['select r.a, r.b from users, jsonb_to_record(doc) as r (a int, b text)', ['a < users.doc', 'b < users.doc']],
    ["select j.a from users, json_table(doc, '$[*]' columns (a int path '$.a')) j", ['a < users.doc']],
    [
      "select x.a from users, xmltable('/r' passing xmlparse(document email) columns a text path 'a' default name) x",
      ['a < users.email users.name'],
    ],
    ['select v.a, v.b from (values (1, 2), (3, 4)) v (a, b)', ['a', 'b']],
    [
      'select v.a, v.b from users u, lateral (values (u.id, u.email), (u.team, u.name)) v (a, b)',
      ['a < users.id users.team', 'b < users.email users.name'],
    ],
    ['values (1, (select max(id) from users))', ['column1', 'column2 < users.id']],
    [
      'select row_to_json(q.*) as j, q::text as t from (select id, email from users) q',
      ['j < users.email users.id', 't < users.email users.id'],
    ],
    [
      'select "E mail", lower("E mail") as "Low ""er" from "Odd ""one"".t"',
      ['E mail < "Odd ""one"".t".E mail', 'Low "er < "Odd ""one"".t".E mail'],
    ],
    ['select u.email, o.email as other from users u join other.users o using (id)', ['email < users.email', 'other < other.users.email']],
    ['select email from events', ['email < events.email']],
    [
      'select a.email, b.email as c, a.id + b.id as d from users a join users b on a.id = b.team',
      ['email < users.email', 'c < users.email', 'd < users.id'],
    ],
    [
      'with recursive r as (select id, parent, name, 1 as depth from teams union all select t.id, t.parent, r.name || t.name, r.depth + t.id from r join teams t on t.parent = r.id) select id, name, depth from r',
      ['id < teams.id', 'name < teams.name', 'depth < teams.id'],
    ],
    [
      'with recursive r (a, b) as (select t.id, t.name from teams t union all select length(r.b), u.email from r join users u on u.id = r.a) select a, b from r',
      ['a < teams.id teams.name users.email', 'b < teams.name users.email'],
    ],
    [
      'with recursive r as (select id, parent from teams union all select t.id, t.parent from teams t join r on r.id = t.parent) search depth first by id set o cycle id set is_round using way select id, o is null as o, is_round, way is null as way from r',
      ['id < teams.id', 'o < teams.id', 'is_round < [teams.id]', 'way < teams.id'],
    ],
    [
      'select json_arrayagg(name order by id) filter (where team > 1) as g, any_value(email) as e from users',
      ['g < [users.id] [users.team] users.name', 'e < users.email'],
    ],
    ['select x.b, x.team from users x (a, b, z)', ['b', 'team < users.team~0.5']],
    ['select email from events_1', ['email < events.email~0.5']],
    ['select u as whole, u.email from users u', ['whole', 'email < users.email']],
    ['select relname as name, id from pg_class, teams', ['name', 'id < teams.id']],
    ['select now() as at, 5 as five, null::text as nothing, current_user as who', ['at', 'five', 'nothing', 'who']],
  ])('%s', async (select, expected) => expect(await read(select)).toEqual(expected));
});

const seed = Number(process.env['SEED'] ?? randomInt(1_000_000));
describe(`random views (SEED=${seed})`, () => {
  let random: RealViews;
  beforeAll(async () => {
    random = await createRealViews(RANDOM_TABLES);
  });
  afterAll(() => random.drop());

  it('are made of what they were put together from', async () => {
    const next = createRandomViews(seed);
    for (let number = 0; number < Number(process.env['VIEWS'] ?? 150); number++) {
      const { sql, columns } = next();
      const { definition, dependsOn } = await random.make(sql);
      const expected = columns.map(({ name, made }) =>
        [name, ...[...made].map(([column, isDirect]) => (isDirect ? column : `[${column}]`)).toSorted()].join(' '),
      );
      const flows = (await readViewLineage(definition, dependsOn))!;
      // Only where PostgreSQL had to give a table's columns other names something is open.
      const sure = / x\d+\(a/.test(definition) ? flows.map((flow) => ({ ...flow, confidence: 1 })) : flows;
      expect(
        told(
          columns.map(({ name }) => name),
          sure,
        ).map((line) => line.replace(' <', '')),
        definition,
      ).toEqual(expected);
      // PostgreSQL's own word for what a view uses: without its help nothing else is said for certain.
      const alone = await readViewLineage(
        definition,
        dependsOn.map(({ name }) => ({ name, columns: [] })),
      );
      const used = new Set(dependsOn.flatMap(({ name, columns: all }) => all.map((column) => `${name}.${column}`)));
      const wrong = alone!.filter(({ relation, from, confidence }) => confidence === 1 && !used.has(`${relation}.${from}`));
      expect(wrong, definition).toEqual([]);
    }
  });
});
