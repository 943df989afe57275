/** Reads what rules look at: catalog tells the facts, and the labels are policy's own. */
import { randomUUID } from 'node:crypto';
import { SYSTEM_VIEWER } from '#platform/auth/viewer.ts';
import type { Queryable } from '#platform/database/index.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import type { AssetFacts, ColumnFacts } from '../facts.ts';
import type { Need } from '../rules/types.ts';

const QUERY = 'query ($ids: [ID!]!, $parts: [AssetFactPart!]) { assetFacts(ids: $ids, parts: $parts) }';

/** As catalog tells it. */
type ToldFacts = Omit<AssetFacts, 'labels' | 'columns' | 'definition' | 'dependencyLabels'> & {
  columns?: Omit<ColumnFacts, 'labels'>[];
  definition?: string | null;
};

/** In whose name consumers and jobs read. */
export const systemContext = (): RequestContext => ({ viewer: SYSTEM_VIEWER, requestId: randomUUID(), address: 'system' });

/**
 * Present facts of the assets that the context's viewer may see, tombstones too, in no order; at most 1,000 ids. Labels are
 * those of living columns: whether a column lives catalog knows, and first.
 */
export async function readFacts(
  { sql, askCatalog, context }: { sql: Queryable; askCatalog: AskSubgraph; context: RequestContext },
  ids: readonly string[],
  needs: ReadonlySet<Need>,
): Promise<AssetFacts[]> {
  if (ids.length === 0) return [];
  const labelled = needs.has('labels') || needs.has('definition');
  const parts = [...(labelled || needs.has('columns') ? ['COLUMNS'] : []), ...(needs.has('definition') ? ['DEFINITION'] : [])];
  const { assetFacts: told } = await askCatalog<{ assetFacts: ToldFacts[] }>(QUERY, { ids, parts }, context);
  const labels = labelled ? await listColumnLabels(sql, ids) : NOTHING;
  const dependencies = needs.has('definition') ? await listDependencyLabels(sql, told) : NO_DEPENDENCIES;
  // The answer is ours alone, so columns get their labels where they are: there may be millions of them.
  return told.map((asset) => {
    const columns = (asset.columns ?? []) as (ColumnFacts & { labels: readonly string[] })[];
    for (const column of columns) column.labels = labels.get(column.id) ?? NONE;
    return {
      ...asset,
      columns,
      labels: labelled ? [...new Set(columns.flatMap((column) => column.labels))].toSorted() : NONE,
      definition: asset.definition ?? null,
      dependencyLabels: dependencies(asset),
    };
  });
}

const NONE: readonly string[] = [];
const NOTHING: ReadonlyMap<string, readonly string[]> = new Map();
const NO_LABELS: AssetFacts['dependencyLabels'] = new Map();
const NO_DEPENDENCIES = (): AssetFacts['dependencyLabels'] => NO_LABELS;

/** By column. Name rules only suggest, so a confirmed label is a person's word. */
async function listColumnLabels(sql: Queryable, assetIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await sql<{ columnId: string; labels: string[] }[]>`
    select column_id, array_agg(label order by label) as labels from policy.column_labels
    where asset_id = any(${assetIds as string[]}::uuid[]) and state = 'CONFIRMED' group by column_id`;
  return new Map(rows.map((row) => [row.columnId, row.labels]));
}

/**
 * Labels of the columns that views read, whoever asks: a name that a viewer may not see is masked no less. Whether the column
 * still lives is not asked: the view reads it.
 */
async function listDependencyLabels(sql: Queryable, assets: readonly ToldFacts[]): Promise<typeof NO_DEPENDENCIES | LabelsOf> {
  const wanted = new Map<string, { namespace: string; name: string }>();
  for (const { namespace, dependsOn } of assets) for (const { name } of dependsOn) wanted.set(keyOf(namespace, name), { namespace, name });
  if (wanted.size === 0) return NO_DEPENDENCIES;
  const names = [...wanted.values()];
  const rows = await sql<{ namespace: string; name: string; columnName: string; labels: string[] }[]>`
    select a.namespace, a.name, l.column_name, array_agg(distinct l.label order by l.label) as labels
    from unnest(${names.map((each) => each.namespace)}::text[], ${names.map((each) => each.name)}::text[]) as wanted (namespace, name)
    join policy.assets a on a.namespace = wanted.namespace and a.name = wanted.name and not a.is_deleted
    join policy.column_labels l on l.asset_id = a.asset_id and l.state = 'CONFIRMED'
    group by a.namespace, a.name, l.column_name`;
  const found = new Map<string, Map<string, readonly string[]>>();
  for (const row of rows) {
    const key = keyOf(row.namespace, row.name);
    found.set(key, (found.get(key) ?? new Map<string, readonly string[]>()).set(row.columnName, row.labels));
  }
  return ({ namespace, dependsOn }) =>
    new Map(dependsOn.flatMap(({ name }) => [found.get(keyOf(namespace, name))].flatMap((labels) => (labels ? [[name, labels]] : []))));
}

type LabelsOf = (asset: ToldFacts) => AssetFacts['dependencyLabels'];
const keyOf = (namespace: string, name: string): string => JSON.stringify([namespace, name]);
