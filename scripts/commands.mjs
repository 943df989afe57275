// What `node scripts/run.mjs <command>` does: install what is missing, then go on under the project's own Node.
import { randomBytes } from 'node:crypto';
import { CannotRun, ensureInstalled, ROOT } from './install.mjs';
import { runForeground, runScript } from './projectNode.mjs';

const bin = (path) => `node_modules/${path}`;
const vitest = bin('vitest/vitest.mjs');

// Measured with 150 pages of 50 assets: 280 MB after them instead of 390 MB, and no more processor time. (--optimize-for-size takes 30 MB less, but
// of its processor time a third goes to collecting garbage, and events come later.)
const LEAN = ['--max-semi-space-size=4', '--heap-growing-percent=30'];

/**
 * Each command: the arguments for Node. `clean` ones end with 0 when they are interrupted: to stop is what was asked.
 * `production` ones do without the packages for developing.
 */
const COMMANDS = {
  start: { node: [...LEAN, 'deploy/allInOne/main.ts'], clean: true, production: true },
  dev: { develop: true, production: true },
  router: { node: [...LEAN, 'deploy/separate/router.ts'], clean: true, production: true },
  subgraph: { node: [...LEAN, 'deploy/separate/subgraph.ts'], clean: true, production: true },
  client: { node: [...LEAN, 'deploy/separate/client.ts'], clean: true, production: true },
  worker: { node: [...LEAN, 'deploy/separate/worker.ts'], clean: true, production: true },
  neo4j: { node: ['scripts/neo4j.ts'], clean: true, production: true },
  test: { node: [vitest, 'run'] },
  bench: { node: ['bench/run.ts'] },
  fuzz: { node: ['tests/fuzz/run.ts'] },
  soak: { node: ['tests/soak/run.ts'] },
  codegen: { node: [bin('@graphql-codegen/cli/esm/bin.js'), '--config', 'codegen.ts', '--silent'] },
  compose: { node: ['scripts/compose.ts'] },
  migration: { node: ['scripts/migration.ts'] },
  docs: { node: ['scripts/docs.ts'] },
  screenshots: { node: ['scripts/screenshots.ts'] },
  'audit:http': { node: ['scripts/auditHttp.ts'] },
  format: { node: [bin('oxfmt/bin/oxfmt')] },
  verify: { steps: true },
};

/** The checks of the house style, cheapest first. */
const CHECKS = [
  ['generated types', COMMANDS.codegen.node],
  ['format', [bin('oxfmt/bin/oxfmt'), '--check', '.']],
  ['lint', [bin('oxlint/bin/oxlint'), '--type-aware']],
  ['types', [bin('typescript/bin/tsc'), '--noEmit', '-p', '.']],
  ["the client's types", [bin('typescript/bin/tsc'), '--noEmit', '-p', 'client']],
  ['supergraph composes, without drift or a breaking change', ['scripts/compose.ts', '--check']],
  ['migrations match the tables', ['scripts/migration.ts', '--check']],
  ['documents say what the code says', ['scripts/docs.ts', '--check']],
  ['unused code', [bin('knip/bin/knip.js')]],
  ['tests', COMMANDS.test.node],
];

export async function run(name, args) {
  try {
    const command = COMMANDS[name];
    if (!command) throw new CannotRun(`There is no command "${name ?? ''}". There are: ${Object.keys(COMMANDS).join(', ')}.`);
    await ensureInstalled(command.production ? 'production' : 'all');
    process.chdir(ROOT);
    if (command.steps) process.exitCode = await verify();
    else if (command.develop) process.exitCode = await develop(args);
    else process.exitCode = await runForeground([...command.node, ...args], command);
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/** The product starts again on every change; beside it, so that it does not, the web client, which takes changes while it runs. */
async function develop(args) {
  const product = ['--watch', '--watch-preserve-output', 'deploy/allInOne/main.ts', '--no-client'];
  if (args.includes('--no-client')) return runForeground([...product, ...args], { clean: true });
  process.env.CLIENT_SECRET ||= randomBytes(32).toString('base64url');
  const commands = [
    [...product, ...args],
    ['deploy/separate/client.ts', '--dev'],
  ];
  return Math.max(...(await Promise.all(commands.map((node) => runForeground(node, { clean: true })))));
}

/** All of them, also after a failure, so that one run tells everything. */
async function verify() {
  const results = [];
  for (const [title, node] of CHECKS) {
    console.log(`\n── ${title}`);
    const begin = Date.now();
    const code = await runScript(node);
    results.push({ title, ok: code === 0, seconds: ((Date.now() - begin) / 1000).toFixed(1) });
    if (code >= 128) break; // interrupted
  }
  console.log('');
  for (const { title, ok, seconds } of results) console.log(`${ok ? 'ok  ' : 'FAIL'}  ${title} (${seconds} s)`);
  return results.length === CHECKS.length && results.every(({ ok }) => ok) ? 0 : 1;
}
