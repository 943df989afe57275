'use client';
import { ChevronRight } from 'lucide-react';
import { cn } from '@/lib/class-names';
import { showHidden } from '@/lib/marked-name';
import type { Place } from './browse-place';

/** The way from all sources to here; each step leads back to it. */
export const BrowseCrumbs = ({ places, onGo }: { places: readonly Place[]; onGo: (id: string | null) => void }) => (
  <nav aria-label="Where this is" className="flex min-w-0 items-center gap-1.5 max-sm:order-last max-sm:w-full">
    {[{ id: null, name: 'All sources' }, ...places].map(({ id, name }, index) => (
      // On a telephone the last three: the way on leads back from there.
      <span
        key={id}
        className={cn(
          'flex min-w-0 items-center gap-1.5',
          index < places.length - 2 && 'max-sm:hidden',
          index === places.length && 'max-sm:shrink-0 max-sm:max-w-[50%]',
        )}
      >
        {index > 0 && (
          <ChevronRight
            aria-hidden
            className={cn('size-3 shrink-0 text-fg-3', index === places.length - 2 && 'max-sm:hidden')}
            strokeWidth={1.6}
          />
        )}
        <Step name={name} isLast={index === places.length} onGo={() => onGo(id)} />
      </span>
    ))}
  </nav>
);

function Step({ name, isLast, onGo }: { name: string; isLast: boolean; onGo: () => void }) {
  const text = <bdi className="truncate">{showHidden(name)}</bdi>;
  if (isLast) {
    return (
      <span aria-current="location" className="flex min-w-0 font-semibold">
        {text}
      </span>
    );
  }
  return (
    <button type="button" onClick={onGo} className="flex min-h-6 min-w-0 items-center text-fg-2 hover:text-fg hover:underline">
      {text}
    </button>
  );
}
