/** The subgraph `session`: signing in and out, served by the router itself, so that it works while every other subgraph is down. */
import { requireReader, type Viewer } from '#platform/auth/viewer.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { createSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts';
import type { RefreshSessionInput, Resolvers, Session, SignInInput, SignOutInput } from '#generated/session.ts';

type SignedIn = { accessToken: string; refreshToken: string; expiresAt: Date; viewer: Viewer };

/** What the router needs of whoever keeps the sessions. */
export type SessionKeeper = {
  signIn(input: SignInInput, address: string): Promise<SignedIn>;
  refresh(input: RefreshSessionInput): Promise<SignedIn>;
  signOut(viewer: Viewer | null, input: SignOutInput): Promise<boolean>;
};

export function createSessionSubgraph({ sessions, version }: { sessions: SessionKeeper; version: string }): Subgraph {
  /** The rest of this operation (`session { user { name } }`) runs as who has just signed in. */
  function answer(context: RequestContext, { viewer, ...tokens }: SignedIn): { session: Session } {
    context.viewer = viewer;
    return { session: { ...tokens, user: { id: viewer.userId } } };
  }

  const resolvers: Resolvers = {
    Query: {
      serverVersion(_parent, _args, context) {
        requireReader(context.viewer);
        return version;
      },
    },
    Mutation: {
      signIn: async (_parent, { input }, context) => answer(context, await sessions.signIn(input, context.address)),
      refreshSession: async (_parent, { input }, context) => answer(context, await sessions.refresh(input)),
      async signOut(_parent, { input }, context) {
        return { signedOut: await sessions.signOut(context.viewer, input) };
      },
    },
  };
  return createSubgraph('session', resolvers);
}
