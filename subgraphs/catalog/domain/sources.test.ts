import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '#platform/ids.ts';
import { createTestDatabase, TEST_ROOT_KEY, type TestDatabase } from '#platform/testing/database.ts';
import { CONNECTORS } from '../connectors/registry.ts';
import { createVault } from '../store/vault.ts';
import { createSources } from './sources.ts';

const admin = { userId: newId(), sessionId: null, roles: [{ role: 'ADMIN' as const, sourceId: null, domainId: null }] };
const postgres = CONNECTORS.find(({ id }) => id === 'postgres')!;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('looks through so many names of a huge source, and says that there are more', async () => {
  const listing = (count: number): typeof postgres => ({
    ...postgres,
    async *list() {
      for (let index = 0; index < count; index++) {
        yield { type: 'relation' as const, container: 'huge', schema: 'public', name: `t${index}` };
      }
    },
  });
  const previewOf = (count: number) => {
    const sql = database.connect('catalog');
    const connectors = new Map([['postgres', listing(count)]]);
    const sources = createSources({ sql, vault: createVault({ rootKey: TEST_ROOT_KEY }), connectors, onCommit: () => undefined });
    return sources.previewScan(admin, { connector: 'postgres', config: { url: 'postgres://u:p@127.0.0.1:1/huge' }, exclude: ['*.t1*'] });
  };
  expect(await previewOf(100_000)).toMatchObject({ total: 100_000, totalIsCapped: false });
  const { names, ...capped } = await previewOf(100_001);
  expect(capped).toEqual({ total: 100_000, totalIsCapped: true, matched: 88_889, unreadable: [] });
  expect(names).toHaveLength(200);
});
