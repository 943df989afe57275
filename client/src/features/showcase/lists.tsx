'use client';
import { useState } from 'react';
import { BulkBar } from '@/components/ui/bulk-bar';
import { Button } from '@/components/ui/button';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { FacetList, type FacetOption } from '@/components/ui/facet-list';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Owners } from '@/components/ui/people';
import { SeverityWord, type Severity } from '@/components/ui/severity';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { Tree } from '@/components/ui/tree';
import { toRows, type TreeItem, type TreeLevel } from '@/components/ui/tree-rows';
import { formatCount } from '@/lib/format';
import { useSelection } from '@/lib/use-selection';
import { State, type Specimen } from './specimen';

type Row = { id: string; name: string; severity: Severity; rows: number; owners: { role: string; team: { name: string } }[] };
const payments = { role: 'OWNER', team: { name: 'Payments team' } };
const ROWS: readonly Row[] = [
  { id: '1', name: 'shop.sales.orders', severity: 'CRITICAL', rows: 1_812_400, owners: [payments] },
  { id: '2', name: 'shop.sales.a_name_that_is_so_long_that_it_fits_into_no_column_of_any_table', severity: 'ERROR', rows: 12, owners: [] },
  {
    id: '3',
    name: 'shop.sales.customers',
    severity: 'WARNING',
    rows: 640,
    owners: [payments, { role: 'STEWARD', team: { name: 'Search' } }],
  },
  { id: '4', name: 'shop.sales.order_totals', severity: 'INFO', rows: 0, owners: [payments] },
];
const COLUMNS: readonly TableColumn<Row>[] = [
  {
    id: 'name',
    header: 'Name',
    cell: ({ name }) => <Name name={name} className="font-medium" />,
    sort: { direction: 'ASC', onSort: () => {} },
  },
  { id: 'severity', header: 'Severity', width: 110, cell: ({ severity }) => <SeverityWord severity={severity} /> },
  { id: 'owners', header: 'Owners', width: 200, priority: 3, cell: ({ owners }) => <Owners owners={owners} /> },
  {
    id: 'rows',
    header: 'Rows (estimate)',
    width: 130,
    align: 'end',
    priority: 2,
    sort: { direction: null, onSort: () => {} },
    cell: ({ rows }) => formatCount(rows),
  },
];
const idOf = ({ id }: Row): string => id;
const compact = ({ name, severity, owners }: Row) => (
  <div className="flex min-w-0 flex-col">
    <Name name={name} className="font-medium" />
    <span className="flex min-w-0 items-center gap-3">
      <SeverityWord severity={severity} />
      <Owners owners={owners} className="text-fg-2" />
    </span>
  </div>
);
const common = { columns: COLUMNS, idOf, compact, isMain: false };

function Tables() {
  const selection = useSelection();
  const [openedId, setOpenedId] = useState<string | null>('3');
  return (
    <>
      <State name="rows; one is open; press one to open it, J and K to go on" boxed className="h-[270px]">
        <DataTable
          {...common}
          isMain
          label="Tables"
          rows={ROWS}
          totalCount={375}
          openedId={openedId}
          onOpen={({ id }) => setOpenedId(id)}
        />
      </State>
      <State name="with a selection, asked for again" boxed className="h-[270px]">
        <DataTable {...common} label="Tables to select" rows={ROWS} selection={selection} hasMore isFetching />
        <BulkBar count={selection.ids.size} onClear={selection.clear}>
          <Button>Acknowledge</Button>
        </BulkBar>
      </State>
      <State name="a row that has just come" boxed className="h-[200px]">
        <DataTable {...common} label="New rows" rows={ROWS.slice(0, 2)} rowClass={({ id }) => (id === '1' ? 'new-row' : undefined)} />
      </State>
      <State name="whose next page did not come" boxed className="h-[200px]">
        <DataTable {...common} label="Rows without the rest" rows={ROWS.slice(0, 2)} totalCount={375} hasMore onRetryRest={() => {}} />
      </State>
      <State name="loading" boxed stays className="h-[200px]">
        <DataTable {...common} label="Rows on their way" rows={[]} isLoading />
      </State>
      <State name="empty" boxed className="h-[160px]">
        <DataTable
          {...common}
          label="No rows"
          rows={[]}
          empty={
            <EmptyState title="No asset matches these filters" action={<Button>Clear filters</Button>}>
              1,284 assets were looked through.
            </EmptyState>
          }
        />
      </State>
      <State name="not to be had" boxed className="h-[160px]">
        <DataTable
          {...common}
          label="Rows that fail"
          rows={[]}
          empty={
            <ErrorPanel
              error={{ title: 'Assets are not available', text: 'The catalog does not answer.', code: 'UPSTREAM_UNAVAILABLE' }}
              onRetry={() => {}}
            />
          }
        />
      </State>
    </>
  );
}

const BulkBars = () => (
  <State name="with three actions" boxed className="h-20 max-sm:h-36">
    <BulkBar count={1_284} onClear={() => {}}>
      <Button variant="primary">Acknowledge</Button>
      <Button>Waive…</Button>
      <Button>Assign…</Button>
    </BulkBar>
  </State>
);

const KINDS = ['TABLE', 'VIEW', 'MATERIALIZED_VIEW', 'FILE', 'TOPIC', 'REPORT', 'DASHBOARD', 'MODEL'];
const OPTIONS: readonly FacetOption[] = KINDS.map((kind, index) => ({
  value: kind,
  name: kind === 'REPORT' ? 'A value whose name is too long for the column of the facets' : kind,
  count: index === 7 ? 0 : 10_000 / 4 ** index > 9_000 ? 10_000 : Math.floor(10_000 / 4 ** index),
  isCapped: index === 0,
  icon: <KindIcon kind={kind} isNamed />,
}));

function Facets() {
  const [chosen, setChosen] = useState<readonly string[]>(['VIEW', 'MODEL']);
  const toggle = (value: string) => setChosen(chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value]);
  return (
    <>
      <State name="counts; two chosen, one of them with none" className="w-64">
        <div className="w-full">
          <FacetList title="Kind" options={OPTIONS} chosen={chosen} onToggle={toggle} />
        </div>
      </State>
      <State name="counts not known now" className="w-64">
        <div className="w-full">
          <FacetList
            title="Kind, off"
            options={OPTIONS.map((each) => ({ ...each, count: null }))}
            chosen={chosen}
            onToggle={toggle}
            isOff
          />
        </div>
      </State>
    </>
  );
}

const item = (id: string, count: number | null, isBranch: boolean): TreeItem => ({ id, text: id, count, isBranch });
const level = (items: readonly TreeItem[], rest: Partial<TreeLevel<TreeItem>> = {}): TreeLevel<TreeItem> => ({
  items,
  total: items.length,
  hasMore: false,
  isLoading: false,
  ...rest,
});
const LEVELS: ReadonlyMap<string, TreeLevel<TreeItem>> = new Map([
  ['', level([item('shop', 3, true), item('warehouse', 212, true), item('lake', null, true)])],
  ['shop', level([item('sales', 259, true), item('stock', 12, true), item('empty', 0, false)])],
  [
    'sales',
    level([item('orders', null, false), item('a_table_whose_name_is_too_long_for_its_place', null, false)], { total: 211, hasMore: true }),
  ],
  ['warehouse', level([], { isLoading: true })],
  ['lake', level([], { error: 'The source does not answer.' })],
]);

function Trees() {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(['shop', 'sales', 'warehouse', 'lake']));
  const [selectedId, setSelectedId] = useState<string | null>('orders');
  const toggle = ({ id }: TreeItem, isOpen: boolean) => {
    const next = new Set(open);
    if (isOpen) next.add(id);
    else next.delete(id);
    setOpen(next);
  };
  return (
    <State name="open and closed branches, one selected, more to load, loading, failed" boxed className="h-[330px] max-w-[320px]">
      <Tree
        label="Sources"
        rows={toRows(LEVELS, open)}
        selectedId={selectedId}
        onToggle={toggle}
        onSelect={({ id }) => setSelectedId(id)}
        onMore={() => {}}
        render={({ id, isBranch }) => (
          <>
            <KindIcon kind={isBranch ? 'SCHEMA' : 'TABLE'} />
            <Name name={id} />
          </>
        )}
      />
    </State>
  );
}

export const LISTS: readonly Specimen[] = [
  { name: 'Table', States: Tables },
  { name: 'Bulk bar', States: BulkBars },
  { name: 'Facet list', States: Facets },
  { name: 'Tree', States: Trees },
];
