'use client';
import { useState } from 'react';
import type { Severity } from '@/components/ui/severity';
import { graphql } from '@/gql';
import type { ViolationFilter, ViolationStatus } from '@/gql/graphql';
import { useLive } from '@/lib/graphql/use-live';

const USE_ARRIVALS = graphql(`
  subscription UseArrivals($after: String, $filter: ViolationFilter) {
    violationRaised(after: $after, filter: $filter) {
      cursor
      type
      violationId
      violation {
        ...ViolationRow
        ...ViolationDecision
      }
    }
  }
`);

type State = { key: string; waiting: ReadonlyMap<string, Severity>; gone: ReadonlySet<string>; shown: ReadonlySet<string> };
const NONE: Omit<State, 'key'> = { waiting: new Map(), gone: new Set(), shown: new Set() };

type Options = { filter: ViolationFilter; statuses: readonly ViolationStatus[]; isListed: (id: string) => boolean; onEvent: () => void };

/**
 * What comes while the list is read. Rows do not move: what is new waits until it is asked for. Rows that are listed change by the cache; those that
 * the viewer may not see any more are `gone`.
 */
export function useArrivals({ filter, statuses, isListed, onEvent }: Options) {
  const key = JSON.stringify([filter, statuses]);
  const [state, setState] = useState<State>({ key, ...NONE });
  const { waiting, gone, shown } = state.key === key ? state : NONE;
  const change = (work: (before: State) => Partial<State>) =>
    setState((before) => {
      const current = before.key === key ? before : { key, ...NONE };
      return { ...current, ...work(current) };
    });
  useLive(USE_ARRIVALS, {
    variables: { filter },
    onEvent: ({ violationRaised: { violation, violationId } }) => {
      onEvent();
      if (!violation)
        return change((before) => ({ gone: new Set(before.gone).add(violationId), waiting: without(before.waiting, violationId) }));
      const isWanted = statuses.includes(violation.status) && violation.asset !== null && !isListed(violation.id);
      change((before) =>
        isWanted
          ? { waiting: new Map(before.waiting).set(violation.id, violation.severity) }
          : before.waiting.has(violation.id)
            ? { waiting: without(before.waiting, violation.id) }
            : {},
      );
    },
  });
  return {
    waiting,
    gone,
    shown,
    /** What waited is in the list from now on. */
    take: () => change((before) => ({ waiting: NONE.waiting, shown: new Set(before.waiting.keys()) })),
  };
}

function without(waiting: ReadonlyMap<string, Severity>, id: string): ReadonlyMap<string, Severity> {
  const next = new Map(waiting);
  next.delete(id);
  return next;
}
