/** Facts of assets for tests of rules and scopes. */
import { newId } from '#platform/ids.ts';
import type { AssetFacts, ColumnFacts } from '../facts.ts';

type Given = Partial<Omit<AssetFacts, 'columns' | 'dependencyLabels'>> & {
  /** By name, with their labels. */
  columns?: Record<string, readonly string[]>;
  /** By the name that a view reads: its columns with their labels. */
  reads?: Record<string, Record<string, readonly string[]>>;
};

export const columnFacts = (name: string, labels: readonly string[] = [], ordinal = 1): ColumnFacts => ({
  id: newId(),
  name,
  ordinal,
  dataType: 'text',
  description: null,
  labels,
});

/** A table `shop.public.orders`, living, without anybody's words, unless something else is given. */
export function assetFacts({ columns = {}, reads = {}, path = ['shop', 'public', 'orders'], ...given }: Given = {}): AssetFacts {
  const all = Object.entries(columns).map(([name, labels], index) => columnFacts(name, labels, index + 1));
  return {
    id: newId(),
    version: 1,
    sourceId: newId(),
    domainId: null,
    accessClass: 1,
    kind: 'TABLE',
    namespace: 'postgres://shop.example:5432',
    name: path.join('.'),
    path,
    description: null,
    tags: [],
    owners: [],
    updatedAt: '2026-01-01T00:00:00.000Z',
    deletedAt: null,
    dependsOn: Object.entries(reads).map(([name, read]) => ({ name, columns: Object.keys(read) })),
    labels: [...new Set(all.flatMap((column) => column.labels))],
    columns: all,
    definition: null,
    dependencyLabels: new Map(Object.entries(reads).map(([name, read]) => [name, new Map(Object.entries(read))])),
    ...given,
  };
}
