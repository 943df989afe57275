'use client';
import { ChevronRight } from 'lucide-react';
import { showHidden } from '@/lib/marked-name';
import type { Place } from './browse-place';

/** The way from all sources to here; each step leads back to it. */
export const BrowseCrumbs = ({ places, onGo }: { places: readonly Place[]; onGo: (id: string | null) => void }) => (
  <nav aria-label="Where this is" className="flex min-w-0 items-center gap-1.5 max-sm:order-last max-sm:w-full">
    <Step name="All sources" isLast={places.length === 0} onGo={() => onGo(null)} />
    {places.map(({ id, name }, index) => (
      <span key={id} className="flex min-w-0 items-center gap-1.5">
        <ChevronRight aria-hidden className="size-3 shrink-0 text-fg-3" strokeWidth={1.6} />
        <Step name={name} isLast={index === places.length - 1} onGo={() => onGo(id)} />
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
