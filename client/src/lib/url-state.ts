'use client';
/** Filters, tabs and opened rows live in the URL: they survive a reload, can be sent, and Back goes through them. */
import { usePathname, useSearchParams } from 'next/navigation';
import { useCallback } from 'react';
import { withParams, type Change } from './url-params';

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
