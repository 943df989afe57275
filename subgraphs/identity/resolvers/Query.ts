import { requireReader, requireViewer } from '#platform/auth/viewer.ts';
import { listScope } from '#platform/graphql/connections.ts';
import type { QueryResolvers } from '#generated/identity.ts';
import type { IdentityContext } from '../context.ts';
import { readNamePage, toNameConnection } from '../namePages.ts';
import { createApiTokenQueries } from './apiTokenQueries.ts';
import { createAuditQueries } from './auditQueries.ts';
import { createEventQueries } from './eventQueries.ts';
import { countTeams, listTeams } from '../store/teams.ts';
import { countUsers, listUsers } from '../store/users.ts';

const USERS = listScope('users', 'name');
const TEAMS = listScope('teams', 'name');

export function createQueryResolvers(identity: IdentityContext): QueryResolvers {
  const { database, loaders } = identity;
  return {
    ...createEventQueries(identity),
    ...createApiTokenQueries(identity),
    ...createAuditQueries(identity),

    me: async (_parent, _args, context) => await loaders.of(context).user.load(requireViewer(context.viewer).userId),

    user: async (_parent, { id }, context) => {
      requireReader(context.viewer);
      return await loaders.of(context).user.load(id);
    },

    users: async (_parent, args, context) => {
      requireReader(context.viewer);
      const page = readNamePage(USERS, args);
      const rows = await listUsers(database, page);
      return toNameConnection(USERS, rows, page, () => countUsers(database));
    },

    teams: async (_parent, args, context) => {
      requireReader(context.viewer);
      const page = readNamePage(TEAMS, args);
      const rows = await listTeams(database, page);
      return toNameConnection(TEAMS, rows, page, () => countTeams(database));
    },
  };
}
