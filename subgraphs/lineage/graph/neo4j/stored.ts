/** What a copy holds, row by row as it was written: for comparing it with the facts. */
import type { Flow, FlowDetails } from '../index.ts';
import type { Neo4j } from './connection.ts';
import { keyOf, OPEN, placeOf } from './writing.ts';

/** `derived`: what those of its values should be that no fact has, as hubs are read by them (`writing.ts`). */
export type Stored<Row> = { id: string; row: Row; derived: Partial<Row> };

/** `upstreamHub`, `downstreamHub`: the generation, of a hub. */
type Hubs = { upstreamHub: number | null; downstreamHub: number | null };
/** `accessClass`: absent of an end whose own row never came. */
export type StoredNode = Hubs & { level: string; accessClass?: number };
type NodeProperties = Omit<StoredNode, keyof Hubs> & Partial<Hubs> & { id: string; key: string; generation: number };
/** `upstream`, `downstream`: its place among the flows of a hub. */
type Places = { upstream: string | null; downstream: string | null };
export type StoredEdge = Flow & FlowDetails & Places & { validFrom: Date; validTo: Date | null };

/** Some thousands at a time. */
export async function findNodes(neo4j: Neo4j, generation: number, ids: readonly string[]): Promise<Stored<StoredNode>[]> {
  const rows = await neo4j.read<{ node: NodeProperties }>(
    'UNWIND $keys AS key MATCH (n:LineageNode {key: key}) USING INDEX SEEK n:LineageNode(key) RETURN properties(n) AS node',
    { keys: ids.map((id) => keyOf(generation, id)) },
  );
  return rows.map(({ node: { id, key: _, generation: _generation, upstreamHub = null, downstreamHub = null, ...node } }) => ({
    id,
    row: { ...node, ...momentsOf(node), upstreamHub, downstreamHub },
    // Which nodes are hubs is not to be told from the facts: it depends on how they came.
    derived: { upstreamHub: upstreamHub === null ? null : generation, downstreamHub: downstreamHub === null ? null : generation },
  }));
}

/** Of a run. */
const momentsOf = (node: Record<string, unknown>): Record<string, Date> =>
  Object.fromEntries(
    ['startedAt', 'endedAt', 'begunAt'].flatMap((name) => (typeof node[name] === 'number' ? [[name, new Date(node[name])]] : [])),
  );

type EdgeProperties = FlowDetails &
  Pick<Flow, 'kind' | 'origin'> &
  Partial<Places> & { key: string; jobId?: string; runId?: string; validFrom: number; validTo: number };
type EdgeRow = { fromId: string; toId: string; isOfUpstreamHub: boolean; isOfDownstreamHub: boolean; edge: EdgeProperties };

export async function findEdges(neo4j: Neo4j, generation: number, ids: readonly string[]): Promise<Stored<StoredEdge>[]> {
  const rows = await neo4j.read<EdgeRow>(
    `UNWIND $keys AS key MATCH (a)-[f:FLOWS {key: key}]->(b) USING INDEX SEEK f:FLOWS(key)
     RETURN a.id AS fromId, b.id AS toId, b.upstreamHub IS NOT NULL AS isOfUpstreamHub, a.downstreamHub IS NOT NULL AS isOfDownstreamHub,
       properties(f) AS edge`,
    { keys: ids.map((id) => keyOf(generation, id)) },
  );
  return rows.map(({ fromId, toId, isOfUpstreamHub, isOfDownstreamHub, edge: { key, validFrom, validTo, ...edge } }) => ({
    id: idOf(key),
    row: {
      fromId,
      toId,
      ...edge,
      jobId: edge.jobId ?? null,
      runId: edge.runId ?? null,
      validFrom: new Date(validFrom),
      validTo: validTo === OPEN ? null : new Date(validTo),
      upstream: edge.upstream ?? null,
      downstream: edge.downstream ?? null,
    },
    derived: {
      upstream: isOfUpstreamHub ? placeOf(generation, toId, fromId) : null,
      downstream: isOfDownstreamHub ? placeOf(generation, fromId, toId) : null,
    },
  }));
}

/** In the order of their keys: the first `limit` ids after one, or from the beginning. */
export const listNodeIds = (neo4j: Neo4j, generation: number, after: string, limit: number): Promise<string[]> =>
  listIds(
    neo4j,
    'MATCH (n:LineageNode) USING INDEX SEEK n:LineageNode(key) WHERE n.key > $after AND n.key < $end RETURN n.key AS key ORDER BY n.key LIMIT $limit',
    {
      generation,
      after,
      limit,
    },
  );

export const listEdgeIds = (neo4j: Neo4j, generation: number, after: string, limit: number): Promise<string[]> =>
  listIds(
    neo4j,
    'MATCH ()-[f:FLOWS]->() USING INDEX SEEK f:FLOWS(key) WHERE f.key > $after AND f.key < $end RETURN f.key AS key ORDER BY f.key LIMIT $limit',
    {
      generation,
      after,
      limit,
    },
  );

type Page = { generation: number; after: string; limit: number };

async function listIds(neo4j: Neo4j, text: string, { generation, after, limit }: Page): Promise<string[]> {
  // `0` follows `/`, with which all keys of the generation go on.
  const rows = await neo4j.read<{ key: string }>(text, { after: keyOf(generation, after), end: `${generation}0`, limit: BigInt(limit) });
  return rows.map(({ key }) => idOf(key));
}

const idOf = (key: string): string => key.slice(key.indexOf('/') + 1);

/** Whether any node of any copy has it, in whatever case; flows have no words of anybody. Reads them all. */
export async function hasText(neo4j: Neo4j, text: string): Promise<boolean> {
  const rows = neo4j.stream<{ found: boolean }>(
    `MATCH (n:LineageNode) WHERE any(name IN keys(n) WHERE toLower(toStringOrNull(n[name])) CONTAINS toLower($text))
     RETURN true AS found LIMIT 1`,
    { text },
  );
  for await (const some of rows) return some.length > 0;
  return false;
}
