/**
 * `npm run neo4j`: a Neo4j server for developing, in the foreground, with its data in DATA_DIR. `-- --port 7688` listens on another port (0: a
 * free one); `-- --fetch-only` fetches it and starts nothing.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keepPassword, neo4jFolder } from '#deploy/neo4j-local/password.ts';
import { assertFree, prepareNeo4j, startNeo4j, type Neo4jServer } from '#deploy/neo4j-local/server.ts';
import { ConfigError, readSettings } from '#platform/config.ts';
import { CannotStart } from '#platform/errors.ts';

const SHORTEST_PASSWORD = 8;

class WrongUsage extends Error {}

const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<undefined>();
for (const signal of ['SIGINT', 'SIGTERM', 'disconnect'] as const) process.on(signal, () => interrupt(undefined));

try {
  process.exitCode = await live();
} catch (error) {
  const plain = [WrongUsage, ConfigError, CannotStart].some((kind) => error instanceof kind);
  console.error(plain ? (error as Error).message : `Neo4j cannot be started: ${(error as Error).message}`);
  process.exitCode = error instanceof WrongUsage ? 2 : 1;
}
// The channel to the script that started us would keep us alive.
process.exit();

/** Resolves with the exit code. */
async function live(): Promise<number> {
  const { port, fetchOnly } = readArguments();
  const settings = readSettings();
  if (!fetchOnly) {
    // Before some 100 MB are fetched in vain.
    await assertFree(port);
    if (settings.NEO4J_PASSWORD !== undefined && settings.NEO4J_PASSWORD.length < SHORTEST_PASSWORD) {
      throw new CannotStart(`NEO4J_PASSWORD must have at least ${SHORTEST_PASSWORD} characters: Neo4j takes no shorter one.`);
    }
  }
  const program = await Promise.race([prepareNeo4j(process.env, (sentence) => console.log(sentence)), interrupted]);
  if (!program || fetchOnly) return 0;

  const folder = neo4jFolder(settings);
  const password = settings.NEO4J_PASSWORD ?? keepPassword(folder);
  const starting = startNeo4j(program, { folder: join(folder, 'server'), port, password });
  const early = await Promise.race([starting.then(() => false), interrupted.then(() => true)]);
  if (early) console.log('Neo4j stops …');
  // A start under way is finished first: half of one could not be stopped in order.
  const server = await starting;
  if (!early) {
    tell(server, folder, settings.NEO4J_PASSWORD === undefined ? password : undefined);
    const lost = await Promise.race([server.ended.then(() => true), interrupted.then(() => false)]);
    if (lost) throw new CannotStart(`Neo4j ended unexpectedly; its log is ${join(folder, 'server', 'logs', 'debug.log')}.`);
    console.log('Neo4j stops …');
  }
  await server.stop();
  return 0;
}

/** What to set, ready to be copied into `.env`. A password that was given is not repeated. */
function tell({ url, user }: Neo4jServer, folder: string, password: string | undefined): void {
  console.log(`Neo4j's data are in ${folder}. To have PurSight keep lineage in it, set, in the environment or in .env:`);
  console.log(`  NEO4J_URL=${url}`);
  console.log(`  NEO4J_USER=${user}`);
  console.log(password === undefined ? '  NEO4J_PASSWORD as it is set here' : `  NEO4J_PASSWORD=${password}`);
  console.log('Neo4j is ready. Ctrl-C stops it.');
}

function readArguments(): { port: number; fetchOnly: boolean } {
  const usage = 'Usage: npm run neo4j [-- [--port <0 to 65535>] [--fetch-only]]';
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string', default: '7687' }, 'fetch-only': { type: 'boolean', default: false } },
    });
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) throw new Error('--port must be a number from 0 to 65535.');
    return { port: Number(values.port), fetchOnly: values['fetch-only'] };
  } catch (error) {
    throw new WrongUsage(`${(error as Error).message}\n${usage}`);
  }
}
