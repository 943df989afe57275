/** A database, and a Meilisearch for its assets: the contract server's, or the one that the run was given. */
import { randomBytes } from 'node:crypto';
import { upsertClass } from '#platform/auth/access.ts';
import type { Database } from '#platform/database/index.ts';
import { newId } from '#platform/ids.ts';
import { createTestDatabase } from '#platform/testing/database.ts';
import { findMeilisearch } from '#platform/testing/meilisearch/given.ts';
import { connectMeilisearch, type MeiliLogin } from '../connection.ts';
import type { Copy } from '../copy.ts';
import { indexNames, PRIMARY_KEY, SETTINGS } from '../settings.ts';
import { startContractServer } from '#platform/testing/meilisearch/contractServer.ts';

export type Offer = { title: string; start: () => Promise<{ login: MeiliLogin; stop: () => Promise<void> }> };

/** Where the suites run. */
export const OFFERS: readonly Offer[] = [
  {
    title: 'the contract of Meilisearch',
    async start() {
      const { url, masterKey: key, kill: stop } = await startContractServer();
      return { login: { url, key }, stop };
    },
  },
  ...[findMeilisearch() ?? []]
    .flat()
    .map((login): Offer => ({ title: 'Meilisearch', start: async () => ({ login, stop: async () => {} }) })),
];

export const newCopy = (login: MeiliLogin): Copy => {
  const names = indexNames(`test-${randomBytes(6).toString('hex')}`);
  return { meili: connectMeilisearch(login, names.serving), ...names };
};

/** Empty, with its settings. */
export async function makeIndex({ meili, serving }: Copy): Promise<void> {
  await meili.run((client) => client.createIndex(serving, { primaryKey: PRIMARY_KEY }));
  await meili.run((client) => client.index(serving).updateSettings(SETTINGS));
}

export async function removeIndexes({ meili, serving, filling }: Copy): Promise<void> {
  for (const index of [serving, filling]) await meili.run((client) => client.deleteIndex(index)).catch(() => {});
}

export type TestClass = { id: number; sourceId: string; domainId: string | null };

/** Two classes: of a source without a domain, and of another with one. */
export async function insertClasses(sql: Database): Promise<TestClass[]> {
  const domainId = newId();
  await sql`insert into catalog.domains (id, name, created_at, updated_at) values (${domainId}, 'Sales', now(), now())`;
  const classes: TestClass[] = [];
  for (const tuple of [
    { sourceId: newId(), domainId: null },
    { sourceId: newId(), domainId },
  ])
    classes.push({ id: await upsertClass(sql, tuple), ...tuple });
  return classes;
}

export async function openDatabase(): Promise<{ sql: Database; drop: () => Promise<void> }> {
  const test = await createTestDatabase();
  return { sql: test.connect('catalog'), drop: test.drop };
}
