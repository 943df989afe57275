/** Finds labels of columns by their names, for each asset that is new or changed. */
import type { Database, Transaction } from '#platform/database/index.ts';
import { createConsumer, type ConsumedEvent, type Consumer } from '#platform/events/consumer.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';
import { readFacts, systemContext } from '../store/facts.ts';
import { listAllLabels } from '../store/labels.ts';
import { takeLabelTurns } from '../store/locks.ts';
import { commitLabels } from './labelChanges.ts';
import { suggestLabels } from './suggestions.ts';

/** As many facts in memory, and as many turns held, at a time: an asset may have 1,600 columns. */
const ASSETS_AT_ONCE = 250;

export type ClassificationDeps = { sql: Database; askCatalog: AskSubgraph; logger: Logger; faults: ReadonlySet<string>; now?: () => Date };

export function createClassification({ sql, askCatalog, logger, faults, now = () => new Date() }: ClassificationDeps): Consumer {
  return createConsumer({
    sql,
    name: 'policy.labels',
    types: ['asset.created', 'asset.updated', 'asset.deleted'],
    handle: (tx, events) => classifyAssets(tx, askCatalog, subjectsOf(events), now()),
    logger,
    faults,
    batch: ASSETS_AT_ONCE,
  });
}

const subjectsOf = (events: readonly ConsumedEvent[]): string[] => [...new Set(events.flatMap(({ subject }) => subject ?? []))];

/** By present facts, read within the turns: whatever the events told, and however late they come, the labels are those of now. */
export async function classifyAssets(tx: Transaction, askCatalog: AskSubgraph, ids: readonly string[], now: Date): Promise<void> {
  for (let from = 0; from < ids.length; from += ASSETS_AT_ONCE)
    await classifySlice(tx, askCatalog, ids.slice(from, from + ASSETS_AT_ONCE), now);
}

async function classifySlice(tx: Transaction, askCatalog: AskSubgraph, ids: readonly string[], now: Date): Promise<void> {
  await takeLabelTurns(tx, ids);
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
