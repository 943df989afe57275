/** What only administrators over everything see of the log: what consumers gave up, and how far it is sealed. */
import { requireEverywhere, requireReader } from '#platform/auth/viewer.ts';
import { InvalidInput } from '#platform/errors.ts';
import { encodeCursor, listScope, readPage, toConnection, type PageArguments } from '#platform/graphql/connections.ts';
import { isId } from '#platform/ids.ts';
import type { QueryResolvers } from '#generated/identity.ts';
import type { IdentityContext } from '../context.ts';
import { countDeadLetters, listDeadLetters, type DeadLetterPage } from '../store/deadLetters.ts';
import { getSealedHead } from '../store/auditStatus.ts';

const DEAD_LETTERS = listScope('deadLetters', 'failedAt');

/** A cursor is only text that a client sends: its parts are checked before they reach a statement. */
function readDeadLetterPage(args: PageArguments): DeadLetterPage {
  const page = readPage<[unknown, unknown]>(DEAD_LETTERS, args, 2);
  if (page.after === null) return { first: page.first, after: null };
  const [failedAt, id] = page.after;
  if (typeof failedAt !== 'string' || Number.isNaN(Date.parse(failedAt)) || typeof id !== 'string' || !isId(id)) {
    throw new InvalidInput('"after" is not a cursor of this list. Start again without it.', 'after');
  }
  return { first: page.first, after: [new Date(failedAt).toISOString(), id] };
}

export function createAuditQueries({ database }: IdentityContext): Required<Pick<QueryResolvers, 'deadLetters' | 'auditStatus'>> {
  return {
    deadLetters: async (_parent, args, { viewer }) => {
      requireReader(viewer);
      const page = readDeadLetterPage(args);
      requireEverywhere(viewer, 'administer');
      const rows = await listDeadLetters(database, page);
      const cursorOf = (row: (typeof rows)[number]): string => encodeCursor(DEAD_LETTERS, [row.failedAt.toISOString(), row.id]);
      return toConnection(rows, page, cursorOf, () => countDeadLetters(database));
    },

    auditStatus: async (_parent, _args, { viewer }) => {
      requireReader(viewer);
      requireEverywhere(viewer, 'administer');
      const { seq, hash } = await getSealedHead(database);
      // Nothing signs checkpoints or verifies the chain in this version.
      return {
        sealedSeq: seq,
        hash: hash.toString('hex'),
        checkpointSeq: null,
        checkpointAt: null,
        verifiedSeq: null,
        verifiedAt: null,
        firstBrokenSeq: null,
      };
    },
  };
}
