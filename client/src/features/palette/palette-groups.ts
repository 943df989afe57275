/** What the palette shows, in which order. Pure. */
import { matchByName } from '@/components/pickers/match';

export type Entry = {
  id: string;
  /** What typing is compared with, and what it is called. */
  name: string;
  /** A place or a kind, beside the name. */
  hint?: string;
  kind?: string;
  /** Source-given names are mono. */
  isMono?: boolean;
  /** Text of the search with its marks. */
  marked?: string;
} & ({ href: string; run?: undefined } | { href?: undefined; run: () => void });

export type Group = { title: string; entries: readonly Entry[] };
export type Mode = 'all' | 'actions' | 'tags' | 'owners';

const MOST = 8;
const MOST_SEARCHES = 4;
const PREFIXES: Readonly<Record<string, Mode>> = { '>': 'actions', '#': 'tags', '@': 'owners' };

/** `>`, `#` and `@` limit to actions, tags and owners. */
export function readTyped(typed: string): { mode: Mode; text: string } {
  const mode = PREFIXES[typed.trimStart().charAt(0)];
  return mode ? { mode, text: typed.trimStart().slice(1).trim() } : { mode: 'all', text: typed.trim() };
}

type Known = {
  mode: Mode;
  text: string;
  /** Those of the page that is shown come first. */
  pageActions: readonly Entry[];
  actions: readonly Entry[];
  pages: readonly Entry[];
  recent: readonly Entry[];
  /** What was searched for last. */
  searches: readonly string[];
  /** What the search found for the text. */
  assets: readonly (Entry & { fullName: string })[];
  tags: readonly Entry[];
  owners: readonly Entry[];
  /** What the text may have been meant as. */
  suggestion: string | null;
};

export function toGroups(known: Known): Group[] {
  const { mode, text } = known;
  const matching = (entries: readonly Entry[]): Entry[] => matchByName(entries, text).slice(0, MOST);
  return listGroups(known, matching, text, mode)
    .map(({ title, entries }) => ({ title, entries: entries.slice(0, MOST) }))
    .filter(({ entries }) => entries.length > 0);
}

const searchFor = (query: string, name = query): Entry => ({ id: query, name, href: `/search?q=${encodeURIComponent(query)}` });

function listGroups(known: Known, matching: (entries: readonly Entry[]) => Entry[], text: string, mode: Mode): Group[] {
  const { pageActions, actions, pages, recent, searches, assets, tags, owners, suggestion } = known;
  if (mode === 'actions') {
    return [
      { title: 'On this page', entries: matching(pageActions) },
      { title: 'Actions', entries: matching(actions) },
    ];
  }
  if (mode === 'tags') return [{ title: 'Tags', entries: tags }];
  if (mode === 'owners') return [{ title: 'Owners', entries: matching(owners) }];
  if (text === '') {
    return [
      { title: 'Recent', entries: recent },
      { title: 'Recent searches', entries: searches.slice(0, MOST_SEARCHES).map((query) => searchFor(query)) },
      { title: 'On this page', entries: pageActions },
      { title: 'Pages', entries: pages.slice(0, MOST) },
      { title: 'Actions', entries: actions },
    ];
  }
  const wanted = text.toLowerCase();
  const isExact = ({ name, fullName }: { name: string; fullName: string }): boolean =>
    name.toLowerCase() === wanted || fullName.toLowerCase() === wanted;
  const everything: Entry = { ...searchFor(text, `All results for “${text}”`), id: 'all-results' };
  return [
    { title: 'Exact name', entries: assets.filter(isExact) },
    { title: 'On this page', entries: matching(pageActions) },
    { title: 'Assets', entries: [...assets.filter((asset) => !isExact(asset)).slice(0, MOST - 1), everything] },
    { title: 'Did you mean', entries: suggestion === null ? [] : [searchFor(suggestion)] },
    { title: 'Pages', entries: matching(pages) },
    { title: 'Actions', entries: matching(actions) },
  ];
}
