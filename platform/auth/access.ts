/** Visibility as one integer: which access classes a viewer's roles cover. */
import type { Queryable } from '../database/index.ts';
import { scopesFor, type Action, type Viewer } from './viewer.ts';

/** Ids of the classes over which the viewer may do the action, or `all`. */
export type VisibleClasses = 'all' | number[];

/**
 * One indexed read of a table with a row per source and domain. Not cached here: a changed role counts for the next
 * operation at once; within an operation callers keep the answer.
 */
export async function visibleClasses(sql: Queryable, viewer: Viewer, action: Action): Promise<VisibleClasses> {
  const scopes = scopesFor(viewer, action);
  if (scopes.everything) return 'all';
  if (scopes.sourceIds.length === 0 && scopes.domainIds.length === 0) return [];
  const rows = await sql<{ id: number }[]>`
    select id from access.classes
    where source_id = any(${scopes.sourceIds}::uuid[]) or domain_id = any(${scopes.domainIds}::uuid[])`;
  return rows.map((row) => row.id);
}

/** The id of a tuple's class, made when it is new. */
export async function upsertClass(sql: Queryable, tuple: { sourceId: string; domainId: string | null }): Promise<number> {
  const found = await sql<{ id: number }[]>`
    select id from access.classes where source_id = ${tuple.sourceId} and domain_id is not distinct from ${tuple.domainId}`;
  if (found[0]) return found[0].id;
  await sql`
    insert into access.classes (source_id, domain_id) values (${tuple.sourceId}, ${tuple.domainId})
    on conflict do nothing`;
  const [made] = await sql<{ id: number }[]>`
    select id from access.classes where source_id = ${tuple.sourceId} and domain_id is not distinct from ${tuple.domainId}`;
  return made!.id;
}
