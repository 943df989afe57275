/** Fills a new index from the tables, beside the one that serves, and lets it take that one's place. Searches go on meanwhile. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EnqueuedTask } from 'meilisearch';
import type { Database } from '#platform/database/index.ts';
import { CATALOG_LABELS } from '#platform/events/consumerNames.ts';
import { loadDocuments } from '../documents.ts';
import { readMark, startFrom, writeMark, type Copy } from './copy.ts';
import { NoIndex, unfinished } from './failures.ts';
import { PRIMARY_KEY, SETTINGS } from './settings.ts';
import { keepOpen, withFilling } from './turns.ts';
import { giveDocuments } from './writing.ts';

const AT_ONCE = 500;
/** Batches that were given and not waited for: Meilisearch does several at once, if they are there. */
const MOST_WAITING = 8;
/** The swap waits behind the tasks that others gave. */
const SWAP_MS = 120_000;
const SWAP_PAUSE_MS = 20;

export type Filled = { documents: number };
export type Progress = { copied: number; total: number };

type Options = { copy: Copy; sql: Database; isWanted?: () => boolean; onProgress?: (progress: Progress) => void };

/** Undefined where somebody is at it, or it is wanted no more. Throws Upstream when Meilisearch fails; what was made by then is made anew the next time. */
export async function fillCopy(options: Options): Promise<Filled | undefined> {
  const outcome = await withFilling(options.sql, () => fill(options));
  return outcome?.result;
}

async function fill({ copy, sql, isWanted = () => true, onProgress = () => {} }: Options): Promise<Filled | undefined> {
  const { meili, filling } = copy;
  // Read before the tables are: what happens meanwhile is consumed afterwards. Labels are in the tables as far as they were consumed.
  const [head] = await sql<{ seq: number }[]>`
    select least(h.seq, coalesce((select c.seq from events.cursors c where c.consumer = ${CATALOG_LABELS}), 0)) as seq from events.head h`;
  const { seq } = head!;
  await removeIndex(copy, filling);
  await meili.run((client) => client.createIndex(filling, { primaryKey: PRIMARY_KEY }));
  await meili.run((client) => client.index(filling).updateSettings(SETTINGS));

  const [counted] = await sql<{ total: number }[]>`select count(*) as total from catalog.assets`;
  const waiting: EnqueuedTask[] = [];
  let copied = 0;
  for (let after: string | null = null; ;) {
    onProgress({ copied, total: Math.max(copied, counted!.total) });
    const ids = await listIds(sql, after, AT_ONCE);
    waiting.push(...(await giveDocuments({ meili, index: filling, sql, documents: await loadDocuments(sql, ids), gone: [] })));
    if (waiting.length > MOST_WAITING) await meili.settle(waiting.splice(0, waiting.length - MOST_WAITING));
    copied += ids.length;
    if (!isWanted()) return undefined;
    if (ids.length < AT_ONCE) break;
    after = ids.at(-1)!;
  }
  const fillId = randomUUID();
  await meili.settle([...waiting, await writeMark(copy, filling, { fill: fillId, from: seq, seq })]);
  await swap(copy, sql, { fill: fillId, seq });
  await removeIndex(copy, filling);
  return { documents: copied };
}

/** Nobody consumes meanwhile. Where this ends half-way, the mark tells which index it is (`followMark`). */
async function swap(copy: Copy, sql: Database, told: { fill: string; seq: number }): Promise<void> {
  const { meili, serving, filling } = copy;
  await makeSureOf(copy, serving);
  await sql.begin(async (tx) => {
    await keepOpen(tx);
    await startFrom(tx, copy, told);
    await meili.ask((client) => client.swapIndexes([{ indexes: [serving, filling], rename: false }]));
    await awaitFill(copy, told.fill);
  });
}

/** A key for some indexes is told nothing of a task that is about two of them; the mark tells when it is done. */
async function awaitFill(copy: Copy, fill: string): Promise<void> {
  for (const until = performance.now() + SWAP_MS; ; await sleep(SWAP_PAUSE_MS)) {
    const mark = await readMark(copy);
    if (mark?.fill === fill) return;
    if (performance.now() > until) throw unfinished(SWAP_MS);
  }
}

/** Only what is there can be swapped. */
async function makeSureOf({ meili }: Copy, index: string): Promise<void> {
  try {
    await meili.ask((client) => client.getRawIndex(index));
  } catch (error) {
    if (!(error instanceof NoIndex)) throw error;
    await meili.run((client) => client.createIndex(index, { primaryKey: PRIMARY_KEY }));
  }
}

async function removeIndex({ meili }: Copy, index: string): Promise<void> {
  try {
    await meili.ask((client) => client.getRawIndex(index));
    await meili.run((client) => client.deleteIndex(index));
  } catch (error) {
    if (!(error instanceof NoIndex)) throw error;
  }
}

/** Of all assets, tombstones too, in their order. */
export async function listIds(sql: Database, after: string | null, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from catalog.assets ${after ? sql`where id > ${after}::uuid` : sql``} order by id limit ${limit}`;
  return rows.map(({ id }) => id);
}
