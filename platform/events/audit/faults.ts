/** What a verification finds wrong. */

/** What is wrong. `seq`: the number of the event that is not as it was sealed; null where only the checkpoints are at fault. */
export type Fault = { seq: number | null; message: string };

/** Faults that are told; all are counted. */
const MOST_FAULTS = 20;

export type Faults = ReturnType<typeof createFaults>;

export function createFaults() {
  const ofEvents: Fault[] = [];
  const others: Fault[] = [];
  let count = 0;
  let broken: number | null = null;
  return {
    add(seq: number | null, message: string): void {
      count++;
      if (seq !== null && (broken === null || seq < broken)) broken = seq;
      const kept = seq === null ? others : ofEvents;
      if (kept.length < MOST_FAULTS) kept.push({ seq, message });
    },
    count: () => count,
    firstBrokenSeq: () => broken,
    list: (): Fault[] => [...ofEvents.toSorted((a, b) => a.seq! - b.seq!), ...others].slice(0, MOST_FAULTS),
  };
}
