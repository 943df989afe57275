'use client';
import { useState } from 'react';
import { useQuery } from 'urql';
import { SlidersHorizontal } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { SEVERITIES, SeverityMark } from '@/components/ui/severity';
import { StatusMark } from '@/components/ui/status';
import { graphql } from '@/gql';
import { formatEnum } from '@/lib/format';
import { useDomains, usePolicies, useSources } from '@/lib/lists';
import { useUrlState } from '@/lib/url-state';
import { useIsNarrow } from '@/lib/use-media';
import { useViewer } from '@/lib/viewer';
import { AssetChoice } from './asset-choice';
import { FilterMenu } from './filter-menu';
import { FILTERS, RAISED, tabOf } from './inbox-filter';

const FILTER_BAR_COUNTS = graphql(`
  query FilterBarCounts($filter: ViolationFilter) {
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

export function FilterBar() {
  const { params, set } = useUrlState();
  const isNarrow = useIsNarrow();
  const [isOpen, setOpen] = useState(false);
  const applied = FILTERS.filter((name) => params.has(name)).length;
  const clear = applied > 0 && (
    <Button variant="quiet" onClick={() => set(Object.fromEntries(FILTERS.map((name) => [name, null])), { push: true })}>
      Clear filters
    </Button>
  );
  if (!isNarrow) {
    return (
      <div id="filters" role="group" aria-label="Filters" className="flex flex-wrap items-center gap-2 border-b border-line px-5 py-2">
        <Filters />
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
          <Filters />
        </div>
      </Dialog>
    </div>
  );
}

function Filters() {
  const { params, getAll, get, set } = useUrlState();
  const { viewer } = useViewer();
  const { id: tab, statuses } = tabOf(params);
  const [isAsked, setAsked] = useState(['policy', 'source', 'domain'].some((name) => params.has(name)));
  const [{ data }] = useQuery({ query: FILTER_BAR_COUNTS, variables: { filter: { statuses: [...statuses] } }, pause: !isAsked });
  const policies = usePolicies({ pause: !isAsked });
  const sources = useSources({ pause: !isAsked });
  const domains = useDomains({ pause: !isAsked });
  const ask = () => setAsked(true);
  const countIn = (counts: readonly { value: string; count: number }[] | null | undefined, id: string) =>
    counts ? (counts.find(({ value }) => value === id)?.count ?? 0) : undefined;
  return (
    <>
      <AssetChoice chosen={getAll('asset')} onChange={(asset) => set({ asset }, { push: true })} />
      {statuses.length > 1 && (
        <FilterMenu
          key={tab}
          label="Status"
          chosen={getAll('status')}
          onChange={(status) => set({ status }, { push: true })}
          options={statuses.map((status) => ({ value: status, label: formatEnum(status), mark: <StatusMark status={status} /> }))}
        />
      )}
      <FilterMenu
        label="Severity"
        chosen={getAll('severity')}
        onChange={(severity) => set({ severity }, { push: true })}
        options={SEVERITIES.map((severity) => ({
          value: severity,
          label: formatEnum(severity),
          mark: <SeverityMark severity={severity} aria-hidden />,
        }))}
      />
      <FilterMenu
        label="Policy"
        chosen={getAll('policy')}
        onOpen={ask}
        onChange={(policy) => set({ policy }, { push: true })}
        list={policies}
        options={policies.nodes.map(({ id, name }) => ({ value: id, label: name, count: countIn(data?.byPolicy, id) }))}
      />
      <FilterMenu
        label="Source"
        chosen={getAll('source')}
        onOpen={ask}
        onChange={(source) => set({ source }, { push: true })}
        list={sources}
        options={sources.nodes.map(({ id, name }) => ({ value: id, label: name, count: countIn(data?.bySource, id) }))}
      />
      <FilterMenu
        label="Domain"
        chosen={getAll('domain')}
        onOpen={ask}
        onChange={(domain) => set({ domain }, { push: true })}
        list={domains}
        options={domains.nodes.map(({ id, name, parent }) => ({ value: id, label: parent ? `${name} in ${parent.name}` : name }))}
      />
      <FilterMenu
        label="Owner"
        single
        chosen={getAll('owner')}
        onChange={(owner) => set({ owner }, { push: true })}
        options={[
          { value: 'me', label: 'Me' },
          ...(viewer.teams.length > 0 || get('owner') === 'teams' ? [{ value: 'teams', label: 'Me or my teams' }] : []),
        ]}
      />
      <FilterMenu
        label="Raised"
        single
        chosen={getAll('raised')}
        onChange={(raised) => set({ raised }, { push: true })}
        options={RAISED.map(({ value, label }) => ({ value, label }))}
      />
    </>
  );
}
