/** The evaluation of a policy over all assets: asked for by publishing and retiring, done by a job in batches, and never begun anew after a crash. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Transaction } from '#platform/database/index.ts';
import { addJob } from '#platform/jobs/queue.ts';
import type { Task } from '#platform/jobs/worker.ts';
import { following } from '#platform/dateTime.ts';
import type { Logger } from '#platform/logger.ts';
import { countCopies, listCopies } from '../store/assets.ts';
import * as store from '../store/evaluations.ts';
import type { EvaluationRow } from '../store/tables/policy.ts';
import { takeEvaluationTurn } from '../store/locks.ts';
import type { Evaluate } from './evaluation.ts';
import { readJudge } from './judging.ts';
import type { CompiledScope } from './scope.ts';

export const EVALUATION_TASK = 'evaluatePolicy';
export const ASSETS_TASK = 'evaluateAssets';
const BATCH = 500;
const TRIES = 8;
const BACKOFF_MS = 500;

const addEvaluation = (tx: Transaction, policyId: string): Promise<void> =>
  addJob(tx, { task: EVALUATION_TASK, payload: { policyId }, key: `${EVALUATION_TASK}:${policyId}` });

/** In the transaction that publishes or retires, after the policy is written. An evaluation that is under way begins again from the first asset. */
export async function requestEvaluation(tx: Transaction, policy: { id: string; version: number }, now = new Date()): Promise<void> {
  await store.requestRow(tx, policy, now);
  await addEvaluation(tx, policy.id);
}

/** In the transaction that found them to be worth it: judged by every policy in force, some at a time. */
export async function evaluateLater(tx: Transaction, assetIds: readonly string[]): Promise<void> {
  for (let from = 0; from < assetIds.length; from += BATCH) await addAssets(tx, assetIds.slice(from, from + BATCH));
}

const addAssets = (tx: Transaction, assetIds: readonly string[]): Promise<void> =>
  addJob(tx, { task: ASSETS_TASK, payload: { assetIds: assetIds.join(' ') } });

export function createAssetsTask({ sql, evaluate, onCommit, logger, backoffMs = BACKOFF_MS }: EvaluationJobDeps): Task {
  const log = logger.child({ task: ASSETS_TASK });
  return (payload, signal) => {
    const assetIds = payload['assetIds']!.split(' ');
    const runBatch = async (): Promise<boolean> => {
      await sql.begin((tx) => evaluate(tx, { assetIds }));
      onCommit();
      return false;
    };
    /** Halves, so that one asset that cannot be judged does not keep the others from it; alone, it waits for the queue's growing pauses. */
    const giveUp = async (error: unknown): Promise<void> => {
      if (assetIds.length === 1) throw error;
      const half = Math.ceil(assetIds.length / 2);
      await sql.begin(async (tx) => {
        await addAssets(tx, assetIds.slice(0, half));
        await addAssets(tx, assetIds.slice(half));
      });
    };
    return persist(runBatch, { giveUp, backoffMs, signal, log });
  };
}

/** Not until a version of PurSight is there that knows what it says. */
class Unreadable extends Error {}

/**
 * Batch after batch, until one says that no more follow. Nothing is lost when one fails: it was rolled back, and is tried again.
 * One after another fails, and other jobs wait: `giveUp` says how it comes back, behind them.
 */
async function persist(
  runBatch: () => Promise<boolean>,
  { giveUp, backoffMs, signal, log }: { giveUp: (error: unknown) => Promise<void>; backoffMs: number; signal: AbortSignal; log: Logger },
): Promise<void> {
  for (let failures = 0; ;) {
    signal.throwIfAborted();
    try {
      const more = await runBatch();
      failures = 0;
      if (!more) return;
    } catch (error) {
      if (++failures === TRIES || error instanceof Unreadable) {
        log.error({ err: error }, 'an evaluation fails; it is tried again after the others');
        return await giveUp(error);
      }
      log.warn({ err: error }, 'a batch of an evaluation failed, trying again');
      await sleep(backoffMs * 2 ** (failures - 1), undefined, { signal });
    }
  }
}

export type EvaluationJobDeps = {
  sql: Database;
  evaluate: Evaluate;
  onCommit: () => void;
  logger: Logger;
  now?: () => Date;
  /** Assets of one transaction: others take their turn after it. */
  batchSize?: number;
  /** The first pause after a failure; each further one is twice as long. */
  backoffMs?: number;
};

export function createEvaluationTask(deps: EvaluationJobDeps): Task {
  const { sql, evaluate, onCommit, logger, now = () => new Date(), batchSize = BATCH, backoffMs = BACKOFF_MS } = deps;
  const log = logger.child({ task: EVALUATION_TASK });

  /** Gives whether there is more to do. Its progress is committed with its work. */
  const judgeBatch = (policyId: string): Promise<boolean> =>
    sql.begin(async (tx) => {
      await takeEvaluationTurn(tx);
      const row = await store.lockEvaluation(tx, policyId);
      if (!row || row.finishedAt) return false;
      const [policy] = await store.listPoliciesInForce(tx, [policyId]);
      const judge = policy && readJudge(policy, log);
      if (policy && !judge) throw new Unreadable('The policy is of a rule type, or has parameters, that this version does not know');
      const batch = policy ? listInForce(tx, row, batchSize, judge?.scope.mayMatch) : listOutOfForce(tx, row, batchSize);
      const { total, looked, assetIds } = await batch;
      await evaluate(tx, { assetIds, policyIds: [policyId] });
      const done = row.done + looked.length;
      const isLast = looked.length < batchSize;
      await store.saveEvaluation(tx, {
        ...row,
        afterId: looked.at(-1) ?? row.afterId,
        done,
        // Assets come and go meanwhile.
        total: isLast ? done : Math.max(total, done),
        startedAt: row.startedAt ?? now(),
        finishedAt: isLast ? following(now(), row.startedAt) : null,
      });
      return !isLast;
    }) as Promise<boolean>;

  return (payload, signal) => {
    const policyId = payload['policyId']!;
    const runBatch = async (): Promise<boolean> => {
      const more = await judgeBatch(policyId);
      onCommit();
      return more;
    };
    const giveUp = async (error: unknown): Promise<void> => {
      if (error instanceof Unreadable) throw error;
      await sql.begin((tx) => addEvaluation(tx, policyId));
    };
    return persist(runBatch, { giveUp, backoffMs, signal, log: log.child({ policyId }) });
  };
}

/** `looked`: the page, whose last one is where it goes on; `assetIds`: what of it is worth judging. */
type Batch = { total: number; looked: string[]; assetIds: string[] };

async function listInForce(
  tx: Transaction,
  row: EvaluationRow,
  batchSize: number,
  mayMatch: CompiledScope['mayMatch'] | undefined,
): Promise<Batch> {
  const copies = await listCopies(tx, 'all', { after: row.afterId, limit: batchSize });
  const looked = copies.map(({ assetId }) => assetId);
  const known = await store.findAssetsWithUnresolved(tx, row.policyId, looked);
  const candidates = copies.filter((copy) => mayMatch?.(copy)).map(({ assetId }) => assetId);
  return { total: row.total ?? (await countCopies(tx)), looked, assetIds: [...candidates, ...known] };
}

async function listOutOfForce(tx: Transaction, row: EvaluationRow, batchSize: number): Promise<Batch> {
  const looked = await store.listAssetsWithUnresolved(tx, row.policyId, { after: row.afterId, limit: batchSize });
  return { total: row.total ?? (await store.countAssetsWithUnresolved(tx, row.policyId)), looked, assetIds: looked };
}
