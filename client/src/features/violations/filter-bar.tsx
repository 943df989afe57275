'use client';
import { useState } from 'react';
import { useQuery } from 'urql';
import { SlidersHorizontal } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { SEVERITIES, SeverityMark } from '@/components/ui/severity';
import { StatusMark } from '@/components/ui/status';
import { graphql } from '@/gql';
import type { ViolationFilter } from '@/gql/graphql';
import { formatEnum } from '@/lib/format';
import { useUrlState } from '@/lib/url-state';
import { useIsNarrow } from '@/lib/use-media';
import { useViewer } from '@/lib/viewer';
import { AssetChoice } from './asset-choice';
import { FilterMenu } from './filter-menu';
import { FILTERS, RAISED, tabOf } from './inbox-filter';

const FILTER_BAR_CHOICES = graphql(`
  query FilterBarChoices($filter: ViolationFilter) {
    policies(first: 200) {
      nodes {
        id
        name
      }
    }
    sources(first: 200) {
      nodes {
        id
        name
      }
    }
    byPolicy: violationCounts(by: POLICY, filter: $filter) {
      value
      count
    }
    bySource: violationCounts(by: SOURCE, filter: $filter) {
      value
      count
    }
  }
`);

/** `fixed`: filters that the place of the list decides. `tabFilter`: what the tab shows before any filter, for the counts beside the choices. */
type Props = { fixed: readonly (typeof FILTERS)[number][]; tabFilter: ViolationFilter };

export function FilterBar({ fixed, tabFilter }: Props) {
  const { params, set } = useUrlState();
  const isNarrow = useIsNarrow();
  const [isOpen, setOpen] = useState(false);
  const applied = FILTERS.filter((name) => params.has(name) && !fixed.includes(name)).length;
  const clear = applied > 0 && (
    <Button variant="quiet" onClick={() => set(Object.fromEntries(FILTERS.map((name) => [name, null])))}>
      Clear filters
    </Button>
  );
  if (!isNarrow) {
    return (
      <div id="filters" role="group" aria-label="Filters" className="flex flex-wrap items-center gap-2 border-b border-line px-5 py-2">
        <Filters fixed={fixed} tabFilter={tabFilter} />
        {clear}
      </div>
    );
  }
  return (
    <div className="flex items-center gap-2 border-b border-line px-3 py-2">
      <Button icon={<SlidersHorizontal aria-hidden className="size-3.5" strokeWidth={1.6} />} onClick={() => setOpen(true)}>
        Filters {applied > 0 && <span className="text-primary-text">{applied}</span>}
      </Button>
      {clear}
      <Dialog as="sheet" open={isOpen} onClose={() => setOpen(false)} title="Filters">
        <div className="flex flex-col items-start gap-3">
          <Filters fixed={fixed} tabFilter={tabFilter} />
        </div>
      </Dialog>
    </div>
  );
}

function Filters({ fixed, tabFilter }: Props) {
  const { params, getAll, get, set } = useUrlState();
  const { viewer } = useViewer();
  const [isAsked, setAsked] = useState(params.has('policy') || params.has('source'));
  const [{ data }] = useQuery({ query: FILTER_BAR_CHOICES, variables: { filter: tabFilter }, pause: !isAsked });
  const ask = () => setAsked(true);
  const countIn = (counts: readonly { value: string; count: number }[] | null | undefined, id: string) =>
    counts ? (counts.find(({ value }) => value === id)?.count ?? 0) : undefined;
  const { id: tab, statuses } = tabOf(params);
  const has = (name: (typeof FILTERS)[number]) => !fixed.includes(name);
  return (
    <>
      {has('asset') && <AssetChoice chosen={getAll('asset')} onChange={(asset) => set({ asset })} />}
      {statuses.length > 1 && (
        <FilterMenu
          key={tab}
          label="Status"
          chosen={getAll('status')}
          onChange={(status) => set({ status })}
          options={statuses.map((status) => ({ value: status, label: formatEnum(status), mark: <StatusMark status={status} /> }))}
        />
      )}
      {has('severity') && (
        <FilterMenu
          label="Severity"
          chosen={getAll('severity')}
          onChange={(severity) => set({ severity })}
          options={SEVERITIES.map((severity) => ({
            value: severity,
            label: formatEnum(severity),
            mark: <SeverityMark severity={severity} aria-hidden />,
          }))}
        />
      )}
      {has('policy') && (
        <FilterMenu
          label="Policy"
          chosen={getAll('policy')}
          onOpen={ask}
          onChange={(policy) => set({ policy })}
          options={(data?.policies?.nodes ?? []).map(({ id, name }) => ({ value: id, label: name, count: countIn(data?.byPolicy, id) }))}
        />
      )}
      {has('source') && (
        <FilterMenu
          label="Source"
          chosen={getAll('source')}
          onOpen={ask}
          onChange={(source) => set({ source })}
          options={(data?.sources?.nodes ?? []).map(({ id, name }) => ({ value: id, label: name, count: countIn(data?.bySource, id) }))}
        />
      )}
      {has('owner') && (
        <FilterMenu
          label="Owner"
          single
          chosen={getAll('owner')}
          onChange={(owner) => set({ owner })}
          options={[
            { value: 'me', label: 'Me' },
            ...(viewer.teams.length > 0 || get('owner') === 'teams' ? [{ value: 'teams', label: 'Me or my teams' }] : []),
          ]}
        />
      )}
      <FilterMenu
        label="Raised"
        single
        chosen={getAll('raised')}
        onChange={(raised) => set({ raised })}
        options={RAISED.map(({ value, label }) => ({ value, label }))}
      />
    </>
  );
}
