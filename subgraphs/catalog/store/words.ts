/** People's words about assets and columns, in tables that a scan never writes. */
import type { Queryable, Transaction } from '#platform/database/index.ts';
import type { OwnerWords } from '../domain/snapshot.ts';

/** `domainId` and `termIds` as people gave them: of a removed domain or term until the asset is cleared of it. */
export type AssetWords = { description: string | null; owners: OwnerWords[]; tags: string[]; domainId: string | null; termIds: string[] };

/** Owners in the order of the snapshot, so that the same owners never look like a change. */
export async function listOwners(sql: Queryable, assetIds: readonly string[]): Promise<(OwnerWords & { assetId: string })[]> {
  return sql<(OwnerWords & { assetId: string })[]>`
    select asset_id, user_id, team_id, role from catalog.asset_owners
    where asset_id = any(${assetIds as string[]}::uuid[]) order by asset_id, role, user_id, team_id`;
}

export async function listTags(sql: Queryable, assetIds: readonly string[]): Promise<{ assetId: string; tag: string }[]> {
  return sql<{ assetId: string; tag: string }[]>`
    select asset_id, tag from catalog.asset_tags where asset_id = any(${assetIds as string[]}::uuid[]) order by asset_id, tag`;
}

export async function listDescriptions(sql: Queryable, assetIds: readonly string[]): Promise<Map<string, string | null>> {
  const rows = await sql<{ assetId: string; description: string | null }[]>`
    select asset_id, description from catalog.asset_edits where asset_id = any(${assetIds as string[]}::uuid[])`;
  return new Map(rows.map((row) => [row.assetId, row.description]));
}

/** Those of removed terms too, in the order of the snapshot. */
export async function listTermIds(sql: Queryable, assetIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await sql<{ assetId: string; termIds: string[] }[]>`
    select asset_id, array_agg(term_id order by term_id) as term_ids from catalog.asset_terms
    where asset_id = any(${assetIds as string[]}::uuid[]) group by asset_id`;
  return new Map(rows.map((row) => [row.assetId, row.termIds]));
}

/** Of the assets that have one: a removed one too, until they are cleared of it. */
export async function listDomainIds(sql: Queryable, assetIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<{ assetId: string; domainId: string }[]>`
    select asset_id, domain_id from catalog.asset_edits where asset_id = any(${assetIds as string[]}::uuid[]) and domain_id is not null`;
  return new Map(rows.map((row) => [row.assetId, row.domainId]));
}

/** All words about one asset, as its snapshot has them. */
export async function loadWords(sql: Queryable, assetId: string): Promise<AssetWords> {
  const [[edit], owners, tags, terms] = await Promise.all([
    sql<Pick<AssetWords, 'description' | 'domainId'>[]>`select description, domain_id from catalog.asset_edits where asset_id = ${assetId}`,
    listOwners(sql, [assetId]),
    listTags(sql, [assetId]),
    listTermIds(sql, [assetId]),
  ]);
  return {
    description: edit?.description ?? null,
    owners: owners.map(({ userId, teamId, role }) => ({ userId, teamId, role })),
    tags: tags.map((row) => row.tag),
    domainId: edit?.domainId ?? null,
    termIds: terms.get(assetId) ?? [],
  };
}

export async function setDomain(tx: Transaction, assetId: string, domainId: string | null): Promise<void> {
  await tx`
    insert into catalog.asset_edits (asset_id, domain_id) values (${assetId}, ${domainId})
    on conflict (asset_id) do update set domain_id = excluded.domain_id`;
}

export async function setTerms(tx: Transaction, assetId: string, termIds: readonly string[]): Promise<void> {
  await tx`delete from catalog.asset_terms where asset_id = ${assetId}`;
  if (termIds.length === 0) return;
  await tx`insert into catalog.asset_terms (asset_id, term_id) select ${assetId}::uuid, unnest(${termIds as string[]}::uuid[])`;
}

export async function setDescription(tx: Transaction, assetId: string, description: string | null): Promise<void> {
  await tx`
    insert into catalog.asset_edits (asset_id, description) values (${assetId}, ${description})
    on conflict (asset_id) do update set description = excluded.description`;
}

export async function setOwners(tx: Transaction, assetId: string, owners: readonly OwnerWords[]): Promise<void> {
  await tx`delete from catalog.asset_owners where asset_id = ${assetId}`;
  if (owners.length === 0) return;
  await tx`
    insert into catalog.asset_owners (asset_id, user_id, team_id, role)
    select ${assetId}::uuid, * from unnest(
      ${owners.map((owner) => owner.userId)}::uuid[], ${owners.map((owner) => owner.teamId)}::uuid[], ${owners.map((owner) => owner.role)}::text[])`;
}

export async function setTags(tx: Transaction, assetId: string, tags: readonly string[]): Promise<void> {
  await tx`delete from catalog.asset_tags where asset_id = ${assetId}`;
  if (tags.length === 0) return;
  await tx`insert into catalog.asset_tags (asset_id, tag) select ${assetId}::uuid, unnest(${tags as string[]}::text[])`;
}

export async function setColumnDescriptions(
  tx: Transaction,
  edits: readonly { columnId: string; description: string | null }[],
): Promise<void> {
  await tx`
    insert into catalog.column_edits (column_id, description)
    select * from unnest(${edits.map((edit) => edit.columnId)}::uuid[], ${edits.map((edit) => edit.description)}::text[])
    on conflict (column_id) do update set description = excluded.description`;
}
