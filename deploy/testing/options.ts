/** The options of commands that measure, try or make the product. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** As parseArgs has them. What it does not know is told in a sentence, with how the command is given, and ends the process with 2. */
export function readOptions<const Config extends ParseArgsConfig>(usage: string, config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    // What Node says besides is how its own parser could be used.
    const [sentence] = (error as Error).message.split(/\.?(?:\s*\n|\. )/, 1);
    return exitOfUsage(`${sentence}.`, usage);
  }
}

export function exitOfUsage(sentence: string, usage: string): never {
  process.stderr.write(`${sentence}\nUsage: ${usage}\n`);
  process.exit(2);
}
