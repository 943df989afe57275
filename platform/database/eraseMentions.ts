/** Takes an address out of every text of some schemas, whatever their tables are. What is stored as bytes (hashes, sealed settings) is left alone. */
import { randomBytes } from 'node:crypto';
import { sqlState, type Database } from './index.ts';
import { MENTION_TYPES, mentionParameters, mentions, withoutMentions, type MentionParameters } from './mentions.ts';
import { beginAgain } from './retry.ts';

const UNIQUE_VIOLATION = '23505';

type Column = { schema: string; table: string; column: string; type: 'text' | 'json' | 'jsonb' | 'texts' };

type Options = {
  /** Of the owner, without a limit of time for statements. */
  sql: Database;
  schemas: readonly string[];
  /** Columns that are left as they are; `table` is `schema.table`. */
  isLeft: (table: string, column: string) => boolean;
  address: string;
  replacement: string;
  onProgress?: (progress: { done: number; total: number }) => void;
};

/**
 * A table in a transaction of its own: ended half-way, the next call goes on. Gives how many rows had the address. Where a name must be unique
 * and would not be any more, something random is added to the replacement.
 */
export async function eraseMentions({ sql, schemas, isLeft, address, replacement, onProgress }: Options): Promise<number> {
  const columns = (await listColumns(sql, schemas)).filter(({ schema, table, column }) => !isLeft(`${schema}.${table}`, column));
  const tables = [...Map.groupBy(columns, ({ schema, table }) => `${quote(schema)}.${quote(table)}`)];
  let rows = 0;
  for (const [done, [table, those]] of tables.entries()) {
    onProgress?.({ done, total: tables.length });
    rows += await eraseTable(sql, table, those, mentionParameters(address, replacement));
  }
  return rows;
}

async function eraseTable(sql: Database, table: string, columns: readonly Column[], parameters: MentionParameters): Promise<number> {
  const found = columns.map(isFoundIn).join(' or ');
  const set = columns.map(
    (each) => `${quote(each.column)} = case when ${isFoundIn(each)} then ${without(each)} else ${quote(each.column)} end`,
  );
  const update = `update ${table} set ${set.join(', ')} where ${MENTION_TYPES} and`;
  const run = (text: string, values: MentionParameters): Promise<number> =>
    beginAgain(sql, async (tx) => (await tx.unsafe(text, values)).count);
  try {
    return await run(`${update} (${found})`, parameters);
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
  }
  const [plain, plainPattern, json, jsonPattern, replacement] = parameters;
  for (let count = 0; ; count++) {
    const different = replacement.replace(/\]?$/, (end) => ` ${randomBytes(4).toString('hex')}${end}`);
    const one = `${update} ctid = (select ctid from ${table} where ${found} limit 1 for update)`;
    if ((await run(one, [plain, plainPattern, json, jsonPattern, different])) === 0) return count;
  }
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const isFoundIn = ({ column, type }: Column): string =>
  type === 'texts' ? mentions(`array_to_string(${quote(column)}, E'\\n')`, false) : mentions(quote(column), type !== 'text');

const without = ({ column, type }: Column): string =>
  type === 'texts'
    ? `(select array_agg(${withoutMentions('each.word', false)} order by each.number) from unnest(${quote(column)}) with ordinality as each (word, number))`
    : type === 'text'
      ? withoutMentions(quote(column), false)
      : `${withoutMentions(quote(column), true)}::${type}`;

/** Of tables, not of the partitions of one. */
async function listColumns(sql: Database, schemas: readonly string[]): Promise<Column[]> {
  return await sql<Column[]>`
    select n.nspname as schema, c.relname as table, a.attname as column,
      case when t.typname in ('json', 'jsonb') then t.typname when t.typcategory = 'A' then 'texts' else 'text' end as type
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    join pg_type t on t.oid = a.atttypid
    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any(${schemas as string[]}::text[])
      and t.typname in ('text', 'varchar', 'json', 'jsonb', '_text', '_varchar')
    order by 1, 2, a.attnum`;
}
