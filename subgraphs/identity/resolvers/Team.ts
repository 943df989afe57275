import { mayRead, requireReader, requireViewer } from '#platform/auth/viewer.ts';
import { listScope } from '#platform/graphql/connections.ts';
import type { TeamResolvers } from '#generated/identity.ts';
import type { IdentityContext } from '../context.ts';
import { readNamePage, toNameConnection } from '../namePages.ts';

export function createTeamResolvers({ loaders }: IdentityContext): TeamResolvers {
  return {
    __resolveReference: async ({ id }, context) =>
      mayRead(requireViewer(context.viewer)) ? await loaders.of(context).team.load(id) : null,
    members: async (team, args, context) => {
      // Reached from `me` too, by viewers who may not know who the others are.
      requireReader(context.viewer);
      const scope = listScope('members', team.id);
      const page = readNamePage(scope, args);
      const rows = await loaders.of(context).members.load({ teamId: team.id, page });
      return toNameConnection(scope, rows, page, () => loaders.of(context).memberCount.load(team.id));
    },
  };
}
