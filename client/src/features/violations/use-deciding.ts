'use client';
import { useMemo, useState } from 'react';
import type { ViolationFilter, ViolationOrder } from '@/gql/graphql';
import { formatCount } from '@/lib/format';
import { useSelection } from '@/lib/use-selection';
import { useViewer } from '@/lib/viewer';
import { useAllMatching, type Matching } from './use-all-matching';
import { useDecisions, type Decided, type Outcome } from './use-decisions';
import { whereOf } from './violation-row';

/** From so many on a decision asks before. */
const MANY = 50;

type Options = { rows: readonly Matching[]; filter: ViolationFilter; orderBy: ViolationOrder; onDecided: () => void };

/** What is chosen in the list, what is decided about it, and what did not work. */
export function useDeciding({ rows, filter, orderBy, onDecided }: Options) {
  const { viewer, maySteward } = useViewer();
  const selection = useSelection();
  const matching = useAllMatching(filter, orderBy);
  const [said, setSaid] = useState('');
  const [waived, setWaived] = useState<readonly Matching[] | null>(null);
  const [asked, setAsked] = useState<readonly Matching[] | null>(null);
  const decisions = useDecisions(({ done, failed, problem }: Outcome, verb) => {
    onDecided();
    const isOne = done.length + failed.length === 1;
    setSaid(
      failed.length === 0 ? '' : isOne ? problem : `${formatCount(done.length)} ${verb}, ${formatCount(failed.length)} not: ${problem}`,
    );
    // What failed stays chosen.
    selection.set([...selection.ids].filter((id) => !done.some((item) => item.id === id)));
  });

  const { found } = matching;
  const chosen = useMemo(() => {
    if (selection.ids.size === 0) return [];
    const loaded = new Set(rows.map(({ id }) => id));
    return [...rows, ...found.filter(({ id }) => !loaded.has(id))].filter(({ id }) => selection.has(id));
  }, [rows, found, selection]);
  const mayDecide = (item: Matching): boolean => maySteward(whereOf(item));
  return {
    selection,
    chosen,
    matching,
    said,
    setSaid,
    waived,
    asked,
    decisions,
    /** Whether there is anything to choose for. */
    maySelect: viewer.roles.some(({ role }) => role === 'STEWARD' || role === 'ADMIN'),
    /** Of the selection, or of this row where nothing is chosen. */
    targets: (row?: Matching): Matching[] => (row && chosen.length === 0 ? [row] : chosen).filter(mayDecide),
    acknowledge: (items: readonly Matching[]) => {
      setSaid('');
      if (items.length >= MANY) setAsked(items);
      else if (items.length > 0) void decisions.acknowledge(items);
    },
    waive: (items: readonly Matching[]) => {
      setSaid('');
      if (items.length > 0) setWaived(items);
    },
    reopen: (item: Decided) => {
      setSaid('');
      void decisions.reopen(item);
    },
    closeDialogs: () => {
      setWaived(null);
      setAsked(null);
    },
  };
}

export type Deciding = ReturnType<typeof useDeciding>;
