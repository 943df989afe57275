/** Compares the documents of search in PostgreSQL with the tables that they are made from. */
import type { Database, Transaction } from '#platform/database/index.ts';
import { loadDocuments } from './documents.ts';
import { deleteDocuments, upsertDocuments } from './writing.ts';

const AT_ONCE = 250;

export type NativeDifference = { what: 'missing' | 'extra' | 'different'; id: string; name: string };

type Options = { sql: Database; onProgress?: (compared: number) => void };

/** What writing them anew would change. Nothing is changed. */
export async function findSearchDrift({
  sql,
  onProgress = () => {},
}: Options): Promise<{ compared: number; differences: NativeDifference[] }> {
  const differences: NativeDifference[] = [];
  let compared = 0;
  for (let after: string | null = null; ;) {
    const last: string | null = after;
    const ids: string[] = await trying(sql, async (tx) => {
      const rows = await tx<{ id: string }[]>`
        select id from catalog.assets ${last ? tx`where id > ${last}::uuid` : tx``} order by id limit ${AT_ONCE}`;
      const batch = rows.map(({ id }) => id);
      const documents = await loadDocuments(tx, batch);
      const names = new Map(documents.map(({ id, name }) => [id, name]));
      const changed = await upsertDocuments(tx, documents);
      differences.push(
        ...changed.map(({ id, isNew }): NativeDifference => ({ what: isNew ? 'missing' : 'different', id, name: names.get(id)! })),
      );
      return batch;
    });
    compared += ids.length;
    onProgress(compared);
    if (ids.length < AT_ONCE) break;
    after = ids.at(-1)!;
  }
  const extra = await findExtra(sql);
  return { compared, differences: [...differences, ...extra.map((each): NativeDifference => ({ what: 'extra', ...each }))] };
}

/** Removes the documents of what is no asset. Gives how many. */
export async function removeExtra(sql: Database): Promise<number> {
  const extra = await findExtra(sql);
  await deleteDocuments(
    sql,
    extra.map(({ id }) => id),
  );
  return extra.length;
}

const findExtra = (sql: Database) => sql<{ id: string; name: string }[]>`
  select d.asset_id as id, d.name from catalog.search_documents d
  where not exists (select from catalog.assets a where a.id = d.asset_id) order by d.asset_id`;

const UNDONE = Symbol('undone');

/** In a transaction that is rolled back. */
async function trying<Result>(sql: Database, work: (tx: Transaction) => Promise<Result>): Promise<Result> {
  let result: { value: Result } | undefined;
  try {
    await sql.begin(async (tx) => {
      result = { value: await work(tx) };
      throw UNDONE;
    });
  } catch (error) {
    if (error !== UNDONE) throw error;
  }
  return result!.value;
}
