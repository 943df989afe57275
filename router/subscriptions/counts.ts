/** How many there are of each key. */
export type Counts = {
  of: (key: string) => number;
  /** Gives how many there are now. */
  add: (key: string) => number;
  remove: (key: string) => void;
};

export function createCounts(): Counts {
  const counts = new Map<string, number>();
  const of = (key: string): number => counts.get(key) ?? 0;
  return {
    of,
    add(key) {
      counts.set(key, of(key) + 1);
      return of(key);
    },
    remove(key) {
      if (of(key) > 1) counts.set(key, of(key) - 1);
      else counts.delete(key);
    },
  };
}
