/** Copies facts to Neo4j as the projection does, in one batch; a node of some flows is a hub there. */
import type { Database } from '#platform/database/index.ts';
import { ASSET_FACTS, COLUMN_FACTS, EDGE_FACTS } from '../../store/changes.ts';
import type { Neo4j } from '../neo4j/connection.ts';
import { project, type Generation } from '../neo4j/generations.ts';

const ROWS = 10_000;
const HUB_DEGREE = 3;

/** Throws when there are more facts than in a test. */
export async function copyFacts(neo4j: Neo4j, sql: Database, generation: Generation): Promise<Generation> {
  const assets = await ASSET_FACTS.listChanges(sql, generation.assets, ROWS);
  const columns = await COLUMN_FACTS.listChanges(sql, generation.columns, ROWS);
  const edges = await EDGE_FACTS.listChanges(sql, generation.edges, ROWS);
  if ([assets, columns, edges].some((part) => part?.rows.length === ROWS)) throw new Error('These are more rows than one batch has');
  return await project(neo4j, generation, { ...(assets && { assets }), ...(columns && { columns }), ...(edges && { edges }) }, HUB_DEGREE);
}
