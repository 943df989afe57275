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
      className="rise-in absolute bottom-4 left-1/2 z-20 flex max-w-[calc(100%-16px)] -translate-x-1/2 items-center gap-2 overflow-x-auto rounded-panel border border-line-strong bg-raised px-3 py-2 shadow-raised"
    >
      <span className="pr-1 font-semibold whitespace-nowrap" aria-live="polite">
        {formatCount(count)} {noun ?? 'selected'}
      </span>
      {children}
      <Button variant="quiet" onClick={onClear}>
        <Kbd>Esc</Kbd> clear
      </Button>
    </div>
  );
}
