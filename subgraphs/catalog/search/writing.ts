/** Documents into the tables of search: a statement for any number of them. */
import type { Queryable } from '#platform/database/index.ts';
import type { SearchDocument } from './index.ts';
import { lexemesOf, toTsvector } from './lexemes.ts';
import { mayBeMistyped } from './typos.ts';

/** Gives those that were written: what is as it was is left alone. */
export async function upsertDocuments(sql: Queryable, documents: readonly SearchDocument[]): Promise<{ id: string; isNew: boolean }[]> {
  if (documents.length === 0) return [];
  const classesOf = new Map<string, Set<number>>();
  const texts: string[] = [];
  for (const document of documents) {
    const { weights, words } = lexemesOf(document);
    texts.push(toTsvector(weights));
    for (const word of words) {
      const classes = classesOf.get(word);
      if (classes) classes.add(document.accessClass);
      else if (mayBeMistyped(word)) classesOf.set(word, new Set([document.accessClass]));
    }
  }
  const column = <Value>(value: (document: SearchDocument) => Value): Value[] => documents.map(value);
  // A log that is read again costs no index. What was there has a transaction that ended it.
  const written = await sql<{ id: string; isNew: boolean }[]>`
    insert into catalog.search_documents as d
      (asset_id, access_class, kind, name, title_length, tags, owner_ids, labels, described, updated_at, deleted_at, words)
    select id, access_class, kind, name, title_length, tags::text[], owner_ids::uuid[], labels::text[], described::boolean, updated_at::timestamptz, deleted_at::timestamptz, words::tsvector
    from unnest(
      ${column(({ id }) => id)}::uuid[], ${column(({ accessClass }) => accessClass)}::int[], ${column(({ kind }) => kind)}::text[],
      ${column(({ name }) => name)}::text[], ${column(({ path }) => [...(path.at(-1) ?? '')].length)}::int[],
      ${column(({ tags }) => arrayLiteral(tags))}::text[], ${column(({ ownerIds }) => arrayLiteral([...new Set(ownerIds)]))}::text[],
      ${column(({ labels }) => arrayLiteral(labels))}::text[],
      ${column(({ description, sourceDescription }) => String(Boolean(description?.trim() || sourceDescription?.trim())))}::text[],
      ${column(({ updatedAt }) => updatedAt.toISOString())}::text[], ${column(({ deletedAt }) => deletedAt?.toISOString() ?? null)}::text[], ${texts}::text[]
    ) as r (id, access_class, kind, name, title_length, tags, owner_ids, labels, described, updated_at, deleted_at, words)
    on conflict (asset_id) do update set
      access_class = excluded.access_class, kind = excluded.kind, name = excluded.name, title_length = excluded.title_length, tags = excluded.tags,
      owner_ids = excluded.owner_ids, labels = excluded.labels, described = excluded.described, updated_at = excluded.updated_at, deleted_at = excluded.deleted_at, words = excluded.words
    where d is distinct from excluded
    returning d.asset_id as id, d.xmax = 0 as is_new`;
  await addWords(sql, classesOf);
  return written;
}

async function addWords(sql: Queryable, classesOf: ReadonlyMap<string, ReadonlySet<number>>): Promise<void> {
  if (classesOf.size === 0) return;
  // Nearly all are known already; an update that changes nothing would still write.
  await sql`
    insert into catalog.search_words as w (word, classes)
    select r.word, r.classes::int[] from unnest(${[...classesOf.keys()]}::text[], ${[...classesOf.values()].map((each) => `{${[...each].join(',')}}`)}::text[]) as r (word, classes)
    where not exists (select from catalog.search_words k where k.word = r.word and k.classes @> r.classes::int[])
    order by r.word
    on conflict (word) do update set
      classes = (select array_agg(distinct each order by each) from unnest(w.classes || excluded.classes) as each)`;
}

export async function deleteDocuments(sql: Queryable, ids: readonly string[]): Promise<void> {
  await sql`delete from catalog.search_documents where asset_id = any(${ids as string[]}::uuid[])`;
}

const arrayLiteral = (items: readonly string[]): string =>
  `{${items.map((item) => `"${item.replaceAll(/["\\]/g, (sign) => `\\${sign}`)}"`).join(',')}}`;
