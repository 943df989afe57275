'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { cn } from '@/lib/class-names';
import { formatCount } from '@/lib/format';
import { useCoarse } from '@/lib/use-media';
import { findTyped, type TreeItem, type TreeRow } from './tree-rows';

import type { TreeProps } from './tree';

const INDENT = 16;
const TYPING_MS = 700;

/** `role=tree` with one tab stop; only the rows in view are drawn. */
export function TreeList<Item extends TreeItem>({
  label,
  rows,
  selectedId,
  onToggle,
  onSelect,
  onMore,
  render,
  className,
}: TreeProps<Item>) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useCoarse() ? 44 : 26;
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const known = rows.findIndex(({ key }) => key === activeKey);
  const active = known >= 0 ? known : Math.max(rows.findIndex(({ key }) => key === selectedId), 0); // prettier-ignore
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 20,
    getItemKey: (index) => rows[index]!.key,
  });
  useEffect(() => virtualizer.measure(), [rowHeight, virtualizer]);

  const go = (index: number): void => {
    const at = Math.max(0, Math.min(rows.length - 1, index));
    setActiveKey(rows[at]?.key ?? null);
    virtualizer.scrollToIndex(at);
  };
  const press = (row: TreeRow<Item>, newTab = false): void => {
    if (row.kind === 'item') onSelect(row.item, { newTab });
    else if (row.kind !== 'loading') onMore(row.parentId);
  };
  const typed = useRef({ text: '', at: 0 });
  const typeAhead = (key: string): void => {
    const isOn = Date.now() - typed.current.at < TYPING_MS;
    typed.current = { text: isOn ? typed.current.text + key : key, at: Date.now() };
    const found = findTyped(rows, isOn ? active : active + 1, typed.current.text);
    if (found >= 0) go(found);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[active];
    if (!row) return;
    const isBranch = row.kind === 'item' && row.item.isBranch;
    if (event.key === 'ArrowDown') go(active + 1);
    else if (event.key === 'ArrowUp') go(active - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(rows.length - 1);
    else if (event.key === 'ArrowRight' && isBranch) {
      if (row.isOpen) go(active + 1);
      else onToggle(row.item, true);
    } else if (event.key === 'ArrowLeft') {
      if (isBranch && row.isOpen) onToggle(row.item, false);
      else if (row.parentId !== null) go(rows.findIndex(({ key }) => key === row.parentId));
    } else if (event.key === 'Enter' || event.key === ' ') press(row, event.metaKey || event.ctrlKey);
    else if (/^[\p{L}\p{N}_]$/u.test(event.key) && !event.metaKey && !event.ctrlKey && !event.altKey) typeAhead(event.key);
    else return;
    event.preventDefault();
  };

  return (
    <div ref={scroller} className={cn('min-h-0 flex-1 overflow-y-auto p-1', className)}>
      <div
        role="tree"
        aria-label={label}
        tabIndex={0}
        aria-activedescendant={rows.length > 0 ? `${id}-${active}` : undefined}
        onKeyDown={onKeyDown}
        style={{ height: virtualizer.getTotalSize() }}
        className="group/tree relative outline-none"
      >
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index]!;
          const isSelected = row.kind === 'item' && row.item.id === selectedId;
          return (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the tree has the focus and the keys
            <div
              key={key}
              id={`${id}-${index}`}
              role="treeitem"
              aria-level={row.depth}
              aria-selected={isSelected}
              {...(row.kind === 'item' && { 'aria-posinset': row.position, 'aria-setsize': row.size })}
              {...(row.kind === 'item' && row.item.isBranch && { 'aria-expanded': row.isOpen })}
              onClick={(event) => {
                setActiveKey(row.key);
                press(row, event.metaKey || event.ctrlKey);
              }}
              style={{ transform: `translateY(${start}px)`, height: rowHeight, paddingLeft: 4 + (row.depth - 1) * INDENT }}
              className={cn(
                'absolute inset-x-0 top-0 flex cursor-default items-center gap-1 rounded-chip pr-2 hover:bg-hover',
                isSelected && 'bg-primary-subtle hover:bg-primary-subtle',
                index === active &&
                  'group-focus-visible/tree:outline-2 group-focus-visible/tree:-outline-offset-2 group-focus-visible/tree:outline-ring',
              )}
            >
              {row.kind === 'item' ? (
                <>
                  <Twist item={row.item} isOpen={row.isOpen} onToggle={onToggle} />
                  <span className="flex min-w-0 flex-1 items-center gap-1.5">{render(row.item)}</span>
                  {row.item.count != null && <span className="text-small text-fg-3">{formatCount(row.item.count)}</span>}
                </>
              ) : (
                <Other row={row} />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

type TwistProps<Item extends TreeItem> = { item: Item; isOpen: boolean; onToggle: (item: Item, open: boolean) => void };

/** For the pointer only: with keys → and ← do it. */
function Twist<Item extends TreeItem>({ item, isOpen, onToggle }: TwistProps<Item>) {
  if (!item.isBranch) return <span className="w-5 shrink-0" />;
  return (
    <span
      role="presentation"
      onClick={(event) => {
        event.stopPropagation();
        onToggle(item, !isOpen);
      }}
      className="flex h-full w-5 shrink-0 items-center justify-center text-fg-3 hover:text-fg coarse:w-8"
    >
      <ChevronRight aria-hidden className={cn('size-3', isOpen && 'rotate-90')} strokeWidth={1.8} />
    </span>
  );
}

const Other = <Item extends TreeItem>({ row }: { row: Exclude<TreeRow<Item>, { kind: 'item' }> }) => (
  <span className={cn('min-w-0 truncate pl-6 text-small', row.kind === 'more' && !row.isLoading ? 'text-primary-text' : 'text-fg-3')}>
    {row.kind === 'error' ? (
      <>
        {row.message} <span className="text-primary-text">Try again</span>
      </>
    ) : row.kind === 'loading' || row.isLoading ? (
      'Loading'
    ) : row.count === null ? (
      'more'
    ) : (
      `${formatCount(row.count)} more`
    )}
  </span>
);
