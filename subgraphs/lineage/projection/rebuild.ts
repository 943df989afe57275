/** Copies all facts anew, beside the copy that serves, and lets the new one serve. Reads go on meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '#platform/database/index.ts';
import { Conflict } from '#platform/errors.ts';
import type { Neo4j } from '../graph/neo4j/connection.ts';
import {
  createGeneration,
  GenerationGone,
  leaveGeneration,
  listGenerations,
  removeGeneration,
  serve,
  type Generation,
} from '../graph/neo4j/generations.ts';
import { countFacts, readHead } from '../store/changes.ts';
import { findCopies } from './copies.ts';
import { copyChanges } from './copying.ts';
import { createPageSize } from './pageSize.ts';
import { withPatience } from './patience.ts';
import { inTurn, withRebuild, withRemoval } from './turns.ts';

/** Between turns others bring the serving copy on. */
const TURN_MS = 1_000;
/** How often it begins anew when somebody empties Neo4j meanwhile. */
const TRIES = 3;
/** Reads that began on the old copy end on it. */
const FAREWELL_MS = 1_000;

export type Progress = {
  /** Rows. */
  copied: number;
  total: number;
};
/**
 * Copies that nobody needs any more were `removed`, or are `leaving`: a worker is at others, and removes them afterwards. `foreign`: those of
 * other databases, which were left alone.
 */
export type Rebuilt = { generation: number; rows: number; removed: number; leaving: number; foreign: number };

/**
 * `page`: rows of one transaction; some thousands if not given. `removeForeign`: also what Neo4j has of other databases; who still uses one
 * fills it again. `isPatient`: whether it waits for who removes others; for tests.
 */
type Options = {
  neo4j: Neo4j;
  sql: Database;
  page?: number | undefined;
  removeForeign?: boolean;
  isPatient?: boolean;
  onProgress?: (progress: Progress) => void;
};

/**
 * Any number of processes may project meanwhile. When it is ended half-way what it has made is removed, or gone on with, by whoever
 * projects. Throws Conflict when another rebuild is under way or whoever copies hangs, Upstream when Neo4j is away.
 */
export async function rebuildProjection(options: Options): Promise<Rebuilt> {
  const { neo4j, sql, removeForeign = false, isPatient = true } = options;
  const outcome = await withRebuild(sql, async () => {
    const { number, rows } = await fillNew(options);
    await sleep(FAREWELL_MS);
    const { serving, others, ahead, former, foreign, head } = await withPatience(() => findCopies(neo4j, sql));
    const strangers = removeForeign ? (await withPatience(() => listGenerations(neo4j))).filter(({ epoch }) => epoch !== head.epoch) : [];
    const own = serving?.number === number ? [...others, ...ahead, ...former] : [];
    const old = [...new Map([...own, ...strangers].map((each) => [each.number, each])).values()];
    for (const each of old) await withPatience(() => leaveGeneration(neo4j, each.number));
    const removal = await withRemoval(sql, isPatient, async () => {
      for (const each of old) await withPatience(() => removeGeneration(neo4j, each.number));
    });
    const counts = removal ? { removed: old.length, leaving: 0 } : { removed: 0, leaving: old.length };
    return { generation: number, rows, ...counts, foreign: removeForeign ? 0 : foreign };
  });
  if (!outcome) throw new Conflict('Lineage is being rebuilt already. Wait until that has ended.');
  return outcome.result;
}

async function fillNew(options: Options): Promise<{ number: number; rows: number }> {
  for (let tries = 1; ; tries++) {
    try {
      const { epoch } = await readHead(options.sql);
      const { number } = await createGeneration(options.neo4j, epoch);
      return { number, rows: await fill(options, number) };
    } catch (error) {
      if (!(error instanceof GenerationGone) || tries === TRIES) throw error;
    }
  }
}

/** Until it is as the facts are, and serves. */
async function fill({ neo4j, sql, page, onProgress = () => {} }: Options, number: number): Promise<number> {
  const total = await countFacts(sql);
  const pages = createPageSize(page);
  for (let copied = 0; ;) {
    onProgress({ copied, total: Math.max(copied, total) });
    const { rows, isDone } = await withPatience(() =>
      inTurn(sql, async () => {
        const until = performance.now() + TURN_MS;
        // Whoever projects where nothing serves yet may have brought it on.
        const { rows, caughtUpWith } = await copyChanges({ neo4j, sql, pages }, await get(neo4j, number), () => performance.now() > until);
        // While nobody else copies: what the serving one has, this one has, too.
        if (caughtUpWith) await serve(neo4j, number);
        return { rows, isDone: caughtUpWith !== undefined };
      }),
    );
    copied += rows;
    if (isDone) {
      onProgress({ copied, total: copied });
      return copied;
    }
  }
}

async function get(neo4j: Neo4j, number: number): Promise<Generation> {
  const found = (await listGenerations(neo4j)).find((each) => each.number === number && !each.isLeaving);
  if (!found) throw new GenerationGone(number);
  return found;
}
