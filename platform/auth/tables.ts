/** Access classes: the distinct tuples of attributes that decide who sees an asset. Catalog writes them, everybody reads them. */
import { integer, pgSchema, unique, uuid } from 'drizzle-orm/pg-core';

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
