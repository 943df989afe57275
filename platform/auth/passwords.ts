/** Passwords as argon2id hashes in PHC form, with the parameters that OWASP's Password Storage Cheat Sheet names first. */
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { InvalidInput } from '../errors.ts';
import { checkText } from '../graphql/inputs.ts';
import { createGate } from './gate.ts';

/** 19 MiB, two passes, one lane; argon2id is the library's default algorithm. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** What NIST SP 800-63B asks for at least. */
const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 1024;

// Hashing runs on libuv's four threads, which files and name look-ups need too: never take them all.
const gate = createGate({ limit: Math.min(3, availableParallelism()), waitingPerKey: 100 });

/** What an unknown user's password is compared with, so that it takes as long as a known one's. Its password was thrown away. */
let dummyHash: Promise<string> | undefined;

/** The same text however the keyboard composed its accents (NIST SP 800-63B, 3.1.1.2). */
const normalise = (password: string): string => password.normalize('NFKC');

/** A password that may be set, or BAD_USER_INPUT. */
export function checkNewPassword(password: string, field: string): string {
  checkText(password, field, { max: MAX_PASSWORD_LENGTH });
  if ([...normalise(password)].length < MIN_PASSWORD_LENGTH) {
    throw new InvalidInput(`A password needs at least ${MIN_PASSWORD_LENGTH} characters.`, field, { min: MIN_PASSWORD_LENGTH });
  }
  return password;
}

export async function hashPassword(password: string): Promise<string> {
  return await gate.run('new password', () => hash(normalise(password), PARAMETERS));
}

/**
 * Whether the password belongs to the hash. A null hash (no such user, or one without a password) is never matched
 * but takes as long. `caller` is whose turn it is (an address): one caller has one comparison running, a hundred
 * waiting at most (RATE_LIMITED).
 */
export async function verifyPassword(passwordHash: string | null, password: string, caller: string): Promise<boolean> {
  // Awaited for known users too, or the first unknown one would take twice as long.
  const dummy = await (dummyHash ??= hash(crypto.randomUUID(), PARAMETERS));
  const compareWith = passwordHash ?? dummy;
  const matches = await gate.run(`verify ${caller}`, () => verify(compareWith, normalise(password)));
  return matches && passwordHash !== null;
}
