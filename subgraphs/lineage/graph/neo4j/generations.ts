/**
 * Copies of the facts in Neo4j. A generation is one whole copy; how far it has come is stored beside it and changes in the transaction
 * that brings the rows, so nothing is lost or doubled whatever dies. Several lie beside each other, and one of them is serving.
 */
import type { AssetRow, ColumnRow, EdgeRow, JobRow, Position, Positions, RunRow } from '../../store/changes.ts';
import type { Ask, Neo4j } from './connection.ts';
import { migrate } from './migrations.ts';
import { writeEdges, writeJobs, writeNodes, writeRuns } from './writing.ts';

export type Generation = Positions & {
  number: number;
  /** Of which database it is a copy, and since which restoring of a backup: several may meet in one Neo4j, and none may answer for another. */
  epoch: string;
  isServing: boolean;
  /** It is being removed, or whoever was at it has died: removing it again goes on. */
  isLeaving: boolean;
};

/** Rows, each once, and the place of the last one. */
type Part<Row> = { rows: readonly Row[]; upTo: Position };
/** Some thousands of rows. An edge that ends where it begins is taken out. */
export type Batch = { assets?: Part<AssetRow>; columns?: Part<ColumnRow>; jobs?: Part<JobRow>; runs?: Part<RunRow>; edges?: Part<EdgeRow> };

/** The generation is not there any more, or somebody else has brought it on: look again how far it is. */
export class GenerationGone extends Error {
  constructor(number: number) {
    super(`Generation ${number} of the lineage in Neo4j is gone, or somebody else has brought it on`);
  }
}

const NIL = '00000000-0000-0000-0000-000000000000';
const START: Positions = {
  assets: { revision: 0, id: NIL },
  columns: { revision: 0, id: NIL },
  jobs: { revision: 0, id: NIL },
  runs: { revision: 0, id: NIL },
  edges: { revision: 0, id: '0' },
};

const KINDS = ['assets', 'columns', 'jobs', 'runs', 'edges'] as const satisfies readonly (keyof Positions)[];

/** `writtenAt`: when somebody last brought it on, in the server's milliseconds; 0: nobody has. */
export type ListedGeneration = Generation & { writtenAt: number };

type StoredPositions = Record<keyof Positions, string>;
type Stored = StoredPositions & { number: number; epoch: string; isServing: boolean; isLeaving: boolean };

/**
 * Of a copy that was made when jobs and runs were none of it, their position is where they begin: it is behind, and gets them. Who brings edges on
 * and knows of no runs leaves `edgesWithRuns` behind: these edges come again.
 */
const POSITIONS = `g.assets AS assets, g.columns AS columns, coalesce(g.jobs, '0/${NIL}') AS jobs, coalesce(g.runs, '0/${NIL}') AS runs,
  coalesce(g.edgesWithRuns, g.edges) AS edges`;
const LIST = `
  MATCH (g:LineageGeneration)
  RETURN g.number AS number, g.epoch AS epoch, g.isServing AS isServing, g.isLeaving AS isLeaving, ${POSITIONS},
    coalesce(g.writtenAt, 0) AS writtenAt
  ORDER BY g.number LIMIT 1000`;
type Listed = Stored & { writtenAt: number };
type Locked = StoredPositions & { highestEdge: number };

/** The oldest first. */
export const listGenerations = async (neo4j: Neo4j): Promise<ListedGeneration[]> => toGenerations(await neo4j.read<Listed>(LIST));

/**
 * As they are while nobody is deleting everything. A transaction of Neo4j is not seen as a whole: while one is being committed that
 * removes all there is, the nodes of a generation may be gone already and the generation still be there. But such a one holds locks on
 * all nodes until it is over: this waits for one of them.
 */
export const listSettledGenerations = async (neo4j: Neo4j): Promise<ListedGeneration[]> =>
  toGenerations(
    await neo4j.read<Listed>(`MATCH (m:LineageMigration {version: 1}) SET m.version = m.version WITH count(*) AS locked ${LIST}`),
  );

/** One that is just being deleted may have lost some of its properties. */
const toGenerations = (rows: readonly Listed[]): ListedGeneration[] =>
  rows
    .filter((row) => !Object.values(row).includes(null as never))
    .map((row) => ({
      ...row,
      assets: parse(row.assets),
      columns: parse(row.columns),
      jobs: parse(row.jobs),
      runs: parse(row.runs),
      edges: parse(row.edges),
    }));

/** An empty one. Its number is never given again, even when Neo4j was emptied meanwhile: it is of the server's clock. */
export async function createGeneration(neo4j: Neo4j, epoch: string): Promise<Generation> {
  await migrate(neo4j);
  const [row] = await neo4j.write((ask) =>
    ask<{ number: number }>(
      // The lock lets one at a time see the last number.
      `MATCH (m:LineageMigration) WITH m ORDER BY m.version SET m.at = m.at
       WITH count(*) AS locked OPTIONAL MATCH (g:LineageGeneration)
       WITH coalesce(max(g.number), 0) + 1 AS next, timestamp() AS now
       CREATE (g:LineageGeneration {number: CASE WHEN now > next THEN now ELSE next END, epoch: $epoch, isServing: false, isLeaving: false,
         assets: $assets, columns: $columns, jobs: $jobs, runs: $runs, edges: $edges, edgesWithRuns: $edges, highestEdge: 0, highestOf: $edges})
       RETURN g.number AS number`,
      { epoch, ...formatAll(START) },
    ),
  );
  return { number: row!.number, epoch, isServing: false, isLeaving: false, ...START };
}

/** From here on this one answers for its database, and no other one. GenerationGone where it is not there. */
export async function serve(neo4j: Neo4j, number: number): Promise<void> {
  await neo4j.write(async (ask) => {
    const rows = await ask<{ number: number }>(
      `MATCH (own:LineageGeneration {number: $number}) MATCH (g:LineageGeneration {epoch: own.epoch}) WITH g ORDER BY g.number
       SET g.isServing = (g.number = $number AND NOT g.isLeaving)
       WITH g WHERE g.isServing RETURN g.number AS number`,
      { number: BigInt(number) },
    );
    if (rows.length === 0) throw new GenerationGone(number);
  });
}

const REMOVED_AT_ONCE = 10_000n;

/** Nobody reads it or writes to it from here on; it is to be removed. */
export async function leaveGeneration(neo4j: Neo4j, number: number): Promise<void> {
  await neo4j.write((ask) =>
    ask('MATCH (g:LineageGeneration {number: $number}) SET g.isLeaving = true, g.isServing = false', { number: BigInt(number) }),
  );
}

/** In many transactions: a million edges are too much for one. Takes no harm from being ended half way and begun again. */
export async function removeGeneration(neo4j: Neo4j, number: number): Promise<void> {
  // Only then nothing comes after what is removed.
  await leaveGeneration(neo4j, number);
  // Edges first: a hub's are too many to go with it.
  await removeAll(
    neo4j,
    'MATCH ()-[f:FLOWS]->() USING INDEX SEEK f:FLOWS(key) WHERE f.key STARTS WITH $prefix WITH f LIMIT $limit DELETE f RETURN count(*) AS removed',
    number,
  );
  await removeAll(
    neo4j,
    'MATCH (n:LineageNode) USING INDEX SEEK n:LineageNode(key) WHERE n.key STARTS WITH $prefix WITH n LIMIT $limit DETACH DELETE n RETURN count(*) AS removed',
    number,
  );
  await neo4j.write((ask) => ask('MATCH (g:LineageGeneration {number: $number}) DELETE g', { number: BigInt(number) }));
}

async function removeAll(neo4j: Neo4j, text: string, number: number): Promise<void> {
  // Ends: each time takes something out, and nothing is added.
  for (;;) {
    const [row] = await neo4j.write((ask) => ask<{ removed: number }>(text, { prefix: `${number}/`, limit: REMOVED_AT_ONCE }));
    if (row!.removed === 0) return;
  }
}

/**
 * Brings a generation on by these rows: in one transaction with its positions. Doing it again does nothing. Returns it as it is then.
 * Throws GenerationGone when it is not where it was given, because it was removed or somebody else has brought it on. `hubDegree`: for tests,
 * of how many flows on a node is read as a hub.
 */
export async function project(neo4j: Neo4j, generation: Generation, batch: Batch, hubDegree?: number): Promise<Generation> {
  const { number } = generation;
  const after = positionsAfter(generation, batch);
  await neo4j.write(async (ask) => {
    const stored = await lock(ask, number);
    if (!stored) throw new GenerationGone(number);
    // The transaction may have been committed though its answer was lost.
    if (isAt(stored, after) && !isAt(stored, generation)) return;
    if (!isAt(stored, generation)) throw new GenerationGone(number);
    if (batch.assets) await writeNodes(ask, number, 'ASSET', batch.assets.rows);
    if (batch.columns) await writeNodes(ask, number, 'COLUMN', batch.columns.rows);
    if (batch.jobs) await writeJobs(ask, number, batch.jobs.rows);
    if (batch.runs) await writeRuns(ask, number, batch.runs.rows);
    if (batch.edges) await writeEdges(ask, number, batch.edges.rows, { highest: stored.highestEdge, hubDegree });
    await ask(
      'MATCH (g:LineageGeneration {number: $number}) SET g.assets = $assets, g.columns = $columns, g.jobs = $jobs, g.runs = $runs, g.edges = $edges, g.edgesWithRuns = $edges, g.highestEdge = $highest, g.highestOf = $edges',
      {
        number: BigInt(number),
        ...formatAll(after),
        highest: BigInt((batch.edges?.rows ?? []).reduce((most, { id }) => Math.max(most, id), stored.highestEdge)),
      },
    );
  });
  return { ...generation, ...after };
}

export const positionsAfter = (before: Positions, { assets, columns, jobs, runs, edges }: Batch): Positions => ({
  assets: assets?.upTo ?? before.assets,
  columns: columns?.upTo ?? before.columns,
  jobs: jobs?.upTo ?? before.jobs,
  runs: runs?.upTo ?? before.runs,
  edges: edges?.upTo ?? before.edges,
});

/**
 * Holds other writers off until the transaction ends. `highestEdge`: of no higher id there is any edge yet. A version of this that does not
 * know of it may have brought the edges on since: then it is that of all.
 */
async function lock(ask: Ask, number: number): Promise<Locked | undefined> {
  const [stored] = await ask<Locked>(
    `MATCH (g:LineageGeneration {number: $number}) SET g.writtenAt = timestamp()
     WITH g WHERE NOT g.isLeaving
     RETURN ${POSITIONS}, CASE WHEN g.highestOf = g.edges THEN g.highestEdge ELSE $most END AS highestEdge`,
    { number: BigInt(number), most: BigInt(Number.MAX_SAFE_INTEGER) },
  );
  return stored;
}

function isAt(stored: Locked, positions: Positions): boolean {
  const wanted = formatAll(positions);
  return KINDS.every((kind) => stored[kind] === wanted[kind]);
}

const formatAll = ({ assets, columns, jobs, runs, edges }: Positions): StoredPositions => ({
  assets: format(assets),
  columns: format(columns),
  jobs: format(jobs),
  runs: format(runs),
  edges: format(edges),
});
const format = ({ revision, id }: Position): string => `${revision}/${id}`;
function parse(text: string): Position {
  const [revision, id] = text.split('/');
  return { revision: Number(revision), id: id! };
}
