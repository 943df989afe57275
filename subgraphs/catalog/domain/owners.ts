import { InvalidInput } from '#platform/errors.ts';
import { checkIds } from '#platform/graphql/inputs.ts';
import type { OwnerWords } from './snapshot.ts';

export type OwnerInput = { userId?: string | null; teamId?: string | null; role: string };

const MAX_OWNERS = 100;

/** Owners as they are stored: exactly one of user and team each, duplicates folded, in a fixed order. */
export function checkOwners(inputs: readonly OwnerInput[], field: string): OwnerWords[] {
  if (inputs.length > MAX_OWNERS) throw new InvalidInput(`"${field}" takes at most ${MAX_OWNERS} owners.`, field);
  const byKey = new Map<string, OwnerWords>();
  inputs.forEach(({ userId = null, teamId = null, role }, index) => {
    const id = userId ?? teamId;
    if (id === null || (userId !== null && teamId !== null)) {
      throw new InvalidInput('An owner is exactly one of "userId" and "teamId".', `${field}.${index}`);
    }
    checkIds([id], `${field}.${index}`);
    const owner = { userId: userId?.toLowerCase() ?? null, teamId: teamId?.toLowerCase() ?? null, role };
    byKey.set(`${role} ${owner.userId ?? ''} ${owner.teamId ?? ''}`, owner);
  });
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, owner]) => owner);
}
