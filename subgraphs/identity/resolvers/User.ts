import { requireViewer } from '#platform/auth/viewer.ts';
import type { UserResolvers } from '#generated/identity.ts';
import { findVisibleUser, type IdentityContext } from '../context.ts';
import { visibleRoles } from '../domain/roles.ts';

export function createUserResolvers({ loaders }: IdentityContext): UserResolvers {
  return {
    __resolveReference: async ({ id }, context) => await findVisibleUser(loaders.of(context), context, id),
    roles: async (user, _args, context) => {
      const roles = await loaders.of(context).rolesByUser.load(user.id);
      return visibleRoles(requireViewer(context.viewer), user.id, roles);
    },
    teams: async (user, _args, context) => await loaders.of(context).teamsByUser.load(user.id),
  };
}
