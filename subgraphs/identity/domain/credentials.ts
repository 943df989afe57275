/** Who an email and a password belong to. The answer does not tell who exists, neither in words nor in time. */
import { MAX_PASSWORD_LENGTH, verifyPassword } from '#platform/auth/passwords.ts';
import type { Database } from '#platform/database/index.ts';
import { outsideOperation } from '#platform/database/operations.ts';
import { Unauthenticated, type AppError } from '#platform/errors.ts';
import { append } from '#platform/events/append.ts';
import { checkText } from '#platform/graphql/inputs.ts';
import type { Logger } from '#platform/logger.ts';
import { findCredentials } from '../store/users.ts';
import { createSignInLimits, networkOf } from './signInLimits.ts';

export type CredentialsDependencies = {
  database: Database;
  rootKey: Uint8Array;
  logger: Logger;
  /** Called after a commit that wrote events. */
  onCommit: () => void;
  now: () => Date;
};

export type Credentials = {
  /** The user's id. UNAUTHENTICATED without saying why; RATE_LIMITED after too many failures of this account or address. */
  check(input: { email: string; password: string }, address: string): Promise<string>;
};

export function createCredentials({ database, rootKey, logger, onCommit, now }: CredentialsDependencies): Credentials {
  const limits = createSignInLimits(rootKey);

  /** In a transaction that holds the account's counter, so that guesses made at once count like guesses in a row. */
  async function findRefusal(email: string, address: string, userId: string | null, matches: boolean): Promise<AppError | undefined> {
    return await database.begin(async (tx) => {
      const at = now();
      await limits.lockAccount(tx, email);
      const accountRefusal = await limits.findAccountRefusal(tx, email, at);
      if (accountRefusal || matches) return accountRefusal;
      await limits.lockAddress(tx, address);
      const addressRefusal = await limits.findAddressRefusal(tx, address, at);
      await limits.recordFailure(tx, email, address, at);
      // Strangers must not be able to fill the event log, which is kept: what an address tries beyond its limit is only logged.
      if (addressRefusal) return addressRefusal;
      const data = { reason: 'wrong email or password' };
      await append(tx, 'identity', [{ type: 'identity.signInFailed', subject: userId, actorId: null, data }], at);
      return new Unauthenticated('The email or the password is wrong.');
    });
  }

  return {
    async check(input, address) {
      const email = checkText(input.email.trim(), 'input.email', { max: 320 });
      const password = checkText(input.password, 'input.password', { max: MAX_PASSWORD_LENGTH });
      // First of all, because it is cheap and comparing a password is not.
      const early = await limits.findAccountRefusal(database, email, now());
      if (early) throw early;
      const user = await findCredentials(database, email);
      const matches = await verifyPassword(user?.passwordHash ?? null, password, networkOf(address));
      // A caller who leaves before the answer has guessed, too.
      const refusal = await outsideOperation(() => findRefusal(email, address, user?.id ?? null, matches));
      if (user && matches && !refusal) return user.id;
      onCommit();
      const error = refusal ?? new Unauthenticated();
      logger.warn({ address, userId: user?.id, reason: error.message }, 'sign-in failed');
      throw error;
    },
  };
}
