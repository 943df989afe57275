/**
 * Verifies the log once a day and says how it went: in events.verifications, and by an event where something is wrong. Any number of these may run,
 * one at a time verifies. It takes its time, so what else the process does is not held up. No job of the queue: whoever can write to the database
 * could take that out.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Queryable, Transaction } from '../../database/index.ts';
import { newId } from '../../ids.ts';
import type { Logger } from '../../logger.ts';
import { append } from '../append.ts';
import { createBell } from '../bell.ts';
import type { CheckpointKey } from './checkpoint.ts';
import { verifyLog, type Verification } from './verify.ts';

const EVERY_MS = 24 * 3_600_000;
/** How often it is looked whether a day is over; the first look leaves a start the time to sign what it has not. */
const LOOK_MS = 300_000;
const STOP_MS = 5_000;
const VERIFY_LOCK = 0x61756474;
/** A page that is looked at in a few milliseconds, and three times as long a rest. */
const GENTLY = { page: 500, rest: 3 };

export type Auditor = {
  start: () => void;
  stop: () => Promise<void>;
  /** Verifies if a day is over; undefined where it is not, or another process is at it. */
  runOnce: () => Promise<Verification | undefined>;
};

type Options = {
  /** A pool of the role `events`, of at least three sessions. */
  sql: Database;
  key: CheckpointKey;
  file: string;
  logger: Logger;
  /** Wakes the sequencer if it is in this process. */
  onCommit?: () => void;
  now?: () => Date;
};

export function createAuditor({ sql, key, file, logger, onCommit = () => {}, now = () => new Date() }: Options): Auditor {
  const bell = createBell();
  let running: Promise<void> | undefined;
  let stopping = new AbortController();

  /** A session of its own holds the lock: a transaction that is idle for so long may be cut off. */
  async function runOnce(): Promise<Verification | undefined> {
    const session = await sql.reserve();
    try {
      const [lock] = await session<{ held: boolean }[]>`select pg_try_advisory_lock(${VERIFY_LOCK}) as held`;
      if (!lock!.held) return undefined;
      try {
        return (await isDue(session, now())) ? await verify() : undefined;
      } finally {
        await session`select pg_advisory_unlock(${VERIFY_LOCK})`;
      }
    } finally {
      session.release();
    }
  }

  async function verify(): Promise<Verification> {
    const startedAt = now();
    const found = await verifyLog({ sql, key, file: { path: file, isCopy: false }, ...GENTLY, signal: stopping.signal });
    await sql.begin((tx) => recordVerification(tx, found, { startedAt, finishedAt: now() }));
    const { firstBrokenSeq, anchoredSeq, faultCount, faults } = found;
    if (faultCount > 0)
      logger.error({ firstBrokenSeq, anchoredSeq, faults: faultCount, fault: faults[0]!.message }, 'the event log is not as it was sealed');
    return found;
  }

  async function run(): Promise<void> {
    while (true) {
      await bell.wait(LOOK_MS);
      if (stopping.signal.aborted) return;
      try {
        if (await runOnce()) onCommit();
      } catch (error) {
        if (stopping.signal.aborted) return;
        // It says nothing of the log: the database or the file could not be read.
        logger.warn({ err: error }, 'the event log could not be verified; it is tried again');
      }
    }
  }

  return {
    start() {
      stopping = new AbortController();
      running ??= run();
    },
    async stop() {
      stopping.abort();
      bell.ring();
      if (running) await Promise.race([running, sleep(STOP_MS, undefined, { ref: false })]);
      running = undefined;
    },
    runOnce,
  };
}

/** A clock that was set back does not put it off. */
async function isDue(sql: Queryable, now: Date): Promise<boolean> {
  const [last] = await sql<{ startedAt: Date }[]>`select started_at from events.verifications order by started_at desc limit 1`;
  return !last || Math.abs(now.getTime() - last.startedAt.getTime()) >= EVERY_MS;
}

/** What `auditStatus` tells from then on. Where something is wrong an event says so, too. */
export async function recordVerification(
  tx: Transaction,
  { verifiedSeq, anchoredSeq, firstBrokenSeq, faults }: Verification,
  { startedAt, finishedAt }: { startedAt: Date; finishedAt: Date },
): Promise<void> {
  const id = newId();
  const fault = faults[0]?.message ?? null;
  await tx`
    insert into events.verifications (id, started_at, finished_at, verified_seq, anchored_seq, first_broken_seq, fault)
    values (${id}, ${startedAt}, ${finishedAt}, ${verifiedSeq}, ${anchoredSeq}, ${firstBrokenSeq}, ${fault})`;
  if (fault === null) return;
  await append(
    tx,
    'events',
    [{ type: 'audit.failed', subject: id, actorId: null, data: { fault, firstBrokenSeq, anchoredSeq } }],
    finishedAt,
  );
}
