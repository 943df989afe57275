/** The Java that runs Neo4j: the user's own. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CannotStart } from '#platform/errors.ts';
import { forOthers, type Environment } from './environment.ts';

const LEAST = 17;
const REMEDY = `Install a JDK of version ${LEAST} or later, so that "java" is on the PATH or in JAVA_HOME.`;

/** The program. Throws CannotStart with what to install. */
export function findJava(environment: Environment): string {
  const java = environment.JAVA_HOME ? join(environment.JAVA_HOME, 'bin', 'java') : 'java';
  const { error, stdout } = spawnSync(java, ['--list-modules'], {
    encoding: 'utf8',
    env: forOthers(environment),
    timeout: 60_000,
  });
  if (error) throw new CannotStart(`Java, which runs Neo4j, is missing. ${REMEDY}`);
  const [, version] = /^java\.base@(\d+)/m.exec(stdout) ?? [];
  // Java 8 does not know the option.
  if (!version || Number(version) < LEAST)
    throw new CannotStart(`The Java here (${version ?? 'before 9'}) is too old for Neo4j. ${REMEDY}`);
  if (!stdout.includes('jdk.compiler')) throw new CannotStart(`The Java here comes without its compiler, which starts Neo4j. ${REMEDY}`);
  return java;
}
