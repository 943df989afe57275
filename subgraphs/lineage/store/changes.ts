/**
 * The facts that changed since a position, for the projection. Revisions are committed in their order, and no fact is ever deleted: who
 * reads page by page in the order of (revision, id) and remembers how far it came misses nothing.
 */
import type { Queryable } from '#platform/database/index.ts';
import { LINEAGE_GRAPH } from '#platform/events/consumerNames.ts';
import type { AssetRow, ColumnRow, EdgeRow, Position } from '../graph/neo4j/generations.ts';

/** How far the facts are: which database they are of, their last revision, and up to which event they were written. */
export type Head = { epoch: string; revision: number; fedTo: number };

/** Within one snapshot all pages and this are of one moment. */
export async function readHead(sql: Queryable): Promise<Head> {
  const [row] = await sql<Head[]>`
    select l.epoch, h.revision, coalesce((select c.seq from events.cursors c where c.consumer = ${LINEAGE_GRAPH}), 0) as fed_to
    from lineage.head h cross join events.head l`;
  return row!;
}

/** The first `limit` rows after a position, and the position of the last one; undefined when there are none. */
type ListChanges<Row> = (sql: Queryable, after: Position, limit: number) => Promise<{ rows: Row[]; upTo: Position } | undefined>;

type Revised<Row> = Row & { revision: number };

function pageOf<Row extends { id: string | number }>(found: readonly Revised<Row>[]): { rows: Row[]; upTo: Position } | undefined {
  const last = found.at(-1);
  return last && { rows: found.map(({ revision: _, ...row }) => row as never), upTo: { revision: last.revision, id: String(last.id) } };
}

export const listAssets: ListChanges<AssetRow> = async (sql, { revision, id }, limit) =>
  pageOf(
    await sql<Revised<AssetRow>[]>`
      select a.asset_id as id, a.access_class, a.namespace, a.name, a.is_deleted, a.revision from lineage.assets a
      where (a.revision, a.asset_id) > (${revision}::bigint, ${id}::uuid) order by a.revision, a.asset_id limit ${limit}`,
  );

export const listColumns: ListChanges<ColumnRow> = async (sql, { revision, id }, limit) =>
  pageOf(
    await sql<Revised<ColumnRow>[]>`
      select c.column_id as id, c.asset_id, c.name, a.access_class, c.revision
      from lineage.columns c join lineage.assets a on a.asset_id = c.asset_id
      where (c.revision, c.column_id) > (${revision}::bigint, ${id}::uuid) order by c.revision, c.column_id limit ${limit}`,
  );

export const listEdges: ListChanges<EdgeRow> = async (sql, { revision, id }, limit) =>
  pageOf(
    await sql<Revised<EdgeRow>[]>`
      select e.id, e.from_id, e.to_id, e.kind, e.origin, e.transformation, e.confidence, e.job_id, e.valid_from, e.valid_to, e.revision
      from lineage.edges e
      where (e.revision, e.id) > (${revision}::bigint, ${id}::bigint) order by e.revision, e.id limit ${limit}`,
  );
