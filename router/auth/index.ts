/** The subgraph `session`: signing in and out, served by the router itself, so that it works while every other subgraph is down. */
import { requireViewer, type Viewer } from '#platform/auth/viewer.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { createSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts';

type SignedIn = { accessToken: string; refreshToken: string; expiresAt: Date; viewer: Viewer };

/** What the router needs of whoever keeps the sessions. */
export type SessionKeeper = {
  signIn(input: { email: string; password: string }, address: string): Promise<SignedIn>;
  refresh(input: { refreshToken: string }): Promise<SignedIn>;
  signOut(viewer: Viewer | null, input: { everywhere?: boolean | null }): Promise<void>;
};

type SessionParent = { accessToken: string; refreshToken: string; expiresAt: Date; user: { id: string } };

export function createSessionSubgraph({ sessions, version }: { sessions: SessionKeeper; version: string }): Subgraph {
  /** The rest of this operation (`session { user { name } }`) runs as who has just signed in. */
  function answer(context: RequestContext, { viewer, ...tokens }: SignedIn): { session: SessionParent } {
    context.viewer = viewer;
    return { session: { ...tokens, user: { id: viewer.userId } } };
  }

  return createSubgraph('session', {
    Query: {
      serverVersion(_parent: unknown, _args: unknown, context: RequestContext): string {
        requireViewer(context.viewer);
        return version;
      },
    },
    Mutation: {
      async signIn(_parent: unknown, { input }: { input: { email: string; password: string } }, context: RequestContext) {
        return answer(context, await sessions.signIn(input, context.address));
      },
      async refreshSession(_parent: unknown, { input }: { input: { refreshToken: string } }, context: RequestContext) {
        return answer(context, await sessions.refresh(input));
      },
      async signOut(_parent: unknown, { input }: { input: { everywhere?: boolean | null } }, context: RequestContext) {
        await sessions.signOut(context.viewer, input);
        return { signedOut: true };
      },
    },
  });
}
