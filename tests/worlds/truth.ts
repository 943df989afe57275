/** What a viewer may see, decided record by record from the rows alone: no access class, no filter, no index of the product. */
import type { Database } from '#platform/database/index.ts';

export type Role = { role: 'ADMIN' | 'STEWARD' | 'READER' | 'INGESTOR'; sourceId?: string | null; domainId?: string | null };

export type Asset = {
  id: string;
  sourceId: string;
  kind: string;
  namespace: string;
  name: string;
  path: string[];
  parentId: string | null;
  updatedAt: Date;
  deletedAt: Date | null;
  domainId: string | null;
  description: string | null;
  tags: string[];
  ownerIds: string[];
  termIds: string[];
};
export type Column = { id: string; assetId: string; name: string; dataType: string };
export type Domain = { id: string; parentId: string | null };
/** An event of an asset, with the source and domain that it had before and after. */
export type AssetEvent = { id: string; before: Place | null; after: Place | null };
type Place = { sourceId: string; domainId: string | null };

export type Truth = { assets: Asset[]; columns: Column[]; domains: Domain[]; termIds: string[]; sourceIds: string[]; events: AssetEvent[] };

export async function readTruth(sql: Database): Promise<Truth> {
  return await sql.begin('isolation level repeatable read', async (tx) => {
    const assets = await tx<Asset[]>`
      select a.id, a.source_id, a.kind, a.namespace, a.name, a.path, a.parent_id, a.updated_at, a.deleted_at, e.domain_id, e.description,
        array(select tag from catalog.asset_tags t where t.asset_id = a.id) as tags,
        array(select coalesce(user_id, team_id) from catalog.asset_owners o where o.asset_id = a.id) as owner_ids,
        array(select term_id from catalog.asset_terms t where t.asset_id = a.id) as term_ids
      from catalog.assets a left join catalog.asset_edits e on e.asset_id = a.id`;
    const columns = await tx<Column[]>`select id, asset_id, name, data_type from catalog.columns where deleted_at is null`;
    const domains = await tx<Domain[]>`select id, parent_id from catalog.domains`;
    const terms = await tx<{ id: string }[]>`select id from catalog.glossary_terms`;
    const sources = await tx<{ id: string }[]>`select id from catalog.sources where removed_at is null`;
    const events = await tx<{ id: string; before: number | null; after: number | null }[]>`
      select event_id as id, (attributes ->> 'accessBefore')::int as before, (attributes ->> 'accessAfter')::int as after from events.log where type like 'asset.%'`;
    const classes = new Map(
      (await tx<(Place & { id: number })[]>`select id, source_id, domain_id from access.classes`).map((row) => [row.id, row]),
    );
    const place = (id: number | null) => (id === null ? null : classes.get(id)!);
    return {
      assets: [...assets],
      columns: [...columns],
      domains: [...domains],
      termIds: terms.map((row) => row.id),
      sourceIds: sources.map((row) => row.id),
      events: events.map(({ id, before, after }) => ({ id, before: place(before), after: place(after) })),
    };
  });
}

/** Whether one of the roles covers a thing of this source and domain for reading. */
export function allows(truth: Truth, roles: readonly Role[], { sourceId, domainId }: Place): boolean {
  return roles.some((role) => {
    if (role.role === 'INGESTOR') return false;
    if (role.sourceId) return role.sourceId === sourceId;
    if (role.domainId) return ancestorsOf(truth, domainId).includes(role.domainId);
    return true;
  });
}

/** The domain and those above it. */
function ancestorsOf(truth: Truth, domainId: string | null): string[] {
  const domain = truth.domains.find((each) => each.id === domainId);
  return domain ? [domain.id, ...ancestorsOf(truth, domain.parentId)] : [];
}

export type Filter = {
  sourceIds?: string[];
  kinds?: string[];
  namespace?: string;
  namePrefix?: string;
  tags?: string[];
  ownerIds?: string[];
  domainIds?: string[];
  hasOwner?: boolean;
  hasDomain?: boolean;
  includeDeleted?: boolean;
  updatedAfter?: string;
};

export function matches(asset: Asset, filter: Filter): boolean {
  const any = (wanted: string[] | undefined, has: string[]) => !wanted || wanted.some((value) => has.includes(value));
  return (
    (filter.includeDeleted === true || asset.deletedAt === null) &&
    any(filter.sourceIds, [asset.sourceId]) &&
    any(filter.kinds, [asset.kind]) &&
    any(filter.tags, asset.tags) &&
    any(filter.ownerIds, asset.ownerIds) &&
    any(filter.domainIds, asset.domainId ? [asset.domainId] : []) &&
    (filter.namespace === undefined || asset.namespace === filter.namespace) &&
    (filter.namePrefix === undefined || asset.name.startsWith(filter.namePrefix)) &&
    (filter.hasOwner === undefined || asset.ownerIds.length > 0 === filter.hasOwner) &&
    (filter.hasDomain === undefined || (asset.domainId !== null) === filter.hasDomain) &&
    (filter.updatedAfter === undefined || asset.updatedAt > new Date(filter.updatedAfter))
  );
}

/** How many assets have each value, as `assetCounts` and facets tell it. */
export function countBy(assets: readonly Asset[], valuesOf: (asset: Asset) => string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const asset of assets) for (const value of valuesOf(asset)) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
