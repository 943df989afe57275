'use client';
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { tableFeatures, useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { cn } from '@/lib/class-names';
import { formatCount } from '@/lib/format';
import { useKeys } from '@/lib/keys';
import { usePreferences } from '@/lib/preferences';
import { useCoarse, useIsNarrow } from '@/lib/use-media';
import type { DataTableProps, TableColumn } from './data-table';
import { Checkbox } from './field';
import { RestMissing } from './rest-missing';
import { RefetchLine, SkeletonRows } from './skeleton';

const features = tableFeatures({});
const DROP = { 1: '', 2: 'max-sm:hidden', 3: 'max-md:hidden', 4: 'max-lg:hidden' };
const AHEAD = 20;
const COMPACT_HEIGHT = 56;

/** See `DataTable`. */
export function DataTableRows<Row>(props: DataTableProps<Row>) {
  const { label, rows, columns, idOf, totalCount, selection, onOpen, onMore, hasMore = false, compact, isMain = true } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isNarrow = useIsNarrow() && compact !== undefined;
  const isCoarse = useCoarse();
  const { density } = usePreferences();
  const rowHeight = isNarrow ? COMPACT_HEIGHT : isCoarse ? 44 : density === 'compact' ? 32 : 36;
  const [active, setActive] = useState(0);

  const definitions = useMemo(() => columns.map(({ id }) => ({ id })), [columns]);
  const data = useMemo(() => [...rows] as object[], [rows]);
  const table = useTable({ features, columns: definitions, data, getRowId: (row: object) => idOf(row as Row) });
  const model = table.getRowModel().rows;
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);

  const virtualizer = useVirtualizer({
    count: model.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    // The same one as long as the rows are: with another all heights are added up anew.
    getItemKey: useCallback((index: number) => model[index]!.id, [model]),
  });
  useEffect(() => virtualizer.measure(), [rowHeight, virtualizer]);
  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && lastIndex >= model.length - AHEAD) onMore?.();
  }, [hasMore, lastIndex, model.length, onMore]);

  const focusRow = (index: number): void => {
    const at = Math.max(0, Math.min(model.length - 1, index));
    setActive(at);
    virtualizer.scrollToIndex(at);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${at}"]`)?.focus());
    const row = model[at];
    if (row) props.onFocusRow?.(row.original as Row);
  };
  const activeRow = (): Row | undefined => model[active]?.original as Row | undefined;
  const ids = () => model.map(({ id }) => id);
  const move = (by: number) => () => focusRow(document.activeElement?.closest('[data-index]') ? active + by : active);
  useKeys(
    {
      j: move(1),
      k: move(-1),
      ...(selection && {
        x: () => activeRow() && selection.toggle(idOf(activeRow()!)),
        'shift+x': () => activeRow() && selection.toggle(idOf(activeRow()!), { range: true, all: ids() }),
        ...(selection.ids.size > 0 && { Escape: selection.clear }),
      }),
      ...Object.fromEntries(Object.entries(props.rowKeys ?? {}).map(([key, run]) => [key, () => activeRow() && run(activeRow()!)])),
    },
    isMain && model.length > 0,
  );

  const onRowKey = (event: KeyboardEvent, index: number, row: Row): void => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'ArrowDown') focusRow(index + 1);
    else if (event.key === 'ArrowUp') focusRow(index - 1);
    else if (event.key === 'Home') focusRow(0);
    else if (event.key === 'End') focusRow(model.length - 1);
    else if (event.key === 'Enter' && onOpen) onOpen(row, { newTab: event.metaKey || event.ctrlKey });
    else return;
    event.preventDefault();
  };
  const onRowClick = (event: MouseEvent, index: number, row: Row): void => {
    setActive(index);
    // What acts by itself inside a row does not open it; neither does marking text.
    if ((event.target as HTMLElement).closest('a, button, input, label, select, textarea') || getSelection()?.toString()) return;
    onOpen?.(row, { newTab: event.metaKey || event.ctrlKey });
  };

  const isEmpty = model.length === 0;
  const allChosen = !isEmpty && selection !== undefined && model.every(({ id }) => selection.has(id));
  const before = items[0]?.start ?? 0;
  const after = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);

  return (
    <div className={cn('relative flex min-h-0 flex-1 flex-col', props.className)}>
      <RefetchLine isOn={(props.isFetching ?? false) && !isEmpty} />
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
        {props.isLoading && isEmpty ? (
          <SkeletonRows rows={10} isTall={compact !== undefined} />
        ) : isEmpty ? (
          props.empty
        ) : (
          <table
            aria-label={label}
            aria-rowcount={totalCount ?? (hasMore ? -1 : model.length)}
            className="w-full table-fixed border-separate border-spacing-0"
          >
            <colgroup>
              {selection && <col style={{ width: 40 }} />}
              {!isNarrow &&
                columns.map(({ id, width, priority = 1 }) => (
                  <col key={id} className={DROP[priority]} style={width ? { width } : undefined} />
                ))}
            </colgroup>
            <thead className={isNarrow ? 'sr-only' : 'sticky top-0 z-10 bg-surface'}>
              <tr>
                {selection && (
                  <th scope="col" className="h-8 border-b border-line pl-3 text-left [&>input]:block">
                    <Checkbox
                      aria-label={allChosen ? 'Clear the selection' : 'Select all that are loaded'}
                      checked={allChosen}
                      indeterminate={!allChosen && selection.ids.size > 0}
                      onChange={() => (allChosen ? selection.clear() : selection.set(ids()))}
                    />
                  </th>
                )}
                {columns.map((column) => (
                  <HeadCell key={column.id} column={column} />
                ))}
              </tr>
            </thead>
            <tbody>
              {before > 0 && <tr aria-hidden style={{ height: before }} />}
              {items.map(({ index }) => {
                const { id, original } = model[index]!;
                const row = original as Row;
                const isChosen = selection?.has(id) ?? false;
                return (
                  <tr
                    key={id}
                    data-index={index}
                    aria-rowindex={index + 1}
                    aria-selected={selection || onOpen ? isChosen || props.openedId === id : undefined}
                    tabIndex={index === active || (index === items[0]?.index && active >= model.length) ? 0 : -1}
                    onFocus={() => setActive(index)}
                    onKeyDown={(event) => onRowKey(event, index, row)}
                    onClick={(event) => onRowClick(event, index, row)}
                    style={{ height: rowHeight }}
                    className={cn(
                      'group outline-none hover:bg-hover focus-visible:bg-hover focus-visible:shadow-[inset_2px_0_0_var(--primary)]',
                      onOpen && 'cursor-default',
                      (isChosen || props.openedId === id) && 'bg-primary-subtle hover:bg-primary-subtle',
                      props.rowClass?.(row),
                    )}
                  >
                    {selection && (
                      <td className="border-b border-line pl-3 [&>input]:block">
                        <Checkbox
                          aria-label="Select this row"
                          checked={isChosen}
                          onClick={(event) => event.shiftKey && (event.preventDefault(), selection.toggle(id, { range: true, all: ids() }))}
                          onChange={() => selection.toggle(id)}
                        />
                      </td>
                    )}
                    {isNarrow ? (
                      <td className="border-b border-line px-3">{compact!(row)}</td>
                    ) : (
                      columns.map(({ id: columnId, align, priority = 1 }) => (
                        <td
                          key={columnId}
                          className={cn(
                            'overflow-hidden border-b border-line px-2 text-ellipsis whitespace-nowrap first:pl-5 last:pr-5',
                            align === 'end' && 'text-right',
                            DROP[priority],
                          )}
                        >
                          {byId.get(columnId)!.cell(row)}
                        </td>
                      ))
                    )}
                  </tr>
                );
              })}
              {after > 0 && <tr aria-hidden style={{ height: after }} />}
            </tbody>
          </table>
        )}
        {!isEmpty && (
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1 px-5 pt-2 pb-16 text-small text-fg-3">
            {totalCount != null
              ? `${formatCount(model.length)} of ${formatCount(totalCount)}`
              : hasMore
                ? `${formatCount(model.length)} loaded`
                : `${formatCount(model.length)} of ${formatCount(model.length)}`}
            {props.onRetryRest && <RestMissing isFetching={props.isFetching} onRetry={props.onRetryRest} />}
          </p>
        )}
      </div>
    </div>
  );
}

function HeadCell<Row>({ column: { header, align, priority = 1, sort } }: { column: TableColumn<Row> }) {
  const className = cn(
    'h-8 overflow-hidden border-b border-line px-2 text-left text-small font-normal text-ellipsis whitespace-nowrap text-fg-3 first:pl-5 last:pr-5',
    align === 'end' && 'text-right',
    DROP[priority],
  );
  if (!sort) {
    return (
      <th scope="col" className={className}>
        {header}
      </th>
    );
  }
  return (
    <th
      scope="col"
      aria-sort={sort.direction === 'ASC' ? 'ascending' : sort.direction === 'DESC' ? 'descending' : 'none'}
      className={className}
    >
      <button type="button" onClick={sort.onSort} className="inline-flex items-center gap-1 hover:text-fg">
        {header}
        {sort.direction && <span aria-hidden>{sort.direction === 'ASC' ? '↑' : '↓'}</span>}
      </button>
    </th>
  );
}
