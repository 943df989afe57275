/** How often a sign-in may fail: 10 times a minute for an account, 20 for an address, over all processes. */
import { createHmac, hkdfSync } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { TooMuch } from '#platform/errors.ts';
import type { Queryable, Transaction } from '#platform/database/index.ts';
import { addFailure, findNthNewest, lockKey, removeFailures } from '../store/signInFailures.ts';

const WINDOW_MS = 60_000;
const FAILURES_PER_ACCOUNT = 10;
const FAILURES_PER_ADDRESS = 20;

export type SignInLimits = {
  /** RATE_LIMITED while the account has too many failures: it refuses even the right password, or that could be guessed. */
  findAccountRefusal(sql: Queryable, email: string, at: Date): Promise<TooMuch | undefined>;
  /** RATE_LIMITED while the address has too many failures. Asked only after the password was wrong: the right one passes. */
  findAddressRefusal(sql: Queryable, address: string, at: Date): Promise<TooMuch | undefined>;
  /** Hold a counter until the transaction ends. Who needs both takes the account first, so that no two wait for each other. */
  lockAccount(tx: Transaction, email: string): Promise<void>;
  lockAddress(tx: Transaction, address: string): Promise<void>;
  recordFailure(tx: Transaction, email: string, address: string, at: Date): Promise<void>;
  /** Nothing is left that tells that somebody tried to sign in with this email. */
  forgetAccount(tx: Transaction, email: string): Promise<void>;
};

export function createSignInLimits(rootKey: Uint8Array): SignInLimits {
  const key = Buffer.from(hkdfSync('sha256', rootKey, 'pursight', 'sign-in limits', 32));
  // Keyed hashes: a plain hash of an IPv4 address is found by trying all of them.
  const hashOf = (kind: string, text: string): Buffer => createHmac('sha256', key).update(`${kind} ${text}`).digest();
  const accountKey = (email: string): Buffer => hashOf('account', email.toLowerCase());
  const addressKey = (address: string): Buffer => hashOf('address', networkOf(address));

  async function findRefusal(sql: Queryable, of: Buffer, limit: number, at: Date, who: string): Promise<TooMuch | undefined> {
    const since = new Date(at.getTime() - WINDOW_MS);
    // Those of a minute that is still to come are of a clock that was set back since: nobody has to wait for them.
    const until = new Date(at.getTime() + WINDOW_MS);
    const limitReachedAt = await findNthNewest(sql, of, since, until, limit);
    if (!limitReachedAt) return undefined;
    const retryAfterMs = Math.min(WINDOW_MS, Math.max(1, limitReachedAt.getTime() + WINDOW_MS - at.getTime()));
    const seconds = Math.ceil(retryAfterMs / 1000);
    return new TooMuch('RATE_LIMITED', `Too many failed sign-ins ${who}. Try again in ${seconds} s.`, { retryAfterMs });
  }

  return {
    findAccountRefusal: (sql, email, at) => findRefusal(sql, accountKey(email), FAILURES_PER_ACCOUNT, at, 'for this account'),
    findAddressRefusal: (sql, address, at) => findRefusal(sql, addressKey(address), FAILURES_PER_ADDRESS, at, 'from this address'),
    lockAccount: (tx, email) => lockKey(tx, accountKey(email)),
    lockAddress: (tx, address) => lockKey(tx, addressKey(address)),
    recordFailure: (tx, email, address, at) =>
      addFailure(tx, [accountKey(email), addressKey(address)], at, new Date(at.getTime() - WINDOW_MS)),
    forgetAccount: (tx, email) => removeFailures(tx, accountKey(email)),
  };
}

/** What counts as one address: an IPv4 address, or a /64 of IPv6, which is what one customer gets. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped && isIPv4(mapped)) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]!.toLowerCase().split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail ? tail.split(':') : [];
  const groups = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
