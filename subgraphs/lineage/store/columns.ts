/** Columns as the facts know them. */
import type { Queryable } from '#platform/database/index.ts';
import type { ColumnNode } from '../graph/index.ts';

/** By the graph's ids, whoever asks. In no order. */
export async function findColumnNodes(sql: Queryable, ids: readonly string[]): Promise<ColumnNode[]> {
  return [
    ...(await sql<ColumnNode[]>`
      select column_id as id, asset_id, name from lineage.columns where column_id = any(${ids as string[]}::uuid[])`),
  ];
}

/** The graph's ids of an asset's columns that edges were ever known of, whoever asks. */
export async function listColumnIds(sql: Queryable, assetId: string): Promise<string[]> {
  const rows = await sql<{ columnId: string }[]>`
    select column_id from lineage.columns where asset_id = ${assetId} order by column_id`;
  return rows.map(({ columnId }) => columnId);
}
