'use client';
import { Plus } from 'lucide-react';
import { useParams, useRouter } from 'next/navigation';
import { createContext, useContext, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import { Page } from '@/components/page';
import { cn } from '@/lib/class-names';
import { formatCount } from '@/lib/format';
import { Button } from '../ui/button';
import { Boundary } from '../ui/panel';
import { SkeletonRows } from '../ui/skeleton';
import { EmptyState, ErrorPanel } from '../ui/states';
import { Tree } from '../ui/tree';
import { toRows } from '../ui/tree-rows';
import { levelsOf, pathTo, toNodes, type Node, type NodeItem, type Nodes } from './nodes';

type List = { nodes: readonly Node[]; isLoading: boolean; isWhole: boolean; error?: Error; reload: () => void };
const NodesContext = createContext<{ nodes: Nodes; isWhole: boolean; reload: () => void } | null>(null);

/** The tree that the page stands beside. */
export function useNodes() {
  const found = useContext(NodesContext);
  if (!found) throw new Error('useNodes is for pages within a VocabularyFrame');
  return found;
}

type Props = {
  /** The page's name, and its address. */
  title: string;
  base: string;
  list: List;
  empty: { title: string; text: string };
  /** “New term”; absent for who may not. */
  onNew?: { label: string; run: () => void };
  /** What lies over the page: the sheet for a new one. */
  over?: ReactNode;
  children: ReactNode;
};

/** Open branches outlive the way to another page and back. */
const opened = new Map<string, ReadonlySet<string>>();
const listeners = new Set<() => void>();
const NONE: ReadonlySet<string> = new Set();
function useOpen(base: string): [ReadonlySet<string>, (open: ReadonlySet<string>) => void] {
  const open = useSyncExternalStore(
    (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    () => opened.get(base) ?? NONE,
    () => NONE,
  );
  return [
    open,
    (next) => {
      opened.set(base, next);
      for (const listener of listeners) listener();
    },
  ];
}

/** Glossary and domains: the tree at the left, what is chosen beside it. Below 1024 px one of the two. */
export function VocabularyFrame({ title, base, list, empty, onNew, over, children }: Props) {
  const router = useRouter();
  const { id = null } = useParams<{ id?: string }>();
  const [open, setOpen] = useOpen(base);
  const [pages, setPages] = useState<ReadonlyMap<string, number>>(new Map());
  const nodes = useMemo(() => toNodes(list.nodes), [list.nodes]);
  const above = id === null ? [] : pathTo(nodes, id);
  // The way to what is chosen is open; closing it is remembered with a sign of its own.
  const shown = new Set([...open, ...above.map((node) => node.id).filter((each) => !open.has(`-${each}`))]);
  const rows = toRows<NodeItem>(levelsOf(nodes, pages), shown);
  const toggle = ({ id: branch }: NodeItem, isOpen: boolean) => {
    const next = new Set(open);
    next.delete(isOpen ? `-${branch}` : branch);
    next.add(isOpen ? branch : `-${branch}`);
    setOpen(next);
  };
  const current = id === null ? undefined : nodes.byId.get(id);
  const isEmpty = !list.isLoading && !list.error && nodes.byId.size === 0;
  return (
    <NodesContext value={{ nodes, isWhole: list.isWhole, reload: list.reload }}>
      <Page
        title={current?.name ?? title}
        heading={id === null ? title : null}
        count={id === null && nodes.byId.size > 0 ? formatCount(nodes.byId.size, !list.isWhole) : null}
        crumbs={
          id === null ? [] : [{ label: title, href: base }, ...above.map((node) => ({ label: node.name, href: `${base}/${node.id}` }))]
        }
        fills
        actions={
          onNew && (
            <Button icon={<Plus className="size-3.5" strokeWidth={1.6} />} onClick={onNew.run}>
              {onNew.label}
            </Button>
          )
        }
      >
        {isEmpty && id === null ? (
          <EmptyState title={empty.title}>{empty.text}</EmptyState>
        ) : (
          <div className="flex min-h-0 flex-1">
            <nav
              aria-label={`${title}, as a tree`}
              className={cn(
                'flex w-[280px] shrink-0 flex-col border-r border-line',
                id === null ? 'max-md:w-full max-md:border-r-0' : 'max-md:hidden',
              )}
            >
              {list.error && nodes.byId.size === 0 ? (
                <ErrorPanel error={list.error} subject="The tree" onRetry={list.reload} />
              ) : list.isLoading && nodes.byId.size === 0 ? (
                <SkeletonRows rows={8} />
              ) : (
                <Tree
                  label={title}
                  rows={rows}
                  selectedId={id}
                  onToggle={toggle}
                  onMore={(parent) => setPages((before) => new Map(before).set(parent ?? '', (before.get(parent ?? '') ?? 1) + 1))}
                  onSelect={(item, { newTab }) =>
                    newTab ? window.open(`${base}/${item.id}`, '_blank', 'noopener') : router.push(`${base}/${item.id}`, { scroll: false })
                  }
                  render={({ name }) => <bdi className="truncate">{name}</bdi>}
                />
              )}
              {!list.isWhole && !list.isLoading && (
                <p className="border-t border-line px-3 py-2 text-small text-fg-3">
                  The first {formatCount(nodes.byId.size)}. Others are found by search.
                </p>
              )}
            </nav>
            <div className={cn('min-w-0 flex-1 flex-col overflow-y-auto', id === null ? 'hidden md:flex' : 'flex')}>
              <Boundary key={id} name={title}>
                {children}
              </Boundary>
            </div>
          </div>
        )}
        {over}
      </Page>
    </NodesContext>
  );
}
