/** What people said that flows, and what moves data, by their names. The edges themselves are among the facts (`facts.ts`). */
import type { Queryable } from '#platform/database/index.ts';
import type { GraphEdge } from '../graph/index.ts';
import type { declarations, jobs } from './tables/lineage.ts';

export type Declaration = typeof declarations.$inferSelect;
export type Job = { id: string } & Pick<typeof jobs.$inferSelect, 'namespace' | 'name'>;

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

/** In no order. */
export async function findJobs(sql: Queryable, ids: readonly string[]): Promise<Job[]> {
  return [...(await sql<Job[]>`select job_id as id, namespace, name from lineage.jobs where job_id = any(${ids as string[]}::uuid[])`)];
}
