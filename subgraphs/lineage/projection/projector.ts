/**
 * Keeps Neo4j as the facts are: makes the copy that serves, where there is none, and brings on the one there is. Any number of processes
 * may do it; they take turns. How far it is stands in Neo4j beside the rows: whatever dies, and whatever becomes of the server, what
 * is missing there is found out by looking.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '#platform/database/index.ts';
import { createBell } from '#platform/events/bell.ts';
import { LINEAGE_NEO4J } from '#platform/events/consumerNames.ts';
import { tellPosition } from '#platform/events/positions.ts';
import { Upstream } from '#platform/errors.ts';
import type { Logger } from '#platform/logger.ts';
import { createGeneration, GenerationGone, leaveGeneration, removeGeneration, serve, type Generation } from '../graph/neo4j/generations.ts';
import { migrate } from '../graph/neo4j/migrations.ts';
import type { Neo4j } from '../graph/neo4j/connection.ts';
import type { Head } from '../store/changes.ts';
import { findCopies } from './copies.ts';
import { copyChanges } from './copying.ts';
import { createPageSize } from './pageSize.ts';
import { betweenRebuilds, withProjection, withRemoval } from './turns.ts';

/** Changes that other processes wrote are found after this. */
const POLL_MS = 1_000;
/** Others wait for their turn: a rebuild, say. */
const TURN_MS = 1_000;
/** Constraints and indexes that somebody took away are brought back after this. Looking for all of them takes 0.2 s. */
const MIGRATE_MS = 60_000;
const BACKOFF_MS = 250;
const MOST_BACKOFF_MS = 5_000;
/** How long `stop` waits for the page in hand. It comes again if it does not end by then. */
const STOP_MS = 5_000;

export type Projector = {
  start: () => void;
  stop: () => Promise<void>;
  /** There is something new. */
  wake: () => void;
  /** One turn. False when there was nothing to do. Throws Upstream while Neo4j is away. */
  runOnce: () => Promise<boolean>;
  /** Why the last turn of this process failed; undefined when it did not. */
  failure: () => unknown;
};

/** `page`: rows of one transaction; some thousands if not given. */
type Options = { neo4j: Neo4j; sql: Database; page?: number | undefined; logger: Logger };

export function createProjector({ neo4j, sql, page, logger }: Options): Projector {
  const bell = createBell();
  const log = logger.child({ projection: LINEAGE_NEO4J });
  let running: Promise<void> | undefined;
  let stopping = false;
  let tidying: Promise<void> | undefined;
  let toldTo: number | undefined;
  const pages = createPageSize(page);
  /** When it was last seen to have its constraints and indexes; undefined since it was away or emptied, as far as this process knows. */
  let migratedAt: number | undefined;
  let failure: unknown;

  /** The one that serves; else the newest that somebody began; else a new one. */
  async function findTarget(): Promise<Generation> {
    const { serving, others, ahead, former, leaving, head } = await findCopies(neo4j, sql);
    const restored = ahead.filter(({ isLeaving }) => !isLeaving);
    if (restored.length > 0)
      log.warn('Neo4j has lineage of a later state than the database, which must have been restored: it is filled again');
    for (const { number } of restored) await leaveGeneration(neo4j, number);
    if (ahead.length + leaving.length > 0 || (serving && others.length + former.length > 0))
      tidying ??= tidy().finally(() => (tidying = undefined));
    const begun = serving ?? others.find(({ isLeaving }) => !isLeaving);
    if (begun) return begun;
    const made = await createGeneration(neo4j, head.epoch);
    log.info({ generation: made.number }, 'Neo4j is being filled with lineage, which is read from PostgreSQL meanwhile');
    return made;
  }

  /** Copies for a while. Gives whether there may be more. */
  async function project(): Promise<boolean> {
    const until = performance.now() + TURN_MS;
    const target = await findTarget();
    const { generation, rows, caughtUpWith } = await copyChanges(
      { neo4j, sql, pages },
      target,
      () => stopping || performance.now() > until,
    );
    if (!caughtUpWith) return true;
    if (!generation.isServing) {
      await serve(neo4j, generation.number);
      log.info({ generation: generation.number }, 'Neo4j is filled; lineage is read from there');
    }
    await tell(caughtUpWith);
    return rows > 0;
  }

  /** In the terms of the log, for the metrics. */
  async function tell({ fedTo }: Head): Promise<void> {
    if (fedTo === toldTo) return;
    await tellPosition(sql, LINEAGE_NEO4J, fedTo);
    toldTo = fedTo;
  }

  /**
   * Removes what is of no use, and what a rebuild has left behind, also of other databases, because it was killed or somebody was at other
   * copies. What a rebuild that lives is at stays.
   */
  async function tidy(): Promise<void> {
    try {
      await betweenRebuilds(sql, async () => {
        const { serving, others, former } = await findCopies(neo4j, sql);
        for (const { number } of serving ? [...others, ...former] : []) await leaveGeneration(neo4j, number);
      });
      // That takes long, and a rebuild may begin meanwhile.
      await withRemoval(sql, false, async () => {
        const { leaving } = await findCopies(neo4j, sql);
        for (const { number } of leaving) if (!stopping) await removeGeneration(neo4j, number);
      });
    } catch (error) {
      if (!stopping) log.warn({ err: error }, 'an old copy of lineage in Neo4j could not be removed; it is tried again');
    }
  }

  async function turn(): Promise<boolean> {
    try {
      if (migratedAt === undefined || performance.now() - migratedAt > MIGRATE_MS) {
        await migrate(neo4j);
        migratedAt = performance.now();
      }
      const outcome = await withProjection(sql, project);
      failure = undefined;
      return outcome?.result ?? true;
    } catch (error) {
      // What comes back may be another server.
      migratedAt = undefined;
      // Somebody emptied Neo4j, or served another copy: the next turn looks what there is now.
      if (error instanceof GenerationGone) return true;
      failure = error;
      throw error;
    }
  }

  async function run(): Promise<void> {
    let failures = 0;
    let told: string | undefined;
    while (!stopping) {
      try {
        if (!(await turn())) await bell.wait(POLL_MS);
        if (failures > 0) log.info({ failures }, 'lineage is copied to Neo4j again');
        failures = 0;
        told = undefined;
      } catch (error) {
        // Nothing is lost: Neo4j knows how far it is. Each reason is told once, or a server that is away would fill the log.
        const reason = (error as Error).message;
        // What is said of a server that is away or refuses says all; where in the code that was helps nobody.
        const detail = error instanceof Upstream ? { reason, ...error.details } : { err: error };
        if (reason !== told) log.warn(detail, 'lineage cannot be copied to Neo4j; it is tried until it can');
        told = reason;
        failures++;
        const until = performance.now() + Math.min(BACKOFF_MS * 2 ** failures, MOST_BACKOFF_MS);
        while (!stopping && performance.now() < until) await sleep(50);
      }
    }
  }

  return {
    start() {
      if (running) return;
      stopping = false;
      running = run();
    },
    async stop() {
      stopping = true;
      bell.ring();
      await Promise.race([Promise.all([running, tidying]), sleep(STOP_MS, undefined, { ref: false })]);
      running = undefined;
    },
    wake: bell.ring,
    runOnce: turn,
    failure: () => failure,
  };
}
