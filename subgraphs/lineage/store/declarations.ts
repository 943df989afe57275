/** What people said that flows, and what moves data, by their names. The edges themselves are among the facts (`facts.ts`). */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { GraphEdge, JobNode, Origin, RunNode } from '../graph/index.ts';
import type { declarations } from './tables/lineage.ts';

export type Declaration = typeof declarations.$inferSelect;

/** An interval of origin DECLARED. Its declaration was made at its beginning. */
export type DeclaredEdge = Pick<GraphEdge, 'fromId' | 'toId' | 'validFrom'>;

/** In no order. */
export async function findDeclarations(sql: Queryable, edges: readonly DeclaredEdge[]): Promise<Declaration[]> {
  return [
    ...(await sql<Declaration[]>`
      select d.* from unnest(${edges.map(({ fromId }) => fromId)}::uuid[], ${edges.map(({ toId }) => toId)}::uuid[],
        ${edges.map(({ validFrom }) => validFrom.toISOString())}::text[]::timestamptz[]) as edge (from_id, to_id, valid_from)
      join lineage.declarations d on d.from_id = edge.from_id and d.to_id = edge.to_id and d.declared_at = edge.valid_from`),
  ];
}

/** By their ids, whoever asks. In no order. */
export async function findJobs(sql: Queryable, ids: readonly string[]): Promise<JobNode[]> {
  return [...(await sql<JobNode[]>`select job_id as id, namespace, name from lineage.jobs where job_id = any(${ids as string[]}::uuid[])`)];
}

/** The same of runs. */
export async function findRuns(sql: Queryable, ids: readonly string[]): Promise<RunNode[]> {
  return [
    ...(await sql<RunNode[]>`
      select id, job_id, run_id, state, started_at, ended_at, begun_at from lineage.runs where id = any(${ids as string[]}::uuid[])`),
  ];
}

/** Until the transaction ends nobody else writes lineage: what is read from here on stays so. */
export const lockFacts = async (tx: Transaction): Promise<void> => void (await tx`select from lineage.head for update`);

type Ends = { fromId: string; toId: string };

/** The last one, open or not. */
export async function findLast(tx: Transaction, { fromId, toId }: Ends): Promise<Declaration | undefined> {
  const [row] = await tx<Declaration[]>`
    select * from lineage.declarations where from_id = ${fromId} and to_id = ${toId} order by declared_at desc limit 1`;
  return row;
}

/** The last interval of origin DECLARED, also of assets between whose columns it is declared. */
export async function findLastEdge(tx: Transaction, { fromId, toId }: Ends): Promise<Pick<GraphEdge, 'validFrom' | 'validTo'> | undefined> {
  const [row] = await tx<Pick<GraphEdge, 'validFrom' | 'validTo'>[]>`
    select valid_from, valid_to from lineage.edges
    where from_id = ${fromId} and to_id = ${toId} and origin = 'DECLARED' and (valid_to is null or valid_to > valid_from)
    order by valid_from desc limit 1`;
  return row;
}

/** Whether a declaration between columns of these assets holds. */
export async function hasDeclaredColumns(tx: Transaction, { fromId, toId }: Ends): Promise<boolean> {
  const [row] = await tx<{ holds: boolean }[]>`
    select exists (
      select from lineage.declarations d
      join lineage.columns f on f.column_id = d.from_id join lineage.columns t on t.column_id = d.to_id
      where d.retracted_at is null and f.asset_id = ${fromId} and t.asset_id = ${toId}
    ) as holds`;
  return row!.holds;
}

export async function insertDeclaration(
  tx: Transaction,
  { id, fromId, toId, reason, declaredBy, declaredAt }: Omit<Declaration, 'retractedBy' | 'retractedAt' | 'retractedBecause'>,
): Promise<void> {
  await tx`
    insert into lineage.declarations (id, from_id, to_id, reason, declared_by, declared_at)
    values (${id}, ${fromId}, ${toId}, ${reason}, ${declaredBy}, ${declaredAt})`;
}

export async function retractDeclaration(tx: Transaction, id: string, by: { userId: string; at: Date; because: string }): Promise<void> {
  await tx`
    update lineage.declarations set retracted_by = ${by.userId}, retracted_at = ${by.at}, retracted_because = ${by.because}
    where id = ${id}`;
}

/** The interval of a declaration. */
export async function getDeclaredEdge(sql: Queryable, { fromId, toId, validFrom }: DeclaredEdge): Promise<GraphEdge> {
  const [edge] = await sql<GraphEdge[]>`
    select from_id, to_id, kind, origin, transformation, confidence, job_id, run_id, valid_from, valid_to from lineage.edges
    where from_id = ${fromId} and to_id = ${toId} and origin = 'DECLARED' and valid_from = ${validFrom}`;
  if (!edge) throw new Error(`The edge of a declaration is missing: ${fromId} to ${toId}.`);
  return edge;
}

/** Who else says now that this flows. */
export async function listOtherOrigins(sql: Queryable, { fromId, toId }: Ends): Promise<Origin[]> {
  const rows = await sql<{ origin: Origin }[]>`
    select distinct origin from lineage.edges
    where from_id = ${fromId} and to_id = ${toId} and origin <> 'DECLARED' and valid_to is null order by origin`;
  return rows.map((row) => row.origin);
}
