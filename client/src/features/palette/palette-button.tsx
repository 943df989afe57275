'use client';
import { Search } from 'lucide-react';
import { Kbd } from '@/components/ui/badge';
import { modKey } from '@/lib/keys';
import { setPaletteOpen } from './palette-state';

/** The search box of the top bar: it opens the palette. */
export const PaletteButton = () => (
  <button
    type="button"
    aria-haspopup="dialog"
    onClick={() => setPaletteOpen(true)}
    className="flex h-control w-56 items-center gap-2 rounded-control border border-control px-2 text-fg-3 hover:bg-hover max-md:w-(--control-height) max-md:border-transparent"
  >
    <Search aria-hidden className="size-3.5 shrink-0" strokeWidth={1.6} />
    <span className="truncate max-md:sr-only">Search or run a command</span>
    <span aria-hidden className="ml-auto max-md:hidden" suppressHydrationWarning>
      <Kbd>{modKey()}K</Kbd>
    </span>
  </button>
);
