/**
 * What a checkpoint is: a signed statement of which hash the log had at a seq, at which time. Whoever changes the log and computes all later hashes
 * anew, which needs no key, cannot make one that fits. Verifiers in any language need no more than this comment:
 *
 *   statement  RFC 8785 canonical JSON, in UTF-8, of one object with exactly these four members:
 *     epoch      the log's epoch (a new one after a backup was restored; its first checkpoint is where the backup ended)
 *     hash       hash of the event with that seq, as 64 digits of hex in lower case
 *     seq        number of the event
 *     time       when it was signed, in UTC with three digits of milliseconds
 *   signature  Ed25519 (RFC 8032) of the statement, 64 bytes
 *   a line of the file is the same object with the member `signature` (base64) besides
 *
 * The key is derived from the root key, so it is where that is: outside of the database, with every process that may sign.
 */
import { createPrivateKey, createPublicKey, hkdfSync, sign, verify } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../leaf.ts';

export type Checkpoint = { epoch: string; seq: number; hash: Buffer; time: Date };
export type SignedCheckpoint = Checkpoint & { signature: Buffer };

export type CheckpointKey = {
  sign: (checkpoint: Checkpoint) => SignedCheckpoint;
  isSigned: (checkpoint: SignedCheckpoint) => boolean;
  /** The public half, as PEM (SubjectPublicKeyInfo). */
  publicKey: string;
};

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The same pair for the same root key (HKDF-SHA256, RFC 5869). */
export function deriveCheckpointKey(rootKey: Uint8Array): CheckpointKey {
  const seed = Buffer.from(hkdfSync('sha256', rootKey, 'pursight', 'checkpoints of the event log', 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  return {
    sign: (checkpoint) => ({ ...checkpoint, signature: sign(null, statementOf(checkpoint), privateKey) }),
    isSigned: (checkpoint) => verify(null, statementOf(checkpoint), publicKey, checkpoint.signature),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

const wordsOf = ({ epoch, hash, seq, time }: Checkpoint) => ({ epoch, hash: hash.toString('hex'), seq, time: time.toISOString() });

const statementOf = (checkpoint: Checkpoint): Buffer => Buffer.from(canonicalJson(wordsOf(checkpoint)));

/** Without the line's end. */
export const formatCheckpoint = (checkpoint: SignedCheckpoint): string =>
  canonicalJson({ ...wordsOf(checkpoint), signature: checkpoint.signature.toString('base64') });

const lineSchema = z.strictObject({
  epoch: z.string().min(1),
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .transform((text) => Buffer.from(text, 'hex')),
  seq: z.int().nonnegative(),
  time: z.iso.datetime({ precision: 3 }).transform((text) => new Date(text)),
  signature: z.base64().transform((text) => Buffer.from(text, 'base64')),
});

/** Undefined for what is none, as half a line is that a killed process left. Looks at no signature. */
export function parseCheckpoint(line: string): SignedCheckpoint | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // no JSON, then
  }
}
