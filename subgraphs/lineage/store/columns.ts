/** Columns as the facts know them. */
import type { Queryable } from '#platform/database/index.ts';

/** As many as a graph takes at a time. */
const MOST = 5_000;

/** The graph's ids of an asset's columns that edges were ever known of, whoever asks. */
export async function listColumnIds(sql: Queryable, assetId: string): Promise<string[]> {
  const rows = await sql<{ columnId: string }[]>`
    select column_id from lineage.columns where asset_id = ${assetId} order by column_id limit ${MOST}`;
  return rows.map(({ columnId }) => columnId);
}
