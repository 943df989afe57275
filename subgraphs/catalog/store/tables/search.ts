import { sql } from 'drizzle-orm';
import { bigint, boolean, customType, index, integer, text, uuid } from 'drizzle-orm/pg-core';
import { exactText, moment } from '#platform/database/columns.ts';
import { catalogSchema } from './source.ts';

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });

/** Entries wait in a list until there are 64 KB of them, the least that is possible: every search reads through it; without it writing takes twice as long. */
const PENDING = { fastupdate: true, gin_pending_list_limit: 64 };

/** What search knows of each asset, tombstones too: a projection of the other tables, written by the consumer `catalog.search`. */
export const searchDocuments = catalogSchema.table(
  'search_documents',
  {
    assetId: uuid('asset_id').primaryKey(),
    accessClass: integer('access_class').notNull(),
    kind: text().notNull(),
    name: exactText('name').notNull(),
    titleLength: integer('title_length').notNull(),
    tags: text().array().notNull(),
    ownerIds: uuid('owner_ids').array().notNull(),
    /** Confirmed ones of its columns. */
    labels: text()
      .array()
      .notNull()
      .default(sql`'{}'`),
    described: boolean().notNull(),
    updatedAt: moment('updated_at').notNull(),
    deletedAt: moment('deleted_at'),
    /** See search/lexemes.ts. */
    words: tsvector().notNull(),
  },
  (table) => [
    // Tombstones must not lie in the way of the living.
    index('search_documents_words')
      .using('gin', table.words)
      .with(PENDING)
      .where(sql`deleted_at is null`),
    index('search_documents_deleted_words')
      .using('gin', table.words)
      .with(PENDING)
      .where(sql`deleted_at is not null`),
    index('search_documents_class').on(table.accessClass),
    index('search_documents_kind').on(table.kind),
    index('search_documents_name').on(table.name),
    index('search_documents_update').on(table.updatedAt),
    index('search_documents_tags')
      .using('gin', table.tags)
      .where(sql`tags <> '{}'`),
    index('search_documents_owners')
      .using('gin', table.ownerIds)
      .where(sql`owner_ids <> '{}'`),
    index('search_documents_labels')
      .using('gin', table.labels)
      .where(sql`labels <> '{}'`),
  ],
);

/**
 * The words of names, columns, tags and terms, for those who mistype one. `classes`: the access classes of the documents
 * that have or had the word, so that nobody's search depends on words that they may not see. Nothing is taken away here:
 * a word that no document has any more finds none.
 */
export const searchWords = catalogSchema.table(
  'search_words',
  { word: exactText('word').primaryKey(), classes: integer().array().notNull() },
  () => [index('search_words_reversed').on(sql`reverse(word)`)],
);

/** What Meilisearch was told of an index there: which filling made it, and up to which event it follows the log (`search/meilisearch/copy.ts`). */
export const searchCopies = catalogSchema.table('search_copies', {
  name: text().primaryKey(),
  fill: uuid().notNull(),
  seq: bigint({ mode: 'number' }).notNull(),
});
