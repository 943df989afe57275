/** Copies facts into a generation in Neo4j: what is new since its positions, page by page, each one there at once with its position. */
import type { Database, Queryable } from '#platform/database/index.ts';
import type { Neo4j } from '../graph/neo4j/connection.ts';
import { GenerationGone, positionsAfter, project, type Batch, type Generation } from '../graph/neo4j/generations.ts';
import { ASSET_FACTS, COLUMN_FACTS, EDGE_FACTS, JOB_FACTS, readHead, RUN_FACTS, type Head, type Positions } from '../store/changes.ts';
import type { PageSize } from './pageSize.ts';
import { keepOpen } from './turns.ts';

type CopyOptions = { neo4j: Neo4j; sql: Database; pages: PageSize };

export type Copied = {
  generation: Generation;
  rows: number;
  /** What the facts were then, if the generation is as they were. */
  caughtUpWith: Head | undefined;
};

/**
 * Copies until the generation is as the facts are, or until `isOver`, but a page in any case. All that is read is of one moment, so
 * that a row which changes meanwhile is neither missed nor known by half.
 */
export async function copyChanges({ neo4j, sql, pages }: CopyOptions, from: Generation, isOver: () => boolean): Promise<Copied> {
  return await sql.begin('isolation level repeatable read read only', async (tx) => {
    await keepOpen(tx);
    const head = await readHead(tx);
    let generation = from;
    let reading = readBatch(tx, generation, pages.rows());
    try {
      for (let rows = 0; ;) {
        const { batch, size, isLast } = await reading;
        if (size > 0) {
          // The next page is read while this one is written.
          if (!isLast) reading = readBatch(tx, positionsAfter(generation, batch), pages.rows());
          // If this one cannot be written, nobody waits for that one before the end.
          reading.catch(() => {});
          generation = await write(generation, batch, size);
        }
        rows += size;
        if (isLast) return { generation, rows, caughtUpWith: head };
        if (isOver()) return { generation, rows, caughtUpWith: undefined };
      }
    } finally {
      // After the transaction its connection is somebody else's.
      await reading.catch(() => {});
    }
  });

  async function write(generation: Generation, batch: Batch, size: number): Promise<Generation> {
    try {
      const after = await project(neo4j, generation, batch);
      pages.succeeded();
      return after;
    } catch (error) {
      if (!(error instanceof GenerationGone)) pages.failed(size);
      throw error;
    }
  }
}

/** Nodes before the edges between them, and what moves these, and when. */
async function readBatch(tx: Queryable, after: Positions, page: number): Promise<{ batch: Batch; size: number; isLast: boolean }> {
  const assets = await ASSET_FACTS.listChanges(tx, after.assets, page);
  let size = assets?.rows.length ?? 0;
  const columns = size < page ? await COLUMN_FACTS.listChanges(tx, after.columns, page - size) : undefined;
  size += columns?.rows.length ?? 0;
  const jobs = size < page ? await JOB_FACTS.listChanges(tx, after.jobs, page - size) : undefined;
  size += jobs?.rows.length ?? 0;
  const runs = size < page ? await RUN_FACTS.listChanges(tx, after.runs, page - size) : undefined;
  size += runs?.rows.length ?? 0;
  const edges = size < page ? await EDGE_FACTS.listChanges(tx, after.edges, page - size) : undefined;
  size += edges?.rows.length ?? 0;
  const batch = {
    ...(assets && { assets }),
    ...(columns && { columns }),
    ...(jobs && { jobs }),
    ...(runs && { runs }),
    ...(edges && { edges }),
  };
  return { batch, size, isLast: size < page };
}
