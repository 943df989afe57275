'use client';
import Link from 'next/link';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { SeverityMark } from '@/components/ui/severity';
import { Time } from '@/components/ui/time';
import { Match } from '@/components/ui/highlight';
import { cn } from '@/lib/class-names';
import { formatCount, formatEnum } from '@/lib/format';
import { fullNameOf, kindOf, nameOf } from './graph';
import { markText } from './graph-node';
import type { Row } from './rows';
import { originWords } from './words';

type Props = {
  rows: readonly Row[];
  label: string;
  selected: string | null;
  match: string;
  onSelect: (id: string, event: { newTab: boolean }) => void;
  isFetching: boolean;
};

const stepWords = ({ node, direction }: Row): string => (direction === 'itself' ? '0' : node.step > 0 ? `+${node.step}` : `−${-node.step}`);

function AssetCell({ row, match }: { row: Row; match: string }) {
  const isMatch = match !== '' && nameOf(row.node).toLowerCase().includes(match);
  return (
    <span className="flex min-w-0 items-center gap-2">
      <KindIcon kind={kindOf(row.node)} isNamed />
      <Link href={`/assets/${row.id}`} className={cn('min-w-0 font-medium hover:underline', row.mark?.is === 'removed' && 'line-through')}>
        {isMatch ? <Match>{nameOf(row.node)}</Match> : <Name name={nameOf(row.node)} title={fullNameOf(row.node)} />}
      </Link>
      {row.mark && <span className="shrink-0 text-small text-fg-3">{markText(row.mark)}</span>}
    </span>
  );
}

const Violations = ({ row: { violations } }: { row: Row }) =>
  violations && (
    <span className="inline-flex items-center gap-1">
      <SeverityMark severity={violations.severity} />
      {formatCount(violations.count)}
    </span>
  );

/** The same as the graph, in the same order. */
export function LineageTable({ rows, label, selected, match, onSelect, isFetching }: Props) {
  const hasJobs = rows.some(({ through }) => through !== '');
  const hasColumns = rows.some(({ columns }) => columns !== null);
  const columns: TableColumn<Row>[] = [
    { id: 'step', header: 'Step', width: 58, align: 'end', cell: stepWords },
    { id: 'direction', header: 'Direction', width: 108, cell: ({ direction }) => formatEnum(direction), priority: 3 },
    { id: 'asset', header: 'Asset', cell: (row) => <AssetCell row={row} match={match} /> },
    { id: 'kind', header: 'Kind', width: 128, cell: ({ node }) => formatEnum(kindOf(node)), priority: 3 },
    ...(hasJobs ? [{ id: 'through', header: 'Through', width: 130, cell: ({ through }: Row) => through, priority: 3 as const }] : []),
    { id: 'origins', header: 'Told by', width: 150, cell: ({ origins }) => origins.map(originWords).join(', '), priority: 4 },
    ...(hasColumns
      ? [
          {
            id: 'columns',
            header: 'Columns',
            width: 76,
            align: 'end' as const,
            cell: ({ columns: count }: Row) => (count ? formatCount(count) : ''),
            priority: 3 as const,
          },
        ]
      : []),
    { id: 'since', header: 'Since', width: 76, align: 'end', cell: ({ since }) => since && <Time at={since} />, priority: 2 },
    ...(rows.some(({ until }) => until)
      ? [
          {
            id: 'until',
            header: 'Until',
            width: 84,
            align: 'end' as const,
            cell: ({ until }: Row) => until && <Time at={until} />,
            priority: 4 as const,
          },
        ]
      : []),
    { id: 'violations', header: 'Violations', width: 92, align: 'end', cell: (row) => <Violations row={row} /> },
  ];
  return (
    <DataTable
      label={label}
      rows={rows}
      columns={columns}
      idOf={({ id }) => id}
      totalCount={rows.length}
      isFetching={isFetching}
      openedId={selected}
      onOpen={({ id }, event) => onSelect(id, event)}
      compact={(row) => (
        <div className="min-w-0">
          <AssetCell row={row} match={match} />
          <p className="flex items-center gap-2 text-small text-fg-2">
            <span className="min-w-0 truncate">
              {row.direction === 'itself' ? 'The asset asked about' : `${stepWords(row)}, ${row.direction}`}
              {row.through && ` through ${row.through}`}
            </span>
            <Violations row={row} />
          </p>
        </div>
      )}
    />
  );
}
