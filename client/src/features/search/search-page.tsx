'use client';
import { Link2, SlidersHorizontal } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useEffect, useRef, useState } from 'react';
import { Page } from '@/components/page';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Segmented, Select } from '@/components/ui/field';
import { Boundary } from '@/components/ui/panel';
import { RefetchLine, SkeletonRows } from '@/components/ui/skeleton';
import { ErrorPanel } from '@/components/ui/states';
import { copyText } from '@/lib/copy-text';
import { formatCount, plural } from '@/lib/format';
import { useIsMedium, useIsNarrow } from '@/lib/use-media';
import { noteInUrl, useUrlState } from '@/lib/url-state';
import { FacetPanel } from './facets';
import { FilterChips } from './filter-chips';
import { NoResults } from './no-results';
import { Peek } from './peek';
import type { ResultListHandle } from './result-list';
import { SearchBox } from './search-box';
import { countChosen, FACETS, NOTHING_CHOSEN, readChosen, toggleValue, type FacetName } from './search-filter';
import { useFacets } from './use-facets';
import { useNames } from './use-names';
import { useResults, type Order } from './use-results';

const ResultList = dynamic(() => import('./result-list').then((module) => module.ResultList), {
  loading: () => <SkeletonRows rows={10} />,
});
const DidYouMean = dynamic(() => import('./did-you-mean').then((module) => module.DidYouMean));
const Browse = dynamic(() => import('./browse').then(({ Browse: Loaded }) => Loaded), { loading: () => <SkeletonRows rows={10} /> });

const PEEK_MS = 100;

/** Search, and browse as its second view. All that is chosen stands in the address. */
export function SearchPage() {
  const { params, get, set } = useUrlState();
  const query = get('q') ?? '';
  const isBrowsing = get('view') === 'browse';
  const list = useRef<ResultListHandle>(null);
  const box = useRef<HTMLDivElement>(null);
  const chosen = readChosen(params);
  const last = FACETS.findLast((facet) => chosen[facet].length > 0);
  const drop = (facet: FacetName, values: readonly string[]) => set({ [facet]: values, peek: null }, { push: true });
  return (
    <Page
      title={query ? `${query}, Search` : isBrowsing ? 'Browse' : 'Search'}
      fills
      bar={
        <div ref={box} className="flex min-w-0 flex-1">
          <SearchBox
            query={query}
            onQuery={(text) => set({ q: text, peek: null, view: null, at: null })}
            onLeave={() => list.current?.focusFirst()}
            onBackspace={() => last && drop(last, chosen[last].slice(0, -1))}
            startsFocused={!isBrowsing && !get('peek')}
          />
        </div>
      }
    >
      <h1 tabIndex={-1} className="sr-only">
        {isBrowsing ? 'Browse' : 'Search'}
      </h1>
      {isBrowsing ? (
        <Boundary name="Browse">
          <Browse views={<Views />} />
        </Boundary>
      ) : (
        <Found list={list} onLeave={() => box.current?.querySelector('input')?.focus()} />
      )}
    </Page>
  );
}

function Views() {
  const { get, set } = useUrlState();
  return (
    <Segmented
      label="View"
      value={get('view') === 'browse' ? 'browse' : 'search'}
      onChange={(view) => set({ view: view === 'browse' ? view : null, q: null, at: null, peek: null }, { push: true })}
      options={[
        { value: 'search', label: 'Search' },
        { value: 'browse', label: 'Browse' },
      ]}
    />
  );
}

/** What was found: facets, results and a look at one of them. */
function Found({ list, onLeave }: { list: React.RefObject<ResultListHandle | null>; onLeave: () => void }) {
  const { params, get, set } = useUrlState();
  const query = get('q') ?? '';
  const order: Order = get('order') === 'changed' ? 'changed' : 'name';
  const chosen = readChosen(params);
  const results = useResults(query, chosen, order);
  const facets = useFacets(query, chosen);
  const idsOf = (facet: FacetName) => facets.of[facet].map(({ value }) => value);
  const names = useNames({ source: idsOf('source'), domain: idsOf('domain'), owner: idsOf('owner') });
  const isNarrow = useIsNarrow();
  const isMedium = useIsMedium();

  const noted = get('peek');
  const [cameFrom] = useState(noted);
  const [wanted, setWanted] = useState(noted);
  const [seenNoted, setSeenNoted] = useState(noted);
  if (noted !== seenNoted) {
    setSeenNoted(noted);
    setWanted(noted);
  }
  const show = (id: string | null): void => {
    setWanted(id);
    noteInUrl({ peek: id });
  };
  const shown = results.nodes.find(({ id }) => id === wanted);
  const peeked = shown ?? (isMedium ? undefined : results.nodes[0]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const look = (id: string, how: 'moved' | 'clicked'): void => {
    clearTimeout(timer.current);
    // Where the details lie over the list they come when they are asked for, and then follow.
    if (isNarrow || (how === 'moved' && isMedium && !shown)) return;
    timer.current = setTimeout(() => show(id), how === 'moved' ? PEEK_MS : 0);
  };
  const change = (facet: FacetName, values: readonly string[]) => set({ [facet]: values, peek: null }, { push: true });
  const toggle = (facet: FacetName, value: string) => change(facet, toggleValue(chosen[facet], value));
  const clear = () => set({ ...NOTHING_CHOSEN, peek: null }, { push: true });
  const panel = <FacetPanel facets={facets} chosen={chosen} names={names} onToggle={toggle} />;

  const { totalCount, totalIsCapped } = results;
  const total = totalCount === null ? null : `${formatCount(totalCount, totalIsCapped)} ${query ? (totalCount === 1 ? 'result' : 'results') : totalCount === 1 ? 'asset' : 'assets'}`; // prettier-ignore
  const isBroken = results.nodes.length === 0 && results.error !== undefined;
  return (
    <>
      <div className="flex min-h-11 shrink-0 items-center gap-3 border-b border-line px-5 py-1.5 max-sm:flex-wrap max-sm:gap-2 max-sm:px-3">
        <FacetSheet panel={panel} count={countChosen(chosen)} total={total} onClear={clear} />
        {total && !isBroken && (
          <p className="shrink-0 font-semibold max-sm:order-last max-sm:w-full max-sm:font-normal max-sm:text-fg-3">
            {total} {query && <span className="sm:hidden">for {query}</span>}
          </p>
        )}
        <FilterChips chosen={chosen} names={names} onChange={change} onClear={clear} />
        <div className="ml-auto flex shrink-0 items-center gap-2">
          {!query && (
            <Select
              aria-label="Order"
              value={order}
              onChange={({ target }) => set({ order: target.value === 'changed' ? 'changed' : null, peek: null })}
              className="w-auto! max-sm:hidden"
            >
              <option value="name">By name</option>
              <option value="changed">Changed last</option>
            </Select>
          )}
          <Views />
          <CopyLink />
        </div>
      </div>
      <div className="relative flex min-h-0 flex-1">
        <section aria-label="Filters" id="filters" className="w-[224px] shrink-0 overflow-y-auto border-r border-line max-md:hidden">
          <Boundary name="Filters">{panel}</Boundary>
        </section>
        <section aria-label="Results" aria-busy={results.isFetching} className="relative flex min-w-0 flex-1 flex-col">
          <RefetchLine isOn={results.isFetching && results.nodes.length > 0} />
          <p role="status" className="sr-only">
            {results.isFetching ? '' : (total ?? '')}
            {!results.isFetching && results.suggestion && `. Did you mean ${results.suggestion}?`}
          </p>
          {results.suggestion && (
            <DidYouMean suggestion={results.suggestion} onSearch={() => set({ q: results.suggestion, peek: null }, { push: true })} />
          )}
          {results.isLoading ? (
            <SkeletonRows rows={10} />
          ) : isBroken ? (
            <ErrorPanel error={results.error!} subject="Search" rest="Browse and everything else still work." onRetry={results.reload} />
          ) : results.nodes.length === 0 ? (
            <NoResults query={query} chosen={chosen} names={names} facets={facets} onDrop={(facet) => change(facet, [])} onClear={clear} />
          ) : (
            <ResultList
              handle={list}
              query={query}
              results={results.nodes}
              hasMore={results.hasNextPage}
              onMore={results.loadMore}
              onRetryRest={results.retryRest}
              peekedId={isNarrow ? null : (peeked?.id ?? null)}
              cameFrom={cameFrom}
              onActive={look}
              onGo={() => clearTimeout(timer.current)}
              onLeave={onLeave}
              foot={footOf(results.nodes.length, totalCount, totalIsCapped, results.hasNextPage)}
            />
          )}
        </section>
        {peeked && !isNarrow && !isBroken && <Peek id={peeked.id} result={peeked} onClose={isMedium ? () => show(null) : undefined} />}
      </div>
    </>
  );
}

/** The search pages through the best 2,000 only. */
const footOf = (loaded: number, total: number | null, isCapped: boolean, hasMore: boolean): string =>
  total === null
    ? formatCount(loaded, hasMore)
    : `${formatCount(loaded)} of ${formatCount(total, isCapped)}${hasMore || loaded >= total ? '' : ': the best ones. Filters show others'}`;

type SheetProps = { panel: React.ReactNode; count: number; total: string | null; onClear: () => void };

function FacetSheet({ panel, count, total, onClear }: SheetProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="md:hidden">
      <Button
        icon={<SlidersHorizontal className="size-3.5 text-fg-3" strokeWidth={1.6} />}
        onClick={() => setOpen(true)}
        aria-haspopup="dialog"
      >
        Filters
        {count > 0 && (
          <Badge tone="accent">
            <span className="sr-only">that apply: </span>
            {formatCount(count)}
          </Badge>
        )}
      </Button>
      <Dialog
        as="sheet"
        open={isOpen}
        onClose={() => setOpen(false)}
        title="Filters"
        footer={
          <>
            {count > 0 && <Button onClick={onClear}>Clear {plural(count, 'filter')}</Button>}
            <Button variant="primary" onClick={() => setOpen(false)}>
              {total ? `Show ${total}` : 'Show results'}
            </Button>
          </>
        }
      >
        <div className="-mx-5">{panel}</div>
      </Dialog>
    </div>
  );
}

function CopyLink() {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <Button
      className="max-sm:hidden"
      icon={<Link2 className="size-3.5 text-fg-3" strokeWidth={1.6} />}
      onClick={() => void copyText(location.href).then(() => setCopied(true))}
    >
      {isCopied ? 'Copied' : 'Copy link'}
    </Button>
  );
}
