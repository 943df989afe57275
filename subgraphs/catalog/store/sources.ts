/** Sources as rows: who sees them is a condition of every list. */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { Scopes } from '#platform/auth/viewer.ts';
import type { Page } from '#platform/graphql/connections.ts';
import { addJob } from '#platform/jobs/queue.ts';
import type { OwnerWords } from '../domain/snapshot.ts';
import type { SourceRow } from './tables/source.ts';

/** The sources that a viewer's scopes cover: all (null) or these. A domain's role covers assets, never their source. */
export const coveredSources = (scopes: Scopes): string[] | null => (scopes.everything ? null : scopes.sourceIds);

const covered = (sql: Queryable, ids: string[] | null) => (ids === null ? sql`` : sql`and s.id = any(${ids}::uuid[])`);

export async function listSources(sql: Queryable, page: Page<[string, string]>, ids: string[] | null): Promise<SourceRow[]> {
  return await sql<SourceRow[]>`
    select s.* from catalog.sources s
    where s.removed_at is null ${covered(sql, ids)}
      ${page.after ? sql`and (s.name, s.id) > (${page.after[0]}, ${page.after[1]}::uuid)` : sql``}
    order by s.name, s.id limit ${page.first + 1}`;
}

export async function countSources(sql: Queryable, ids: string[] | null): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from catalog.sources s where s.removed_at is null ${covered(sql, ids)}`;
  return row!.count;
}

/** Removed ones too: runs and tombstones still name them. */
export async function getSourcesById(sql: Queryable, ids: readonly string[]): Promise<SourceRow[]> {
  return await sql<SourceRow[]>`select s.* from catalog.sources s where s.id = any(${ids as string[]}::uuid[])`;
}

/** The living source, locked against other changes until the transaction ends. */
export async function lockSource(tx: Transaction, id: string): Promise<SourceRow | undefined> {
  const [row] = await tx<SourceRow[]>`select * from catalog.sources where id = ${id} and removed_at is null for no key update`;
  return row;
}

export async function findSourceByName(sql: Queryable, name: string): Promise<SourceRow | undefined> {
  const [row] = await sql<SourceRow[]>`select * from catalog.sources where name = ${name} and removed_at is null`;
  return row;
}

/** False when another source has the name. */
export async function insertSource(tx: Transaction, row: Omit<SourceRow, 'removedAt' | 'version'>): Promise<boolean> {
  const inserted = await tx`
    insert into catalog.sources ${tx(row, 'id', 'name', 'connector', 'config', 'configKeyId', 'namespace', 'description', 'createdAt', 'updatedAt')}
    on conflict do nothing returning id`;
  return inserted.length > 0;
}

export async function updateSourceRow(
  tx: Transaction,
  id: string,
  values: Pick<SourceRow, 'name' | 'description' | 'config' | 'configKeyId' | 'updatedAt' | 'version'>,
): Promise<void> {
  await tx`update catalog.sources set ${tx(values, 'name', 'description', 'config', 'configKeyId', 'updatedAt', 'version')} where id = ${id}`;
}

/** Frees its name and its containers; its scans go, its runs and assets stay for the job that follows. */
export async function markSourceRemoved(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx`update catalog.sources set removed_at = ${at}, updated_at = ${at}, version = version + 1 where id = ${id}`;
  await tx`delete from catalog.source_containers where source_id = ${id}`;
  await tx`delete from catalog.scans where source_id = ${id}`;
}

/** Claims containers of a server; gives those that another source already has. */
export async function claimContainers(
  tx: Transaction,
  claim: { namespace: string; sourceId: string; containers: readonly string[] },
): Promise<{ container: string; sourceName: string }[]> {
  await tx`
    insert into catalog.source_containers (namespace, container, source_id)
    select ${claim.namespace}, container, s.id from unnest(${claim.containers as string[]}::text[]) as container
      cross join (select id from catalog.sources where id = ${claim.sourceId} and removed_at is null for share) s
    on conflict do nothing`;
  return await tx<{ container: string; sourceName: string }[]>`
    select c.container, s.name as source_name from catalog.source_containers c join catalog.sources s on s.id = c.source_id
    where c.namespace = ${claim.namespace} and c.container = any(${claim.containers as string[]}::text[]) and c.source_id <> ${claim.sourceId}`;
}

/** The containers of this server that other sources have. */
export async function containersOfOthers(sql: Queryable, namespace: string, sourceId: string | null): Promise<Set<string>> {
  const rows = await sql<{ container: string }[]>`
    select container from catalog.source_containers where namespace = ${namespace} and source_id is distinct from ${sourceId}`;
  return new Set(rows.map((row) => row.container));
}

export async function releaseContainers(tx: Transaction, sourceId: string, except: readonly string[]): Promise<void> {
  await tx`delete from catalog.source_containers where source_id = ${sourceId} and container <> all(${except as string[]}::text[])`;
}

export async function listSourceOwners(sql: Queryable, ids: readonly string[]): Promise<(OwnerWords & { sourceId: string })[]> {
  return await sql<(OwnerWords & { sourceId: string })[]>`
    select source_id, user_id, team_id, role from catalog.source_owners
    where source_id = any(${ids as string[]}::uuid[]) order by role, user_id, team_id`;
}

export async function replaceSourceOwners(tx: Transaction, id: string, owners: readonly OwnerWords[]): Promise<void> {
  await tx`delete from catalog.source_owners where source_id = ${id}`;
  if (owners.length > 0) {
    await tx`insert into catalog.source_owners ${tx(
      owners.map((owner) => ({ sourceId: id, ...owner })),
      'sourceId',
      'userId',
      'teamId',
      'role',
    )}`;
  }
}

export async function countAssetsBySource(sql: Queryable, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ sourceId: string; count: number }[]>`
    select k.source_id, sum(n.count)::bigint as count from access.classes k join catalog.asset_counts n on n.access_class = k.id
    where k.source_id = any(${ids as string[]}::uuid[]) group by k.source_id`;
  return new Map(rows.map((row) => [row.sourceId, row.count]));
}

/** Removed sources whose assets are not all tombstones yet. */
export async function listUnfinishedRemovals(sql: Queryable): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select s.id from catalog.sources s
    where s.removed_at < now() - interval '1 minute'
      and exists (select from catalog.assets a where a.source_id = s.id and a.deleted_at is null) limit 100`;
  return rows.map((row) => row.id);
}

export async function addRemovalJob(tx: Transaction, sourceId: string, actorId: string | null): Promise<void> {
  await addJob(tx, {
    task: 'removeSource',
    payload: { sourceId, ...(actorId ? { actorId } : {}) },
    queue: `source:${sourceId}`,
    key: `remove:${sourceId}`,
  });
}
