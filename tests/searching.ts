/** What the tests of search ask, and what they let be found. */
import { expect } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import type { Ask, World } from './world.ts';

export const SEARCH = `query ($query: String!, $first: Int, $after: String) {
  search(query: $query, first: $first, after: $after) {
    totalCount didYouMean nodes { highlights asset { id name version } } facets { name values { value count } } pageInfo { endCursor hasNextPage } } }`;

export async function search(ask: Ask, query: string): Promise<any> {
  const { data, errors } = await ask(SEARCH, { query });
  expect(errors).toBeUndefined();
  return data.search;
}

/** A database of its own that these statements fill, as a source that was scanned; `rescan` runs more of them first. */
export async function addScanned(world: World, name: string, statements: string) {
  const database = await createEmptyDatabase();
  await database.sql.unsafe(statements);
  const source = await world.addSource(name, { url: database.url });
  expect(await world.scan(source.id)).toMatchObject({ status: 'COMPLETED' });
  return { ...source, rescan: (sql: string) => database.sql.unsafe(sql).then(() => world.scan(source.id)) };
}
