/**
 * Keeps Meilisearch as the tables are: fills an index where there is none, and then follows the log. Any number of processes may do it;
 * they take turns.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Transaction } from '#platform/database/index.ts';
import { createConsumer, type ConsumedEvent } from '#platform/events/consumer.ts';
import { CATALOG_LABELS, CATALOG_MEILISEARCH } from '#platform/events/consumerNames.ts';
import type { EventType } from '#platform/events/types.ts';
import { createLoop } from '#platform/events/loop.ts';
import { Upstream } from '#platform/errors.ts';
import type { Logger } from '#platform/logger.ts';
import { loadDocuments } from '../documents.ts';
import { listAffected, TYPES as INDEXED } from '../indexer.ts';
import { findTold, followMark, readMark, writeMark, type Copy } from './copy.ts';
import { noIndex } from './failures.ts';
import { fillCopy } from './filling.ts';
import { keepOpen } from './turns.ts';
import { giveDocuments } from './writing.ts';

/** PostgreSQL's own documents are told of labels by who takes them (`domain/labels.ts`). */
export const TYPES: readonly EventType[] = [...INDEXED, 'classification.suggested', 'classification.confirmed', 'classification.rejected'];
const POLL_MS = 500;
/** Labels are taken by another consumer, which reads the same log. */
const LABELS_MS = 5_000;
const LABELS_PAUSE_MS = 20;

export type Projector = {
  start: () => void;
  stop: () => Promise<void>;
  /** One turn. False when there was nothing to do. Throws Upstream while Meilisearch is away. */
  runOnce: () => Promise<boolean>;
  /** Why the last turn of this process failed; undefined when it did not. */
  failure: () => unknown;
};

type Options = { copy: Copy; sql: Database; logger: Logger; faults?: ReadonlySet<string> };

export function createProjector({ copy, sql, logger, faults }: Options): Projector {
  const log = logger.child({ projection: CATALOG_MEILISEARCH });
  const consumer = createConsumer({ sql, name: CATALOG_MEILISEARCH, types: TYPES, handle, logger, faults });
  const loop = createLoop({
    turn: async () => ((await bringOn()) ? 0 : POLL_MS),
    logger: log,
    failing: 'Meilisearch cannot be brought up to date; it is tried until it can',
    again: 'Meilisearch is brought up to date again',
  });

  /** The present state of what the events tell of, whatever they tell: so an event may come twice, or late. */
  async function handle(tx: Transaction, events: readonly ConsumedEvent[]): Promise<void> {
    await keepOpen(tx);
    const told = await findTold(tx, copy);
    if (!told) throw noIndex();
    await awaitLabels(tx, events);
    const { meili, serving } = copy;
    const tasks = [];
    for await (const ids of listAffected(tx, events)) {
      const documents = await loadDocuments(tx, ids);
      const found = new Set(documents.map(({ id }) => id));
      tasks.push(...(await giveDocuments({ meili, index: serving, sql: tx, documents, gone: ids.filter((id) => !found.has(id)) })));
    }
    const seq = Math.max(told.seq, events.at(-1)!.seq);
    tasks.push(await writeMark(copy, serving, { seq }));
    await meili.settle(tasks);
    await tx`update catalog.search_copies set seq = ${seq} where name = ${serving}`;
  }

  async function bringOn(): Promise<boolean> {
    const mark = await readMark(copy);
    if (mark) {
      await followMark(sql, copy, mark);
      return await consumer.runOnce();
    }
    log.info('Meilisearch is being filled with assets; search is answered by PostgreSQL meanwhile');
    const filled = await fillCopy({ copy, sql, isWanted: () => !loop.isStopping() });
    if (filled) log.info(filled, 'Meilisearch is filled; search is answered by it');
    return filled !== undefined;
  }

  return {
    start: () => void loop.start(),
    stop: () => loop.stop(),
    runOnce: async () => (await loop.once()) === 0,
    failure: loop.failure,
  };
}

/** Until the labels that these events tell of are in the tables. Throws Upstream where nobody takes them. */
async function awaitLabels(tx: Transaction, events: readonly ConsumedEvent[]): Promise<void> {
  const last = events.findLast(({ type }) => type.startsWith('classification.'));
  if (!last) return;
  for (const until = performance.now() + LABELS_MS; performance.now() < until; await sleep(LABELS_PAUSE_MS)) {
    const [row] = await tx<{ seq: number }[]>`select seq from events.cursors where consumer = ${CATALOG_LABELS}`;
    if (row && row.seq >= last.seq) return;
  }
  throw new Upstream('Labels are not taken.', { system: 'catalog.labels', check: 'What the worker logs of the consumer catalog.labels.' });
}
