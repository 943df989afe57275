/** The keys that sign access tokens. The private half is sealed under the root key, and the public half is read from it:
 *  who can write to this table but has no root key cannot add a key of their own. */
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { SigningKey } from '#platform/auth/accessTokens.ts';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { seal, unseal } from '#platform/secrets.ts';

/** Processes that start together on an empty table must end up with one key. */
const SIGNING_KEYS_LOCK = 0x7369676e;

const sealContext = (id: string): string => `signing key ${id}`;

/** Newest first; makes the first one. */
export async function loadSigningKeys(sql: Database, rootKey: Uint8Array, now: Date): Promise<SigningKey[]> {
  return await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${SIGNING_KEYS_LOCK})`;
    const rows = await tx<{ id: string; sealedPrivateJwk: Buffer }[]>`
      select id, sealed_private_jwk from identity.signing_keys order by created_at desc, id desc`;
    if (rows.length > 0) return rows.map((row) => ({ id: row.id, privateJwk: unsealJwk(rootKey, row.id, row.sealedPrivateJwk) }));

    const id = newId();
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const privateJwk = await exportJWK(pair.privateKey);
    const publicJwk = await exportJWK(pair.publicKey);
    const sealed = seal(rootKey, Buffer.from(JSON.stringify(privateJwk)), sealContext(id));
    await tx`
      insert into identity.signing_keys (id, public_jwk, sealed_private_jwk, created_at)
      values (${id}, ${tx.json(publicJwk as never)}, ${sealed}, ${now})`;
    return [{ id, privateJwk }];
  });
}

function unsealJwk(rootKey: Uint8Array, id: string, sealed: Buffer): JWK {
  try {
    return JSON.parse(unseal(rootKey, sealed, sealContext(id)).toString('utf8')) as JWK;
  } catch (error) {
    throw new Error(`Signing key ${id} cannot be opened: the root key (SECRET_KEY) is not the one that sealed it`, { cause: error });
  }
}
