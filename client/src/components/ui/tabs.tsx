'use client';
import Link from 'next/link';
import { useEffect, useRef, type ReactNode } from 'react';
import { cn } from '@/lib/class-names';

export type Tab = { id: string; label: ReactNode; count?: ReactNode; href: string };

/** Tabs are addresses: each can be sent, opened beside, and come back to. The current one is brought into view. */
export function Tabs({ label, tabs, current, className }: { label: string; tabs: readonly Tab[]; current: string; className?: string }) {
  const strip = useRef<HTMLElement>(null);
  useEffect(() => {
    const nav = strip.current;
    const link = nav?.querySelector<HTMLElement>('[aria-current]');
    if (nav && link) nav.scrollLeft = link.offsetLeft - nav.clientWidth / 2 + link.clientWidth / 2;
  }, [current]);
  return (
    <nav
      ref={strip}
      aria-label={label}
      className={cn('scroll-x fading-edges flex h-[35px] shrink-0 gap-4 border-b border-line px-5 max-sm:px-3', className)}
    >
      {tabs.map(({ id, label: text, count, href }) => (
        <Link
          key={id}
          href={href}
          scroll={false}
          replace
          onNavigate={(event) => {
            const to = new URL(href, location.href);
            if (to.pathname !== location.pathname) return;
            // What another tab shows is asked for by the page itself: the server has nothing to add, and is not waited for.
            event.preventDefault();
            history.replaceState(null, '', to);
          }}
          aria-current={id === current ? 'page' : undefined}
          className={cn(
            'flex items-center gap-1.5 border-b-2 font-medium whitespace-nowrap',
            id === current ? 'border-primary text-fg' : 'border-transparent text-fg-2 hover:text-fg',
          )}
        >
          {text}
          {count !== undefined && count !== null && <span className="font-normal text-fg-3">{count}</span>}
        </Link>
      ))}
    </nav>
  );
}
