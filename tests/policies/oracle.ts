/** What a full evaluation finds, written once more and plainly: from the tables of catalog and policy, asset by asset and policy by policy. */
import type { Database } from '#platform/database/index.ts';

type Column = { id: string; name: string; description: string | null; labels: string[] };
type Asset = {
  id: string;
  kind: string;
  namespace: string;
  name: string;
  title: string;
  sourceId: string;
  domainId: string | null;
  description: string | null;
  definition: string | null;
  tags: string[];
  owners: { id: string; role: string }[];
  columns: Column[];
};
// oxlint-disable-next-line typescript/no-explicit-any -- of every rule type
type Policy = { id: string; ruleType: string; params: any; scope: any };

/** `policy asset column` of each violation that there should be, sorted. */
export async function findViolations(owner: Database): Promise<string[]> {
  const assets = await readAssets(owner);
  const policies = await owner<Policy[]>`select id, rule_type, params, scope from policy.policies where status = 'PUBLISHED'`;
  return policies
    .flatMap((policy) =>
      assets
        .filter((asset) => isInScope(asset, policy.scope))
        .flatMap((asset) => judge(asset, policy, assets).map((column) => `${policy.id} ${asset.id} ${column ?? '-'}`)),
    )
    .toSorted();
}

async function readAssets(owner: Database): Promise<Asset[]> {
  const assets = await owner<Omit<Asset, 'tags' | 'owners' | 'columns'>[]>`
    select a.id, a.kind, a.namespace, a.name, a.path[cardinality(a.path)] as title, a.source_id, e.domain_id,
      coalesce(e.description, a.source_description) as description, a.table_facet ->> 'definition' as definition
    from catalog.assets a left join catalog.asset_edits e on e.asset_id = a.id where a.deleted_at is null`;
  const tags = await owner`select asset_id, tag from catalog.asset_tags`;
  const owners = await owner`select asset_id, coalesce(user_id, team_id) as id, role from catalog.asset_owners`;
  const columns = await owner`
    select c.asset_id, c.id, c.name, coalesce(e.description, c.source_description) as description
    from catalog.columns c left join catalog.column_edits e on e.column_id = c.id where c.deleted_at is null`;
  const labels = await owner`select column_id, label from policy.column_labels where state = 'CONFIRMED'`;
  return assets.map((asset) => ({
    ...asset,
    tags: tags.filter((row) => row.assetId === asset.id).map((row) => row.tag as string),
    owners: owners.filter((row) => row.assetId === asset.id).map((row) => ({ id: row.id as string, role: row.role as string })),
    columns: columns
      .filter((row) => row.assetId === asset.id)
      .map((row) => ({
        id: row.id as string,
        name: row.name as string,
        description: row.description as string | null,
        labels: labels.filter((label) => label.columnId === row.id).map((label) => label.label as string),
      })),
  }));
}

function isInScope(asset: Asset, scope: Policy['scope']): boolean {
  const labels = asset.columns.flatMap((column) => column.labels);
  const tests: Record<string, (value: never) => boolean> = {
    kinds: (kinds: string[]) => kinds.includes(asset.kind),
    sourceIds: (ids: string[]) => ids.includes(asset.sourceId),
    namePrefix: (prefix: string) => asset.name.startsWith(prefix),
    tags: (tags: string[]) => tags.some((tag) => asset.tags.includes(tag)),
    labels: (wanted: string[]) => wanted.some((label) => labels.includes(label)),
    ownerIds: (ids: string[]) => asset.owners.some(({ id }) => ids.includes(id)),
    domainIds: (ids: string[]) => ids.includes(asset.domainId ?? ''),
    hasOwner: (has: boolean) => asset.owners.length > 0 === has,
    hasDomain: (has: boolean) => (asset.domainId !== null) === has,
  };
  return Object.entries(scope as object).every(([field, value]) => tests[field]!(value as never));
}

/** Ids of the columns at fault; null: the asset. */
function judge(asset: Asset, { ruleType, params }: Policy, assets: readonly Asset[]): (string | null)[] {
  const failing = (test: (column: Column) => boolean): string[] => asset.columns.filter((column) => !test(column)).map(({ id }) => id);
  const isDescribed = (text: string | null): boolean => (text ?? '').trim().length >= (params.minLength ?? 1);
  switch (ruleType) {
    case 'ownerRequired':
      return asset.owners.some(({ role }) => !params.role || role === params.role) ? [] : [null];
    case 'descriptionRequired':
      return [
        ...(isDescribed(asset.description) ? [] : [null]),
        ...(params.columns ? failing(({ description }) => isDescribed(description)) : []),
      ];
    case 'namingConvention':
      if (params.target === 'asset') return new RegExp(params.pattern).test(asset.title) ? [] : [null];
      return failing(({ name }) => new RegExp(params.pattern).test(name));
    case 'labelRequired':
      return asset.columns.length === 0 || asset.columns.some(({ labels }) => labels.some((label) => params.labels.includes(label)))
        ? []
        : [null];
    default:
      return failing((column) => isMasked(asset, column, params.labels, assets));
  }
}

/** Views of these histories are `SELECT t.a AS a, md5(t.b) AS b FROM public.base t`. */
function isMasked({ kind, namespace, definition }: Asset, column: Column, labels: string[], assets: readonly Asset[]): boolean {
  const isLabelled = (each: Column | undefined): boolean => each?.labels.some((label) => labels.includes(label)) ?? false;
  if (!isLabelled(column) || column.labels.includes('MASKED')) return true;
  if (kind !== 'VIEW') return false;
  if (definition!.includes(`md5(t.${column.name}) AS ${column.name}`)) return true;
  const base = /FROM public\.(\w+) t/.exec(definition!)![1];
  return !assets
    .filter((asset) => asset.namespace === namespace && asset.title === base)
    .some((asset) => isLabelled(asset.columns.find(({ name }) => name === column.name)));
}
