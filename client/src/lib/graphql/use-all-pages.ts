'use client';
import { useEffect } from 'react';
import type { Pages } from './use-pages';

const MOST = 5_000;

/** For what needs the whole list (a tree, a choice among all): it is read on by itself, up to so many. */
export function useAllPages<Data, Item>(pages: Pages<Data, Item>) {
  const { nodes, hasNextPage, isFetching, isLoading, error, loadMore, retryRest, reload } = pages;
  const readsOn = hasNextPage && !isFetching && !error && nodes.length < MOST;
  useEffect(() => {
    if (readsOn) loadMore();
  }, [readsOn, loadMore]);
  return { nodes, isLoading, isFetching, isWhole: !isLoading && !hasNextPage && !(error && nodes.length === 0), error, retryRest, reload };
}
