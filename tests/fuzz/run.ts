/** `npm run fuzz`: 10,000 random operations, or as many as `--operations` says; `SEED=7 npm run fuzz` does the same ones again. */
import { parseArgs } from 'node:util';
import { withDatabases } from '#deploy/testing/databases.ts';
import { describeFound, fuzz } from './fuzz.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { operations: { type: 'string', default: '10000' } } });
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
  say(`seed ${seed}`);
  const { found, codes, answered } = await withDatabases({ prefix: 'fuzz' }, (databases) =>
    fuzz({ seed, operations: Number(values.operations), databases, say }),
  );
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
