/** What only administrators over everything see of the log: what consumers gave up, and how far it is sealed, signed and verified. */
import { requireEverywhere, requireReader } from '#platform/auth/viewer.ts';
import { listScope } from '#platform/graphql/connections.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';
import { isId } from '#platform/ids.ts';
import type { QueryResolvers } from '#generated/identity.ts';
import type { IdentityContext } from '../context.ts';
import type { AuditedReadMapper, DeadLetterMapper } from '../mappers.ts';
import { countDeadLetters, listDeadLetters, type DeadLetterKey } from '../store/deadLetters.ts';
import { getAuditStatus } from '../store/auditStatus.ts';
import { countReads, listReads, type ReadKey } from '../store/reads.ts';

const NOBODY = '00000000-0000-0000-0000-000000000000';

const DEAD_LETTERS: Keyset<DeadLetterMapper, DeadLetterKey> = {
  scope: listScope('deadLetters', 'failedAt'),
  parts: ['time', 'id'],
  keyOf: (row) => [row.failedAt.toISOString(), row.id],
};

export function createAuditQueries({
  database,
}: IdentityContext): Required<Pick<QueryResolvers, 'deadLetters' | 'auditStatus' | 'readAudit'>> {
  return {
    deadLetters: async (_parent, args, { viewer }) => {
      requireReader(viewer);
      const page = readKeyset(DEAD_LETTERS, args);
      requireEverywhere(viewer, 'administer');
      const rows = await listDeadLetters(database, page);
      return keysetConnection(DEAD_LETTERS, rows, page, () => countDeadLetters(database));
    },

    readAudit: async (_parent, args, { viewer }) => {
      requireReader(viewer);
      // Nobody and nothing has what is no id.
      const asId = (id: string | null | undefined) => (id == null || isId(id) ? id : NOBODY);
      const filter = { userId: asId(args.userId), subjectId: asId(args.subject), since: args.since, until: args.until };
      const reads: Keyset<AuditedReadMapper, ReadKey> = {
        scope: listScope('readAudit', filter),
        parts: ['number', 'number'],
        keyOf: ({ batch, number }) => [batch, number],
      };
      const page = readKeyset(reads, args);
      requireEverywhere(viewer, 'administer');
      return keysetConnection(reads, await listReads(database, filter, page), page, () => countReads(database, filter));
    },

    auditStatus: async (_parent, _args, { viewer }) => {
      requireReader(viewer);
      requireEverywhere(viewer, 'administer');
      const { hash, ...status } = await getAuditStatus(database);
      return { ...status, hash: hash.toString('hex') };
    },
  };
}
