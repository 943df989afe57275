/**
 * The facts that changed since a position, for projections. Revisions are committed in their order, and no fact is ever deleted: who
 * reads page by page in the order of (revision, id) and remembers how far it came misses nothing.
 */
import type { Queryable } from '#platform/database/index.ts';
import { LINEAGE_GRAPH } from '#platform/events/consumerNames.ts';
import type { EdgeKind, Origin, Transformation } from '../graph/index.ts';

/** Rows up to (revision, id), in that order, are known. The first position is `{ revision: 0, id: '' }`. */
export type Position = { revision: number; id: string };

export type AssetRow = { id: string; accessClass: number; namespace: string; name: string; isDeleted: boolean; revision: number };
/** With its asset's class: whoever sees the asset sees it. */
export type ColumnRow = { id: string; assetId: string; name: string; accessClass: number; revision: number };
export type EdgeRow = {
  /** An integer, as text. */
  id: string;
  fromId: string;
  toId: string;
  kind: EdgeKind;
  origin: Origin;
  transformation: Transformation;
  confidence: number;
  jobId: string | null;
  validFrom: Date;
  /** As `validFrom` where the interval was none after all. */
  validTo: Date | null;
  revision: number;
};

/** How far the facts are: which database they are of, their last revision, and up to which event they were written. */
export type Head = { epoch: string; revision: number; fedTo: number };

/** In a snapshot (`readSnapshot`) all pages and this are of one moment. */
export async function readHead(sql: Queryable): Promise<Head> {
  const [row] = await sql<Head[]>`
    select l.epoch, h.revision, coalesce((select c.seq from events.cursors c where c.consumer = ${LINEAGE_GRAPH}), 0) as fed_to
    from lineage.head h cross join events.head l`;
  return row!;
}

const NIL = '00000000-0000-0000-0000-000000000000';
const uuidOf = ({ id }: Position): string => id || NIL;

/** The first `limit` after a position. */
export async function listAssets(sql: Queryable, after: Position, limit: number): Promise<AssetRow[]> {
  return [
    ...(await sql<AssetRow[]>`
      select a.asset_id as id, a.access_class, a.namespace, a.name, a.is_deleted, a.revision from lineage.assets a
      where (a.revision, a.asset_id) > (${after.revision}::bigint, ${uuidOf(after)}::uuid) order by a.revision, a.asset_id limit ${limit}`),
  ];
}

export async function listColumns(sql: Queryable, after: Position, limit: number): Promise<ColumnRow[]> {
  return [
    ...(await sql<ColumnRow[]>`
      select c.column_id as id, c.asset_id, c.name, a.access_class, c.revision
      from lineage.columns c join lineage.assets a on a.asset_id = c.asset_id
      where (c.revision, c.column_id) > (${after.revision}::bigint, ${uuidOf(after)}::uuid) order by c.revision, c.column_id limit ${limit}`),
  ];
}

export async function listEdges(sql: Queryable, after: Position, limit: number): Promise<EdgeRow[]> {
  return [
    ...(await sql<EdgeRow[]>`
      select e.id::text as id, e.from_id, e.to_id, e.kind, e.origin, e.transformation, e.confidence, e.job_id, e.valid_from, e.valid_to, e.revision
      from lineage.edges e
      where (e.revision, e.id) > (${after.revision}::bigint, ${after.id || '0'}::bigint) order by e.revision, e.id limit ${limit}`),
  ];
}
