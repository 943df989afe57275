/**
 * The port of search: what finds assets by words. PostgreSQL implements it, and Meilisearch, which is a copy beside it; each keeps
 * the suite of `conformance.test-suite.ts`. An index is a projection: it can be dropped and filled again from the tables.
 */
import type { VisibleClasses } from '#platform/auth/access.ts';
import type { AssetKind } from '../connectors/types.ts';
import type { AssetFilter } from '../store/assets.ts';

/** An asset as search knows it. Its access class says its source and its domain. */
export type SearchDocument = {
  id: string;
  accessClass: number;
  kind: AssetKind;
  name: string;
  path: readonly string[];
  tags: readonly string[];
  /** Names of glossary terms. */
  terms: readonly string[];
  ownerIds: readonly string[];
  /** Names of confirmed labels of its columns. */
  labels: readonly string[];
  /** A person's words, and the source's. */
  description: string | null;
  sourceDescription: string | null;
  columns: readonly { name: string; description: string | null }[];
  updatedAt: Date;
  deletedAt: Date | null;
};

export type SearchRequest = {
  /** Any text of any length; blank finds everything. */
  query: string;
  /** Checked. */
  filter: AssetFilter;
  /** The viewer's. Nothing that the viewer may not see has a part in any answer. */
  classes: VisibleClasses;
  first: number;
  after: SearchKey | null;
};

/** The place of a hit: of which implementation, and whether all words were asked for or any of them; its score and its asset's id. */
export type SearchKey = readonly [number, number, string];

export type SearchHit = { assetId: string; score: number };

/** The words that a search went for, folded: a word of a text matches if it is one of `exact` or begins like one of `prefixes`. */
export type SoughtWords = { prefixes: readonly string[]; exact: readonly string[] };

export type FacetName = 'kind' | 'source' | 'domain' | 'owner' | 'tag' | 'label';
export type Facet = { name: FacetName; values: { value: string; count: number }[] };

export type SearchResult = {
  /** `first + 1` of them when there are more. */
  hits: SearchHit[];
  keyOf: (hit: SearchHit) => SearchKey;
  sought: SoughtWords;
  /** Exact up to MOST_COUNTED. Asked for only when wanted, as `facets`. */
  count: () => Promise<{ total: number; isCapped: boolean }>;
  /** Of at most MOST_COUNTED matches, the FACET_VALUES largest values of each. */
  facets: () => Promise<Facet[]>;
  /** The query with words that the viewer's assets have in place of those that none has; null for none. Finds something. */
  didYouMean: () => Promise<string | null>;
};

export type SearchIndex = {
  search(request: SearchRequest): Promise<SearchResult>;
  /** Adds documents or replaces those of the same ids. */
  upsert(documents: readonly SearchDocument[]): Promise<void>;
  delete(ids: readonly string[]): Promise<void>;
};

/** The best that can be paged through. */
export const MOST_HITS = 2_000;
export const MOST_COUNTED = 10_000;
export const FACET_VALUES = 20;
