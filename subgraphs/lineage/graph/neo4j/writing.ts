/** Writes rows of the facts as nodes and edges of one generation. */
import type { AssetRow, ColumnRow, EdgeRow } from './generations.ts';
import type { Ask } from './connection.ts';

/** The end of what still holds: above every moment, and exact in JavaScript's numbers. */
export const OPEN = Number.MAX_SAFE_INTEGER;

/** Of a node or an edge, in all of Neo4j. */
export const keyOf = (generation: number, id: string | number): string => `${generation}/${id}`;

type Keyed = { key: string };

export const writeAssets = (ask: Ask, generation: number, assets: readonly AssetRow[]): Promise<void> =>
  writeNodes(
    ask,
    assets.map(({ id, accessClass, ...rest }) => ({
      key: keyOf(generation, id),
      id,
      generation: BigInt(generation),
      level: 'ASSET',
      accessClass: BigInt(accessClass),
      ...rest,
    })),
  );

export const writeColumns = (ask: Ask, generation: number, columns: readonly ColumnRow[]): Promise<void> =>
  writeNodes(
    ask,
    columns.map(({ id, accessClass, ...rest }) => ({
      key: keyOf(generation, id),
      id,
      generation: BigInt(generation),
      level: 'COLUMN',
      accessClass: BigInt(accessClass),
      ...rest,
    })),
  );

async function writeNodes(ask: Ask, rows: Keyed[]): Promise<void> {
  if (rows.length > 0) await ask('UNWIND $rows AS row MERGE (n:LineageNode {key: row.key}) SET n += row', { rows: rows.sort(byKey) });
}

/** What ends where it begins is taken out. */
export async function writeEdges(ask: Ask, generation: number, edges: readonly EdgeRow[], hubDegree = HUB_DEGREE): Promise<void> {
  const keys = edges.map(({ id }) => keyOf(generation, id)).sort();
  const known = await findEdges(ask, keys);
  const rows = edges.map((edge) => toRow(generation, edge)).sort(byKey);
  const gone = rows.filter(({ key, isNone }) => isNone && known.has(key));
  const changed = rows.filter(({ key, isNone }) => !isNone && known.has(key));
  const added = rows.filter(({ key, isNone }) => !isNone && !known.has(key));
  if (gone.length > 0) await ask('UNWIND $rows AS row MATCH ()-[f:FLOWS {key: row.key}]->() DELETE f', { rows: gone });
  if (changed.length > 0) await ask('UNWIND $rows AS row MATCH ()-[f:FLOWS {key: row.key}]->() SET f += row.properties', { rows: changed });
  if (added.length > 0) await addEdges(ask, generation, added, hubDegree);
}

type NewEdge = ReturnType<typeof toRow>;

function toRow(generation: number, { id, fromId, toId, kind, validFrom, validTo, ...rest }: EdgeRow) {
  const key = keyOf(generation, id);
  return {
    key,
    kind,
    fromId,
    toId,
    from: keyOf(generation, fromId),
    to: keyOf(generation, toId),
    isNone: validTo !== null && validTo <= validFrom,
    properties: { ...rest, key, kind, validFrom: BigInt(validFrom.getTime()), validTo: BigInt(validTo?.getTime() ?? OPEN) },
  };
}

/** Nobody else writes to the generation: an edge that is not there now is not there when it is created. MERGE would look for it along a hub. */
async function addEdges(ask: Ask, generation: number, rows: readonly NewEdge[], hubDegree: number): Promise<void> {
  const added = await createEdges(ask, rows);
  if (added < rows.length) {
    await addEnds(ask, generation, rows);
    const known = await findEdges(
      ask,
      rows.map(({ key }) => key),
    );
    await createEdges(
      ask,
      rows.filter(({ key }) => !known.has(key)),
    );
  }
  await markHubs(ask, rows, hubDegree);
}

/** Ends whose own rows are yet to come. They have no class before: nobody but who sees everything sees them. */
async function addEnds(ask: Ask, generation: number, rows: readonly NewEdge[]): Promise<void> {
  const ends = new Map(
    rows.flatMap(({ kind, fromId, toId }) => [fromId, toId].map((id) => [id, { id, key: keyOf(generation, id), level: LEVELS[kind] }])),
  );
  await ask(
    `UNWIND $ends AS end MERGE (n:LineageNode {key: end.key})
     ON CREATE SET n.id = end.id, n.level = end.level, n.generation = $generation`,
    { ends: [...ends.values()].sort(byKey), generation: BigInt(generation) },
  );
}

const LEVELS = { TABLE: 'ASSET', COLUMN: 'COLUMN' } as const;

/** Returns how many had both their ends. */
async function createEdges(ask: Ask, rows: readonly NewEdge[]): Promise<number> {
  const [row] = await ask<{ count: number }>(
    `UNWIND $rows AS row MATCH (a:LineageNode {key: row.from}) MATCH (b:LineageNode {key: row.to})
     CREATE (a)-[f:FLOWS]->(b)
     SET f = row.properties,
       f.downstream = CASE WHEN a.downstreamHub IS NULL THEN null ELSE row.from + '/' + row.toId END,
       f.upstream = CASE WHEN b.upstreamHub IS NULL THEN null ELSE row.to + '/' + row.fromId END
     RETURN count(*) AS count`,
    { rows },
  );
  return row!.count;
}

/**
 * A node with more than this many flows one way is a hub: whoever wants its first few neighbours would sort all of them. Expanding as many
 * as this takes some 30 ms.
 */
export const HUB_DEGREE = 10_000;
/** In a batch as large as a bulk load's, a node that is to become a hub is met this often. */
const ROWS_FOR_ONE = 1_000;

/** Gives the flows of new hubs their order. A hub stays one: it costs others nothing. */
async function markHubs(ask: Ask, rows: readonly NewEdge[], hubDegree: number): Promise<void> {
  const often = (ends: readonly string[]): string[] =>
    [...Map.groupBy(ends, (end) => end)].flatMap(([end, { length }]) => (length * ROWS_FOR_ONE >= ends.length ? [end] : [])).sort();
  const parameters = { degree: BigInt(hubDegree) };
  await ask(
    `MATCH (n:LineageNode) WHERE n.key IN $keys AND n.downstreamHub IS NULL AND COUNT { (n)-[:FLOWS]->() } > $degree
     MATCH (n)-[f:FLOWS]->(m) SET n.downstreamHub = n.generation, f.downstream = n.key + '/' + m.id`,
    { ...parameters, keys: often(rows.map(({ from }) => from)) },
  );
  await ask(
    `MATCH (n:LineageNode) WHERE n.key IN $keys AND n.upstreamHub IS NULL AND COUNT { (n)<-[:FLOWS]-() } > $degree
     MATCH (n)<-[f:FLOWS]-(m) SET n.upstreamHub = n.generation, f.upstream = n.key + '/' + m.id`,
    { ...parameters, keys: often(rows.map(({ to }) => to)) },
  );
}

async function findEdges(ask: Ask, keys: readonly string[]): Promise<Set<string>> {
  const rows = await ask<Keyed>('UNWIND $keys AS key MATCH ()-[f:FLOWS {key: key}]->() RETURN f.key AS key', { keys });
  return new Set(rows.map(({ key }) => key));
}

const byKey = (a: Keyed, b: Keyed): number => (a.key < b.key ? -1 : 1);
