/** Keeps search in step with the tables: a consumer of the event log, and a way to fill the whole index from the tables. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Queryable, Transaction } from '#platform/database/index.ts';
import { createConsumer, type ConsumedEvent, type Consumer } from '#platform/events/consumer.ts';
import type { EventType } from '#platform/events/types.ts';
import type { Logger } from '#platform/logger.ts';
import { loadDocuments } from './documents.ts';
import type { SearchIndex } from './index.ts';
import { fold, joined } from './words.ts';

const NAME = 'catalog.search';
// A removed term is taken from its assets one by one, and each has an event of its own.
export const TYPES: readonly EventType[] = ['asset.created', 'asset.updated', 'asset.deleted', 'term.updated'];
/** As many documents in memory at a time; an asset may have 1,600 columns. */
const AT_ONCE = 250;
/** `srch` in ASCII. */
const LOCK = 0x73726368;
const RETRY_MS = 1_000;

export type IndexFor = (sql: Queryable) => SearchIndex;
type IndexerOptions = { sql: Database; indexFor: IndexFor; logger: Logger; faults?: ReadonlySet<string> };

export function createIndexer({ sql, indexFor, logger, faults }: IndexerOptions): Consumer {
  const log = logger.child({ consumer: NAME });
  const consumer = createConsumer({ sql, name: NAME, types: TYPES, handle: (tx, events) => handle(tx, indexFor, events), logger, faults });
  let stopping = false;
  let starting: Promise<void> | undefined;

  /** Installations from before there was search have assets whose events may be gone: the first start reads the tables. */
  async function fill(): Promise<void> {
    while (!stopping) {
      try {
        const [begun] = await sql`select from events.cursors where consumer = ${NAME}`;
        if (begun) return;
        // Read before the tables are: what happens meanwhile is consumed afterwards.
        const [head] = await sql<{ seq: number }[]>`select seq from events.head`;
        const count = await rebuildSearch({ sql, indexFor, isWanted: () => !stopping });
        if (stopping) return;
        await sql`insert into events.cursors (consumer, seq) values (${NAME}, ${head!.seq}) on conflict do nothing`;
        if (count > 0) log.info({ count }, 'search is filled from the tables');
        return;
      } catch (error) {
        // Nothing is lost: without a cursor it begins again.
        log.error({ err: error }, 'search could not be filled, trying again');
        await sleep(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  return {
    start() {
      if (starting) return;
      stopping = false;
      starting = fill().then(() => {
        if (!stopping) consumer.start();
      });
    },
    async stop() {
      stopping = true;
      await starting;
      starting = undefined;
      await consumer.stop();
    },
    runOnce: consumer.runOnce,
  };
}

/** Within a transaction that changed what documents tell of these assets. */
export async function refreshDocuments(tx: Transaction, indexFor: IndexFor, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await takeTurns(tx);
  const index = indexFor(tx);
  for (let from = 0; from < ids.length; from += AT_ONCE) await reindex(tx, index, ids.slice(from, from + AT_ONCE));
}

async function handle(tx: Transaction, indexFor: IndexFor, events: readonly ConsumedEvent[]): Promise<void> {
  await takeTurns(tx);
  const index = indexFor(tx);
  for await (const ids of listAffected(tx, events)) await reindex(tx, index, ids);
}

/** The assets whose documents may be others after these events, some at a time. */
export async function* listAffected(tx: Transaction, events: readonly ConsumedEvent[]): AsyncGenerator<string[]> {
  const assetIds = new Set<string>();
  const termIds = new Set<string>();
  for (const { type, subject, attributes } of events) {
    // Of a term nothing but its name is searched.
    if (subject && type === 'term.updated') {
      if (attributes.name !== undefined) termIds.add(subject);
    } else if (subject) assetIds.add(subject);
  }
  const ids = [...assetIds];
  for (let from = 0; from < ids.length; from += AT_ONCE) yield ids.slice(from, from + AT_ONCE);
  for (let after: string | null = null; termIds.size > 0;) {
    const batch: string[] = await listAssetsOfTerms(tx, [...termIds], after);
    yield batch;
    if (batch.length < AT_ONCE) break;
    after = batch.at(-1)!;
  }
}

async function listAssetsOfTerms(tx: Transaction, termIds: readonly string[], after: string | null): Promise<string[]> {
  const rows = await tx<{ assetId: string }[]>`
    select distinct asset_id from catalog.asset_terms
    where term_id = any(${termIds as string[]}::uuid[]) ${after ? tx`and asset_id > ${after}::uuid` : tx``} order by asset_id limit ${AT_ONCE}`;
  return rows.map((row) => row.assetId);
}

/** The present state, whatever the event told: so an event may come twice, or late. */
async function reindex(sql: Queryable, index: SearchIndex, ids: readonly string[]): Promise<void> {
  const documents = await loadDocuments(sql, ids);
  await index.upsert(documents);
  const found = new Set(documents.map(({ id }) => id));
  const gone = ids.filter((id) => !found.has(id));
  if (gone.length > 0) await index.delete(gone);
}

/** One who reads and writes documents at a time: a slower one would write what it read before the other one wrote. */
async function takeTurns(tx: Transaction): Promise<void> {
  await tx`select pg_advisory_xact_lock(${LOCK})`;
}

export type RebuildOptions = { sql: Database; indexFor: IndexFor; isWanted?: () => boolean; atOnce?: number };

/** Fills the index from the tables, batch by batch, while it serves. Gives the number of documents. */
export async function rebuildSearch({ sql, indexFor, isWanted = () => true, atOnce = AT_ONCE }: RebuildOptions): Promise<number> {
  let count = 0;
  for (let after: string | null = null; isWanted();) {
    const last: string | null = after;
    const ids: string[] = await sql.begin(async (tx) => {
      await takeTurns(tx);
      const rows = await tx<
        { id: string }[]
      >`select id from catalog.assets ${last ? tx`where id > ${last}::uuid` : tx``} order by id limit ${atOnce}`;
      const batch = rows.map((row) => row.id);
      await reindex(tx, indexFor(tx), batch);
      return batch;
    });
    count += ids.length;
    if (ids.length < atOnce) break;
    after = ids.at(-1)!;
  }
  return count;
}

/** Makes those documents anew that still have a text, and forgets the words that are only of it: what it was told in is changed already. */
export async function forgetText(sql: Database, indexFor: IndexFor, text: string): Promise<void> {
  const folded = fold(text);
  // Of signs alone nothing is left.
  const whole = joined(text) || folded;
  for (let after: string | null = null; ;) {
    const last: string | null = after;
    const ids: string[] = await sql.begin(async (tx) => {
      const rows = await tx<{ assetId: string }[]>`
        select asset_id from catalog.search_documents
        where (strpos(words::text, ${whole}) > 0 or strpos(words::text, ${folded}) > 0) ${last ? tx`and asset_id > ${last}::uuid` : tx``}
        order by asset_id limit ${AT_ONCE}`;
      const batch = rows.map((row) => row.assetId);
      await refreshDocuments(tx, indexFor, batch);
      return batch;
    });
    if (ids.length < AT_ONCE) break;
    after = ids.at(-1)!;
  }
  await sql`delete from catalog.search_words where strpos(word, ${whole}) > 0`;
}
