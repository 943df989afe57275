'use client';
import { lazy, Suspense, type ComponentType, type ReactNode } from 'react';
import type { Selection } from '@/lib/use-selection';
import { SkeletonRows } from './skeleton';

export type TableColumn<Row> = {
  id: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  /** In pixels; those without share what is left. */
  width?: number;
  /** Numbers, and times beside them. */
  align?: 'end';
  /** 1 never drops; 2 drops below 700 px, 3 below 1024, 4 below 1440. */
  priority?: 1 | 2 | 3 | 4;
  /** Only where the API can order by it. */
  sort?: { direction: 'ASC' | 'DESC' | null; onSort: () => void };
};

export type DataTableProps<Row> = {
  /** What screen readers call it. */
  label: string;
  rows: readonly Row[];
  columns: readonly TableColumn<Row>[];
  idOf: (row: Row) => string;
  /** How many there are in all; null: not known. */
  totalCount?: number | null;
  isLoading?: boolean;
  isFetching?: boolean;
  /** Asks for the next page; called 20 rows before the end. */
  onMore?: () => void;
  hasMore?: boolean;
  /** The next page did not come: asks for it again. */
  onRetryRest?: (() => void) | null;
  onOpen?: (row: Row, event: { newTab: boolean }) => void;
  openedId?: string | null;
  selection?: Selection;
  /** Below 700 px a row is two lines: this is what they hold. */
  compact?: (row: Row) => ReactNode;
  rowClass?: (row: Row) => string | undefined;
  /** Takes the place of the rows where there are none. */
  empty?: ReactNode;
  /** J, K and the others belong to this table (one on a page). */
  isMain?: boolean;
  /** Keys that act on the row that has, or had, the focus, as in `a`: acknowledge. What gives false leaves the key to others. */
  rowKeys?: Readonly<Record<string, (row: Row) => unknown>>;
  onFocusRow?: (row: Row) => void;
  className?: string;
};

// What it is made of is a tenth of a page's script: it comes while the rows are asked for.
const Rows = lazy(() =>
  import('./data-table-rows').then((module) => ({ default: module.DataTableRows as unknown as ComponentType<DataTableProps<never>> })),
);

/** Rows are drawn as they come into view; a table of ten thousand is as quick as one of fifty. */
export const DataTable = <Row,>(props: DataTableProps<Row>) => (
  <Suspense fallback={<SkeletonRows rows={10} isTall={props.compact !== undefined} className="min-h-0 flex-1 overflow-hidden" />}>
    <Rows {...(props as unknown as DataTableProps<never>)} />
  </Suspense>
);
