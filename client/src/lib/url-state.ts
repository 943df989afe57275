'use client';
/** Filters, tabs and opened rows live in the URL: they survive a reload, can be sent, and Back goes through them. */
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useCallback } from 'react';
import { withParams, type Change } from './url-params';

export function useUrlState() {
  const params = useSearchParams();
  const path = usePathname();
  const router = useRouter();
  /** `push`: Back comes back to what was; else the address is only kept true. */
  const set = useCallback(
    (change: Change, { push = false } = {}) => {
      const query = withParams(new URLSearchParams(location.search), change).toString();
      const to = query ? `${path}?${query}` : path;
      if (push) router.push(to, { scroll: false });
      else router.replace(to, { scroll: false });
    },
    [path, router],
  );
  return { params, get: (name: string) => params.get(name), getAll: (name: string) => params.getAll(name), set };
}
