/** Reads what flows between columns out of the SQL of views, where that has changed. */
import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { LRUCache } from 'lru-cache';
import { Upstream } from '#platform/errors.ts';
import type { Logger } from '#platform/logger.ts';
import { readViewLineage } from '#platform/sql/viewLineage.ts';
import type { AssetState } from '../store/assets.ts';
import { readsTheSame, stateAfter, type AssetFact } from './history.ts';

/** A fact as an event tells it. `definition` null: it has no SQL, or too much of it; undefined: it is as before while it reads the same. */
export type ToldAsset = Omit<AssetFact, 'dependsOn' | 'readFrom'> & {
  dependsOn: readonly Omit<AssetFact['dependsOn'][number], 'flows'>[];
  definition: string | null | undefined;
};

/** Of the SQL of one view; throws Upstream where there is no answer. */
export type ReadView = typeof readViewLineage;
/** `mostMs`: how long the SQL of all that is told may take to read; `mostFlows`: how many flows may be found in it. */
export type ReadOptions = { logger?: Logger; mostMs?: number; mostFlows?: number; readView?: ReadView };

/** Counts up when the reader finds more in the same SQL: views that an earlier one read are then read again after the next start. */
export const READER = '1';
/** Of one batch. A thousand views take about half a second, one that was made to take long some seconds. */
const MOST_MS = 20_000;
/** Most flows between columns that several events together may have to do with. Of generated views each has thousands. */
export const MOST_FLOWS = 200_000;

/** How often a view may have no answer until it is given up: it may be the SQL's own fault, and others wait behind it. */
const MOST_TRIES = 3;
const SOMETHING_ELSE = ['SELECT a FROM t', [{ name: 't', columns: ['a'] }]] as const;
/** By what was read: how often there was no answer, since this process began. */
const unanswered = new LRUCache<string, number>({ max: 10_000 });

/**
 * In their order. Throws where several of them take too long together, or have too many flows: fewer are to be tried. Throws Upstream where some of them had no answer:
 * all are to be tried again.
 */
export async function readColumnFlows(
  told: readonly ToldAsset[],
  known: readonly AssetState[],
  { logger, mostMs = MOST_MS, mostFlows = MOST_FLOWS, readView = readViewLineage }: ReadOptions,
): Promise<AssetFact[]> {
  const states = new Map(known.map((state) => [state.id, state]));
  const facts: AssetFact[] = [];
  const startedAt = performance.now();
  let read = 0;
  let flows = 0;
  let noAnswer: Upstream | undefined;
  for (const { definition, ...asset } of told) {
    const before = states.get(asset.id);
    const without: AssetFact = { ...asset, dependsOn: asset.dependsOn.map((each) => ({ ...each, flows: [] })), readFrom: null };
    let fact = without;
    const isLiving = !(asset.isDeleted ?? before?.isDeleted) && !(before && before.seq >= asset.seq);
    if (isLiving && definition === undefined && before && readsTheSame(before, asset)) {
      fact = { ...without, dependsOn: before.dependsOn, readFrom: before.readFrom };
    } else if (isLiving && typeof definition === 'string' && asset.dependsOn.length > 0) {
      const readFrom = hashOf(definition, asset.dependsOn);
      if (before?.readFrom === readFrom) fact = { ...without, dependsOn: before.dependsOn, readFrom };
      else {
        if (read++ > 0 && performance.now() - startedAt > mostMs)
          throw noAnswer ?? new Error('The views of this batch take too long to read.');
        try {
          const dependencies = await readOne(definition, asset, readFrom, { logger, readView });
          if (dependencies) fact = { ...without, dependsOn: dependencies, readFrom };
          flows += countFlows(fact);
          // One alone is never too many: an event that is tried again comes with what happened to its asset since then.
          if (read > 1 && flows > mostFlows) throw new Error('The views of this batch have too many flows between columns.');
        } catch (error) {
          if (!(error instanceof Upstream)) throw error;
          // The others are read meanwhile: each of those that have no answer has had one more try then.
          noAnswer = error;
        }
      }
    }
    facts.push(fact);
    if (!before || before.seq < fact.seq) states.set(fact.id, stateAfter(before, fact));
  }
  if (noAnswer) throw noAnswer;
  return facts;
}

const countFlows = ({ dependsOn }: AssetFact): number => dependsOn.reduce((sum, { flows }) => sum + flows.length, 0);

/** Kept with what was read: the reader that did it, and of what. Another reader's word on the same is another one. */
const hashOf = (definition: string, dependsOn: ToldAsset['dependsOn']): string => {
  const read = JSON.stringify([definition, dependsOn.map(({ name, columns }) => [name, columns])]);
  return `${READER}:${createHash('sha256').update(read).digest('base64')}`;
};

type ReadOne = { logger: Logger | undefined; readView: ReadView };

/** Null where the view is given up: it is as if it had not been read, and the next start tries again. */
async function readOne(
  definition: string,
  { id, name, dependsOn }: Omit<ToldAsset, 'definition'>,
  readFrom: string,
  { logger, readView }: ReadOne,
): Promise<AssetFact['dependsOn'] | null> {
  const tries = unanswered.get(readFrom) ?? 0;
  if (tries >= MOST_TRIES) {
    if (tries === MOST_TRIES) {
      logger?.warn(
        { assetId: id, name, tries },
        'the SQL of a view is given up until the next start: reading it had no answer at every try',
      );
    }
    // Told once.
    unanswered.set(readFrom, MOST_TRIES + 1);
    return null;
  }
  let flows: Awaited<ReturnType<ReadView>>;
  try {
    flows = await readView(definition, dependsOn);
    unanswered.delete(readFrom);
  } catch (error) {
    // Where not even this has an answer it is no fault of the view's.
    if (error instanceof Upstream) await readView(...SOMETHING_ELSE);
    unanswered.set(readFrom, tries + 1);
    throw error;
  }
  // Told once: it is not tried again before its SQL changes.
  if (!flows) logger?.debug({ assetId: id, name }, 'the SQL of a view cannot be read: its columns have no lineage');
  const byRelation = Map.groupBy(flows ?? [], ({ relation }) => relation);
  return dependsOn.map((each) => ({
    ...each,
    flows: (byRelation.get(each.name) ?? []).map(({ from, to, transformation, confidence }) => ({ from, to, transformation, confidence })),
  }));
}
