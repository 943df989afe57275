import type { ImpactByDomainResolvers, ImpactByOwnerResolvers, ImpactResolvers, QueryResolvers } from '#generated/lineage.ts';
import { requireReader } from '#platform/auth/viewer.ts';
import { InvalidInput } from '#platform/errors.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { isId } from '#platform/ids.ts';
import type { LineageContext } from '../context.ts';
import { MAX_NODES } from '../domain/budgets.ts';
import { countImpact, listPeople, readReached } from '../domain/impact.ts';
import { checkLineage, momentOf } from '../domain/lineage.ts';
import type { Level } from '../graph/index.ts';
import { findAssetFacts } from '../store/catalogAssets.ts';
import { listTeamMembers } from '../store/teamMembers.ts';

const DEFAULT_DEPTH = 20;
/** Of owners, and of domains. */
const MOST_LISTED = 1_000;

type Deps = { lineage: LineageContext; askCatalog: AskSubgraph; askIdentity: AskSubgraph };
type Given = { assetId?: string | null; columnId?: string | null };
type Resolvers = {
  Query: Pick<QueryResolvers, 'impact'>;
  Impact: ImpactResolvers;
  ImpactByOwner: ImpactByOwnerResolvers;
  ImpactByDomain: ImpactByDomainResolvers;
};

export function createImpactResolvers({ lineage, askCatalog, askIdentity }: Deps): Resolvers {
  /** As the graph knows it; null for what the viewer may not see. */
  async function findRoot({ id, level }: { id: string; level: Level }, context: RequestContext) {
    if (!isId(id)) return null;
    if (level === 'ASSET') return { rootId: id.toLowerCase(), assetId: id.toLowerCase() };
    const column = await lineage.of(context).columnNode.load(id.toLowerCase());
    return column && { rootId: column.id, assetId: column.assetId };
  }

  return {
    Query: {
      async impact(_, { assetId, columnId, direction, depth, maxNodes, asOf }, context) {
        requireReader(context.viewer);
        const given = readGiven({ assetId, columnId });
        const bounds = { depth: depth ?? DEFAULT_DEPTH, maxNodes: maxNodes ?? MAX_NODES, asOf: asOf ?? null };
        checkLineage(bounds);
        const root = await findRoot(given, context);
        if (!root) return null;
        const { graph, classes } = lineage.of(context);
        const visible = await classes();
        const request = { ...root, ...bounds, level: given.level, direction: direction ?? 'DOWNSTREAM' };
        const reached = await graph.read((store) => readReached(store, visible, request));
        if (!reached) return null;
        const findFacts = (ids: readonly string[]) => findAssetFacts(askCatalog, context, ids);
        const impact = await countImpact(reached, momentOf(bounds.asOf), findFacts);
        return { rootId: given.id.toLowerCase(), ...impact };
      },
    },
    Impact: {
      byOwner: ({ byOwner }) => byOwner.slice(0, MOST_LISTED),
      byDomain: ({ byDomain }) => byDomain.slice(0, MOST_LISTED),
      async peopleToTell({ byOwner }, _, context) {
        const people = await listPeople(byOwner, (teamIds, limit) => listTeamMembers(askIdentity, context, teamIds, limit));
        return people.map((id) => ({ id }));
      },
    },
    ImpactByOwner: {
      user: ({ userId: id }) => (id ? { id } : null),
      team: ({ teamId: id }) => (id ? { id } : null),
    },
    ImpactByDomain: { domain: ({ domainId: id }) => (id ? { id } : null) },
  };
}

function readGiven({ assetId, columnId }: Given): { id: string; level: Level } {
  if (assetId != null && columnId != null) {
    throw new InvalidInput('Give an asset or a column, not both.', 'columnId');
  }
  if (assetId != null) return { id: assetId, level: 'ASSET' };
  if (columnId != null) return { id: columnId, level: 'COLUMN' };
  throw new InvalidInput('Give the id of an asset or of a column.', 'assetId');
}
