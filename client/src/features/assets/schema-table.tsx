'use client';
import { DataTable, type TableColumn } from '@/components/ui/data-table';
import { Name } from '@/components/ui/name';
import { toast } from '@/components/ui/toast';
import type { Selection } from '@/lib/use-selection';
import { DescriptionCell, fitsOneLine, startEditing, type Editing } from './description-cell';
import { LabelEvidence } from './label-evidence';
import { descriptionOf, suggestionsOf, type Column, type Keys } from './schema-columns';
import type { Decide } from './use-decide';

type Props = {
  columns: readonly Column[];
  keys: Keys;
  isLoading: boolean;
  isFetching: boolean;
  onRetryRest: (() => void) | null;
  empty: React.ReactNode;
  openedId: string | null;
  onOpen: (column: Column) => void;
  selection: Selection | undefined;
  mayEdit: boolean;
  sourceId: string | undefined;
  decide: Decide;
  editing: Editing | null;
  onEdit: (editing: Editing | null) => void;
  onSave: (column: Column, next: -1 | 0 | 1) => void;
};

/** `PK`, `UQ`, `FK` with what they mean in the tooltip. */
export function KeyMarks({ name, keys }: { name: string; keys: Keys }) {
  const key = keys.get(name);
  if (!key) return null;
  const marks = [
    key.isPrimary && { text: 'PK', title: 'Primary key' },
    key.isUnique && { text: 'UQ', title: 'Unique' },
    key.foreign && { text: 'FK', title: `References ${key.foreign.referencesName}` },
  ].filter((mark) => mark !== false && mark !== undefined);
  return marks.map(({ text, title }) => (
    <abbr
      key={text}
      title={title}
      className="ml-1.5 inline-flex h-[18px] shrink-0 items-center rounded-chip border border-line-strong px-1 text-micro text-fg-3 no-underline"
    >
      {text}
    </abbr>
  ));
}

/** As many as the column has room for; all of them are in the column's panel. */
const MOST_LABELS = 2;

const nullWord = ({ generated, nullable }: Column): string => (generated ? 'gen.' : nullable ? 'yes' : 'no');

export function SchemaTable(props: Props) {
  const { columns, keys, selection, mayEdit, sourceId, decide, editing, onEdit, onSave } = props;
  const isEditable = (column: Column) => mayEdit && !column.deletedAt;
  const start = (column: Column) => isEditable(column) && (fitsOneLine(column) ? onEdit(startEditing(column)) : props.onOpen(column));
  const decideFirst = (state: 'CONFIRMED' | 'REJECTED') => (column: Column) => {
    const [first] = suggestionsOf(column);
    if (first && isEditable(column))
      void decide([{ columnId: column.id, column: column.name, label: first.label.name, state, before: first.state }]).then(([outcome]) => {
        if (outcome?.error) toast({ title: `${first.label.name} of ${column.name} was not decided`, text: outcome.error, stays: true });
      });
  };
  const description = (column: Column) => (
    <DescriptionCell
      column={column}
      editing={editing?.columnId === column.id ? editing : null}
      mayEdit={isEditable(column)}
      onStart={() => start(column)}
      onText={(text) => editing && onEdit({ ...editing, text, error: null })}
      onSave={(next) => onSave(column, next)}
      onRevert={() => onEdit(null)}
    />
  );
  const labels = (column: Column) =>
    column.labels === null || column.labels === undefined ? (
      <span className="text-fg-3">not available</span>
    ) : (
      // What a finger can press is higher than the line that it stands in, and must not make the row higher than others.
      <span className="flex min-w-0 gap-1 coarse:-my-2.5">
        {column.labels.slice(0, MOST_LABELS).map((given) => (
          <LabelEvidence key={given.id} {...{ column, given, mayEdit, sourceId, decide }} />
        ))}
        {column.labels.length > MOST_LABELS && (
          <button
            type="button"
            aria-label={`All ${column.labels.length} labels of ${column.name}`}
            title={column.labels.map(({ label }) => label.name).join(', ')}
            onClick={() => props.onOpen(column)}
            className="min-h-6 shrink-0 rounded-chip px-1 text-small text-fg-3 hover:text-fg hover:underline coarse:min-h-11"
          >
            +{column.labels.length - MOST_LABELS}
          </button>
        )}
      </span>
    );
  const definitions: TableColumn<Column>[] = [
    {
      id: 'ordinal',
      header: '#',
      width: 52,
      align: 'end',
      priority: 3,
      cell: ({ ordinal }) => <span className="text-fg-3">{ordinal}</span>,
    },
    {
      id: 'name',
      header: 'Column',
      cell: (column) => (
        <span className="flex min-w-0 items-center">
          <Name name={column.name} className={column.deletedAt ? 'text-fg-3 line-through' : 'font-medium'} />
          <KeyMarks name={column.name} keys={keys} />
        </span>
      ),
    },
    {
      id: 'type',
      header: 'Type',
      width: 132,
      cell: ({ nativeType }) => (
        <code title={nativeType} className="text-small text-fg-2">
          {nativeType}
        </code>
      ),
    },
    { id: 'null', header: 'Null', width: 56, priority: 3, cell: (column) => <span className="text-fg-2">{nullWord(column)}</span> },
    { id: 'labels', header: 'Labels', width: 190, cell: labels },
    { id: 'description', header: 'Description', priority: 2, cell: description },
  ];
  return (
    <DataTable
      label="Columns"
      rows={columns}
      columns={definitions}
      idOf={({ id }) => id}
      totalCount={columns.length}
      isLoading={props.isLoading}
      isFetching={props.isFetching}
      onRetryRest={props.onRetryRest}
      empty={props.empty}
      openedId={props.openedId}
      onOpen={props.onOpen}
      selection={selection}
      rowKeys={
        mayEdit
          ? {
              e: (column) => (props.openedId !== null || document.activeElement?.closest('[data-index]') ? start(column) : false),
              y: decideFirst('CONFIRMED'),
              n: decideFirst('REJECTED'),
            }
          : undefined
      }
      compact={(column) => (
        <div className="flex min-w-0 flex-col">
          <span className="flex min-w-0 items-center">
            <Name name={column.name} className="font-medium" />
            <KeyMarks name={column.name} keys={keys} />
            <code className="ml-auto max-w-[45%] shrink-0 truncate pl-2 text-small text-fg-2">
              {column.nativeType}
              {column.nullable && '?'}
            </code>
          </span>
          <span className="flex min-w-0 items-center gap-2">
            <bdi className="min-w-0 flex-1 truncate text-fg-2">
              {descriptionOf(column) || <span className="text-fg-3">No description</span>}
            </bdi>
            <span className="shrink-0">
              {labels({ ...column, labels: column.labels?.filter(({ state }) => state !== 'REJECTED').slice(0, 1) ?? null })}
            </span>
          </span>
        </div>
      )}
    />
  );
}
