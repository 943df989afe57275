/**
 * Keeps Neo4j as the facts are: makes the copy that serves, where there is none, and brings on the one there is. Any number of processes
 * may do it; they take turns. How far it is stands in Neo4j beside the rows: whatever dies, and whatever becomes of the server, what
 * is missing there is found out by looking.
 */
import type { Database } from '#platform/database/index.ts';
import { LINEAGE_NEO4J } from '#platform/events/consumerNames.ts';
import { tellPosition } from '#platform/events/positions.ts';
import { createLoop } from '#platform/events/loop.ts';
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
  const log = logger.child({ projection: LINEAGE_NEO4J });
  const loop = createLoop({
    turn: async () => ((await bringOn()) ? 0 : POLL_MS),
    logger: log,
    failing: 'lineage cannot be copied to Neo4j; it is tried until it can',
    again: 'lineage is copied to Neo4j again',
  });
  let tidying: Promise<void> | undefined;
  let toldTo: number | undefined;
  const pages = createPageSize(page);
  /** When it was last seen to have its constraints and indexes; undefined since it was away or emptied, as far as this process knows. */
  let migratedAt: number | undefined;

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
      () => loop.isStopping() || performance.now() > until,
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
        for (const { number } of leaving) if (!loop.isStopping()) await removeGeneration(neo4j, number);
      });
    } catch (error) {
      if (!loop.isStopping()) log.warn({ err: error }, 'an old copy of lineage in Neo4j could not be removed; it is tried again');
    }
  }

  async function bringOn(): Promise<boolean> {
    try {
      if (migratedAt === undefined || performance.now() - migratedAt > MIGRATE_MS) {
        await migrate(neo4j);
        migratedAt = performance.now();
      }
      return (await withProjection(sql, project))?.result ?? true;
    } catch (error) {
      // What comes back may be another server.
      migratedAt = undefined;
      // Somebody emptied Neo4j, or served another copy: the next turn looks what there is now.
      if (error instanceof GenerationGone) return true;
      throw error;
    }
  }

  return {
    start: () => void loop.start(),
    stop: () => loop.stop(tidying),
    wake: loop.wake,
    runOnce: async () => (await loop.once()) === 0,
    failure: loop.failure,
  };
}
