/**
 * Writes rows of the facts as nodes and edges of one generation. Hints keep the plans as they are in a full graph: one that was made when there
 * were few edges reads all of them for each key, and is kept while they become many.
 */
import type { AssetRow, ColumnRow, EdgeRow, JobRow, RunRow } from '../../store/changes.ts';
import type { Level } from '../index.ts';
import type { Ask } from './connection.ts';

/** The end of what still holds: above every moment, and exact in JavaScript's numbers. */
export const OPEN = Number.MAX_SAFE_INTEGER;

/** Of a node or an edge, in all of Neo4j. */
export const keyOf = (generation: number, id: string | number): string => `${generation}/${id}`;

/** Of a flow among those of a hub. The statements below make it of a node's key and the other one's id. */
export const placeOf = (generation: number, hubId: string, otherId: string): string => `${keyOf(generation, hubId)}/${otherId}`;

type Keyed = { key: string };

type NodeRows = { ASSET: AssetRow; COLUMN: ColumnRow };

export async function writeNodes<Of extends Level>(ask: Ask, generation: number, level: Of, nodes: readonly NodeRows[Of][]): Promise<void> {
  if (nodes.length === 0) return;
  const rows = nodes.map((node) => ({
    ...node,
    key: keyOf(generation, node.id),
    generation: BigInt(generation),
    level,
    accessClass: BigInt(node.accessClass),
  }));
  await ask('UNWIND $rows AS row MERGE (n:LineageNode {key: row.key}) SET n += row', { rows: rows.sort(byKey) });
}

/** A job is a node by itself: which flows it moves is on the flows. */
export async function writeJobs(ask: Ask, generation: number, jobs: readonly JobRow[]): Promise<void> {
  if (jobs.length === 0) return;
  const rows = jobs.map((job) => ({ ...job, key: keyOf(generation, job.id), generation: BigInt(generation), level: 'JOB' }));
  await ask('UNWIND $rows AS row MERGE (n:LineageNode {key: row.key}) SET n += row', { rows: rows.sort(byKey) });
}

/** The same of a run; which flows it opened is on the flows. */
export async function writeRuns(ask: Ask, generation: number, runs: readonly RunRow[]): Promise<void> {
  if (runs.length === 0) return;
  const rows = runs.map(({ startedAt, endedAt, begunAt, ...run }) => ({
    ...run,
    key: keyOf(generation, run.id),
    generation: BigInt(generation),
    level: 'RUN',
    startedAt: startedAt && BigInt(startedAt.getTime()),
    endedAt: endedAt && BigInt(endedAt.getTime()),
    begunAt: BigInt(begunAt.getTime()),
  }));
  await ask('UNWIND $rows AS row MERGE (n:LineageNode {key: row.key}) SET n += row', { rows: rows.sort(byKey) });
}

type KeyedEdge = Keyed & { edge: EdgeRow };

/** What ends where it begins is taken out. `highest`: of no higher id there is any edge; they are looked for where it is not known. */
export async function writeEdges(
  ask: Ask,
  generation: number,
  edges: readonly EdgeRow[],
  { highest = Infinity, hubDegree = HUB_DEGREE }: { highest?: number | undefined; hubDegree?: number | undefined } = {},
): Promise<void> {
  const rows = edges.map((edge): KeyedEdge => ({ key: keyOf(generation, edge.id), edge })).sort(byKey);
  const known = await findKeys(
    ask,
    rows.filter(({ edge }) => edge.id <= highest),
  );
  const isNone = ({ edge: { validFrom, validTo } }: KeyedEdge): boolean => validTo !== null && validTo <= validFrom;
  const gone = rows.filter((row) => isNone(row) && known.has(row.key));
  const changed = rows.filter((row) => !isNone(row) && known.has(row.key));
  const added = rows.filter((row) => !isNone(row) && !known.has(row.key));
  if (gone.length > 0)
    await ask('UNWIND $keys AS key MATCH ()-[f:FLOWS {key: key}]->() USING INDEX SEEK f:FLOWS(key) DELETE f', {
      keys: gone.map(({ key }) => key),
    });
  if (changed.length > 0) await ask(CHANGE_EDGES, { rows: changed.map(toList) });
  if (added.length > 0) await addEdges(ask, generation, added, hubDegree);
}

/** In the order of the texts below: the names of a map's fields, again in each row, would take a third of the time. */
function toList({ key, edge }: KeyedEdge) {
  const { fromId, toId, kind, origin, transformation, confidence, jobId, runId, validFrom, validTo } = edge;
  const moments = [BigInt(validFrom.getTime()), BigInt(validTo?.getTime() ?? OPEN)];
  return [key, fromId, toId, kind, origin, transformation, confidence, jobId, runId, ...moments];
}
/** Whose an edge is stays. */
const CHANGE_EDGES = `
  UNWIND $rows AS row MATCH ()-[f:FLOWS {key: row[0]}]->() USING INDEX SEEK f:FLOWS(key)
  SET f.transformation = row[5], f.confidence = row[6], f.jobId = row[7], f.runId = row[8], f.validTo = row[10]`;
/**
 * Of each source its edges: each is looked up once. Without a look for edges that are there, as MERGE would have it, along a hub: nobody else
 * writes to the generation meanwhile.
 */
const CREATE_EDGES = `
  UNWIND $sources AS source
  MATCH (a:LineageNode {key: $prefix + source[0]}) USING INDEX SEEK a:LineageNode(key)
  UNWIND source[1] AS row
  MATCH (b:LineageNode {key: $prefix + row[2]}) USING INDEX SEEK b:LineageNode(key)
  CREATE (a)-[f:FLOWS {
    key: row[0], kind: row[3], origin: row[4], transformation: row[5], confidence: row[6], jobId: row[7], runId: row[8],
    validFrom: row[9], validTo: row[10],
    downstream: CASE WHEN a.downstreamHub IS NULL THEN null ELSE a.key + '/' + row[2] END,
    upstream: CASE WHEN b.upstreamHub IS NULL THEN null ELSE b.key + '/' + row[1] END
  }]->(b)
  RETURN count(*) AS count`;

async function addEdges(ask: Ask, generation: number, rows: readonly KeyedEdge[], hubDegree: number): Promise<void> {
  const create = async (some: readonly KeyedEdge[]): Promise<number> => {
    const sources = [...Map.groupBy(some, ({ edge }) => edge.fromId)].map(([id, own]) => [id, own.map(toList)]);
    const [created] = await ask<{ count: number }>(CREATE_EDGES, { sources, prefix: keyOf(generation, '') });
    return created!.count;
  };
  if ((await create(rows)) < rows.length) {
    await addEnds(ask, generation, rows);
    const known = await findKeys(ask, rows);
    await create(rows.filter(({ key }) => !known.has(key)));
  }
  await markHubs(ask, generation, rows, hubDegree);
}

const LEVELS = { TABLE: 'ASSET', COLUMN: 'COLUMN' } as const;

/** Ends whose own rows are yet to come. They have no class before: nobody but who sees everything sees them. */
async function addEnds(ask: Ask, generation: number, rows: readonly KeyedEdge[]): Promise<void> {
  const levels = new Map(rows.flatMap(({ edge: { fromId, toId, kind } }) => [fromId, toId].map((id) => [id, LEVELS[kind]])));
  const ends = [...levels].map(([id, level]) => ({ key: keyOf(generation, id), id, level })).sort(byKey);
  await ask(
    `UNWIND $ends AS end MERGE (n:LineageNode {key: end.key})
     ON CREATE SET n.id = end.id, n.level = end.level, n.generation = $generation`,
    { ends, generation: BigInt(generation) },
  );
}

/**
 * With more flows one way than this a node is a hub: who wants its first few neighbours would have to sort all of them. As many as this are
 * expanded in some 30 ms.
 */
const HUB_DEGREE = 10_000;
/** In a batch of a bulk load only what is met this often can soon be one. */
const HUB_SHARE = 1 / 1_000;

const MARK_UPSTREAM_HUBS = `
  MATCH (n:LineageNode) USING INDEX SEEK n:LineageNode(key)
  WHERE n.key IN $keys AND n.upstreamHub IS NULL AND COUNT { (n)<-[:FLOWS]-() } > $degree
  MATCH (n)<-[f:FLOWS]-(m) SET n.upstreamHub = n.generation, f.upstream = n.key + '/' + m.id`;
const MARK_DOWNSTREAM_HUBS = `
  MATCH (n:LineageNode) USING INDEX SEEK n:LineageNode(key)
  WHERE n.key IN $keys AND n.downstreamHub IS NULL AND COUNT { (n)-[:FLOWS]->() } > $degree
  MATCH (n)-[f:FLOWS]->(m) SET n.downstreamHub = n.generation, f.downstream = n.key + '/' + m.id`;

/** Gives the flows of new hubs their order; those that come later get it when they are created. A hub stays one. */
async function markHubs(ask: Ask, generation: number, rows: readonly KeyedEdge[], hubDegree: number): Promise<void> {
  for (const [text, end] of [
    [MARK_UPSTREAM_HUBS, 'toId'],
    [MARK_DOWNSTREAM_HUBS, 'fromId'],
  ] as const) {
    const ends = [...Map.groupBy(rows, ({ edge }) => edge[end])].filter(([, { length }]) => length >= rows.length * HUB_SHARE);
    await ask(text, { keys: ends.map(([id]) => keyOf(generation, id)).sort(), degree: BigInt(hubDegree) });
  }
}

async function findKeys(ask: Ask, rows: readonly Keyed[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const found = await ask<Keyed>(
    'UNWIND $keys AS key MATCH ()-[f:FLOWS {key: key}]->() USING INDEX SEEK f:FLOWS(key) RETURN f.key AS key',
    {
      keys: rows.map(({ key }) => key),
    },
  );
  return new Set(found.map(({ key }) => key));
}

const byKey = (a: Keyed, b: Keyed): number => (a.key < b.key ? -1 : 1);
