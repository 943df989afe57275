/** The two trees of words: domains and glossary terms. They differ in their table and in the column that explains a name. */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { Page } from '#platform/graphql/connections.ts';
import type { DomainRow } from './tables/vocabulary.ts';

export type Noun = 'domain' | 'term';
/** `words`: a domain's description, a term's definition. */
export type NodeRow = Omit<DomainRow, 'description'> & { words: string | null };
export type NodeKey = [string, string];

const TREES = {
  domain: { table: 'catalog.domains', words: 'description', lock: 0x646f6d61 },
  term: { table: 'catalog.glossary_terms', words: 'definition', lock: 0x7465726d },
} as const satisfies Record<Noun, { table: string; words: string; lock: number }>;
/** Deeper than any tree may be: a walk ends here whatever the rows say. */
const MOST_LEVELS = 100;

const tableOf = (sql: Queryable, noun: Noun) => sql(TREES[noun].table);
export const nodeFields = (sql: Queryable, noun: Noun) =>
  sql`n.id, n.parent_id, n.name, n.${sql(TREES[noun].words)} as words, n.version, n.created_at, n.updated_at`;

/** Changes of a tree take turns until they are committed: two moves, each fine by itself, could make a circle. */
export async function lockTree(tx: Transaction, noun: Noun): Promise<void> {
  await tx`select pg_advisory_xact_lock(${TREES[noun].lock})`;
}

/** The ids that there are, which cannot be removed until the transaction ends. */
export async function holdNodes(tx: Transaction, noun: Noun, ids: readonly string[]): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select id from ${tableOf(tx, noun)} where id = any(${ids as string[]}::uuid[]) order by id for key share`;
  return rows.map((row) => row.id);
}

export async function findNodes(sql: Queryable, noun: Noun, ids: readonly string[]): Promise<NodeRow[]> {
  return sql<NodeRow[]>`select ${nodeFields(sql, noun)} from ${tableOf(sql, noun)} n where n.id = any(${ids as string[]}::uuid[])`;
}

export async function listNodes(sql: Queryable, noun: Noun, page: Page<NodeKey>): Promise<NodeRow[]> {
  return sql<NodeRow[]>`
    select ${nodeFields(sql, noun)} from ${tableOf(sql, noun)} n
    ${page.after ? sql`where (n.name, n.id) > (${page.after[0]}, ${page.after[1]}::uuid)` : sql``}
    order by n.name, n.id limit ${page.first + 1}`;
}

export async function countNodes(sql: Queryable, noun: Noun): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) as count from ${tableOf(sql, noun)}`;
  return row!.count;
}

/** The node and all above it, from below. Empty when there is no such node. */
export async function listAncestorIds(tx: Transaction, noun: Noun, id: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    with recursive above (id, parent_id, level) as (
      select id, parent_id, 1 from ${tableOf(tx, noun)} where id = ${id}
      union all select n.id, n.parent_id, level + 1 from ${tableOf(tx, noun)} n join above a on n.id = a.parent_id where level < ${MOST_LEVELS}
    ) select id from above order by level`;
  return rows.map((row) => row.id);
}

/** How many levels the node and what is below it take: 1 for a leaf. */
export async function heightOf(tx: Transaction, noun: Noun, id: string): Promise<number> {
  const [row] = await tx<{ height: number }[]>`
    with recursive below (id, level) as (
      select ${id}::uuid, 1
      union all select n.id, level + 1 from ${tableOf(tx, noun)} n join below b on n.parent_id = b.id where level < ${MOST_LEVELS}
    ) select max(level)::int as height from below`;
  return row!.height;
}

/** The names among these that a child of the parent (null: a root) has, but for the node `except`. */
export async function findTakenNames(
  tx: Transaction,
  noun: Noun,
  { parentId, names, except }: { parentId: string | null; names: readonly string[]; except: string | null },
): Promise<string[]> {
  const rows = await tx<{ name: string }[]>`
    select name from ${tableOf(tx, noun)}
    where parent_id is not distinct from ${parentId}::uuid and name = any(${names as string[]}::text[]) and id is distinct from ${except}::uuid
    order by name`;
  return rows.map((row) => row.name);
}

export async function insertNode(tx: Transaction, noun: Noun, { words, ...row }: NodeRow): Promise<void> {
  await tx`insert into ${tableOf(tx, noun)} ${tx({ ...row, [TREES[noun].words]: words })}`;
}

export async function updateNode(tx: Transaction, noun: Noun, row: NodeRow): Promise<void> {
  await tx`
    update ${tableOf(tx, noun)} set parent_id = ${row.parentId}, name = ${row.name}, ${tx(TREES[noun].words)} = ${row.words},
      version = ${row.version}, updated_at = ${row.updatedAt} where id = ${row.id}`;
}

export async function listChildNodes(tx: Transaction, noun: Noun, id: string): Promise<NodeRow[]> {
  return tx<NodeRow[]>`select ${nodeFields(tx, noun)} from ${tableOf(tx, noun)} n where n.parent_id = ${id} order by n.name, n.id`;
}

/** Gives a removed node's children to its parent, each one version further. After its row is gone, whose name one of them may have. */
export async function moveChildren(tx: Transaction, noun: Noun, removed: Pick<NodeRow, 'id' | 'parentId'>, at: Date): Promise<void> {
  await tx`
    update ${tableOf(tx, noun)} set parent_id = ${removed.parentId}, version = version + 1, updated_at = ${at} where parent_id = ${removed.id}`;
}

/** Waits for those who hold it. */
export async function deleteNode(tx: Transaction, noun: Noun, id: string): Promise<void> {
  await tx`delete from ${tableOf(tx, noun)} where id = ${id}`;
}
