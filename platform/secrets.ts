/**
 * Keys and sealed secrets. One root key (32 bytes, from SECRET_KEY or DATA_DIR) from which passwords of our own are
 * derived and under which data keys are wrapped. What people give us (a source's password) is sealed under a data key.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM: nonce ‖ tag ‖ ciphertext. `context` is authenticated but not stored: a sealed value cannot be moved to another row. */
export function seal(key: Uint8Array, plain: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]);
}

/** Throws when the key or the context is another one, or a byte was changed. */
export function unseal(key: Uint8Array, sealed: Uint8Array, context: string): Buffer {
  const bytes = Buffer.from(sealed);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
}

/** A password for a purpose (`postgresql role catalog`), derived from the root key and therefore stored nowhere (HKDF-SHA256, RFC 5869). */
export function derivePassword(rootKey: Uint8Array, purpose: string): string {
  return Buffer.from(hkdfSync('sha256', rootKey, 'pursight', purpose, 32)).toString('base64url');
}

/** A new data key and the form in which it is stored. */
export function createDataKey(rootKey: Uint8Array, id: string): { key: Buffer; wrapped: Buffer } {
  const key = randomBytes(32);
  return { key, wrapped: seal(rootKey, key, `data key ${id}`) };
}

export function unwrapDataKey(rootKey: Uint8Array, wrapped: Uint8Array, id: string): Buffer {
  return unseal(rootKey, wrapped, `data key ${id}`);
}
