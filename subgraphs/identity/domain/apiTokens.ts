/** API tokens: who may make and revoke them. A token never makes one that may more, or lasts longer, than itself. */
import { mayEverywhere, mayRead, requireViewer, type Role, type Viewer } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { Conflict, InvalidInput, NotAllowed, NotFound, Unauthenticated } from '#platform/errors.ts';
import { append, logPosition } from '#platform/events/append.ts';
import type { LogCursor, NewEvent } from '#platform/events/types.ts';
import { checkName } from '#platform/graphql/inputs.ts';
import { isId, newId } from '#platform/ids.ts';
import type { Logger } from '#platform/logger.ts';
import type { ApiTokenMapper } from '../mappers.ts';
import { countLivingTokens, findToken, insertToken, isTokenWithin, lockTokensOf, revokeTree, type TokensOf } from '../store/apiTokens.ts';
import { readScopes } from './tokenScopes.ts';
import type { TokenSecrets } from './tokenSecrets.ts';

const LIVING_TOKENS_OF_A_USER = 200;

type Dependencies = { database: Database; secrets: TokenSecrets; logger: Logger; onCommit: () => void; now: () => Date };
type CreateApiToken = { name: string; scopes: readonly string[]; expiresAt?: Date | null };

export type ApiTokens = {
  /** `secret` is shown here only: nothing that is kept gives it back. */
  create(viewer: Viewer | null, input: CreateApiToken): Promise<{ token: ApiTokenMapper; secret: string; cursor: LogCursor }>;
  /** With all that were made with it. One that was revoked before is no error. */
  revoke(viewer: Viewer | null, input: { id: string }): Promise<{ token: ApiTokenMapper; cursor: LogCursor }>;
};

/** What a viewer may see of tokens: the user's own; behind a token only itself and those made with it. */
export const visibleTokens = ({ userId, token }: Viewer): TokensOf => ({ userId, root: token?.id ?? null });

/** FORBIDDEN when a token would make one that may do what it may not, or that outlives it. */
function checkDelegation(viewer: Viewer, scopes: readonly Role[], expiresAt: Date | null | undefined): void {
  const { token } = viewer;
  if (!token) return;
  if (!mayRead(viewer)) throw new NotAllowed('A token without a reading scope makes no tokens. Sign in to make one.', 'token:reading');
  const missing = scopes.filter((scope) => !token.scopes.includes(scope));
  if (missing.length > 0) {
    throw new NotAllowed(
      `A token makes tokens only with scopes that it has itself, and this one has no ${missing.join(', ')}.`,
      'token:scopes',
    );
  }
  if (expiresAt && token.expiresAt && expiresAt > token.expiresAt) {
    throw new NotAllowed(`A token makes none that outlives it, and this one ends ${token.expiresAt.toISOString()}.`, 'token:expiry');
  }
}

export function createApiTokens({ database, secrets, logger, onCommit, now }: Dependencies): ApiTokens {
  return {
    async create(viewer, input) {
      const known = requireViewer(viewer);
      const name = checkName(input.name, 'input.name');
      const scopes = readScopes(input.scopes, 'input.scopes');
      if (input.expiresAt && input.expiresAt <= now()) {
        throw new InvalidInput('A token must expire in the future; leave "expiresAt" out for none that expires.', 'input.expiresAt');
      }
      checkDelegation(known, scopes, input.expiresAt);

      const { userId, token: parent } = known;
      const id = newId();
      const { secret, secretHash } = secrets.create(id);
      const expiresAt = input.expiresAt ?? parent?.expiresAt ?? null;
      const { token, cursor } = await database.begin(async (tx) => {
        const cursor = await logPosition(tx);
        if (!(await lockTokensOf(tx, userId))) throw new Unauthenticated('This user was erased.', 'ended');
        const at = now();
        // Its revocation may have come between the request's authentication and here.
        if (parent && (await findToken(tx, parent.id))?.revokedAt !== null) throw new Unauthenticated('This API token was revoked.');
        if ((await countLivingTokens(tx, userId, at)) >= LIVING_TOKENS_OF_A_USER) {
          throw new Conflict(`A user has at most ${LIVING_TOKENS_OF_A_USER} API tokens. Revoke one that is no longer needed first.`, {
            max: LIVING_TOKENS_OF_A_USER,
          });
        }
        const token = { id, name, scopes, createdAt: at, expiresAt, lastUsedAt: null, revokedAt: null };
        await insertToken(tx, { ...token, userId, parentId: parent?.id ?? null, secretHash });
        const data = { name, scopes, expiresAt: expiresAt?.toISOString() ?? null };
        await append(tx, 'identity', [{ type: 'token.created', subject: id, actorId: userId, data }], at);
        return { token, cursor };
      });
      onCommit();
      logger.info({ userId, tokenId: id, scopes, expiresAt }, 'API token created');
      return { token, secret, cursor };
    },

    async revoke(viewer, input) {
      const known = requireViewer(viewer);
      const administers = mayEverywhere(known, 'administer');
      const found = isId(input.id) ? await findToken(database, input.id) : undefined;
      if (!found || (found.userId !== known.userId && !administers)) throw new NotFound('API token', input.id);
      if (known.token && !administers && !(await isTokenWithin(database, found.id, known.token.id))) {
        throw new NotAllowed('A token revokes only itself and tokens that were made with it. Sign in to revoke others.', 'token:own');
      }

      const { userId, ...token } = found;
      const at = now();
      const { cursor, revoked } = await database.begin(async (tx) => {
        const cursor = await logPosition(tx);
        await lockTokensOf(tx, userId);
        const revoked = await revokeTree(tx, token.id, at);
        const events = revoked.map(({ id, name }): NewEvent => ({
          type: 'token.revoked',
          subject: id,
          actorId: known.userId,
          data: { name },
        }));
        await append(tx, 'identity', events, at);
        return { cursor, revoked };
      });
      onCommit();
      logger.info({ userId: known.userId, tokenIds: revoked.map(({ id }) => id) }, 'API tokens revoked');
      return { token: (await findToken(database, token.id)) ?? token, cursor };
    },
  };
}
