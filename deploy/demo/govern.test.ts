import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppError } from '#platform/errors.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { newId } from '#platform/ids.ts';
import { administrator } from '#platform/testing/asking.ts';
import { createTestDatabase, type TestDatabase } from '#platform/testing/database.ts';
import { governDemo } from './govern.ts';

let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase()));
afterAll(() => database.drop());

/** Subgraphs that know two tables of the demo, and answer mutations of batches with these errors. */
function govern(errors: { updateAssets?: object; setColumnLabels?: object }) {
  const asked: string[] = [];
  const tables = ['crm.customers', 'finance.payments'].map((name) => ({
    id: newId(),
    name: `demo_shop.${name}`,
    kind: 'TABLE',
    version: 1,
    owners: [],
    columns: { nodes: ['email', 'phone', 'card_number'].map((column) => ({ id: newId(), name: column })) },
  }));
  const ask = (async (query: string, { items }: { items?: object[] }) => {
    const name = /\) \{ (\w+)\(/.exec(query)?.[1] ?? 'assets';
    asked.push(name);
    if (name === 'assets') return { assets: { nodes: tables } };
    if (name === 'createPolicy') return { createPolicy: { policy: { id: newId(), name: '', status: 'DRAFT', version: 1 } } };
    const error = errors[name as keyof typeof errors] ?? null;
    return { [name]: { results: items?.map((_, index) => ({ error: index === 0 ? error : null })) } };
  }) as unknown as AskSubgraph;
  const said = governDemo({
    viewer: administrator(),
    sourceId: newId(),
    askCatalog: ask,
    askPolicy: ask,
    policyDatabase: database.connect('policy'),
  });
  return { said, asked };
}

it('says who owns what, what columns are, and the policies that follow', async () => {
  const { said, asked } = govern({});
  expect(await said).toBe(true);
  expect(asked).toEqual(['assets', 'updateAssets', 'setColumnLabels', ...asked.slice(3)]);
  expect(asked).toContain('createPolicy');
});

it.each([['updateAssets'], ['setColumnLabels']])('an item of %s that fails is told, before a policy makes it look done', async (name) => {
  const { said, asked } = govern({ [name]: { code: 'CONFLICT', message: 'Somebody was quicker.' } });
  const error = await said.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).message).toMatch(/^1 of the demo's \d .* \(CONFLICT: Somebody was quicker\.\)/);
  expect(asked).not.toContain('createPolicy');
});
