'use client';
/** Filters, tabs and opened rows live in the URL: they survive a reload, can be sent, and Back goes through them. */
import { usePathname, useSearchParams } from 'next/navigation';
import { useCallback } from 'react';
import { withParams, type Change } from './url-params';

/**
 * Keeps the address true for a reload, for Back and for a copied link, and tells the router nothing: what changes by a timer or with each row
 * would call off the way to another page that has begun meanwhile. `useUrlState` does not see it before the page is come back to.
 */
export function noteInUrl(change: Change): void {
  const query = withParams(new URLSearchParams(location.search), change).toString();
  // The router has put its own in the place of `history.replaceState`.
  History.prototype.replaceState.call(history, history.state, '', query ? `${location.pathname}?${query}` : location.pathname);
}

export function useUrlState() {
  const params = useSearchParams();
  const path = usePathname();
  /** `push`: Back comes back to what was; else the address is only kept true. */
  const set = useCallback(
    (change: Change, { push = false } = {}) => {
      const query = withParams(new URLSearchParams(location.search), change).toString();
      const to = query ? `${path}?${query}` : path;
      // The router follows the browser's history; by its own methods it would ask the server for the page at each letter typed.
      if (push) history.pushState(null, '', to);
      else history.replaceState(null, '', to);
    },
    [path],
  );
  return { params, get: (name: string) => params.get(name), getAll: (name: string) => params.getAll(name), set };
}
