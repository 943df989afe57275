'use client';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { createContext, useContext, useEffect, useRef, type ReactNode } from 'react';
import { ChevronRight } from 'lucide-react';
import { cn } from '@/lib/class-names';

// Beside a crumb that has its place already.
const CrumbMenu = dynamic(() => import('./crumb-menu').then((module) => module.CrumbMenu), {
  ssr: false,
  loading: () => <i className="-mx-1 size-6" />,
});

/** What the shell puts into each page's top bar. */
export const ShellSlots = createContext<{ menu?: ReactNode; search?: ReactNode; bell?: ReactNode }>({});

export type Crumb = { label: string; href: string };

type PageProps = {
  /** The page's h1; where the page has a header of its own with an h1 give `crumbs` and `heading={null}`. */
  title: string;
  heading?: ReactNode | null;
  count?: ReactNode;
  crumbs?: readonly Crumb[];
  actions?: ReactNode;
  /** Takes the place of the bar's whole content but the bell: the search page. */
  bar?: ReactNode;
  /** The content scrolls in parts of its own (lists, panels). */
  fills?: boolean;
  className?: string;
  children: ReactNode;
};

/** A page in the frame: its top bar and its content. The title goes to the browser's tab; the focus to the heading when one comes from another page. */
export function Page({ title, heading, count, crumbs = [], actions, bar, fills = false, className, children }: PageProps) {
  const { menu, search, bell } = useContext(ShellSlots);
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = `${title} · PurSight`;
  }, [title]);
  useEffect(() => {
    // On the first page of a visit the browser's own order is right.
    if (!document.body.dataset.visited) document.body.dataset.visited = 'yes';
    else if (!main.current?.contains(document.activeElement))
      main.current?.querySelector<HTMLElement>('h1, [data-heading]')?.focus({ preventScroll: true });
  }, []);
  return (
    <main ref={main} id="content" tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <div className="flex h-11 shrink-0 items-center gap-3 border-b border-line px-5 max-sm:gap-1 max-sm:px-3">
        {menu}
        {bar ?? (
          <>
            <nav
              aria-label="Where this is"
              className={cn(
                'flex min-w-0 items-center gap-1.5 max-sm:min-w-9',
                heading !== null && 'max-sm:shrink-[9999]',
                crumbs.length === 0 && 'hidden',
              )}
            >
              {crumbs.map(({ label, href }, index) => (
                <span
                  key={href}
                  className={cn('flex min-w-0 items-center gap-1.5', index < crumbs.length - (heading === null ? 2 : 1) && 'max-sm:hidden')}
                >
                  <Link href={href} className="truncate text-fg-2 hover:text-fg hover:underline">
                    <bdi>{label}</bdi>
                  </Link>
                  {/^\/(asset|source)s\/./.test(href) && <CrumbMenu label={label} href={href} />}
                  {(heading !== null || index < crumbs.length - 1) && (
                    <ChevronRight aria-hidden className="size-3 shrink-0 text-fg-3" strokeWidth={1.6} />
                  )}
                </span>
              ))}
            </nav>
            {heading === null ? null : (
              <h1 tabIndex={-1} className="flex min-w-0 items-baseline gap-2 text-bar">
                <bdi className="truncate">{heading ?? title}</bdi>
                {count !== undefined && count !== null && <span className="text-base font-normal text-fg-3">{count}</span>}
              </h1>
            )}
            <div className="ml-auto flex items-center gap-2">
              {actions}
              {search}
            </div>
          </>
        )}
        {bell}
      </div>
      <div className={cn('relative min-h-0 flex-1', fills ? 'flex flex-col overflow-hidden' : 'overflow-y-auto p-5 max-sm:p-3', className)}>
        {children}
      </div>
    </main>
  );
}
