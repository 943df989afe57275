'use client';
import { useEffect } from 'react';
import type { Pages } from '@/lib/graphql/use-pages';
import type { Node } from './nodes';

/** A tree is built of the whole list: it is read on by itself, up to so many. */
const MOST = 5_000;

export function useAllPages<Data>(pages: Pages<Data, Node>) {
  const { nodes, hasNextPage, isFetching, isLoading, error, loadMore, reload } = pages;
  const readsOn = hasNextPage && !isFetching && !error && nodes.length < MOST;
  useEffect(() => {
    if (readsOn) loadMore();
  }, [readsOn, loadMore]);
  return { nodes, isLoading, isWhole: !hasNextPage, error, reload };
}
