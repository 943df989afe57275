/** Documents into an index of Meilisearch. */
import type { EnqueuedTask } from 'meilisearch';
import type { Queryable } from '#platform/database/index.ts';
import type { SearchDocument } from '../index.ts';
import type { Meili } from './connection.ts';
import { PRIMARY_KEY } from './settings.ts';
import { toStored, type ClassOf } from './stored.ts';

/** Meilisearch takes 100 MB at a time, if not set otherwise; an asset may have 1,600 columns. */
const MOST_BYTES = 8_000_000;
const LINES = 'application/x-ndjson';

type Written = { meili: Meili; index: string; sql: Queryable; documents: readonly SearchDocument[]; gone: readonly string[] };

/** Until they are there, or gone. */
export async function writeDocuments(written: Written): Promise<void> {
  await written.meili.settle(await giveDocuments(written));
}

/** Gives them, in their order, and tells the tasks. */
export async function giveDocuments({ meili, index, sql, documents, gone }: Written): Promise<EnqueuedTask[]> {
  const tasks: EnqueuedTask[] = [];
  const classOf = await findClasses(sql, documents);
  for (const lines of inParts(documents, classOf))
    tasks.push(await meili.ask((client) => client.index(index).addDocumentsFromString(lines, LINES, { primaryKey: PRIMARY_KEY })));
  if (gone.length > 0) tasks.push(await meili.ask((client) => client.index(index).deleteDocuments([...gone])));
  return tasks;
}

function* inParts(documents: readonly SearchDocument[], classOf: ClassOf): Generator<string> {
  let lines: string[] = [];
  let bytes = 0;
  for (const document of documents) {
    const line = JSON.stringify(toStored(document, classOf));
    lines.push(line);
    bytes += Buffer.byteLength(line);
    if (bytes < MOST_BYTES) continue;
    yield lines.join('\n');
    lines = [];
    bytes = 0;
  }
  if (lines.length > 0) yield lines.join('\n');
}

/** What the classes of these documents stand for. A class stays what it is. */
export async function findClasses(sql: Queryable, documents: readonly SearchDocument[]): Promise<ClassOf> {
  const ids = [...new Set(documents.map(({ accessClass }) => accessClass))];
  const rows = await sql<{ id: number; sourceId: string; domainId: string | null }[]>`
    select id, source_id, domain_id from access.classes where id = any(${ids}::int[])`;
  const known = new Map(rows.map((row) => [row.id, row]));
  return (id) => known.get(id)!;
}
