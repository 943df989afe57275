'use client';
import { Search } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { Kbd } from '@/components/ui/badge';
import { modKey, useKeys } from '@/lib/keys';

/** The search box of the top bar. */
export function Palette() {
  const router = useRouter();
  const open = () => router.push('/search');
  useKeys({ '/': open, 'mod+k': open });
  return (
    <button
      type="button"
      onClick={open}
      className="flex h-control w-56 items-center gap-2 rounded-control border border-control px-2 text-fg-3 hover:bg-hover max-md:w-control max-md:border-transparent"
    >
      <Search aria-hidden className="size-3.5 shrink-0" strokeWidth={1.6} />
      <span className="truncate max-md:sr-only">Search or run a command</span>
      <span className="ml-auto max-md:hidden" suppressHydrationWarning>
        <Kbd>{modKey()}K</Kbd>
      </span>
    </button>
  );
}
