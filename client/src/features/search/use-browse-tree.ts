'use client';
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react';
import { useClient } from 'urql';
import { toRows, type TreeItem, type TreeLevel } from '@/components/ui/tree-rows';
import { graphql } from '@/gql';
import { describeError } from '@/lib/errors';

const BROWSE_SOURCES = graphql(`
  query BrowseSources($after: String) {
    sources(first: 50, after: $after) {
      nodes {
        id
        name
        assetCount
      }
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
const BROWSE_TOP = graphql(`
  query BrowseTop($filter: AssetFilter!, $after: String) {
    assets(filter: $filter, orderBy: { field: NAME, direction: ASC }, first: 50, after: $after) {
      nodes {
        ...BrowsedAsset
      }
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }

  fragment BrowsedAsset on Asset {
    id
    kind
    name
    displayName
    children(first: 1) {
      totalCount
    }
  }
`);
const BROWSE_CHILDREN = graphql(`
  query BrowseChildren($id: ID!, $after: String) {
    asset(id: $id) {
      id
      children(first: 50, after: $after) {
        nodes {
          ...BrowsedAsset
        }
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export type BrowseItem = TreeItem & {
  /** Of an asset, or SOURCE. */
  kind: string;
  name: string;
};
type Level = TreeLevel<BrowseItem> & { after: string | null };

const ROOTS = '';
const EMPTY: Level = { items: [], total: null, hasMore: false, isLoading: true, after: null };

type Listed = {
  nodes: readonly { id: string; kind: string; name: string; displayName: string; children: { totalCount?: number | null } }[];
  totalCount?: number | null;
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
};
const toItem = ({ id, kind, name, displayName, children: { totalCount } }: Listed['nodes'][number]): BrowseItem => ({
  id,
  kind,
  name,
  text: displayName,
  isBranch: Boolean(totalCount),
  count: totalCount || null,
});

/** Source → database → schema → table: a level is asked for when it is opened, 50 at a time. `path`: what is open at first, sources first. */
export function useBrowseTree(path: readonly string[]) {
  const client = useClient();
  const [levels, setLevels] = useState<ReadonlyMap<string, Level>>(new Map());
  /** What was opened (true) and closed (false) by hand. */
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const pathKey = path.join(' ');
  // What is looked at lies open in the tree.
  const open = useMemo(() => {
    const ids = new Set(pathKey.split(' ').filter((id) => id && toggled.get(id) !== false));
    for (const [id, isOpen] of toggled) if (isOpen) ids.add(id);
    return ids;
  }, [pathKey, toggled]);
  const asked = useRef(new Set<string>());

  /** Which of the ids are sources only the first level knows. */
  const isSource = (id: string): boolean => levels.get(ROOTS)?.items.some((item) => item.id === id) ?? false;

  async function page(parentId: string, after: string | null): Promise<{ items: BrowseItem[]; list: Omit<Listed, 'nodes'> }> {
    if (parentId === ROOTS) {
      const { data, error } = await client.query(BROWSE_SOURCES, { after });
      if (!data?.sources) throw error ?? new Error('Sources are not available');
      const items = data.sources.nodes.map(({ id, name, assetCount }) => ({
        id,
        kind: 'SOURCE',
        name,
        text: name,
        isBranch: assetCount > 0,
        count: assetCount,
      }));
      return { items, list: data.sources };
    }
    const list = isSource(parentId) ? await top(parentId, after) : await children(parentId, after);
    return { items: list.nodes.map(toItem), list };
  }
  /** The databases of a source; what has none is a flat list. */
  async function top(sourceId: string, after: string | null): Promise<Listed> {
    for (const kinds of [['DATABASE' as const], undefined]) {
      const { data, error } = await client.query(BROWSE_TOP, { filter: { sourceIds: [sourceId], ...(kinds && { kinds }) }, after });
      if (!data?.assets) throw error ?? new Error('Assets are not available');
      if (data.assets.nodes.length > 0 || !kinds) return data.assets;
    }
    throw new Error('Assets are not available');
  }
  async function children(id: string, after: string | null): Promise<Listed> {
    const { data, error } = await client.query(BROWSE_CHILDREN, { id, after });
    if (error && !data?.asset) throw error;
    return data?.asset?.children ?? { nodes: [], totalCount: 0, pageInfo: { hasNextPage: false } };
  }

  /** The next page of a level; what is on its way is not asked for twice. */
  const load = (parentId: string): void => {
    const before = levels.get(parentId);
    const after = before?.after ?? null;
    const key = `${parentId} ${after ?? ''}`;
    if (asked.current.has(key)) return;
    asked.current.add(key);
    const put = (level: Level) => setLevels((all) => new Map(all).set(parentId, level));
    page(parentId, after).then(
      ({ items, list }) =>
        put({
          items: [...(before?.items ?? []), ...items],
          total: list.totalCount ?? null,
          hasMore: list.pageInfo.hasNextPage,
          after: list.pageInfo.endCursor ?? null,
          isLoading: false,
        }),
      (error: Error) => {
        asked.current.delete(key);
        put({ ...(before ?? EMPTY), isLoading: false, error: `${describeError(error, 'This level').title}.` });
      },
    );
  };
  const loadMore = (parentId: string | null): void => {
    const id = parentId ?? ROOTS;
    setLevels((all) => new Map(all).set(id, { ...(all.get(id) ?? EMPTY), isLoading: true, error: undefined }));
    load(id);
  };
  const toggle = (id: string, isOpen: boolean): void => setToggled((before) => new Map(before).set(id, isOpen));

  const isRooted = levels.has(ROOTS);
  const loadOpen = useEffectEvent(() => {
    if (!levels.has(ROOTS)) load(ROOTS);
    // Whose children they are, of a source or an asset, is known once the sources are.
    else for (const id of open) if (!levels.has(id)) load(id);
  });
  useEffect(() => loadOpen(), [open, isRooted]);

  const rows = useMemo(() => toRows(levels, open), [levels, open]);
  return { rows, toggle, loadMore };
}
