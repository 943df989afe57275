/** Partitions of events.log, by seq: a million events each, made long before they are needed. */
import type { Transaction } from '../database/index.ts';

export const PARTITION_SIZE = 1_000_000;
/** How far ahead of the head there are partitions. */
const AHEAD = 500_000;

/** The first seq that would find no partition, given that all up to `seq + AHEAD` exist. */
export const partitionsReach = (seq: number): number => (partitionOf(seq + AHEAD) + 1) * PARTITION_SIZE;

/** Whether it is time to make partitions, when those before `reach` are known to exist. */
export const needsPartitions = (seq: number, reach: number): boolean => seq + AHEAD >= reach;

const partitionOf = (seq: number): number => Math.floor(seq / PARTITION_SIZE);

/**
 * Makes the partitions from the one of the next event up to `AHEAD`. The caller holds the head, so nobody else is at it.
 * Attached, not `create … partition of`: that would wait for every reader of the log, and every later reader for it.
 */
export async function makePartitions(tx: Transaction, seq: number): Promise<void> {
  for (let number = partitionOf(seq + 1); number <= partitionOf(seq + AHEAD); number++) {
    const name = `events.log_${number}`;
    const [{ exists } = { exists: false }] = await tx<{ exists: boolean }[]>`select to_regclass(${name}) is not null as exists`;
    if (exists) continue;
    await tx.unsafe(`
      create table ${name} (like events.log including all);
      alter table events.log attach partition ${name} for values from (${number * PARTITION_SIZE}) to (${(number + 1) * PARTITION_SIZE});`);
  }
}
