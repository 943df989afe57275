/** The subgraph identity and the sessions. */
import type { Database } from '#platform/database/index.ts';
import { createIdentity, type Identity } from '#subgraphs/identity/index.ts';
import { openPool, type Base } from './base.ts';

export type IdentityPart = Identity & { database: Database };

/** `onCommit` wakes the sequencer if it is in this process; one elsewhere looks every 50 ms. */
export function makeIdentity(base: Base, onCommit = () => {}): IdentityPart {
  const database = openPool(base, { part: 'identity', name: 'identity', max: 4 });
  return {
    ...createIdentity({ database, rootKey: base.location.rootKey, faults: base.settings.FAULT, logger: base.logger, onCommit }),
    database,
  };
}

/** Gives the sentence to tell, or undefined when there were users already. */
export async function ensureAdministrator({ settings }: Base, identity: Identity): Promise<string | undefined> {
  const made = await identity.createFirstAdministrator({ email: settings.ADMIN_EMAIL, password: settings.ADMIN_PASSWORD });
  if (!made) return undefined;
  return made.generated
    ? `First administrator, told this once: ${made.email} with the password ${made.password}`
    : `First administrator: ${made.email} with the password of ADMIN_PASSWORD`;
}
