import type { TableColumn } from '@/components/ui/data-table';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Owners } from '@/components/ui/people';
import { SeverityMark, SeverityWord } from '@/components/ui/severity';
import { StatusMark, StatusWord } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { cn } from '@/lib/class-names';
import { placeOf, shortFinding } from './finding';
import type { ViolationRow } from './violation-row';

/** What was resolved while it is listed stays, struck out, until the list is left. */
const struck = ({ status }: ViolationRow, isPast: boolean) => status === 'RESOLVED' && !isPast && 'text-fg-3 line-through';

const Where = ({ row: { asset, column } }: { row: ViolationRow }) =>
  asset && (
    <span className="flex min-w-0 items-center gap-2">
      <KindIcon kind={asset.kind} />
      <Name name={placeOf(asset, column)} title={[asset.name, column?.name].filter(Boolean).join('.')} />
    </span>
  );

type Order = { sort: string | null; onSort: (sort: string | null) => void };

/** `isPast`: the list is of what is resolved. */
export const columnsOf = ({ sort, onSort }: Order, isPast: boolean): TableColumn<ViolationRow>[] => [
  {
    id: 'severity',
    header: 'Severity',
    width: 100,
    sort: { direction: sort ? null : 'DESC', onSort: () => onSort(null) },
    cell: ({ severity }) => <SeverityWord severity={severity} />,
  },
  {
    id: 'finding',
    header: 'Finding',
    cell: (row) => (
      <bdi className={cn('font-medium', struck(row, isPast))} title={row.message}>
        {shortFinding(row.message, row.asset, row.column)}
      </bdi>
    ),
  },
  { id: 'where', header: 'Where', cell: (row) => <Where row={row} /> },
  {
    id: 'owner',
    header: 'Owner',
    width: 148,
    priority: 4,
    cell: ({ asset }) => asset && <Owners owners={asset.owners} className="max-w-full" />,
  },
  { id: 'status', header: 'Status', width: 138, priority: 3, cell: ({ status }) => <StatusWord status={status} /> },
  {
    id: 'raised',
    header: 'Raised',
    width: 92,
    align: 'end',
    priority: 2,
    sort: {
      direction: sort === 'newest' ? 'DESC' : sort === 'oldest' ? 'ASC' : null,
      onSort: () => onSort(sort === 'newest' ? 'oldest' : 'newest'),
    },
    cell: ({ raisedAt }) => <Time at={raisedAt} className="text-fg-2" />,
  },
];

/** A row below 700 px: what, then where and since when. */
export const CompactViolation = ({ row, isPast }: { row: ViolationRow; isPast: boolean }) => (
  <div className="flex min-w-0 items-start gap-2.5">
    <SeverityMark severity={row.severity} className="mt-[3px]" />
    <div className="min-w-0 flex-1">
      <p className={cn('truncate font-medium', struck(row, isPast))}>
        <bdi>{shortFinding(row.message, row.asset, row.column)}</bdi>
      </p>
      <div className="flex min-w-0 items-center gap-2 text-small text-fg-3">
        <span className="min-w-0 flex-1">{row.asset && <Name name={placeOf(row.asset, row.column)} />}</span>
        {row.status !== 'OPEN' && <StatusMark status={row.status} />}
        <Time at={row.raisedAt} className="shrink-0" />
      </div>
    </div>
  </div>
);
