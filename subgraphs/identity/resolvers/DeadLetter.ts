import { mayEverywhere, requireReader } from '#platform/auth/viewer.ts';
import type { DeadLetterResolvers } from '#generated/identity.ts';
import type { IdentityContext } from '../context.ts';

export function createDeadLetterResolvers({ loaders }: IdentityContext): DeadLetterResolvers {
  return {
    __resolveReference: async ({ id }, context) => {
      const viewer = requireReader(context.viewer);
      return mayEverywhere(viewer, 'administer') ? await loaders.of(context).deadLetter.load(id) : null;
    },
    event: async ({ eventId }, _args, context) => (eventId === null ? null : await loaders.of(context).event.load(eventId)),
  };
}
