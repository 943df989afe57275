/** Search as Meilisearch has it; as PostgreSQL has it while Meilisearch is away, or has not got all of it. */
import type { Database } from '#platform/database/index.ts';
import { outsideOperation } from '#platform/database/operations.ts';
import { InvalidInput, Upstream } from '#platform/errors.ts';
import type { SearchIndex, SearchRequest, SearchResult } from '../index.ts';
import type { IndexFor } from '../indexer.ts';
import { createMeilisearch, isKeyOfMeilisearch } from '../meilisearch.ts';
import { createPostgresSearch } from '../postgres.ts';
import type { Copy } from './copy.ts';
import type { LookAtCopy } from './health.ts';

/** For so long a look is believed. */
const MEMORY_MS = 1_000;

type Options = { copy: Copy; sql: Database; look: LookAtCopy };

/** Reads only: documents are written by the consumers, into each for itself. */
export function createSearchSource({ copy, sql: pool, look }: Options): IndexFor {
  let seen: { serves: boolean; until: number } | undefined;
  let looking: Promise<boolean> | undefined;

  /** While it is away one at a time finds that out; the others are answered by PostgreSQL at once. */
  function serves(): Promise<boolean> | boolean {
    if (seen && (performance.now() < seen.until || (!seen.serves && looking))) return seen.serves;
    looking ??= outsideOperation(() => look(pool))
      .then(
        ({ state }) => state === 'ok',
        (error: unknown) => {
          if (error instanceof Upstream) return false;
          throw error;
        },
      )
      .then((found) => {
        remember(found);
        return found;
      })
      .finally(() => (looking = undefined));
    return looking;
  }
  const remember = (found: boolean): void => void (seen = { serves: found, until: performance.now() + MEMORY_MS });

  return (sql) => {
    const postgres = createPostgresSearch(sql);
    const meilisearch = createMeilisearch({ meili: copy.meili, index: copy.serving, sql });
    return { ...postgres, search: (request) => search(request, meilisearch, postgres) };
  };

  async function search(request: SearchRequest, meilisearch: SearchIndex, postgres: SearchIndex): Promise<SearchResult> {
    const { after } = request;
    // Who began to read PostgreSQL's pages goes on with them.
    if (after && !isKeyOfMeilisearch(after)) return await postgres.search(request);
    if (await serves()) {
      const found = await attempt(() => meilisearch.search(request));
      if (found) return orElse(found, () => postgres.search({ ...request, first: 1, after: null }));
    }
    if (after)
      throw new InvalidInput(
        'This page is one of Meilisearch, which does not answer now, and PostgreSQL has another order. Begin with the first page again.',
        'after',
      );
    return await postgres.search(request);
  }

  /** Undefined where Meilisearch failed. */
  async function attempt<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Upstream)) throw error;
      remember(false);
      return undefined;
    }
  }

  /** What is counted later may not be had any more. */
  function orElse(found: SearchResult, other: () => Promise<SearchResult>): SearchResult {
    return {
      ...found,
      count: async () => (await attempt(found.count)) ?? (await (await other()).count()),
      facets: async () => (await attempt(found.facets)) ?? (await (await other()).facets()),
      didYouMean: async () => {
        const suggestion = await attempt(found.didYouMean);
        return suggestion === undefined ? (await other()).didYouMean() : suggestion;
      },
    };
  }
}
