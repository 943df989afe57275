/** Small helpers of DataLoaders. */
import DataLoader from 'dataloader';

/** The row of each key, null where there is none. */
export function inOrder<Row>(keys: readonly string[], rows: readonly Row[], keyOf: (row: Row) => string): (Row | null)[] {
  const found = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => found.get(key) ?? null);
}

export type Pages<Row, Page> = { list: (id: string, page: Page) => Promise<Row[]>; count: (id: string) => Promise<number> };

/** Lists below parents: those that ask for the same page share one statement, and so do all counts. */
export function pagesOf<Row, Page>(
  list: (ids: readonly string[], page: Page) => Promise<Map<string, Row[]>>,
  count: (ids: readonly string[]) => Promise<Map<string, number>>,
): Pages<Row, Page> {
  const loaders = new Map<string, DataLoader<string, Row[]>>();
  const counts = new DataLoader(async (ids: readonly string[]) => {
    const found = await count(ids);
    return ids.map((id) => found.get(id) ?? 0);
  });
  return {
    list(id, page) {
      const key = JSON.stringify(page);
      let loader = loaders.get(key);
      if (!loader) {
        loader = new DataLoader(async (ids) => {
          const rows = await list(ids, page);
          return ids.map((each) => rows.get(each) ?? []);
        });
        loaders.set(key, loader);
      }
      return loader.load(id);
    },
    count: (id) => counts.load(id),
  };
}
