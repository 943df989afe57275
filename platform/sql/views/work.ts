/** What reading one view may cost, and what is found of its columns. */

export type Origin = { schema: string | null; relation: string; column: string };
/** Where a value comes from. `isUnknown`: it could be a plain reference to something that was not found out. */
export type Found = { origins: readonly Origin[]; isUnknown: boolean };
export type ViewColumn = Found & { name: string };

/** Made of others by a function or an operator. */
export const MADE: Found = { origins: [], isUnknown: false };
export const UNKNOWN: Found = { origins: [], isUnknown: true };

/** Names looked at and columns written: a view of 1,600 columns out of 100 joined tables is read, and none takes a second. */
const MAX_STEPS = 300_000;
/** Of one column. */
const MAX_ORIGINS = 1000;

export type Work = {
  /** Throws where the view takes too much. */
  take: (steps: number) => void;
  /** The same object for the same column. */
  originOf: (schema: string | null, relation: string, column: string) => Origin;
  /** What can be one or another of them; none of them: it was not found out. */
  combine: (found: readonly Found[]) => Found;
};

export function createWork(): Work {
  const origins = new Map<string, Origin>();
  let left = MAX_STEPS;
  const take = (steps: number): void => {
    left -= steps;
    if (left < 0) throw new Error('A view that takes too much to read');
  };
  return {
    take,
    originOf(schema, relation, column) {
      const key = JSON.stringify([schema, relation, column]);
      let origin = origins.get(key);
      if (!origin) origins.set(key, (origin = { schema, relation, column }));
      return origin;
    },
    combine(found) {
      if (found.length < 2) return found[0] ?? UNKNOWN;
      const all = new Set<Origin>();
      for (const each of found) {
        take(1 + each.origins.length);
        for (const origin of each.origins) all.add(origin);
      }
      const isUnknown = all.size > MAX_ORIGINS || found.some((each) => each.isUnknown);
      return { origins: [...all].slice(0, MAX_ORIGINS), isUnknown };
    },
  };
}
