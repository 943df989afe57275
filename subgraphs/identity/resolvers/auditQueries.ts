/** What only administrators over everything see of the log: what consumers gave up, and how far it is sealed, signed and verified. */
import { requireEverywhere, requireReader } from '#platform/auth/viewer.ts';
import { listScope } from '#platform/graphql/connections.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';
import type { QueryResolvers } from '#generated/identity.ts';
import type { IdentityContext } from '../context.ts';
import type { DeadLetterMapper } from '../mappers.ts';
import { countDeadLetters, listDeadLetters, type DeadLetterKey } from '../store/deadLetters.ts';
import { getAuditStatus } from '../store/auditStatus.ts';

const DEAD_LETTERS: Keyset<DeadLetterMapper, DeadLetterKey> = {
  scope: listScope('deadLetters', 'failedAt'),
  parts: ['time', 'id'],
  keyOf: (row) => [row.failedAt.toISOString(), row.id],
};

export function createAuditQueries({ database }: IdentityContext): Required<Pick<QueryResolvers, 'deadLetters' | 'auditStatus'>> {
  return {
    deadLetters: async (_parent, args, { viewer }) => {
      requireReader(viewer);
      const page = readKeyset(DEAD_LETTERS, args);
      requireEverywhere(viewer, 'administer');
      const rows = await listDeadLetters(database, page);
      return keysetConnection(DEAD_LETTERS, rows, page, () => countDeadLetters(database));
    },

    auditStatus: async (_parent, _args, { viewer }) => {
      requireReader(viewer);
      requireEverywhere(viewer, 'administer');
      const { hash, ...status } = await getAuditStatus(database);
      return { ...status, hash: hash.toString('hex') };
    },
  };
}
