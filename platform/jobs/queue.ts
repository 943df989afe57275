/** Adding jobs to the queue (graphile-worker), in the transaction of the event that they follow from. */
import type { Transaction } from '../database/index.ts';

export type NewJob = {
  /** A task's name, as the worker knows it. */
  task: string;
  payload: Record<string, string>;
  /** Jobs of one queue run one after another. */
  queue?: string;
  /** A waiting job of the same key is replaced, so adding twice is adding once. */
  key?: string;
};

export async function addJob(tx: Transaction, { task, payload, queue, key }: NewJob): Promise<void> {
  await tx`select jobs.add(${task}, ${JSON.stringify(payload)}::text::json, ${queue ?? null}, ${key ?? null})`;
}
