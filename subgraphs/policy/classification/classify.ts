/** Which label a column's name speaks for: what stands at its end, as in `author_email`, not what it merely holds, as in `email_template_id`. */
import { sortOf, type Sort } from './dataTypes.ts';
import { NAME_RULES, type NameRule } from './nameRules.ts';
import { singularsOf, wordsOf } from './words.ts';

/** `evidence.words`: those of the name that the rule looked for. */
export type FoundLabel = { label: string; confidence: number; evidence: { rule: string; words: string[] } };

const DEFAULT_SORTS: readonly Sort[] = ['text', 'binary', 'document'];

const setOf = (words: string): ReadonlySet<string> => new Set(words.split(' '));

/** May stand behind any phrase, and it is still what it was. */
const TAILS = setOf(
  'hash hashed digest encrypted cipher ciphertext crypt md sha bcrypt plain masked raw value string str primary secondary main alternate alternative alt ' +
    'other additional backup old new previous prev former current original orig home work office business private personal billing shipping delivery ' +
    'mobile normalized normalised canonical canonicalized lower upper lowercase formatted unconfirmed temp tmp legacy bidx x',
);

/** Before any phrase they make it a question, a number, a setting or the form of a thing. */
const VETOES = setOf(
  'is has have had can may must should allow allows allowed enable enables enabled disable disables disabled show shows hide hides hidden display ' +
    'send sends sent receive receives require requires required need needs notify notifies use uses verify verified validate count num nb total qty ' +
    'template format regex regexp pattern mask missing include includes exclude excludes skip ignore ignores unique opt want wants accept accepts ' +
    'support supports max min length len subscribe unsubscribe subscribed checked matches',
);

const listed = (text = ''): string[] => text.split(',').map((each) => each.trim());

type Entry = { rule: NameRule; sorts: ReadonlySet<Sort>; tails: ReadonlySet<string>; unless: ReadonlySet<string> };
type Hit = { entry: Entry; start: number; end: number };

const MOST_WORDS = 6;
/** As long as names of columns are anywhere; of a longer one the end says what it is. */
const MOST_IN_NAME = 20;

/** By the words of a phrase with spaces between them, or written together. */
const ENTRIES = new Map<string, Entry[]>();
/** Words with which a phrase ends, so that their plurals are known. */
const LAST_WORDS = new Set<string>();
/** Words with which one begins: most names have none. */
const FIRST_WORDS = new Set<string>();

for (const rule of NAME_RULES) {
  const entry: Entry = {
    rule,
    sorts: new Set(rule.sorts ?? DEFAULT_SORTS),
    tails: new Set(listed(rule.tails)),
    unless: new Set(listed(rule.unless)),
  };
  for (const phrase of listed(rule.phrases)) {
    const words = wordsOf(phrase);
    for (const key of new Set([
      words.join(' '),
      words.join(''),
      words.join('').replace(/number$/, 'no'),
      words.join('').replace(/number$/, 'num'),
    ])) {
      ENTRIES.set(key, [...(ENTRIES.get(key) ?? []), entry]);
      const [first] = key.split(' ') as [string];
      FIRST_WORDS.add(first);
      if (!rule.singular) LAST_WORDS.add(key.split(' ').at(-1)!);
    }
  }
}

/** Columns of one name and type are many: `id`, `created_at`, `email`. */
const known = new Map<string, readonly FoundLabel[]>();
const MOST_KNOWN = 20_000;

/** At most one for each part of a name that `or` or `and` joins. `dataType` null: nobody knows it. */
export function classifyName(name: string, dataType: string | null): readonly FoundLabel[] {
  const key = `${dataType}\0${name}`;
  let found = known.get(key);
  if (!found) {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, (found = findLabels(name, dataType)));
  }
  return found;
}

function findLabels(name: string, dataType: string | null): FoundLabel[] {
  const words = wordsOf(name).slice(-MOST_IN_NAME);
  const sort = dataType === null ? null : sortOf(dataType);
  const parts = partsOf(words).map((part) => findBest(part, sort));
  const found = parts.every((part) => part !== null) ? parts : [findBest(words, sort)].filter((each) => each !== null);
  return found.filter(({ label }, index) => found.findIndex((other) => other.label === label) === index);
}

function partsOf(words: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  for (const word of words) {
    if (word === 'or' || word === 'and' || word === 'und' || word === 'oder') parts.push([]);
    else parts.at(-1)!.push(word);
  }
  return parts;
}

/** The one that ends last; of those the longest, then the surest. */
function findBest(words: readonly string[], sort: Sort | null): FoundLabel | null {
  let best: Hit | null = null;
  for (const hit of hitsOf(words)) {
    if (!fits(hit, words, sort)) continue;
    const better =
      !best ||
      hit.end > best.end ||
      (hit.end === best.end &&
        (hit.start < best.start || (hit.start === best.start && hit.entry.rule.confidence > best.entry.rule.confidence)));
    if (better) best = hit;
  }
  if (!best) return null;
  const { label, confidence, name } = best.entry.rule;
  return { label, confidence, evidence: { rule: name, words: words.slice(best.start, best.end) } };
}

function* hitsOf(words: readonly string[]): Generator<Hit> {
  for (let start = 0; start < words.length; start++) {
    const word = words[start]!;
    if (!FIRST_WORDS.has(word) && !singularsOf(word).some((each) => FIRST_WORDS.has(each))) continue;
    for (let end = start + 1; end <= Math.min(words.length, start + MOST_WORDS); end++) {
      const first = words.slice(start, end - 1).join(' ');
      const last = words[end - 1]!;
      const key = (word: string) => (first ? `${first} ${word}` : word);
      for (const entry of ENTRIES.get(key(last)) ?? []) yield { entry, start, end };
      for (const singular of singularsOf(last)) {
        if (!LAST_WORDS.has(singular)) continue;
        for (const entry of ENTRIES.get(key(singular)) ?? []) if (!entry.rule.singular) yield { entry, start, end };
      }
    }
  }
}

function fits({ entry, start, end }: Hit, words: readonly string[], sort: Sort | null): boolean {
  if (!entry.sorts.has(sort === null || sort === 'other' ? 'text' : sort)) return false;
  for (let index = 0; index < start; index++) {
    const word = words[index]!;
    if (VETOES.has(word) || entry.unless.has(word)) return false;
    if (word === 'number' && words[index + 1] === 'of') return false;
  }
  for (let index = end; index < words.length; index++) {
    const word = words[index]!;
    if (!/^\d/.test(word) && !TAILS.has(word) && !entry.tails.has(word)) return false;
  }
  return true;
}
