'use client';
import { useRef, useState } from 'react';
import { useClient } from 'urql';
import { graphql } from '@/gql';
import { useLive } from '@/lib/graphql/use-live';
import { ASSET_HEADER_VIOLATIONS } from './asset-header';
import { ASSET_PAGE } from './asset-query';
import { SCHEMA_TAB } from './schema-columns';

/** By the asset's own events, which tell who it was. */
const LIVE_ASSET = graphql(`
  subscription LiveAsset($id: ID!, $after: String) {
    eventPublished(subject: $id, types: ["asset.*", "classification.*"], after: $after) {
      cursor
      event {
        id
        type
        time
        actor {
          id
          name
        }
        data
      }
    }
  }
`);
const LIVE_ASSET_VIOLATIONS = graphql(`
  subscription LiveAssetViolations($id: ID!, $after: String) {
    violationRaised(filter: { assetIds: [$id] }, after: $after) {
      cursor
      type
      violation {
        id
        status
        updatedAt
        resolvedAt
        waivedUntil
        waivedBecause
      }
    }
  }
`);

export type LiveChange = { by: string; at: string };

/** So long one waits for the next event: a scan or a bulk edit tells of many at once. */
const REST_MS = 150;

/** Keeps the asset as it is now. Returns who changed it last while the page is open: the viewer, too, who may have it open elsewhere. */
export function useLiveAsset(id: string, viewerId: string): LiveChange | null {
  const client = useClient();
  const [change, setChange] = useState<LiveChange | null>(null);
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  const rest = (name: string, run: () => void) => {
    clearTimeout(timers.current.get(name));
    timers.current.set(name, setTimeout(run, REST_MS));
  };
  const again = { requestPolicy: 'network-only' } as const;

  useLive(LIVE_ASSET, {
    variables: { id },
    onEvent: ({ eventPublished: { event } }) => {
      if (!event) return;
      rest('asset', () => void client.query(ASSET_PAGE, { id }, again).toPromise());
      if (touchesColumns(event.type, event.data)) rest('columns', () => void refreshColumns(client, id));
      if (event.type.startsWith('asset.'))
        setChange({ by: event.actor ? (event.actor.id === viewerId ? 'You' : event.actor.name) : 'A scan', at: event.time });
    },
  });
  useLive(LIVE_ASSET_VIOLATIONS, {
    variables: { id },
    onEvent: () => rest('violations', () => void client.query(ASSET_HEADER_VIOLATIONS, { id }, again).toPromise()),
  });
  return change;
}

function touchesColumns(type: string, data: unknown): boolean {
  if (type !== 'asset.updated') return true;
  const { changes } = data as { changes?: { path: string }[] };
  return changes?.some(({ path }) => path.startsWith('/columns')) ?? true;
}

/** Each page of them; the lists on the page follow the cache. */
async function refreshColumns(client: ReturnType<typeof useClient>, id: string): Promise<void> {
  let after: string | null | undefined;
  do {
    const variables: { id: string; after?: string } = after ? { id, after } : { id };
    const { data } = await client.query(SCHEMA_TAB, variables, { requestPolicy: 'network-only' }).toPromise();
    after = data?.columns?.pageInfo.hasNextPage ? data.columns.pageInfo.endCursor : null;
  } while (after);
}
