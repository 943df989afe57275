/** Where the keys of router tokens are kept. A subgraph reads the public halves only; the first start makes the first pair. */
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Database, Queryable } from '../database/index.ts';
import { CannotStart } from '../errors.ts';
import { newId } from '../ids.ts';
import { seal, unseal } from '../secrets.ts';

export type RouterKey = { id: string; jwk: JWK };

/** Processes that start together on an empty table must end up with one key. */
const ROUTER_KEYS_LOCK = 0x726f7574;

type Half = 'public' | 'private';
const sealContext = (id: string, half: Half): string => `router key ${id} ${half}`;
const sealJwk = (rootKey: Uint8Array, id: string, half: Half, jwk: JWK): Buffer =>
  seal(rootKey, Buffer.from(JSON.stringify(jwk)), sealContext(id, half));

function unsealJwk(rootKey: Uint8Array, id: string, half: Half, sealed: Buffer): JWK {
  try {
    return JSON.parse(unseal(rootKey, sealed, sealContext(id, half)).toString('utf8')) as JWK;
  } catch (error) {
    throw new CannotStart(
      'SECRET_KEY is not the root key that this database was made with. Give every process the same one, or put the backup of the key back.',
      { cause: error },
    );
  }
}

/** With the private half, newest first, which signs; makes the first one. `sql`: the role `router`. */
export async function loadRouterKeys(sql: Database, rootKey: Uint8Array): Promise<RouterKey[]> {
  return await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${ROUTER_KEYS_LOCK})`;
    const rows = await tx<{ id: string; sealedPrivateJwk: Buffer }[]>`
      select id, sealed_private_jwk from access.router_keys order by created_at desc, id desc`;
    if (rows.length > 0) return rows.map(({ id, sealedPrivateJwk }) => ({ id, jwk: unsealJwk(rootKey, id, 'private', sealedPrivateJwk) }));

    const id = newId();
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const [publicJwk, privateJwk] = await Promise.all([exportJWK(pair.publicKey), exportJWK(pair.privateKey)]);
    await tx`
      insert into access.router_keys (id, sealed_public_jwk, sealed_private_jwk, created_at)
      values (${id}, ${sealJwk(rootKey, id, 'public', publicJwk)}, ${sealJwk(rootKey, id, 'private', privateJwk)}, now())`;
    return [{ id, jwk: privateJwk }];
  });
}

/** The public halves. `sql`: the role of a subgraph. */
export async function loadRouterPublicKeys(sql: Queryable, rootKey: Uint8Array): Promise<RouterKey[]> {
  const rows = await sql<{ id: string; sealedPublicJwk: Buffer }[]>`select id, sealed_public_jwk from access.router_keys`;
  return rows.map(({ id, sealedPublicJwk }) => ({ id, jwk: unsealJwk(rootKey, id, 'public', sealedPublicJwk) }));
}

/**
 * Throws CannotStart when the database was made with another root key, before anything is changed: passwords of the roles are
 * derived from it, so one process with another key would shut all others out. `sql`: the owner; the database may be empty.
 */
export async function checkRootKey(sql: Queryable, rootKey: Uint8Array): Promise<void> {
  const [table] = await sql<{ exists: boolean }[]>`select to_regclass('access.router_keys') is not null as exists`;
  if (table!.exists) await loadRouterPublicKeys(sql, rootKey);
}
