/** How the index is made. */
import type { Settings } from 'meilisearch';
import { MOST_COUNTED } from '../index.ts';

/** Goes up with what is below and with what documents hold (`stored.ts`): an index of another version is another index, and is filled anew. */
const VERSION = 1;

export const PRIMARY_KEY = 'id';
/** A document that is no asset: what the index holds (`copy.ts`). It lacks what every search asks for. */
export const MARK = 'mark';

/** Each value of a facet that is shown, and some more: of equal counts those that come first by their names are taken. */
const MOST_VALUES = 100;

const equals = (...attributePatterns: string[]) => ({
  attributePatterns,
  features: { facetSearch: false, filter: { equality: true, comparison: false } },
});
const compares = (...attributePatterns: string[]) => ({
  attributePatterns,
  features: { facetSearch: false, filter: { equality: true, comparison: true } },
});

/**
 * What is asked for are terms of the index, as filters: the lexemes that PostgreSQL has, too (`../lexemes.ts`). So both find the same for
 * the same viewer; `orderLineItems`, `order_line_items` and "order line items" meet, identifiers with digits are left alone, and what may
 * have been mistyped is looked for only among words of what the viewer may see (Meilisearch's own tolerance would know all words, takes a
 * wrong first letter for two, and takes no word but the last for the beginning of one). The order is that of the tiers (`steps.ts`), and
 * within one that of two numbers, so that pages have keys.
 */
export const SETTINGS: Settings = {
  searchableAttributes: ['title', 'name'],
  displayedAttributes: ['*'],
  filterableAttributes: [
    equals('accessClass', 'kind', 'source', 'domain', 'owners', 'tags', 'labels', 'deleted'),
    // Beginnings of words, too: Meilisearch finds a range of values fast where it may compare them.
    compares('words', 'name', 'updatedAt', 'byTitle', 'byMerit', 'place'),
  ],
  sortableAttributes: ['byTitle', 'byMerit', 'place'],
  rankingRules: ['sort'],
  typoTolerance: { enabled: true, disableOnNumbers: true },
  faceting: { maxValuesPerFacet: MOST_VALUES, sortFacetValuesBy: { '*': 'count' } },
  pagination: { maxTotalHits: MOST_COUNTED + 1 },
  proximityPrecision: 'byAttribute',
  prefixSearch: 'disabled',
  facetSearch: false,
};

/** The index that serves, and the one that is being filled. `history`: of which the log is; a restored backup begins another. */
export function indexNames(history: string): { serving: string; filling: string } {
  const serving = `pursight-${history.replaceAll(/[^\w-]/g, '_').slice(0, 100)}-v${VERSION}`;
  return { serving, filling: `${serving}-new` };
}
