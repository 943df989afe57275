/** Patterns in RE2 syntax, compiled once for all policies and assets. */
import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';
import { sizeOf } from './size.ts';

/** Letters of a pattern. */
export const MAX_PATTERN = 1000;
/** As many letters as a name has in any source, and some around them. A name costs a millisecond at most then, whatever the pattern. */
const MAX_SIZE = 300;

const MAX_PATTERNS = 1000;
/** Steps of programs; of the largest pattern 1,600. */
const MAX_STEPS = 200_000;
/** Of all patterns together: columns of many tables are called the same, and assets are judged again. */
const MAX_KNOWN = 1_000_000;
let knownNames = 0;

type Entry = { compiled: RE2JS; known: Map<string, boolean> };
const patterns = new LRUCache<string, Entry>({
  max: MAX_PATTERNS,
  maxSize: MAX_STEPS,
  sizeCalculation: ({ compiled }) => compiled.programSize() + 1,
  dispose({ known }) {
    knownNames -= known.size;
    known.clear();
  },
});

/** Throws where it is no pattern of RE2, or a large one; the message is for who wrote it. */
export function matcherOf(pattern: string): (name: string) => boolean {
  const { compiled, known } = patterns.get(pattern) ?? compile(pattern);
  return (name) => {
    let matches = known.get(name);
    if (matches === undefined) {
      // Unlike `test`, it makes no automaton, which takes megabytes for each pattern and a second for some names.
      matches = compiled.matcher(name).find();
      if (knownNames >= MAX_KNOWN) forgetNames();
      known.set(name, matches);
      knownNames += 1;
    }
    return matches;
  };
}

function compile(pattern: string): Entry {
  const size = sizeOf(pattern);
  if (size > MAX_SIZE) {
    throw new Error(
      `This pattern is too large: its repeats, written out, and its sets of letters are ${size}, and ${MAX_SIZE} are possible. ` +
        'Repeat less often, such as {1,63}, or without a limit: + and *.',
    );
  }
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    throw new Error(`This is no pattern in RE2 syntax: ${(error as Error).message}`, { cause: error });
  }
  const entry = { compiled, known: new Map<string, boolean>() };
  patterns.set(pattern, entry);
  return entry;
}

function forgetNames(): void {
  for (const { known } of patterns.values()) known.clear();
  knownNames = 0;
}
