'use client';
import type { ReactNode } from 'react';
import { formatCount } from '@/lib/format';
import { Button } from './button';
import { Kbd } from './badge';

/** Floats at the bottom while something is selected; at most three actions. */
export function BulkBar({ count, noun, onClear, children }: { count: number; noun?: string; onClear: () => void; children: ReactNode }) {
  if (count === 0) return null;
  return (
    <div
      role="toolbar"
      aria-label="What to do with the selection"
      className="rise-in absolute inset-x-2 bottom-4 z-20 mx-auto flex w-fit items-center gap-2 rounded-panel border border-line-strong bg-raised px-3 py-2 shadow-raised max-sm:flex-wrap max-sm:justify-center"
    >
      <span className="pr-1 font-semibold whitespace-nowrap" aria-live="polite">
        {formatCount(count)} {noun ?? 'selected'}
      </span>
      {children}
      <Button variant="quiet" onClick={onClear}>
        <span className="coarse:hidden">
          <Kbd>Esc</Kbd>
        </span>
        Clear
      </Button>
    </div>
  );
}
