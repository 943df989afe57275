import type { MutationResolvers } from '#generated/identity.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { IdentityContext } from '../context.ts';

export function createMutationResolvers({ users, teams, apiTokens, deadLetters, loaders }: IdentityContext): MutationResolvers {
  /** What was loaded before the change is not to be shown after it. */
  async function change<Payload>(context: RequestContext, run: () => Promise<Payload>): Promise<Payload> {
    const payload = await run();
    loaders.forget(context);
    return payload;
  }
  return {
    createUser: (_parent, { input }, context) => change(context, () => users.create(context.viewer, input)),
    setUserRoles: (_parent, { input }, context) => change(context, () => users.setRoles(context.viewer, input)),
    createTeam: (_parent, { input }, context) => change(context, () => teams.create(context.viewer, input)),
    createApiToken: (_parent, { input }, context) => change(context, () => apiTokens.create(context.viewer, input)),
    revokeApiToken: (_parent, { input }, context) => change(context, () => apiTokens.revoke(context.viewer, input)),
    redriveDeadLetter: (_parent, { input }, context) => change(context, () => deadLetters.redrive(context.viewer, input)),
    updateTeam: (_parent, { input }, context) => change(context, () => teams.update(context.viewer, input)),
  };
}
