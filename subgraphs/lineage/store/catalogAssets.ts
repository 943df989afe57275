/** What catalog knows of assets, asked as the viewer of a request, or in the product's own name. */
import { randomUUID } from 'node:crypto';
import { SYSTEM_VIEWER } from '#platform/auth/viewer.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';

const QUERY = 'query ($ids: [ID!]!) { assetFacts(ids: $ids) }';

/** As many as catalog takes at a time. */
const AT_ONCE = 1_000;

export type AssetFacts = {
  id: string;
  sourceId: string;
  domainId: string | null;
  accessClass: number;
  kind: string;
  namespace: string;
  name: string;
  tags: readonly string[];
  owners: readonly { userId: string | null; teamId: string | null }[];
  /** ISO 8601. */
  deletedAt: string | null;
};

/** Of those that the context's viewer may see; tombstones too. */
export async function findAssetFacts(
  askCatalog: AskSubgraph,
  context: RequestContext,
  ids: readonly string[],
): Promise<Map<string, AssetFacts>> {
  const found = new Map<string, AssetFacts>();
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const { assetFacts } = await askCatalog<{ assetFacts: AssetFacts[] }>(QUERY, { ids: ids.slice(from, from + AT_ONCE) }, context);
    for (const asset of assetFacts) found.set(asset.id, asset);
  }
  return found;
}

const DEFINITIONS = 'query ($of: [DefinitionInput!]!) { definitions(of: $of) }';
/** As many as catalog takes at a time. */
const DEFINITIONS_AT_ONCE = 5_000;

/** `at` null: now. */
export type DefinitionKey = { assetId: string; at: Date | null };

/** The SQL of views that the context's viewer may see, in their order; null of what has none. */
export async function findDefinitions(
  askCatalog: AskSubgraph,
  context: RequestContext,
  keys: readonly DefinitionKey[],
): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for (let from = 0; from < keys.length; from += DEFINITIONS_AT_ONCE) {
    const of = keys.slice(from, from + DEFINITIONS_AT_ONCE).map(({ assetId, at }) => ({ assetId, at: at?.toISOString() ?? null }));
    found.push(...(await askCatalog<{ definitions: (string | null)[] }>(DEFINITIONS, { of }, context)).definitions);
  }
  return found;
}

const VIEWS = 'query ($ids: [ID!]!) { assetFacts(ids: $ids, parts: [DEFINITION]) }';

export type ViewFacts = { id: string; dependsOn: readonly { name: string; columns: readonly string[] }[]; definition: string | null };

/** What views are, for who writes lineage; at most 1,000. In no order. */
export async function findViews(askCatalog: AskSubgraph, ids: readonly string[]): Promise<ViewFacts[]> {
  const context: RequestContext = { viewer: SYSTEM_VIEWER, requestId: randomUUID(), address: 'system' };
  const { assetFacts } = await askCatalog<{ assetFacts: ViewFacts[] }>(VIEWS, { ids }, context);
  return assetFacts;
}
