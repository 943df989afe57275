/**
 * Columns as the catalog names them. The graph knows a column by its asset and its name, because events tell names; people and other
 * subgraphs know it by the catalog's id. Both stand for the same column for ever.
 */
import type { RequestContext } from '#platform/graphql/context.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { isId } from '#platform/ids.ts';
import { columnNodeId } from './nodeIds.ts';
import type { ColumnNode } from '../graph/index.ts';

const BY_ID = 'query ($ids: [ID!]!) { columnsById(ids: $ids) }';
const BY_NAME = 'query ($names: [ColumnNameInput!]!) { columnsByName(names: $names) }';

/** As many as catalog takes at a time. */
const AT_ONCE = 5_000;

/** As catalog tells it: the id is catalog's. */
type Told = { id: string; assetId: string; name: string; isDeleted: boolean };
export type FoundColumn = ColumnNode & { isDeleted: boolean };

/** The graph's column of each catalog's id, of those that the context's viewer may see; deleted ones too. */
export async function findColumnsById(
  askCatalog: AskSubgraph,
  context: RequestContext,
  ids: readonly string[],
): Promise<Map<string, FoundColumn>> {
  const wanted = [...new Set(ids.filter(isId).map((id) => id.toLowerCase()))];
  const told = await inBatches(wanted, async (batch) => {
    const { columnsById } = await askCatalog<{ columnsById: Told[] }>(BY_ID, { ids: batch }, context);
    return columnsById;
  });
  return new Map(told.map(({ id, ...column }) => [id, { id: columnNodeId(column.assetId, column.name), ...column }]));
}

/** Catalog's id of each of the graph's columns (by `columnNodeId`), of those that the context's viewer may see; deleted ones too. */
export async function findColumnIds(
  askCatalog: AskSubgraph,
  context: RequestContext,
  columns: readonly Omit<ColumnNode, 'id'>[],
): Promise<Map<string, string>> {
  const told = await inBatches(columns, async (batch) => {
    const names = batch.map(({ assetId, name }) => ({ assetId, name }));
    const { columnsByName } = await askCatalog<{ columnsByName: Told[] }>(BY_NAME, { names }, context);
    return columnsByName;
  });
  return new Map(told.map(({ id, assetId, name }) => [columnNodeId(assetId, name), id]));
}

async function inBatches<Item>(items: readonly Item[], ask: (batch: readonly Item[]) => Promise<Told[]>): Promise<Told[]> {
  const told: Told[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) told.push(...(await ask(items.slice(from, from + AT_ONCE))));
  return told;
}
