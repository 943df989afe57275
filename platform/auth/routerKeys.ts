/**
 * Where the keys of router tokens are kept. A subgraph reads the public halves only. The first start makes the first pair, and a router that
 * finds the last one old makes another: both are accepted until no token of the old one can be left.
 */
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Database, Queryable, Transaction } from '../database/index.ts';
import { CannotStart } from '../errors.ts';
import { newId } from '../ids.ts';
import { seal, unseal } from '../secrets.ts';

export type RouterKey = { id: string; jwk: JWK };

/** Processes that start together on an empty table must end up with one key. */
const ROUTER_KEYS_LOCK = 0x726f7574;
/** A key older than this gets a successor. */
const ROTATED_AFTER_DAYS = 30;
/** Every subgraph knows a key of this age: until then its predecessor signs. */
const KNOWN_AFTER_SECONDS = 120;
/** A key goes when its successor has been there for this long: no router signs with it any more, and its tokens have ended. */
const GONE_AFTER_MINUTES = 60;

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

/** With the private half, first the one that signs. Makes the first one, and one in place of an old one. `sql`: the role `router`. */
export async function loadRouterKeys(sql: Database, rootKey: Uint8Array): Promise<RouterKey[]> {
  return await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${ROUTER_KEYS_LOCK})`;
    const [last] = await tx<{ isOld: boolean }[]>`
      select max(created_at) < now() - make_interval(days => ${ROTATED_AFTER_DAYS}) as is_old from access.router_keys having count(*) > 0`;
    if (!last || last.isOld) await makeKey(tx, rootKey);
    await tx`
      delete from access.router_keys k where exists (
        select from access.router_keys s
        where s.created_at > k.created_at and s.created_at < now() - make_interval(mins => ${GONE_AFTER_MINUTES}))`;
    const rows = await tx<{ id: string; sealedPrivateJwk: Buffer }[]>`
      select id, sealed_private_jwk from access.router_keys
      order by created_at > now() - make_interval(secs => ${KNOWN_AFTER_SECONDS}), created_at desc, id desc`;
    return rows.map(({ id, sealedPrivateJwk }) => ({ id, jwk: unsealJwk(rootKey, id, 'private', sealedPrivateJwk) }));
  });
}

async function makeKey(tx: Transaction, rootKey: Uint8Array): Promise<void> {
  const id = newId();
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const [publicJwk, privateJwk] = await Promise.all([exportJWK(pair.publicKey), exportJWK(pair.privateKey)]);
  await tx`
    insert into access.router_keys (id, sealed_public_jwk, sealed_private_jwk, created_at)
    values (${id}, ${sealJwk(rootKey, id, 'public', publicJwk)}, ${sealJwk(rootKey, id, 'private', privateJwk)}, now())`;
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
