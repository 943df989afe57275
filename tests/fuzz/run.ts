/** `npm run fuzz`: 10,000 random operations, or as many as `--operations` says; `SEED=7 npm run fuzz` does the same ones again. */
import { withDatabases } from '#deploy/testing/databases.ts';
import { exitOfUsage, readOptions } from '#deploy/testing/options.ts';
import { describeFound, fuzz } from './fuzz.ts';

const USAGE = 'npm run fuzz [-- --operations <number>]';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const { values } = readOptions(USAGE, { options: { operations: { type: 'string', default: '10000' } } });
  const operations = Number(values.operations);
  if (!(Number.isInteger(operations) && operations > 0)) exitOfUsage('--operations takes a whole number of at least 1.', USAGE);
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
  say(`seed ${seed}`);
  const { found, codes, answered } = await withDatabases({ prefix: 'fuzz' }, (databases) => fuzz({ seed, operations, databases, say }));
  say(
    `${answered} answers of GraphQL: ${[...codes]
      .toSorted(([, a], [, b]) => b - a)
      .map(([code, count]) => `${code} ${count}`)
      .join(', ')}`,
  );
  for (const each of found) say(`\n${describeFound(seed, each)}`);
  say(found.length === 0 ? 'Nothing was found.' : `${found.length} found.`);
  process.exitCode = found.length === 0 ? 0 : 1;
}

if (import.meta.main) await main();
