'use client';
import { CircleDashed, Search } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { toast } from '@/components/ui/toast';
import { cn } from '@/lib/class-names';
import { formatCount, plural } from '@/lib/format';
import { usePages } from '@/lib/graphql/use-pages';
import { useKeys } from '@/lib/keys';
import { useUrlState } from '@/lib/url-state';
import { useSelection } from '@/lib/use-selection';
import type { Asset } from './asset-query';
import { AssetPanel } from './asset-panel';
import { fitsOneLine, startEditing, type Editing } from './description-cell';
import { draftKey, readDraft, writeDraft } from './draft';
import { filterColumns, isUndecided, keysOf, SCHEMA_TAB, type Column } from './schema-columns';
import { SchemaTable } from './schema-table';
import { useDecide } from './use-decide';
import { useDescribe } from './use-describe';
import type { Did } from './use-undo';

const LabelFilter = dynamic(() => import('./label-filter').then((file) => file.LabelFilter), {
  loading: () => <Button variant="quiet">Label</Button>,
});
const ColumnPanel = dynamic(() => import('./column-panel').then((file) => file.ColumnPanel));
const DescribeConflict = dynamic(() => import('./describe-conflict-dialog').then((file) => file.DescribeConflictDialog));
const SchemaBulk = dynamic(() => import('./schema-bulk').then((file) => file.SchemaBulk));

type Props = { asset: Asset; mayEdit: boolean; viewerId: string; did: Did; onEditAsset: () => void };

/** All columns of an asset are read, page by page (a table has 1,600 at most), so that filters answer at once. */
export function useColumns(id: string) {
  const pages = usePages(SCHEMA_TAB, { id }, ({ columns }) => columns);
  const { hasNextPage, isFetching, loadMore } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetching) loadMore();
  }, [hasNextPage, isFetching, loadMore]);
  return pages;
}

export function SchemaTab({ asset, mayEdit, viewerId, did, onEditAsset }: Props) {
  const url = useUrlState();
  const pages = useColumns(asset.id);
  const selection = useSelection();
  const decide = useDecide(did);
  const { describe, send, conflict, closeConflict } = useDescribe(asset.id, did);
  /** A decided conflict begins the opened column's form anew. */
  const [round, setRound] = useState(0);
  const key = draftKey(`column.${asset.id}`, viewerId);
  const [editing, setEditingState] = useState<Editing | null>(() => (mayEdit ? readDraft<Editing>(key) : null));
  const latest = useRef(editing);
  useEffect(() => {
    latest.current = editing;
  }, [editing]);
  const setEditing = (next: Editing | null): void => {
    setEditingState(next);
    writeDraft(key, next);
  };

  const filter = {
    text: url.get('text') ?? '',
    labels: url.getAll('label'),
    undecided: url.get('undecided') !== null,
    // What is gone is shown with the columns that it had.
    removed: asset.deletedAt !== null || url.get('removed') !== null,
  };
  const columns = filterColumns(pages.nodes, filter);
  const keys = keysOf(asset.table);
  const opened = pages.nodes.find(({ id }) => id === url.get('column'));
  const isFiltered = filter.text !== '' || filter.labels.length > 0 || filter.undecided || url.get('removed') !== null;

  const save = async (column: Column, next: -1 | 0 | 1): Promise<void> => {
    const at = columns.findIndex(({ id }) => id === column.id);
    const given = editing?.columnId === column.id ? editing : startEditing(column);
    const follower = next === 0 ? undefined : columns[at + next];
    const hasChanged = given.text.trim() !== given.base.trim();
    // The draft goes only once it is saved; the optimistic text shows meanwhile.
    setEditingState(follower && fitsOneLine(follower) ? startEditing(follower) : null);
    if (!hasChanged) return writeDraft(key, null);
    const store = async (): Promise<void> => {
      const { error, isConflict } = await describe({ ...column, version: given.version }, given.text, { base: given.base });
      const now = latest.current;
      const isElsewhere = now !== null && now.columnId !== column.id && now.text !== now.base;
      if (error && !isConflict && isElsewhere) {
        // What is typed into another column by now stays.
        const retry = { label: 'Try again', run: () => void store() };
        toast({ title: `The description of ${column.name} was not saved`, text: error, stays: true, action: retry });
      } else if (error && !isConflict) setEditing({ ...given, error });
      else if (!error && !isElsewhere) writeDraft(key, null);
    };
    await store();
  };
  const search = useRef<HTMLInputElement>(null);
  useKeys({ f: () => search.current?.focus() });

  if (pages.error && pages.nodes.length === 0) return <ErrorPanel error={pages.error} subject="The schema" onRetry={pages.reload} />;
  const hasNone = !pages.isLoading && pages.nodes.length === 0;
  return (
    <div className="relative flex min-h-0 flex-1 max-md:flex-col max-md:overflow-y-auto">
      <div className="relative flex min-h-0 min-w-0 flex-1 flex-col max-md:min-h-[75dvh] max-md:flex-none">
        {!hasNone && <Filters columns={pages.nodes} isGone={asset.deletedAt !== null} search={search} />}
        <SchemaTable
          {...{ columns, keys, mayEdit, decide, editing }}
          isLoading={pages.isLoading}
          isFetching={pages.isFetching}
          onRetryRest={pages.retryRest}
          openedId={opened?.id ?? null}
          onOpen={({ id }) => url.set({ column: id }, { push: true })}
          selection={mayEdit ? selection : undefined}
          sourceId={asset.source?.id}
          onEdit={setEditing}
          onSave={(column, next) => void save(column, next)}
          empty={
            hasNone ? (
              <EmptyState title="No columns">{`A ${asset.kind === 'TOPIC' ? 'topic without a schema' : 'thing of this kind'} has none, or its source tells of none.`}</EmptyState>
            ) : isFiltered ? (
              <EmptyState
                title={url.get('removed') !== null ? 'No column was removed.' : 'No column matches these filters.'}
                action={<Button onClick={() => url.set({ text: null, label: null, undecided: null, removed: null })}>Clear filters</Button>}
              />
            ) : (
              <EmptyState title="No columns">All of its columns were removed.</EmptyState>
            )
          }
        />
        {mayEdit && selection.ids.size > 0 && <SchemaBulk {...{ columns, selection, decide, send, did }} />}
      </div>
      {opened ? (
        <ColumnPanel
          key={`${opened.id} ${round}`}
          {...{ column: opened, keys, asset, mayEdit, decide, describe }}
          viewerId={viewerId}
          onClose={() => url.set({ column: null })}
        />
      ) : (
        <AssetPanel asset={asset} mayEdit={mayEdit} onEdit={onEditAsset} />
      )}
      {conflict && (
        <DescribeConflict
          {...{ conflict, describe, viewerId }}
          onEditing={setEditing}
          onClose={closeConflict}
          onResolved={() => setRound(round + 1)}
        />
      )}
    </div>
  );
}

type FiltersProps = { columns: readonly Column[]; isGone: boolean; search: React.RefObject<HTMLInputElement | null> };

function Filters({ columns, isGone, search }: FiltersProps) {
  const url = useUrlState();
  const living = columns.filter(({ deletedAt }) => isGone || !deletedAt);
  // Without an answer about labels it is not 0.
  const undecided = living.every(({ labels: known }) => known) ? living.filter(isUndecided).length : null;
  const removed = columns.length - living.length;
  const described = living.filter(({ description, sourceDescription }) => description ?? sourceDescription).length;
  const isOn = (name: string) => url.get(name) !== null;
  return (
    <div id="filters" className="flex flex-wrap items-center gap-2 border-b border-line px-5 py-2 max-sm:px-3">
      <div className="relative w-[212px] max-sm:w-full">
        <Search aria-hidden className="absolute top-1/2 left-2 size-3.5 -translate-y-1/2 text-fg-3" strokeWidth={1.6} />
        <Input
          ref={search}
          type="search"
          aria-label="Filter columns"
          placeholder={`Filter ${plural(living.length, 'column')}`}
          className="pl-7"
          value={url.get('text') ?? ''}
          onChange={(event) => url.set({ text: event.target.value })}
        />
      </div>
      <LabelFilter />
      <Toggle isOn={isOn('undecided')} onChange={(on) => url.set({ undecided: on ? '1' : null })} count={undecided}>
        <CircleDashed aria-hidden className="size-3.5" strokeWidth={1.6} /> Undecided
      </Toggle>
      {!isGone && (removed > 0 || isOn('removed')) && (
        <Toggle isOn={isOn('removed')} onChange={(on) => url.set({ removed: on ? '1' : null })} count={removed}>
          Removed
        </Toggle>
      )}
      <span className="ml-auto text-small text-fg-3 max-md:hidden">
        {plural(living.length, 'column')}, {formatCount(described)} described
      </span>
    </div>
  );
}

type ToggleProps = { isOn: boolean; onChange: (isOn: boolean) => void; count: number | null; children: React.ReactNode };

const Toggle = ({ isOn, onChange, count, children }: ToggleProps) => (
  <Button variant="quiet" aria-pressed={isOn} className={cn(isOn && 'bg-primary-subtle text-primary-text')} onClick={() => onChange(!isOn)}>
    {children} {count !== null && <span className="font-normal text-fg-3">{formatCount(count)}</span>}
  </Button>
);
