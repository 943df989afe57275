'use client';
import { useEffect, useRef, useState } from 'react';
import { useClient, type CombinedError } from 'urql';
import { graphql } from '@/gql';
import type { FoundQuery } from '@/gql/graphql';
import { plural } from '@/lib/format';
import { useLive } from '@/lib/graphql/use-live';
import { fieldsInWords, isOfRun, mergeFound, whatOf, whatOfAsset, type FoundRow } from './found';

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
type Asset = NonNullable<FoundQuery['assets']>['nodes'][number];
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
const REREAD_MS = 2_000;
const columnsIn = (count: number | null | undefined): string => (count ? plural(count, 'column') : '');

export type FoundRun = {
  sourceId: string;
  startedAt: string | null | undefined;
  finishedAt: string | null | undefined;
  /** When the next run began: what was removed until then after a review was removed by this one. */
  nextAt: string | undefined;
  isOver: boolean;
};

/** What a run found so far: what the catalog has when the page comes and when the run ends, and in between what is told live. */
export function useFound({ sourceId, startedAt, finishedAt, nextAt, isOver }: FoundRun) {
  const client = useClient();
  const [read, setRead] = useState<{ nodes: readonly Asset[]; error?: CombinedError } | null>(null);
  // Read, not followed: each event of these assets would work the whole list out anew. Read again soon, for what was told before the page listened,
  // and at the end, for what came while nobody did.
  useEffect(() => {
    if (!startedAt) return;
    let isGone = false;
    const ask = async () => {
      const { data, error } = await client.query(FOUND, { sourceId, since: startedAt }, { requestPolicy: 'network-only' });
      if (!isGone) setRead((before) => ({ nodes: data?.assets?.nodes ?? before?.nodes ?? [], error }));
    };
    void ask();
    const later = isOver ? undefined : setTimeout(() => void ask(), REREAD_MS);
    return () => {
      isGone = true;
      clearTimeout(later);
    };
  }, [client, sourceId, startedAt, isOver]);
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
  const known: FoundRow[] = (read?.nodes ?? [])
    .filter((asset) => isOfRun(asset, finishedAt, nextAt))
    .map((asset) => {
      const what = whatOfAsset(asset, startedAt ?? '');
      const detail = what === 'added' ? columnsIn(asset.columns.totalCount) : what === 'removed' ? 'gone at the source' : '';
      return { assetId: asset.id, at: asset.updatedAt, what, kind: asset.kind, name: asset.name, detail };
    });
  return { rows: mergeFound(known, told), error: read?.error, isLoading: Boolean(startedAt) && read === null };
}
