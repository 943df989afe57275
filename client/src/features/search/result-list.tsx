'use client';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRouter } from 'next/navigation';
import { useEffect, useEffectEvent, useImperativeHandle, useRef, useState, type KeyboardEvent, type MouseEvent, type Ref } from 'react';
import { RestMissing } from '@/components/ui/rest-missing';
import { toast } from '@/components/ui/toast';
import { cn } from '@/lib/class-names';
import { copyText } from '@/lib/copy-text';
import { useKeys } from '@/lib/keys';
import { recordSearch } from '@/lib/recent-searches';
import { useViewer } from '@/lib/viewer';
import { ResultRow } from './result-row';
import type { Result } from './use-results';

const ROW = 77;
const AHEAD = 20;
/** Who leaves what was found standing for so long has meant what they searched for. */
const STOOD_MS = 3_000;

export type ResultListHandle = { focusFirst: () => void };

type Props = {
  /** '' for all assets. */
  query: string;
  results: readonly Result[];
  hasMore: boolean;
  onMore: () => void;
  /** The next page did not come: asks for it again. */
  onRetryRest: (() => void) | null;
  /** What the peek shows. */
  peekedId: string | null;
  /** Where this page was left for another. */
  cameFrom: string | null;
  /** The row that has the focus now, or was clicked. */
  onActive: (id: string, how: 'moved' | 'clicked') => void;
  /** The page is left for that of a row. */
  onGo: () => void;
  /** A click on a row looks at it; the name is a link. */
  foot: string;
  /** Up from the first row. */
  onLeave: () => void;
  handle: Ref<ResultListHandle>;
};

/** Ten thousand results are as quick as fifty: only those in view are drawn. */
export function ResultList({
  query,
  results,
  hasMore,
  onMore,
  onRetryRest,
  peekedId,
  cameFrom,
  onActive,
  onGo: go,
  foot,
  onLeave,
  handle,
}: Props) {
  const router = useRouter();
  const { viewer } = useViewer();
  useEffect(() => {
    const timer = setTimeout(() => recordSearch(viewer.id, query), STOOD_MS);
    return () => clearTimeout(timer);
  }, [viewer.id, query]);
  const onGo = (): void => {
    recordSearch(viewer.id, query);
    go();
  };
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(0);
  const active = Math.min(focused, results.length - 1);
  // Other results begin at their top.
  const firstId = results[0]?.id;
  const [seenFirst, setSeenFirst] = useState(firstId);
  if (firstId !== seenFirst) {
    setSeenFirst(firstId);
    setFocused(0);
  }
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [seenFirst]);
  const virtualizer = useVirtualizer({
    count: results.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    getItemKey: (index) => results[index]!.id,
  });
  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && lastIndex >= results.length - AHEAD) onMore();
  }, [hasMore, lastIndex, results.length, onMore]);

  const focusDrawn = (index: number): boolean => {
    const link = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`);
    link?.focus({ preventScroll: true });
    return Boolean(link);
  };
  /** What is out of view is drawn a frame or two after it was scrolled to. */
  const focusSoon = (index: number, frames = 10): void => {
    if (!focusDrawn(index) && frames > 0) requestAnimationFrame(() => focusSoon(index, frames - 1));
  };
  const focusRow = (index: number): void => {
    const at = Math.max(0, Math.min(results.length - 1, index));
    const result = results[at];
    if (!result) return;
    setFocused(at);
    virtualizer.scrollToIndex(at);
    focusSoon(at);
    onActive(result.id, 'moved');
  };
  useImperativeHandle(handle, () => ({ focusFirst: () => focusRow(0) }));

  // Back to the page comes back to the row that was looked at.
  const comeBack = useEffectEvent(() => {
    const at = results.findIndex(({ id }) => id === cameFrom);
    if (at >= 0) focusRow(at);
  });
  useEffect(() => comeBack(), []);
  const goTo = (href: string): void => {
    onGo();
    router.push(href);
  };
  const isInside = (): boolean => scroller.current?.contains(document.activeElement) ?? false;
  const move = (by: number) => () => focusRow(isInside() ? active + by : active);
  const current = (): Result | undefined => results[active];
  useKeys(
    {
      j: move(1),
      k: move(-1),
      ArrowDown: move(1),
      ArrowUp: move(-1),
      l: () => current() && goTo(`/lineage/${current()!.id}`),
      c: () => {
        const name = current()?.asset.name;
        if (name) void copyText(name).then(() => toast({ title: 'Name copied', text: name }));
      },
    },
    results.length > 0,
  );
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') focusRow(active + 1);
    else if (event.key === 'ArrowUp' && active === 0) onLeave();
    else if (event.key === 'ArrowUp') focusRow(active - 1);
    else if (event.key === 'Home') focusRow(0);
    else if (event.key === 'End') focusRow(results.length - 1);
    else if (event.key === ' ') onActive(results[active]!.id, 'clicked');
    else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent, index: number): void => {
    if ((event.target as HTMLElement).closest('a')) onGo();
    else if (!getSelection()?.toString()) lookAt(index);
  };
  const lookAt = (index: number): void => {
    setFocused(index);
    focusDrawn(index);
    onActive(results[index]!.id, 'clicked');
  };
  const tabStop = items.some(({ index }) => index === active) ? active : (items[0]?.index ?? 0);

  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
      <ol aria-label={query ? `Results for ${query}` : 'Assets'} className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ index, key, start }) => {
          const result = results[index]!;
          return (
            <li
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              aria-setsize={hasMore ? -1 : results.length}
              aria-posinset={index + 1}
              aria-current={result.id === peekedId ? 'true' : undefined}
              style={{ transform: `translateY(${start}px)` }}
              className={cn(
                'absolute inset-x-0 top-0 cursor-default border-b border-line hover:bg-hover has-[a:focus-visible]:bg-hover',
                'has-[a:focus-visible]:shadow-[inset_2px_0_0_var(--primary)]',
                result.id === peekedId &&
                  'bg-primary-subtle shadow-[inset_2px_0_0_var(--primary)] hover:bg-primary-subtle has-[a:focus-visible]:bg-primary-subtle',
              )}
            >
              <div role="presentation" onClick={(event) => onClick(event, index)} onDoubleClick={() => goTo(`/assets/${result.id}`)}>
                <ResultRow result={result} tabIndex={index === tabStop ? 0 : -1} onKeyDown={onKeyDown} />
              </div>
            </li>
          );
        })}
      </ol>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 px-5 pt-2 pb-16 text-small text-fg-3 max-sm:px-3">
        {foot} {onRetryRest && <RestMissing onRetry={onRetryRest} />}
      </p>
    </div>
  );
}
