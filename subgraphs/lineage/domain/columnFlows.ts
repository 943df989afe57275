/** Reads what flows between columns out of the SQL of views, where that has changed. */
import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Logger } from '#platform/logger.ts';
import { readViewLineage } from '#platform/sql/viewLineage.ts';
import { stateAfter, type AssetFact, type AssetState, type Dependency } from './history.ts';

/** A fact as an event tells it. `definition` null: it has no SQL, or too much of it. */
export type ToldAsset = Omit<AssetFact, 'dependsOn' | 'readFrom'> & {
  dependsOn: readonly Omit<Dependency, 'flows'>[];
  definition: string | null;
};

/** `mostMs`: how long the SQL of all that is told may take to read. */
export type ReadOptions = { logger?: Logger; mostMs?: number };

/** Counts up when the reader finds more in the same SQL: views are then read again with their next event. */
const READER = 1;
/** Of one batch. A thousand views take about half a second, one that was made to take long some seconds. */
const MOST_MS = 20_000;

/** In their order. Throws where several of them take too long together: fewer are to be tried. */
export async function readColumnFlows(
  told: readonly ToldAsset[],
  known: readonly AssetState[],
  { logger, mostMs = MOST_MS }: ReadOptions,
): Promise<AssetFact[]> {
  const states = new Map(known.map((state) => [state.id, state]));
  const facts: AssetFact[] = [];
  const startedAt = performance.now();
  let read = 0;
  for (const { definition, ...asset } of told) {
    const before = states.get(asset.id);
    const without: AssetFact = { ...asset, dependsOn: asset.dependsOn.map((each) => ({ ...each, flows: [] })), readFrom: null };
    let fact = without;
    const isLiving = !(asset.isDeleted ?? before?.isDeleted) && !(before && before.seq >= asset.seq);
    if (isLiving && definition !== null && asset.dependsOn.length > 0) {
      const readFrom = hashOf(definition, asset.dependsOn);
      if (before?.readFrom === readFrom) fact = { ...without, dependsOn: before.dependsOn, readFrom };
      else {
        if (read++ > 0 && performance.now() - startedAt > mostMs) throw new Error('The views of this batch take too long to read.');
        fact = { ...without, dependsOn: await readOne(definition, asset, logger), readFrom };
      }
    }
    facts.push(fact);
    if (!before || before.seq < fact.seq) states.set(fact.id, stateAfter(before, fact));
  }
  return facts;
}

async function readOne(definition: string, { id, name, dependsOn }: Omit<ToldAsset, 'definition'>, logger?: Logger): Promise<Dependency[]> {
  const flows = await readViewLineage(definition, dependsOn);
  // Told once: it is not tried again before its SQL changes.
  if (!flows) logger?.debug({ assetId: id, name }, 'the SQL of a view cannot be read: its columns have no lineage');
  const byRelation = Map.groupBy(flows ?? [], ({ relation }) => relation);
  return dependsOn.map((each) => ({
    ...each,
    flows: (byRelation.get(each.name) ?? []).map(({ from, to, transformation, confidence }) => ({ from, to, transformation, confidence })),
  }));
}

const hashOf = (definition: string, dependsOn: ToldAsset['dependsOn']): string =>
  createHash('sha256')
    .update(JSON.stringify([READER, definition, dependsOn.map(({ name, columns }) => [name, columns])]))
    .digest('base64');
