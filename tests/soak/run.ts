/**
 * `npm run soak <name …> [--seconds N] [--clients N]`: the whole product as a process of its own, worked hard. Each is a file here that exports
 * `run(context)`. `SEED=7` throws the same dice again.
 */
import { exitOfUsage, readOptions } from '#deploy/testing/options.ts';

export type SoakContext = {
  seed: number;
  /** How long, and by how many, where it is not as long as usual. */
  seconds?: number;
  clients?: number;
  /** For people. */
  say(text: string): void;
};

/** Gives what is wrong, in a sentence each. */
type Soak = { run(context: SoakContext): Promise<string[]> };

const SOAKS: Readonly<Record<string, () => Promise<Soak>>> = {
  kill: () => import('./kill.ts'),
  mix: () => import('./mix.ts'),
  faults: () => import('./faults.ts'),
};

const USAGE = 'npm run soak [-- [name …] [--seconds <number>] [--clients <number>]]';

async function main(): Promise<void> {
  const { values, positionals } = readOptions(USAGE, {
    allowPositionals: true,
    options: { seconds: { type: 'string' }, clients: { type: 'string' } },
  });
  const numbers = Object.entries(values).map(([name, text]) => [name, Number(text)] as const);
  const wrongNumber = numbers.find(([, number]) => !(Number.isInteger(number) && number > 0));
  if (wrongNumber) exitOfUsage(`--${wrongNumber[0]} takes a whole number of at least 1.`, USAGE);
  const unknown = positionals.filter((name) => !Object.hasOwn(SOAKS, name));
  if (unknown.length > 0) exitOfUsage(`There is no soak "${unknown.join('", "')}". There are: ${Object.keys(SOAKS).join(', ')}.`, USAGE);
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
  for (const name of positionals.length > 0 ? positionals : Object.keys(SOAKS)) {
    say(`${name}, seed ${seed}`);
    const { run } = await SOAKS[name]!();
    const wrong = await run({ seed, ...Object.fromEntries(numbers), say });
    wrong.forEach((sentence) => say(`WRONG  ${sentence}`));
    say(wrong.length === 0 ? `${name}: nothing is wrong.` : `${name}: ${wrong.length} wrong.`);
    if (wrong.length > 0) process.exitCode = 1;
  }
}

if (import.meta.main) await main();
