'use client';
import { useCallback, useMemo, useRef, useState } from 'react';

export type Selection = {
  ids: ReadonlySet<string>;
  has: (id: string) => boolean;
  /** `range`: also all between the one chosen before and this one, in the order of `all`. */
  toggle: (id: string, options?: { range?: boolean; all?: readonly string[] }) => void;
  set: (ids: Iterable<string>) => void;
  clear: () => void;
};

export function useSelection(): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<string | null>(null);
  const toggle = useCallback<Selection['toggle']>((id, { range = false, all = [] } = {}) => {
    const from = anchor.current;
    anchor.current = id;
    setIds((before) => {
      const next = new Set(before);
      const [start, end] = [from ? all.indexOf(from) : -1, all.indexOf(id)].sort((a, b) => a - b) as [number, number];
      if (range && start >= 0 && end >= 0) for (const each of all.slice(start, end + 1)) next.add(each);
      else if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const set = useCallback((given: Iterable<string>) => setIds(new Set(given)), []);
  const clear = useCallback(() => setIds(new Set()), []);
  return useMemo(() => ({ ids, has: (id: string) => ids.has(id), toggle, set, clear }), [ids, toggle, set, clear]);
}
