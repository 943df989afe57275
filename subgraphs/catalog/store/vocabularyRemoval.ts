/** Which assets have a domain or a term that was removed, and taking it from them. */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { Noun } from './vocabulary.ts';

/** In the order of their ids, which is that in which they are locked. */
export async function listAssetsWith(sql: Queryable, noun: Noun, id: string, limit: number): Promise<string[]> {
  const rows =
    noun === 'domain'
      ? await sql<{ assetId: string }[]>`
          select asset_id from catalog.asset_edits where domain_id = ${id} order by asset_id limit ${limit}`
      : await sql<{ assetId: string }[]>`
          select asset_id from catalog.asset_terms where term_id = ${id} order by asset_id limit ${limit}`;
  return rows.map((row) => row.assetId);
}

/** Gives those that had it until now: a person may have been quicker. */
export async function takeFrom(tx: Transaction, noun: Noun, id: string, assetIds: readonly string[]): Promise<string[]> {
  const rows =
    noun === 'domain'
      ? await tx<{ assetId: string }[]>`
          update catalog.asset_edits set domain_id = null where asset_id = any(${assetIds as string[]}::uuid[]) and domain_id = ${id}
          returning asset_id`
      : await tx<{ assetId: string }[]>`
          delete from catalog.asset_terms where asset_id = any(${assetIds as string[]}::uuid[]) and term_id = ${id} returning asset_id`;
  return rows.map((row) => row.assetId);
}
