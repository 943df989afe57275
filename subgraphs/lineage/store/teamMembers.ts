/** Who is in a team, as identity says it to the viewer. */
import type { RequestContext } from '#platform/graphql/context.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';

const MEMBERS = 'members(first: 200, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } }';
const QUERY = `query ($teams: [_Any!]!, $after: String) { _entities(representations: $teams) { ... on Team { id ${MEMBERS} } } }`;

const TEAMS_AT_ONCE = 100;

type Page = { nodes: readonly { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
/** Members are null to who may not know them, and a team that there is no more is null. */
type Answer = { _entities: ({ id: string; members: Page | null } | null)[] };

/** Ids of the members of each team, in the teams' order and by the members' names: each once, the first `limit`. */
export async function listTeamMembers(
  askIdentity: AskSubgraph,
  context: RequestContext,
  teamIds: readonly string[],
  limit: number,
): Promise<string[]> {
  const found = new Set<string>();
  const ask = async (ids: readonly string[], after: string | null) => {
    const teams = ids.map((id) => ({ __typename: 'Team', id }));
    return (await askIdentity<Answer>(QUERY, { teams, after }, context))._entities;
  };
  for (let from = 0; from < teamIds.length && found.size < limit; from += TEAMS_AT_ONCE) {
    for (const team of await ask(teamIds.slice(from, from + TEAMS_AT_ONCE), null)) {
      for (let page = team?.members; page && found.size < limit;) {
        for (const { id } of page.nodes) found.add(id);
        page = page.pageInfo.hasNextPage ? (await ask([team!.id], page.pageInfo.endCursor))[0]?.members : null;
      }
    }
  }
  return [...found].slice(0, limit);
}
