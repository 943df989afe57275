/** Access classes: the distinct tuples of attributes that decide who sees an asset. Catalog writes them, everybody reads them. */
import { index, integer, pgSchema, timestamp, unique, uuid } from 'drizzle-orm/pg-core';
import { bytea } from '../database/columns.ts';

export const accessSchema = pgSchema('access');

export const accessClasses = accessSchema.table(
  'classes',
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    sourceId: uuid('source_id').notNull(),
    domainId: uuid('domain_id'),
  },
  (table) => [unique('classes_tuple').on(table.sourceId, table.domainId).nullsNotDistinct()],
);

/** The tree of domains, as catalog publishes it: a role over a domain covers what is below. A removed domain is not here, so roles over it cover nothing. */
export const accessDomains = accessSchema.table('domains', { id: uuid().primaryKey(), parentId: uuid('parent_id') }, (table) => [
  index('domains_parent').on(table.parentId),
]);

/**
 * The keys with which routers vouch for a viewer before a subgraph in another process. Both halves are sealed under the root key:
 * the private one to hide it, the public one so that nobody adds a key of their own who can only write to this table.
 */
export const routerKeys = accessSchema.table('router_keys', {
  id: uuid().primaryKey(),
  sealedPublicJwk: bytea('sealed_public_jwk').notNull(),
  sealedPrivateJwk: bytea('sealed_private_jwk').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull(),
});
