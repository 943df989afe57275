/** Random queries over three tables, with what each of their columns is made of: known because they are put together from what is known. */

export const RANDOM_TABLES = `
  create table t1 (a text, b text, c text); create table t2 (a text, b text, d text); create table t3 (a text, c text, e text);`;
const TABLES: Record<string, readonly string[]> = { t1: ['a', 'b', 'c'], t2: ['a', 'b', 'd'], t3: ['a', 'c', 'e'] };

/** By `table.column`: whether it makes the value (true) or only decides which one it is. */
export type Made = ReadonlyMap<string, boolean>;
export type RandomView = { sql: string; columns: { name: string; made: Made }[] };

const MERGED = 'a';

type Value = { sql: string; made: Made };
type Source = { sql: string; values: Value[] };
/** `values`: what may be referred to; `queries`: by their names. */
type Scope = { values: readonly Value[]; queries: ReadonlyMap<string, RandomView['columns']>; depth: number };

const all = (...parts: Made[]): Made => {
  const made = new Map<string, boolean>();
  for (const part of parts) for (const [column, isDirect] of part) made.set(column, isDirect || made.get(column) === true);
  return made;
};
const deciding = (...parts: Made[]): Made => new Map([...all(...parts).keys()].map((column) => [column, false]));

/** mulberry32 */
export function createRandomViews(seed: number): () => RandomView {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const one = <Item>(items: readonly Item[]): Item => items[below(items.length)]!;
  const times = <Item>(count: number, make: (index: number) => Item): Item[] => Array.from({ length: count }, (_, index) => make(index));
  let serial = 0;
  const alias = (): string => `x${++serial}`;

  const literal = (): Value => ({ sql: `'${'abc'[below(3)]}'::text`, made: new Map() });
  const plain = ({ values }: Scope): Value => (values.length === 0 ? literal() : one(values));
  const condition = (scope: Scope): Value => {
    const [left, right] = [plain(scope), value({ ...scope, depth: 0 })];
    return { sql: `${left.sql} ${one(['=', '<', '~'])} ${right.sql}`, made: all(left.made, right.made) };
  };
  const without = (scope: Scope): Scope => ({ ...scope, depth: scope.depth - 1 });

  /** Text, of columns and of other values. `depth` 0: small. */
  function value(scope: Scope): Value {
    const part = (): Value => (scope.depth <= 0 ? plain(scope) : value(without(scope)));
    const small = below(scope.depth <= 0 ? 7 : 12);
    if (small < 3) return plain(scope);
    if (small === 3) return wrapped('upper(', part(), ')');
    if (small === 4) return wrapped('(', plain(scope), '::varchar(20))::text');
    if (small === 5) return literal();
    const [a, b] = [part(), part()];
    if (small === 6)
      return {
        sql: one([
          `(${a.sql} || ${b.sql})`,
          `coalesce(${a.sql}, ${b.sql})`,
          `concat(${a.sql}, 1, ${b.sql})`,
          `(array[${a.sql}, ${b.sql}])[1]`,
        ]),
        made: all(a.made, b.made),
      };
    if (small === 7) return { sql: `nullif(${a.sql}, ${b.sql})`, made: all(a.made, deciding(b.made)) };
    if (small === 8) {
      const [when, other] = [condition(scope), condition(scope)];
      return {
        sql: `case when ${when.sql} then ${a.sql} when ${other.sql} then 'x' else ${b.sql} end`,
        made: all(a.made, b.made, deciding(when.made, other.made)),
      };
    }
    // What USING made has no name but its own, which means another one within.
    const query = select({ ...without(scope), values: scope.values.filter(({ sql }) => sql !== MERGED) }, 1, 'inner');
    const [column] = query.columns;
    if (small === 9) return { sql: `(${query.sql} limit 1)`, made: column!.made };
    if (small === 10) return { sql: `array_to_string(array(${query.sql}), ',')`, made: column!.made };
    return { sql: `(${a.sql} in (${query.sql}))::text`, made: all(a.made, column!.made) };
  }
  const wrapped = (before: string, { sql, made }: Value, after: string): Value => ({ sql: before + sql + after, made });

  /** A value of a whole group. */
  function aggregate(scope: Scope): Value {
    const [a, order, filter] = [value(without(scope)), plain(scope), condition(scope)];
    return one<() => Value>([
      () => ({ sql: `max(${a.sql})`, made: a.made }),
      () => ({ sql: `string_agg(${a.sql}, ',' order by ${order.sql})`, made: all(a.made, deciding(order.made)) }),
      () => ({ sql: `min(${a.sql}) filter (where ${filter.sql})`, made: all(a.made, deciding(filter.made)) }),
      () => ({ sql: `mode() within group (order by ${a.sql})`, made: a.made }),
      () => ({ sql: 'count(*)::text', made: new Map() }),
    ])();
  }

  function windowed(scope: Scope): Value {
    const [a, partition, order] = [plain(scope), plain(scope), plain(scope)];
    return {
      sql: `${one(['first_value', 'max', 'lag'])}(${a.sql}) over (partition by ${partition.sql} order by ${order.sql})`,
      made: all(a.made, deciding(partition.made, order.made)),
    };
  }

  function table(name: string): Source {
    const own = alias();
    const values = TABLES[name]!.map((column): Value => ({ sql: `${own}.${column}`, made: new Map([[`${name}.${column}`, true]]) }));
    return { sql: `public.${name} as ${own}`, values };
  }
  const listed = (sql: (own: string) => string, names: readonly string[], made: readonly Made[]): Source => {
    const own = alias();
    return { sql: sql(own), values: names.map((name, index) => ({ sql: `${own}.${name}`, made: made[index]! })) };
  };

  function source(scope: Scope): Source {
    const kind = below(scope.depth <= 0 ? 4 : 9);
    if (kind < 4) return table(one(Object.keys(TABLES)));
    if (kind === 4 && scope.queries.size > 0) {
      const [name, columns] = one([...scope.queries]);
      return listed(
        (own) => `${name} as ${own}`,
        columns.map((each) => each.name),
        columns.map((each) => each.made),
      );
    }
    if (kind === 5) {
      const [a, b] = [value({ ...scope, depth: 0 }), value({ ...scope, depth: 0 })];
      return listed((own) => `lateral unnest(array[${a.sql}, ${b.sql}]) with ordinality as ${own} (v, n)`, ['v'], [all(a.made, b.made)]);
    }
    if (kind === 6) {
      const rows = times(2, () => times(2, () => value({ ...scope, depth: 0 })));
      const lists = rows.map((row) => `(${row.map(({ sql }) => sql).join(', ')})`).join(', ');
      return listed(
        (own) => `lateral (values ${lists}) as ${own} (p, q)`,
        ['p', 'q'],
        times(2, (index) => all(...rows.map((row) => row[index]!.made))),
      );
    }
    const query = select(without(scope), 1 + below(3));
    return listed(
      (own) => `lateral (${query.sql}) as ${own}`,
      query.columns.map(({ name }) => name),
      query.columns.map(({ made }) => made),
    );
  }

  /** FROM, and what can be referred to within. */
  function sources(scope: Scope, isInner: boolean): Source {
    if (!isInner && below(8) === 0) {
      const [left, right] = [table(one(['t1', 't2'])), table('t3')];
      const [merged, ...others] = left.values;
      const [same, ...rest] = right.values;
      const both: Value = { sql: MERGED, made: all(merged!.made, same!.made) };
      return { sql: `${left.sql} full join ${right.sql} using (a)`, values: [both, both, ...others, ...rest] };
    }
    let { sql, values } = source(scope);
    for (let more = below(3); more > 0; more--) {
      const seen = { ...scope, values: [...scope.values, ...values] };
      const added = source(seen);
      const on = condition({ ...seen, values: [...values, ...added.values] });
      sql = one([`${sql} cross join ${added.sql}`, `${sql} left join ${added.sql} on ${on.sql}`, `${sql} join ${added.sql} on ${on.sql}`]);
      values = [...values, ...added.values];
    }
    return { sql, values };
  }

  function simple(scope: Scope, count: number, isInner: boolean): RandomView {
    const from = sources(scope, isInner);
    const inner: Scope = { ...scope, values: [...from.values, ...from.values, ...scope.values], depth: scope.depth };
    const kind = below(5);
    const own: Scope = { ...inner, values: from.values, depth: Math.min(1, scope.depth) };
    const grouped = kind === 0 && !isInner ? plain(own) : null;
    const made = times(count, (index): Value => {
      if (grouped) return index === 0 ? grouped : aggregate({ ...own, depth: 0 });
      return kind === 1 && !isInner ? windowed(own) : value(inner);
    });
    const where = below(2) === 0 ? ` where ${condition(inner).sql}` : '';
    const list = made.map(({ sql }, index) => `${sql} as c${index}`).join(', ');
    return {
      sql: `select ${list} from ${from.sql}${where}${grouped ? ` group by ${grouped.sql}` : ''}`,
      columns: made.map(({ made: each }, index) => ({ name: `c${index}`, made: each })),
    };
  }

  function select(scope: Scope, count: number, where: 'inner' | 'anywhere' = 'anywhere'): RandomView {
    const isInner = where === 'inner';
    const first = simple(scope, count, isInner);
    if (isInner || below(5) > 0) return first;
    const [second, operator] = [simple(scope, count, false), one(['union', 'union all', 'intersect', 'except'])];
    return {
      sql: `(${first.sql}) ${operator} (${second.sql})`,
      columns: first.columns.map(({ name, made }, index) => ({
        name,
        made: operator === 'except' ? made : all(made, second.columns[index]!.made),
      })),
    };
  }

  /** A query that reads itself. What goes round comes to its end when nothing is added any more. */
  function recursive(name: string, scope: Scope): RandomView {
    const first = simple(scope, 2, true);
    const own = alias();
    const self = (column: string): string => `@${name}.${column}`;
    const values = first.columns.map((column): Value => ({ sql: `${own}.${column.name}`, made: new Map([[self(column.name), true]]) }));
    const other = table(one(Object.keys(TABLES)));
    const made = times(2, () => value({ ...scope, values: [...values, ...other.values], depth: 0 }));
    let columns = first.columns;
    for (let round = 0; round < 5; round++) {
      const through = (part: Made): Made =>
        all(
          ...[...part].map(([column, isDirect]): Made => {
            const inner = columns.find((each) => self(each.name) === column);
            if (!inner) return new Map([[column, isDirect]]);
            return isDirect ? inner.made : deciding(inner.made);
          }),
        );
      columns = columns.map(({ name: each }, index) => ({ name: each, made: all(first.columns[index]!.made, through(made[index]!.made)) }));
    }
    const list = made.map(({ sql }, index) => `${sql} as c${index}`).join(', ');
    return { sql: `${first.sql} union select ${list} from ${name} as ${own} cross join ${other.sql}`, columns };
  }

  return () => {
    const queries = new Map<string, RandomView['columns']>();
    const parts: string[] = [];
    for (let count = below(3); count > 0; count--) {
      const name = one(['t1', 't2', 'q', 'r']) + (parts.length > 0 ? parts.length : '');
      const scope: Scope = { values: [], queries: new Map(queries), depth: 1 };
      const query = below(3) === 0 ? recursive(name, scope) : select(scope, 2);
      parts.push(`${name} as ${below(2) === 0 ? 'materialized ' : ''}(${query.sql})`);
      queries.set(name, query.columns);
    }
    const main = select({ values: [], queries, depth: 2 }, 1 + below(4));
    return { sql: parts.length > 0 ? `with recursive ${parts.join(', ')} ${main.sql}` : main.sql, columns: main.columns };
  };
}
