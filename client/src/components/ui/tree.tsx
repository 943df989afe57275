'use client';
import { lazy, Suspense, type ComponentType, type ReactNode } from 'react';
import { SkeletonRows } from './skeleton';
import type { TreeItem, TreeRow } from './tree-rows';

export type TreeProps<Item extends TreeItem> = {
  label: string;
  /** Of `toRows`. */
  rows: readonly TreeRow<Item>[];
  selectedId: string | null;
  onToggle: (item: Item, open: boolean) => void;
  onSelect: (item: Item, event: { newTab: boolean }) => void;
  /** Loads the next page of a level; `null`: of the roots. Also tries again what failed. */
  onMore: (parentId: string | null) => void;
  render: (item: Item) => ReactNode;
  className?: string;
};

const List = lazy(() =>
  import('./tree-list').then((module) => ({ default: module.TreeList as unknown as ComponentType<TreeProps<never>> })),
);

/** `role=tree` with one tab stop; only the rows in view are drawn. Its script comes while its rows are asked for. */
export const Tree = <Item extends TreeItem>(props: TreeProps<Item>) => (
  <Suspense fallback={<SkeletonRows rows={8} className={props.className} />}>
    <List {...(props as unknown as TreeProps<never>)} />
  </Suspense>
);
