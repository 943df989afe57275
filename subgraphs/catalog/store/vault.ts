/** Seals what people entrust to us (a source's config with its password) under a data key that the root key wraps. */
import { newId } from '#platform/ids.ts';
import { createDataKey, seal, unseal, unwrapDataKey } from '#platform/secrets.ts';
import type { Queryable } from '#platform/database/index.ts';

export type Vault = ReturnType<typeof createVault>;
export type Sealed = { config: Buffer; configKeyId: string };

export function createVault({ rootKey }: { rootKey: Uint8Array }) {
  const keys = new Map<string, Buffer>();

  async function keyById(sql: Queryable, id: string): Promise<Buffer> {
    const known = keys.get(id);
    if (known) return known;
    const [row] = await sql<{ wrapped: Buffer }[]>`select wrapped from catalog.data_keys where id = ${id}`;
    if (!row) throw new Error(`data key ${id} is missing`);
    const key = unwrapDataKey(rootKey, row.wrapped, id);
    keys.set(id, key);
    return key;
  }

  /** The newest data key; two processes that both make a first one do no harm, since every sealed value names its key. */
  async function currentKey(sql: Queryable): Promise<{ id: string; key: Buffer }> {
    const [row] = await sql<{ id: string }[]>`select id from catalog.data_keys order by created_at desc, id desc limit 1`;
    if (row) return { id: row.id, key: await keyById(sql, row.id) };
    const id = newId();
    const { key, wrapped } = createDataKey(rootKey, id);
    await sql`insert into catalog.data_keys (id, wrapped) values (${id}, ${wrapped})`;
    return { id, key };
  }

  return {
    /** `ownerId` is bound in: a sealed config cannot be moved to another source. */
    async sealConfig(sql: Queryable, ownerId: string, config: unknown): Promise<Sealed> {
      const { id, key } = await currentKey(sql);
      return { config: seal(key, Buffer.from(JSON.stringify(config)), `source ${ownerId}`), configKeyId: id };
    },
    async unsealConfig(sql: Queryable, ownerId: string, sealed: Sealed): Promise<unknown> {
      const key = await keyById(sql, sealed.configKeyId);
      return JSON.parse(unseal(key, sealed.config, `source ${ownerId}`).toString('utf8'));
    },
  };
}
