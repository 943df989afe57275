import type { AuditedReadResolvers } from '#generated/identity.ts';
import { findVisibleUser, type IdentityContext } from '../context.ts';

export function createAuditedReadResolvers({ loaders }: IdentityContext): AuditedReadResolvers {
  return {
    id: ({ batch, number }) => `${batch}.${number}`,
    user: async ({ userId }, _args, context) => await findVisibleUser(loaders.of(context), context, userId),
  };
}
