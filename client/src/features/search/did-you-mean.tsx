'use client';
import { useEffect } from 'react';
import { focusHeading } from '@/lib/focus';

type Props = { suggestion: string; onSearch: () => void };

/** Above what was found, or was not: some word is not there as it was typed. */
export function DidYouMean({ suggestion, onSearch }: Props) {
  // Who came here by Tab has lost their place when it goes.
  useEffect(() => () => void requestAnimationFrame(focusHeading), []);
  return (
    <p className="flex min-w-0 items-baseline gap-1 border-b border-line px-5 py-2 max-sm:px-3">
      <span className="shrink-0 text-fg-2">Did you mean</span>
      <button
        type="button"
        className="min-w-0 truncate font-medium text-primary-text underline-offset-2 hover:underline coarse:-my-2 coarse:py-2"
        onClick={onSearch}
      >
        <bdi>{suggestion}</bdi>
      </button>
      <span className="-ml-1 text-fg-2">?</span>
    </p>
  );
}
