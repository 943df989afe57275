/** The constraints and indexes of the graph in Neo4j, by versions. Which came when is noted there, for people: all are brought again each time. */
import type { Neo4j } from './connection.ts';

type Migration = { version: number; statements: readonly string[] };

/** A statement can be run any number of times, by several processes at once, and leaves alone what is so already. Versions stay as they are once released. */
const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: [
      'CREATE CONSTRAINT lineage_migration IF NOT EXISTS FOR (m:LineageMigration) REQUIRE m.version IS UNIQUE',
      'CREATE CONSTRAINT lineage_generation IF NOT EXISTS FOR (g:LineageGeneration) REQUIRE g.number IS UNIQUE',
      'CREATE CONSTRAINT lineage_node IF NOT EXISTS FOR (n:LineageNode) REQUIRE n.key IS UNIQUE',
      'CREATE CONSTRAINT lineage_flow IF NOT EXISTS FOR ()-[f:FLOWS]-() REQUIRE f.key IS UNIQUE',
      // All assets of a generation, and one asset's columns.
      'CREATE INDEX lineage_level IF NOT EXISTS FOR (n:LineageNode) ON (n.generation, n.level)',
      'CREATE INDEX lineage_columns IF NOT EXISTS FOR (n:LineageNode) ON (n.generation, n.assetId)',
      // Hubs, and their flows in the order of the other ends. Nothing of what is no hub is in these.
      'CREATE INDEX lineage_upstream_hub IF NOT EXISTS FOR (n:LineageNode) ON (n.upstreamHub)',
      'CREATE INDEX lineage_downstream_hub IF NOT EXISTS FOR (n:LineageNode) ON (n.downstreamHub)',
      'CREATE INDEX lineage_upstream IF NOT EXISTS FOR ()-[f:FLOWS]-() ON (f.upstream)',
      'CREATE INDEX lineage_downstream IF NOT EXISTS FOR ()-[f:FLOWS]-() ON (f.downstream)',
    ],
  },
  {
    version: 2,
    statements: [
      // What a job moves, the latest last. Nothing of what no job is known of is in it.
      'CREATE INDEX lineage_job IF NOT EXISTS FOR ()-[f:FLOWS]-() ON (f.jobId, f.validFrom)',
    ],
  },
  {
    version: 3,
    statements: [
      // The runs of a job, the latest last. Nothing but a run has a job.
      'CREATE INDEX lineage_runs IF NOT EXISTS FOR (n:LineageNode) ON (n.generation, n.jobId, n.begunAt, n.id)',
    ],
  },
];

/** Brings what is missing, or was taken away by hand. Nothing is undone of versions that are newer than this code. */
export async function migrate(neo4j: Neo4j): Promise<void> {
  // Each by itself: what changes the schema cannot be in a transaction with others.
  for (const statement of MIGRATIONS.flatMap(({ statements }) => statements)) await neo4j.write((ask) => ask(statement));
  await neo4j.write((ask) => ask('CALL db.awaitIndexes(50)'));
  for (const { version } of MIGRATIONS) {
    await neo4j.write((ask) =>
      ask('MERGE (m:LineageMigration {version: $version}) ON CREATE SET m.at = datetime()', { version: BigInt(version) }),
    );
  }
}
