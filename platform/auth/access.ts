/** Visibility as one integer: which access classes a viewer's roles cover. */
import type { Queryable, Transaction } from '../database/index.ts';
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
    with recursive covered (id) as (
      select id from access.domains where id = any(${scopes.domainIds}::uuid[])
      union select d.id from access.domains d join covered c on d.parent_id = c.id
    )
    select id from access.classes
    where source_id = any(${scopes.sourceIds}::uuid[]) or domain_id in (select id from covered)`;
  return rows.map((row) => row.id);
}

/** Whether rows of a class are among those. */
export const includesClass = (classes: VisibleClasses, id: number): boolean => classes === 'all' || classes.includes(id);

/** Publishes where a domain is in the tree. Only catalog may. */
export async function upsertDomain(tx: Transaction, domain: { id: string; parentId: string | null }): Promise<void> {
  await tx`
    insert into access.domains (id, parent_id) values (${domain.id}, ${domain.parentId})
    on conflict (id) do update set parent_id = excluded.parent_id`;
}

/** A removed domain's subdomains belong to what is above it. */
export async function moveSubdomains(tx: Transaction, removed: { id: string; parentId: string | null }): Promise<void> {
  await tx`update access.domains set parent_id = ${removed.parentId} where parent_id = ${removed.id}`;
}

/** From here on roles over this domain cover nothing. Its subdomains are to be moved before. */
export async function deleteDomain(tx: Transaction, id: string): Promise<void> {
  await tx`delete from access.domains where id = ${id}`;
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
