/** Statistics take seconds to compute: one at a time, and kept for a moment for whoever sees exactly the same. */
import type { VisibleClasses } from '#platform/auth/access.ts';
import { callerOf, type RequestContext } from '#platform/graphql/context.ts';
import { createTurns } from '#platform/turns.ts';
import type { GraphSource } from '../graph/index.ts';
import { readStatistics, type Statistics } from './statistics.ts';

/** A graph may follow the facts a little later than they tell that they changed. */
const KEPT_MS = 10_000;
/** A viewer's roles make the key: few see the same as few others. */
const MOST_KEPT = 20;

type Kept = { revision: string; until: number; statistics: Statistics };
export type KeptStatisticsDeps = {
  graph: GraphSource;
  /** Another text whenever the facts are others. */
  readRevision: () => Promise<string>;
  /** Milliseconds; for tests. */
  now?: () => number;
};
export type ReadStatistics = (classes: VisibleClasses, context: RequestContext) => Promise<Statistics>;

export function createKeptStatistics({ graph, readRevision, now = () => performance.now() }: KeptStatisticsDeps): ReadStatistics {
  const kept = new Map<string, Kept>();
  const turns = createTurns({ limit: 1, perKey: 1 });

  const find = (key: string, revision: string): Statistics | undefined => {
    const known = kept.get(key);
    return known && known.revision === revision && now() < known.until ? known.statistics : undefined;
  };

  return async (classes, context) => {
    const key = classes === 'all' ? classes : classes.toSorted((a, b) => a - b).join();
    const known = find(key, await readRevision());
    if (known) return known;
    const giveBack = await turns.take(callerOf(context), context.signal);
    try {
      // Somebody may have asked the same before. What changes from here on is for those who come later.
      const revision = await readRevision();
      const found = find(key, revision);
      if (found) return found;
      const statistics = await graph.read((store) => readStatistics(store, classes, { signal: context.signal }));
      kept.delete(key);
      kept.set(key, { revision, until: now() + KEPT_MS, statistics });
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value!);
      return statistics;
    } finally {
      giveBack();
    }
  };
}
