import { sql } from 'drizzle-orm';
import { index, integer, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { exactText, moment } from '#platform/database/columns.ts';
import { catalogSchema } from './source.ts';

const ROOT = sql`coalesce(parent_id, '00000000-0000-0000-0000-000000000000')`;

/** The glossary: a tree of terms, names unique among siblings. */
export const glossaryTerms = catalogSchema.table(
  'glossary_terms',
  {
    id: uuid().primaryKey(),
    parentId: uuid('parent_id'),
    name: exactText('name').notNull(),
    definition: text().notNull(),
    version: integer().notNull().default(1),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('glossary_terms_name').on(ROOT, table.name),
    index('glossary_terms_by_name').on(table.name, table.id),
    index('glossary_terms_parent').on(table.parentId),
  ],
);

/** A tree of domains, names unique among siblings. `access.domains` repeats the tree for those who decide about visibility. */
export const domains = catalogSchema.table(
  'domains',
  {
    id: uuid().primaryKey(),
    parentId: uuid('parent_id'),
    name: exactText('name').notNull(),
    description: text(),
    version: integer().notNull().default(1),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [
    uniqueIndex('domains_name').on(ROOT, table.name),
    index('domains_by_name').on(table.name, table.id),
    index('domains_parent').on(table.parentId),
  ],
);

export type GlossaryTermRow = typeof glossaryTerms.$inferSelect;
export type DomainRow = typeof domains.$inferSelect;
