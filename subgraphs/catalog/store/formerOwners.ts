/** What a user owns, and how it is taken from them. */
import type { Queryable, Transaction } from '#platform/database/index.ts';

export async function listAssetsOfOwner(sql: Queryable, userId: string, limit: number): Promise<string[]> {
  const rows = await sql<{ assetId: string }[]>`
    select distinct asset_id from catalog.asset_owners where user_id = ${userId} order by asset_id limit ${limit}`;
  return rows.map((row) => row.assetId);
}

export async function takeAssetsFrom(tx: Transaction, userId: string, assetIds: readonly string[]): Promise<void> {
  await tx`delete from catalog.asset_owners where user_id = ${userId} and asset_id = any(${assetIds as string[]}::uuid[])`;
}

export async function listSourcesOfOwner(sql: Queryable, userId: string): Promise<string[]> {
  const rows = await sql<{ sourceId: string }[]>`
    select distinct source_id from catalog.source_owners where user_id = ${userId} order by source_id`;
  return rows.map((row) => row.sourceId);
}

export async function takeSourceFrom(tx: Transaction, userId: string, sourceId: string, at: Date): Promise<void> {
  await tx`delete from catalog.source_owners where user_id = ${userId} and source_id = ${sourceId}`;
  await tx`update catalog.sources set version = version + 1, updated_at = ${at} where id = ${sourceId}`;
}
