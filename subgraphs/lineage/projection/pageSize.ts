/** How many rows go to Neo4j in one transaction. */

/** It takes about a quarter of a second. Twice as many are no faster: what they leave behind in the server's memory is more work than they spare. */
const MOST = 2_500;
const LEAST = 10;
/** So many that went well in a row are enough to try twice as much. */
const GOOD = 50;

export type PageSize = {
  rows: () => number;
  /** A page of so many rows was not written, and may have been too much for the server. */
  failed: (rows: number) => void;
  succeeded: () => void;
};

/** Less after what failed, and more again after a while. */
export function createPageSize(most = MOST): PageSize {
  let now = most;
  let good = 0;
  return {
    rows: () => now,
    failed(rows) {
      now = Math.max(Math.floor(Math.min(rows, now) / 2), Math.min(LEAST, most));
      good = 0;
    },
    succeeded() {
      if (now === most || ++good < GOOD) return;
      now = Math.min(now * 2, most);
      good = 0;
    },
  };
}
