/** “Did you mean”: the query with words that are there in place of those that are not. Only of what the viewer may see. */
import { parseQuery, type ParsedQuery } from './query.ts';
import { verbatim, type Meant, type Seeking } from './tiers.ts';
import { mayBeMistyped } from './typos.ts';
import { tokenize } from './words.ts';

/** So many of the words that one may have been meant as are tried. */
const MOST_TRIED = 3;

type Options = Pick<Seeking, 'seekAll'> & {
  query: ParsedQuery;
  /** Something is known to have every word as it was typed, and need not be asked for. */
  isFound: boolean;
  meant: Meant;
  /** The same for words with one letter more that is wrong: for those that nothing was meant by. */
  findMeantLoosely: (words: readonly string[]) => Promise<Meant>;
  /** Of each query in the index's language whether it finds anything for this viewer with this filter; in one go. */
  areFound: (queries: readonly string[]) => Promise<boolean[]>;
};

/** Null where all is found as it was typed, or nothing that is like it is found. What is suggested finds something. */
export async function suggest({ query, isFound, meant, findMeantLoosely, areFound, seekAll }: Options): Promise<string | null> {
  const typed = [...new Set(query.units.flatMap(({ words }) => words))].filter(mayBeMistyped);
  if (isFound || typed.length === 0) return null;
  const finds = (text: string): string => seekAll(parseQuery(text), verbatim).everything;
  const [isFoundBelow] = await areFound([seekAll(query, verbatim).everything]);
  if (isFoundBelow) return null;
  const known = await areFound(typed.map(finds));
  const unknown = typed.filter((_, index) => !known[index]);
  if (unknown.length === 0) return null;

  const loosely = await findMeantLoosely(unknown.filter((word) => meant(word).length === 0));
  const tries = unknown.flatMap((word) => [...meant(word), ...loosely(word)].slice(0, MOST_TRIED).map((other) => ({ word, other })));
  if (tries.length === 0) return null;
  // A word that documents only had is no help, and may be hidden by now: it has to stand somewhere that the viewer sees.
  const stand = await areFound(tries.map(({ other }) => seekAll(parseQuery(other), verbatim).exact!));
  const instead = new Map<string, string>();
  for (const { word, other } of tries.filter((_, index) => stand[index])) if (!instead.has(word)) instead.set(word, other);
  if (instead.size < unknown.length) return null;

  const suggestion = replaceWords(query.text, instead);
  const [isBetter] = await areFound([finds(suggestion)]);
  return isBetter ? suggestion : null;
}

/** What separates the words stays as it was typed. */
function replaceWords(text: string, instead: ReadonlyMap<string, string>): string {
  let replaced = '';
  let from = 0;
  for (const { word, start, end } of tokenize(text)) {
    const other = instead.get(word);
    if (other === undefined) continue;
    replaced += text.slice(from, start) + other;
    from = end;
  }
  return replaced + text.slice(from);
}
