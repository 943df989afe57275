/** A schema made up from a seed: every kind of object that the connector tells of, under names that hurt. */

export type Random = { below(limit: number): number; chance(share: number): boolean; pick<Item>(items: readonly Item[]): Item };

/** mulberry32: small, and the same everywhere for the same seed. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, chance: (share) => next() < share, pick: (items) => items[below(items.length)]! };
}

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const STEMS = [
  'order',
  'Customer',
  'UPPER',
  'with space',
  'quo"te',
  'dot.ted',
  '"',
  '.',
  'émile',
  '日本',
  '🦊',
  "apo'strophe",
  'back\\slash',
  'new\nline',
  'tab\t',
  'percent%',
  '$dollar$',
  '1st',
  'select',
  'a/b~c',
  '*',
  '?',
  'x'.repeat(59),
  '--',
  '{brace}',
  'ﬀ',
];
const TYPES = [
  'integer',
  'bigint',
  'smallint',
  'text',
  'varchar',
  'varchar(40)',
  'char(3)',
  'bpchar',
  'numeric',
  'numeric(10,2)',
  'numeric(5,-2)',
  'boolean',
  'date',
  'time(3)',
  'timetz',
  'timestamp',
  'timestamp(0)',
  'timestamptz',
  'timestamptz(3)',
  'interval',
  'interval day to second(2)',
  'interval year',
  'uuid',
  'json',
  'jsonb',
  'xml',
  'bytea',
  'inet',
  'cidr',
  'macaddr',
  'point',
  'box',
  'polygon',
  'bit(3)',
  'bit varying(8)',
  'money',
  '"char"',
  'name',
  'oid',
  'regclass',
  'int4range',
  'tstzmultirange',
  'tsvector',
  'real',
  'double precision',
  'text[]',
  'integer[][]',
  'varchar(10)[]',
  'numeric(8,3)[]',
  'timestamptz(1)[]',
];
const DEFAULTS: Record<string, string[]> = {
  integer: ['0', '1 + 2', '(random() * 10)::int'],
  bigint: ['-1'],
  text: ["''", "'it''s'", "'a' || 'b'", 'current_user', 'null'],
  'varchar(40)': ["'x'"],
  boolean: ['true', '(not false)'],
  date: ['current_date', "'2020-02-29'"],
  timestamptz: ['now()', "'2020-01-01 00:00+00'"],
  uuid: ['gen_random_uuid()'],
  jsonb: ["'{}'", `'{"a": [1, 2]}'::jsonb`],
  'numeric(10,2)': ['0.10'],
  'text[]': ["'{}'", "array['a', 'b']"],
  interval: ["'1 day 2 hours'"],
  'double precision': ['1e10'],
};

type Table = { name: string; key: { name: string; type: string }[]; columns: { name: string; type: string }[] };

export type RandomSchemaOptions = { seed: number; tables?: number; owner?: string; serverVersion?: number };

/** The statements that make the schema, in order. The same options give the same statements. */
export function randomSchema({ seed, tables: tableCount = 30, owner, serverVersion = 180_000 }: RandomSchemaOptions): string[] {
  const random = createRandom(seed);
  const statements: string[] = [];
  let serial = 0;
  /** A name like nothing else in the database, and within 63 bytes. */
  const fresh = (): string => {
    const suffix = String(serial++);
    let stem = random.pick(STEMS);
    while (Buffer.byteLength(stem + suffix) > 63) stem = stem.slice(0, -1);
    return random.chance(0.5) ? stem + suffix : suffix + stem;
  };
  const comment = (what: string): void => {
    if (random.chance(0.4)) statements.push(`comment on ${what} is ${literal(`${random.pick(STEMS)} ${serial}\n${random.pick(STEMS)}`)}`);
  };

  const schemas = ['public', ...Array.from({ length: 3 + random.below(3) }, fresh)];
  for (const schema of schemas.slice(1)) statements.push(`create schema ${quote(schema)}`);
  for (const schema of schemas) comment(`schema ${quote(schema)}`);
  const place = (): string => `${quote(random.pick(schemas))}.${quote(fresh())}`;

  const ownTypes: string[] = [];
  for (let made = 0; made < 8; made++) {
    const name = place();
    statements.push(
      random.pick([
        () => `create type ${name} as enum ('a', 'b''c', '🦊')`,
        () => `create domain ${name} as varchar(20) default 'x' check (length(value) < 20)`,
        () => `create domain ${name} as numeric(6,2) not null`,
        () => `create type ${name} as (left_part integer, ${quote(fresh())} text)`,
        () => `create type ${name} as range (subtype = float8)`,
        () => `create domain ${name} as text[]`,
      ])(),
    );
    ownTypes.push(name, `${name}[]`);
  }
  const anyType = (): string => random.pick(random.chance(0.3) ? ownTypes : TYPES);

  const tables: Table[] = [];
  const views: { name: string; columns: string[] }[] = [];
  const alsoForeignKeys: string[] = [];

  const indexesOf = (name: string, columns: { name: string; type: string }[]): void => {
    const texts = columns.filter(({ type }) => ['text', 'varchar', 'varchar(40)'].includes(type));
    const numbers = columns.filter(({ type }) => ['integer', 'bigint', 'smallint', 'date'].includes(type));
    if (numbers.length > 0 && random.chance(0.5)) {
      const [a, b] = [random.pick(numbers).name, random.pick(numbers).name];
      statements.push(`create index ${quote(fresh())} on ${name} (${quote(a)} desc nulls last${a === b ? '' : `, ${quote(b)}`})`);
    }
    if (texts.length > 0 && random.chance(0.6)) {
      const column = quote(random.pick(texts).name);
      statements.push(
        `create index ${quote(fresh())} on ${name} (lower(${column}), ${column} text_pattern_ops) where ${column} is not null`,
      );
      statements.push(
        `create unique index ${quote(fresh())} on ${name} ((${column} || 'x')) ${numbers[0] ? `include (${quote(numbers[0].name)})` : ''} where false`,
      );
    }
  };

  for (let made = 0; made < tableCount; made++) {
    const name = place();
    const columns: { name: string; type: string }[] = [];
    const lines: string[] = [];
    const key = Array.from({ length: 1 + random.below(3) }, () => ({
      name: fresh(),
      type: random.pick(['integer', 'bigint', 'uuid', 'text']),
    }));
    for (const part of key) {
      const identity = key.length === 1 && part.type === 'bigint';
      lines.push(`${quote(part.name)} ${part.type}${identity ? ` generated ${random.pick(['always', 'by default'])} as identity` : ''}`);
    }
    for (let column = random.below(12); column >= 0; column--) {
      const type = anyType();
      const columnName = fresh();
      const given = DEFAULTS[type];
      const fallback = given && random.chance(0.5) ? ` default ${random.pick(given)}` : '';
      lines.push(
        `${quote(columnName)} ${type}${type === 'text' && random.chance(0.2) ? ' collate "C"' : ''}${fallback}${random.chance(0.3) ? ' not null' : ''}`,
      );
      columns.push({ name: columnName, type });
    }
    const number = columns.find(({ type }) => type === 'integer');
    if (number) {
      const generated = fresh();
      lines.push(
        `${quote(generated)} integer generated always as (${quote(number.name)} * 2 + 1) ${serverVersion >= 180_000 && random.chance(0.5) ? 'virtual' : 'stored'}`,
      );
      lines.push(`constraint ${quote(fresh())} check (${quote(number.name)} > 0 or ${quote(number.name)} is null)`);
      if (random.chance(0.3)) lines.push(`check (${quote(number.name)} <> 13) no inherit`);
    }
    const withKey = random.chance(0.8);
    if (withKey)
      lines.push(
        `constraint ${quote(fresh())} primary key (${[...key]
          .reverse()
          .map((part) => quote(part.name))
          .join(', ')})`,
      );
    const text = columns.find(({ type }) => type === 'text');
    if (text && random.chance(0.5)) lines.push(`unique (${quote(text.name)}, ${quote(key[0]!.name)})`);
    // A logged table may not reference an unlogged one.
    const unlogged = random.chance(0.1);
    statements.push(`create ${unlogged ? 'unlogged ' : ''}table ${name} (\n${lines.join(',\n')}\n)`);
    if (random.chance(0.3)) {
      // A gap in the ordinals.
      const gone = fresh();
      statements.push(
        `alter table ${name} add column ${quote(gone)} integer`,
        `alter table ${name} add column ${quote(fresh())} integer`,
        `alter table ${name} drop column ${quote(gone)}`,
      );
    }
    comment(`table ${name}`);
    for (const column of columns) if (random.chance(0.4)) comment(`column ${name}.${quote(column.name)}`);
    indexesOf(name, columns);
    if (owner && random.chance(0.3)) statements.push(`alter table ${name} owner to ${quote(owner)}`);
    if (text && random.chance(0.2))
      statements.push(`alter table ${name} add constraint ${quote(fresh())} check (${quote(text.name)} like 'a%') not valid`);
    const other = tables.length > 0 ? random.pick(tables) : undefined;
    if (other && random.chance(0.7)) {
      const pairs = other.key.map((part) => ({ from: fresh(), to: part }));
      for (const { from, to } of pairs) statements.push(`alter table ${name} add column ${quote(from)} ${to.type}`);
      alsoForeignKeys.push(
        `alter table ${name} add constraint ${quote(fresh())} foreign key (${pairs.map(({ from }) => quote(from)).join(', ')}) references ${other.name} (${pairs.map(({ to }) => quote(to.name)).join(', ')}) on delete cascade`,
      );
    }
    if (withKey && !unlogged) tables.push({ name, key, columns: [...key, ...columns] });
    if (random.chance(0.15)) {
      const child = place();
      statements.push(`create table ${child} (${quote(fresh())} integer check (1 < 2)) inherits (${name})`);
      comment(`table ${child}`);
    }
    if (random.chance(0.4)) {
      const shown = [...key, ...columns];
      views.push({ name: place(), columns: shown.map((column) => column.name) });
      statements.push(`create view ${views.at(-1)!.name} as select * from ${name}`);
      comment(`view ${views.at(-1)!.name}`);
    }
  }

  for (let made = 0; made < 3; made++) {
    const name = place();
    const [id, at, region, title] = [fresh(), fresh(), fresh(), fresh()].map(quote);
    statements.push(
      `create table ${name} (${id} integer, ${at} date not null, ${region} text, ${title} text, check (${id} > 0), primary key (${at}, ${id}, ${region})) partition by range (${at})`,
    );
    statements.push(`create index ${quote(fresh())} on ${name} (lower(${title}))`);
    const [first, second, leaf] = [place(), place(), place()];
    statements.push(`create table ${first} partition of ${name} for values from ('2020-01-01') to ('2021-01-01')`);
    statements.push(
      `create table ${second} partition of ${name} for values from ('2021-01-01') to ('2022-01-01') partition by list (${region})`,
    );
    statements.push(`create table ${leaf} partition of ${second} for values in ('north', 'south')`);
    statements.push(`alter table ${first} add check (${id} < 1000000)`);
    statements.push(`insert into ${name} select i, '2020-03-01', 'north', 'x' from generate_series(1, ${100 + random.below(900)}) i`);
    statements.push(`insert into ${name} select i, '2021-03-01', 'south', 'x' from generate_series(1, 50) i`);
    comment(`table ${name}`);
    const [referring, f1, f2, f3] = [place(), quote(fresh()), quote(fresh()), quote(fresh())];
    statements.push(
      `create table ${referring} (${f1} date, ${f2} integer, ${f3} text, foreign key (${f1}, ${f2}, ${f3}) references ${name})`,
    );
    statements.push(
      `create view ${place()} as select ${title}, count(*) from ${leaf} group by 1`,
      `create view ${place()} as select p.${id} from ${name} p join ${first} f using (${id})`,
    );
  }

  for (const { name, columns } of views) {
    if (random.chance(0.6))
      statements.push(
        `create view ${place()} as select ${quote(columns[0]!)} as ${quote(fresh())}, row_number() over () as n from ${name} where ${quote(columns.at(-1)!)} is not null`,
      );
    if (random.chance(0.4)) {
      const materialised = place();
      statements.push(
        `create materialized view ${materialised} as select count(*) as total from ${name}`,
        `create unique index ${quote(fresh())} on ${materialised} (total)`,
      );
      comment(`materialized view ${materialised}`);
    }
  }
  const loop = quote(fresh());
  statements.push(
    `create view ${place()} as with recursive ${loop} (n) as (values (1) union all select n + 1 from ${loop} where n < 5) select n from ${loop}`,
  );
  const [first] = tables;
  if (first) {
    statements.push(
      `create view ${place()} as select t from ${first.name} t`,
      `create view ${place()} as select exists (select from ${first.name}) as any_row, (select count(*) from pg_catalog.pg_class) as relations`,
      `create rule ${quote(fresh())} as on insert to ${first.name} do also notify something`,
      `create sequence ${place()}`,
    );
  }
  statements.push(
    `create extension if not exists file_fdw`,
    `create server files foreign data wrapper file_fdw`,
    `create foreign table ${place()} (${quote(fresh())} integer not null, ${quote(fresh())} text default 'x') server files options (filename '/dev/null')`,
    `create extension if not exists pg_stat_statements`,
    `create extension if not exists citext`,
    `create table ${place()} (${quote(fresh())} public.citext, ${quote(fresh())} public.citext[] default '{}')`,
    ...alsoForeignKeys,
  );
  if (random.chance(0.8)) statements.push('analyze');
  return statements;
}
