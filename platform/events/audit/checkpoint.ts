/**
 * What a checkpoint is: a signed statement of which hash the log had at a seq, at which time. Whoever changes the log and computes all later hashes
 * anew, which needs no key, cannot make one that fits. Verifiers in any language need no more than this comment:
 *
 *   statement  RFC 8785 canonical JSON, in UTF-8, of one object with exactly these four members:
 *     epoch      the log's epoch (a new one after a backup was restored)
 *     hash       hash of the event with that seq, as 64 digits of hex in lower case
 *     seq        number of the event
 *     time       when it was signed, in UTC with three digits of milliseconds
 *   signature  Ed25519 (RFC 8032) of the statement, 64 bytes
 *   a line of the file is the same object with the member `signature` (base64) besides
 *
 * The key is derived from the root key, so it is where that is: outside of the database, with every process that may sign.
 */
import { createPrivateKey, createPublicKey, hkdfSync, sign, verify } from 'node:crypto';
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
