/** Finds labels of columns by their names, for each asset that is new or changed. */
import type { Database, Transaction } from '#platform/database/index.ts';
import { createConsumer, type ConsumedEvent, type Consumer } from '#platform/events/consumer.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';
import { readFacts, systemContext } from '../store/facts.ts';
import { listAllLabels } from '../store/labels.ts';
import { takeLabelTurn } from '../store/turns.ts';
import { commitLabels } from './labelChanges.ts';
import { suggestLabels } from './suggestions.ts';

export type ClassificationDeps = { sql: Database; askCatalog: AskSubgraph; logger: Logger; faults: ReadonlySet<string>; now?: () => Date };

export function createClassification({ sql, askCatalog, logger, faults, now = () => new Date() }: ClassificationDeps): Consumer {
  return createConsumer({
    sql,
    name: 'policy.labels',
    types: ['asset.created', 'asset.updated', 'asset.deleted'],
    handle: (tx, events) => classifyAssets(tx, askCatalog, subjectsOf(events), now()),
    logger,
    faults,
  });
}

const subjectsOf = (events: readonly ConsumedEvent[]): string[] => [...new Set(events.flatMap(({ subject }) => subject ?? []))];

/** By present facts, read within the turn: whatever the events told, and however late they come, the labels are those of now. */
export async function classifyAssets(tx: Transaction, askCatalog: AskSubgraph, ids: readonly string[], now: Date): Promise<void> {
  await takeLabelTurn(tx);
  const assets = await readFacts({ sql: tx, askCatalog, context: systemContext() }, ids, new Set(['columns']));
  const rows = Map.groupBy(await listAllLabels(tx, ids), (row) => row.assetId);
  await commitLabels(
    tx,
    assets.map((asset) => {
      const before = rows.get(asset.id) ?? [];
      return { asset, before, after: suggestLabels(asset, before, now), actorId: null };
    }),
    now,
  );
}
