import type { OwnerWords } from '../domain/snapshot.ts';

/** References: identity has the person and the team, and gives null for those that are gone. */
export const Owner = {
  user: ({ userId }: OwnerWords) => userId && { id: userId },
  team: ({ teamId }: OwnerWords) => teamId && { id: teamId },
};
