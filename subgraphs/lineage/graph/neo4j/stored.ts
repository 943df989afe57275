/** What a copy holds, row by row as it was written: for comparing it with the facts. */
import type { EdgeKind, Origin, Transformation } from '../index.ts';
import type { Neo4j } from './connection.ts';
import { keyOf, OPEN } from './writing.ts';

/** `accessClass`: null of an end whose own row never came. */
export type StoredNode = { id: string; accessClass: number | null; [name: string]: string | number | boolean | null };
export type StoredEdge = {
  id: string;
  fromId: string;
  toId: string;
  kind: EdgeKind;
  origin: Origin;
  transformation: Transformation;
  confidence: number;
  jobId: string | null;
  validFrom: Date;
  validTo: Date | null;
};

/** Some thousands at a time. */
export async function findNodes(neo4j: Neo4j, generation: number, ids: readonly string[]): Promise<StoredNode[]> {
  const rows = await neo4j.read<{ node: StoredNode & { key: string; generation: number; upstreamHub?: number; downstreamHub?: number } }>(
    'UNWIND $keys AS key MATCH (n:LineageNode {key: key}) RETURN properties(n) AS node',
    { keys: ids.map((id) => keyOf(generation, id)) },
  );
  return rows.map(({ node: { key: _, generation: _generation, upstreamHub: _up, downstreamHub: _down, ...node } }) => node);
}

type EdgeProperties = Omit<StoredEdge, 'id' | 'fromId' | 'toId' | 'jobId' | 'validFrom' | 'validTo'> & {
  key: string;
  upstream?: string;
  downstream?: string;
  jobId?: string;
  validFrom: number;
  validTo: number;
};

export async function findEdges(neo4j: Neo4j, generation: number, ids: readonly string[]): Promise<StoredEdge[]> {
  const rows = await neo4j.read<{ fromId: string; toId: string; edge: EdgeProperties }>(
    'UNWIND $keys AS key MATCH (a)-[f:FLOWS {key: key}]->(b) RETURN a.id AS fromId, b.id AS toId, properties(f) AS edge',
    { keys: ids.map((id) => keyOf(generation, id)) },
  );
  return rows.map(({ fromId, toId, edge: { key, upstream: _up, downstream: _down, jobId = null, validFrom, validTo, ...edge } }) => ({
    id: idOf(key),
    fromId,
    toId,
    ...edge,
    jobId: jobId ?? null,
    validFrom: new Date(validFrom),
    validTo: validTo === OPEN ? null : new Date(validTo),
  }));
}

/** In the order of their keys: the first `limit` ids after one, or from the beginning. */
export const listNodeIds = (neo4j: Neo4j, generation: number, after: string, limit: number): Promise<string[]> =>
  listIds(neo4j, 'MATCH (n:LineageNode) WHERE n.key > $after AND n.key < $end RETURN n.key AS key ORDER BY n.key LIMIT $limit', {
    generation,
    after,
    limit,
  });

export const listEdgeIds = (neo4j: Neo4j, generation: number, after: string, limit: number): Promise<string[]> =>
  listIds(neo4j, 'MATCH ()-[f:FLOWS]->() WHERE f.key > $after AND f.key < $end RETURN f.key AS key ORDER BY f.key LIMIT $limit', {
    generation,
    after,
    limit,
  });

type Page = { generation: number; after: string; limit: number };

async function listIds(neo4j: Neo4j, text: string, { generation, after, limit }: Page): Promise<string[]> {
  // `0` follows `/`, with which all keys of the generation go on.
  const rows = await neo4j.read<{ key: string }>(text, { after: keyOf(generation, after), end: `${generation}0`, limit: BigInt(limit) });
  return rows.map(({ key }) => idOf(key));
}

const idOf = (key: string): string => key.slice(key.indexOf('/') + 1);
