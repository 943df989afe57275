/** Every schema of PurSight's database, in the order in which its migrations run. */
import { fileURLToPath } from 'node:url';
import type { MigrationFolder } from '#platform/database/migrate.ts';

const folder = (path: string): string => fileURLToPath(new URL(`../${path}/migrations`, import.meta.url));

export const MIGRATION_FOLDERS: readonly MigrationFolder[] = [
  { schema: 'events', folder: folder('platform/events') },
  { schema: 'access', folder: folder('platform/auth') },
  { schema: 'identity', folder: folder('subgraphs/identity/store') },
  { schema: 'catalog', folder: folder('subgraphs/catalog/store') },
  { schema: 'policy', folder: folder('subgraphs/policy/store') },
  { schema: 'lineage', folder: folder('subgraphs/lineage/store') },
];
