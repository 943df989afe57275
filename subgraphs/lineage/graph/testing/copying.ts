/** Copies facts to Neo4j as the projection does, in one batch; a node of some flows is a hub there. */
import type { Database } from '#platform/database/index.ts';
import { ASSET_FACTS, COLUMN_FACTS, EDGE_FACTS, JOB_FACTS, RUN_FACTS } from '../../store/changes.ts';
import type { Neo4j } from '../neo4j/connection.ts';
import { project, type Generation } from '../neo4j/generations.ts';

const ROWS = 10_000;
const HUB_DEGREE = 3;

/** Throws when there are more facts than in a test. */
export async function copyFacts(neo4j: Neo4j, sql: Database, generation: Generation): Promise<Generation> {
  const assets = await ASSET_FACTS.listChanges(sql, generation.assets, ROWS);
  const columns = await COLUMN_FACTS.listChanges(sql, generation.columns, ROWS);
  const jobs = await JOB_FACTS.listChanges(sql, generation.jobs, ROWS);
  const runs = await RUN_FACTS.listChanges(sql, generation.runs, ROWS);
  const edges = await EDGE_FACTS.listChanges(sql, generation.edges, ROWS);
  if ([assets, columns, jobs, runs, edges].some((part) => part?.rows.length === ROWS))
    throw new Error('These are more rows than one batch has');
  const batch = {
    ...(assets && { assets }),
    ...(columns && { columns }),
    ...(jobs && { jobs }),
    ...(runs && { runs }),
    ...(edges && { edges }),
  };
  return await project(neo4j, generation, batch, HUB_DEGREE);
}
