import { requireReader } from '#platform/auth/viewer.ts';
import type { EventResolvers } from '#generated/identity.ts';
import { findVisibleUser, type IdentityContext } from '../context.ts';

export function createEventResolvers({ loaders }: IdentityContext): EventResolvers {
  return {
    __resolveReference: async ({ id }, context) => {
      requireReader(context.viewer);
      return await loaders.of(context).event.load(id);
    },
    actor: async (event, _args, context) =>
      event.actorId === null ? null : await findVisibleUser(loaders.of(context), context, event.actorId),
    // An erased event keeps its place and its hash, and has no data any more.
    data: (event) => event.data ?? {},
    hash: (event) => event.hash.toString('hex'),
  };
}
