/** The viewer's API tokens, newest first. */
import { requireReader } from '#platform/auth/viewer.ts';
import { InvalidInput } from '#platform/errors.ts';
import { encodeCursor, listScope, readPage, toConnection, type PageArguments } from '#platform/graphql/connections.ts';
import { isId } from '#platform/ids.ts';
import type { QueryResolvers } from '#generated/identity.ts';
import type { IdentityContext } from '../context.ts';
import { visibleTokens } from '../domain/apiTokens.ts';
import { countTokens, listTokens, type TokenPage } from '../store/apiTokens.ts';

const TOKENS = listScope('apiTokens', 'createdAt');

/** A cursor is only text that a client sends: its parts are checked before they reach a statement. */
function readTokenPage(args: PageArguments): TokenPage {
  const page = readPage<[unknown, unknown]>(TOKENS, args, 2);
  if (page.after === null) return { first: page.first, after: null };
  const [createdAt, id] = page.after;
  if (typeof createdAt !== 'string' || Number.isNaN(Date.parse(createdAt)) || typeof id !== 'string' || !isId(id)) {
    throw new InvalidInput('"after" is not a cursor of this list. Start again without it.', 'after');
  }
  return { first: page.first, after: [new Date(createdAt).toISOString(), id] };
}

export function createApiTokenQueries({ database }: IdentityContext): Required<Pick<QueryResolvers, 'apiTokens'>> {
  return {
    apiTokens: async (_parent, args, context) => {
      const whose = visibleTokens(requireReader(context.viewer));
      const page = readTokenPage(args);
      const rows = await listTokens(database, whose, page);
      const cursorOf = (token: (typeof rows)[number]): string => encodeCursor(TOKENS, [token.createdAt.toISOString(), token.id]);
      return toConnection(rows, page, cursorOf, () => countTokens(database, whose));
    },
  };
}
