'use client';
/** What of the explorer can be sent to somebody: it lives in the address. */
import { useMemo } from 'react';
import { useUrlState } from '@/lib/url-state';
import type { LineageDirection } from '@/gql/graphql';
import type { ColumnMode } from './columns';

export type Direction = LineageDirection;
export type PanelTab = 'impact' | 'changes' | 'details';
export type View = 'graph' | 'table';

export const DEPTHS = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20] as const;
const DEFAULT_DEPTH = 3;

function momentOf(text: string | null): string | null {
  const at = text ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
const oneOf = <Value extends string>(text: string | null, values: readonly Value[]): Value | null =>
  values.find((value) => value === text) ?? null;

export function useExplorerUrl() {
  const { get, set } = useUrlState();
  const texts = ['direction', 'depth', 'level', 'asOf', 'compare', 'view', 'selected', 'with', 'panel'].map(get);
  const key = JSON.stringify(texts);
  const state = useMemo(() => {
    const [direction, depth, level, asOf, compare, view, selected, other, panel] = JSON.parse(key) as (string | null)[];
    const at = momentOf(asOf!);
    const before = momentOf(compare!);
    return {
      direction: oneOf(direction!, ['UPSTREAM', 'DOWNSTREAM', 'BOTH'] as const) ?? 'BOTH',
      depth: depth && /^\d+$/.test(depth) ? Math.min(20, Math.max(1, Number(depth))) : DEFAULT_DEPTH,
      columns: oneOf<ColumnMode>(level!, ['none', 'path', 'all']) ?? 'none',
      asOf: at,
      // Only an earlier moment can be compared with.
      compare: before && (!at || before < at) ? before : null,
      view: oneOf<View>(view!, ['graph', 'table']),
      selected: selected || null,
      /** The second of two. */
      other: selected ? other || null : null,
      panel: oneOf<PanelTab>(panel!, ['impact', 'changes', 'details']),
    };
  }, [key]);
  return { state, set };
}
