/**
 * `npm run compose` writes schema/supergraph.graphql and schema/api.graphql.
 * `npm run compose -- --check [--base <git ref>]` writes nothing and fails when those files are not what the subgraphs
 * compose to, or when the API breaks a client of the API at the base (the branch's start; on main the last commit).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { readOptions } from '#deploy/testing/options.ts';
import { readTypeDefs } from '#platform/graphql/subgraph.ts';
import { API_FILE, SUBGRAPH_NAMES, SUPERGRAPH_FILE } from '#router/supergraph.ts';
import { breakingChanges, composeGraph, CompositionError, type Composition } from './composition.ts';

const ROOT = new URL('../', import.meta.url);
const ALLOWED_FILE = new URL('schema/allowed-breaks.txt', ROOT);

function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined; // no git, no such ref, or no such file there: the caller goes on without
  }
}

/** Where this branch left main; on main itself the last commit, or the one before when nothing is changed since. */
function findBase(): string | undefined {
  const here = git('rev-parse', 'HEAD');
  for (const main of ['origin/main', 'main']) {
    const base = git('merge-base', 'HEAD', main);
    if (base && base !== here) return base;
  }
  return git('diff', '--quiet', 'HEAD', '--', 'schema/api.graphql') === undefined ? 'HEAD' : (git('rev-parse', 'HEAD^') ?? 'HEAD');
}

const read = (file: URL): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
};

function check(composition: Composition, base: string | undefined): string[] {
  const problems: string[] = [];
  if (read(SUPERGRAPH_FILE) !== composition.supergraph || read(API_FILE) !== composition.api) {
    problems.push('schema/supergraph.graphql or schema/api.graphql is out of date: run `npm run compose` and commit both.');
  }
  const before = base && git('show', `${base}:schema/api.graphql`);
  if (before) {
    const broken = breakingChanges(before, composition.api, read(ALLOWED_FILE));
    problems.push(...broken.map((change) => `${change}\n    (breaks clients; if it is meant, add this line to schema/allowed-breaks.txt)`));
  }
  return problems;
}

const { values } = readOptions('npm run compose [-- [--check] [--base <git reference>]]', {
  options: { check: { type: 'boolean', default: false }, base: { type: 'string' } },
});
try {
  const composition = await composeGraph(SUBGRAPH_NAMES.map((name) => ({ name, sdl: readTypeDefs(name) })));
  for (const remark of composition.remarks) console.warn(remark);
  if (values.check) {
    const problems = check(composition, values.base ?? findBase());
    for (const problem of problems) console.error(problem);
    if (problems.length > 0) process.exitCode = 1;
    else console.log('The graph composes, the committed files are up to date, and no client breaks.');
  } else {
    writeFileSync(SUPERGRAPH_FILE, composition.supergraph);
    writeFileSync(API_FILE, composition.api);
    console.log(`Composed ${SUBGRAPH_NAMES.join(', ')} into schema/supergraph.graphql and schema/api.graphql.`);
  }
} catch (error) {
  if (!(error instanceof CompositionError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
