'use client';
/** Filters, tabs and opened rows live in the URL: they survive a reload, can be sent, and Back goes through them. */
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

type Change = Record<string, string | readonly string[] | null | undefined>;

/** The parameters with a change: null, an empty text or an empty list takes one away. */
export function withParams(params: URLSearchParams, change: Change): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(change)) {
    next.delete(name);
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value as string | null | undefined])
      if (each) next.append(name, each);
  }
  return next;
}

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
