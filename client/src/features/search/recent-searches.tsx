'use client';
import { History } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '@/components/ui/button';
import { listSearches, clearSearches } from '@/lib/recent-searches';
import { useViewer } from '@/lib/viewer';

type Props = {
  onChoose: (query: string) => void;
  /** Up from the first, or Escape. */
  onBack: () => void;
  /** The focus or a click went elsewhere. */
  onLeave: () => void;
};

/** Under the empty box, in the element that holds the box. */
export function RecentSearches({ onChoose, onBack, onLeave }: Props) {
  const { viewer } = useViewer();
  const panel = useRef<HTMLDivElement>(null);
  const [searches, setSearches] = useState(() => listSearches(viewer.id));
  const look = useEffectEvent(({ target }: Event) => {
    if (!panel.current?.parentElement?.contains(target as Node)) onLeave();
  });
  useEffect(() => {
    const follow = (event: Event) => look(event);
    document.addEventListener('pointerdown', follow);
    document.addEventListener('focusin', follow);
    return () => {
      document.removeEventListener('pointerdown', follow);
      document.removeEventListener('focusin', follow);
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = [...panel.current!.querySelectorAll('button')];
    const at = buttons.indexOf(event.currentTarget as HTMLButtonElement);
    if (event.key === 'ArrowDown') buttons[at + 1]?.focus();
    else if (event.key === 'ArrowUp' && at > 0) buttons[at - 1]!.focus();
    else if (event.key === 'ArrowUp' || event.key === 'Escape') onBack();
    else if (event.key === 'Home') buttons[0]!.focus();
    else if (event.key === 'End') buttons.at(-1)!.focus();
    else return;
    event.preventDefault();
  };
  if (searches.length === 0) return null;
  return (
    <div
      ref={panel}
      className="rise-in absolute inset-x-0 top-full z-30 mt-1 rounded-panel border border-line-strong bg-raised p-1 shadow-raised"
    >
      <p id="recent-searches" className="px-2 pt-1 pb-1 text-micro font-medium text-fg-3">
        Recent searches
      </p>
      <ul aria-labelledby="recent-searches" className="max-h-[50vh] overflow-y-auto">
        {searches.map((query) => (
          <li key={query}>
            <button
              type="button"
              title={query}
              className="flex min-h-8 w-full items-center gap-2.5 rounded-control px-2 text-left hover:bg-hover coarse:min-h-11"
              onKeyDown={onKeyDown}
              onClick={() => onChoose(query)}
            >
              <History aria-hidden className="size-3.5 shrink-0 text-fg-3" strokeWidth={1.6} />
              <bdi className="min-w-0 truncate">{query}</bdi>
            </button>
          </li>
        ))}
      </ul>
      <Button
        variant="quiet"
        size="small"
        onKeyDown={onKeyDown}
        onClick={() => {
          clearSearches(viewer.id);
          setSearches([]);
          onBack();
        }}
      >
        Clear recent searches
      </Button>
    </div>
  );
}
