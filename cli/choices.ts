/** Options that take some of a fixed list of words, in any case, several by commas or by being given again. */
import { InvalidArgumentError } from 'commander';

export const choices =
  (possible: readonly string[]) =>
  (text: string, before: string[] = []): string[] => {
    const given = text.split(',').map((word) => word.trim().toUpperCase());
    const wrong = given.find((word) => !possible.includes(word));
    if (wrong !== undefined) throw new InvalidArgumentError(`Possible are ${possible.join(', ')}.`);
    return [...new Set([...before, ...given])];
  };
