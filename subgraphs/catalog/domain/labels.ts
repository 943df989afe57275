/** Keeps the replica of labels, and what search knows of them, in step with policy. */
import type { Database, Transaction } from '#platform/database/index.ts';
import { createConsumer, type ConsumedEvent, type Consumer } from '#platform/events/consumer.ts';
import { CATALOG_LABELS } from '#platform/events/consumerNames.ts';
import type { Logger } from '#platform/logger.ts';
import { refreshDocuments, type IndexFor } from '../search/indexer.ts';
import { replaceLabels, type ToldLabels } from '../store/labels.ts';

export type LabelsDeps = { sql: Database; indexFor: IndexFor; logger: Logger; faults?: ReadonlySet<string> };

export function createLabels({ sql, indexFor, logger, faults }: LabelsDeps): Consumer {
  return createConsumer({
    sql,
    name: CATALOG_LABELS,
    types: ['classification.suggested', 'classification.confirmed', 'classification.rejected'],
    handle: (tx, events) => takeLabels(tx, indexFor, events),
    logger,
    faults,
  });
}

/** Each event tells all labels of its asset, so the last one of a batch is enough. */
async function takeLabels(tx: Transaction, indexFor: IndexFor, events: readonly ConsumedEvent[]): Promise<void> {
  const latest = new Map<string, ToldLabels>();
  for (const { seq, subject, attributes } of events) {
    if (subject && attributes.columnLabels) latest.set(subject, { assetId: subject, seq, labels: attributes.columnLabels });
  }
  const changed = await replaceLabels(tx, [...latest.values()]);
  // In this transaction: a search never finds an asset by a label that the list of assets does not know.
  await refreshDocuments(tx, indexFor, changed);
}
