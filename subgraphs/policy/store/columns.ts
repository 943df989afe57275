/** What policy asks catalog of columns. */
import type { RequestContext } from '#platform/graphql/context.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';

const QUERY = 'query ($columns: [_Any!]!) { _entities(representations: $columns) { ... on Column { id asset { id } } } }';

type Told = { _entities: ({ id: string; asset: { id: string } } | null)[] };

/** The ids of their assets, of columns that the context's viewer may see; deleted ones too. */
export async function findAssetsOfColumns(
  askCatalog: AskSubgraph,
  context: RequestContext,
  columnIds: readonly string[],
): Promise<Map<string, string>> {
  if (columnIds.length === 0) return new Map();
  const columns = columnIds.map((id) => ({ __typename: 'Column', id }));
  const { _entities: told } = await askCatalog<Told>(QUERY, { columns }, context);
  return new Map(told.flatMap((column) => (column ? [[column.id, column.asset.id] as const] : [])));
}
