'use client';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { graphql } from '@/gql';
import { plural } from '@/lib/format';
import { useLive } from '@/lib/graphql/use-live';
import { fieldsInWords, mergeFound, whatOf, whatOfAsset, type FoundRow } from './found';

const FOUND = graphql(`
  query Found($sourceId: ID!, $since: DateTime!) {
    assets(
      first: 200
      filter: { sourceIds: [$sourceId], updatedAfter: $since, includeDeleted: true }
      orderBy: { field: UPDATED_AT, direction: DESC }
    ) {
      nodes {
        id
        kind
        name
        createdAt
        updatedAt
        deletedAt
        columns(first: 1) {
          totalCount
        }
      }
    }
  }
`);
const FOUND_LIVE = graphql(`
  subscription FoundLive($filter: AssetFilter, $after: String) {
    assetChanged(filter: $filter, after: $after) {
      cursor
      at
      type
      assetId
      changedFields
      asset {
        id
        kind
        name
        columns(first: 1) {
          totalCount
        }
      }
    }
  }
`);

/** Nothing moves more often. */
const EVERY_MS = 1_000;
const columnsIn = (count: number | null | undefined): string => (count ? plural(count, 'column') : '');

type Run = { sourceId: string; startedAt: string | null | undefined; finishedAt: string | null | undefined; isOver: boolean };

/** What a run found so far: what the catalog has when the page comes and when the run ends, and in between what is told live. */
export function useFound({ sourceId, startedAt, finishedAt, isOver }: Run) {
  const [{ data, error, fetching }, again] = useQuery({
    query: FOUND,
    variables: { sourceId, since: startedAt ?? '' },
    pause: !startedAt,
    requestPolicy: 'network-only',
  });
  const [told, setTold] = useState<readonly FoundRow[]>([]);
  const waiting = useRef<FoundRow[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const flush = () => {
    timer.current = undefined;
    const fresh = waiting.current;
    waiting.current = [];
    setTold((before) => mergeFound(before, fresh));
  };
  useLive(FOUND_LIVE, {
    variables: { filter: { sourceIds: [sourceId], includeDeleted: true } },
    paused: isOver,
    onEvent({ assetChanged: { at, type, assetId, changedFields, asset } }) {
      if (!asset) return;
      const what = whatOf(type);
      const detail =
        what === 'added' ? columnsIn(asset.columns.totalCount) : what === 'removed' ? 'gone at the source' : fieldsInWords(changedFields);
      waiting.current.push({ assetId, at, what, kind: asset.kind, name: asset.name, detail });
      timer.current ??= setTimeout(flush, EVERY_MS);
    },
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  // What was told before the page listened, and what came while nobody did.
  const reread = useEffectEvent(() => again({ requestPolicy: 'network-only' }));
  const wasOver = useRef(isOver);
  useEffect(() => {
    if (isOver && !wasOver.current) reread();
    wasOver.current = isOver;
  }, [isOver]);

  const known: FoundRow[] = (data?.assets?.nodes ?? [])
    .filter(({ updatedAt }) => !finishedAt || updatedAt <= finishedAt)
    .map((asset) => {
      const what = whatOfAsset(asset, startedAt ?? '');
      const detail = what === 'added' ? columnsIn(asset.columns.totalCount) : what === 'removed' ? 'gone at the source' : '';
      return { assetId: asset.id, at: asset.updatedAt, what, kind: asset.kind, name: asset.name, detail };
    });
  return { rows: mergeFound(known, told), error, isLoading: fetching && !data };
}
