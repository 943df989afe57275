'use client';
import { Braces, Plus, X } from 'lucide-react';
import { useId, useState } from 'react';
import { Button, IconButton } from '../ui/button';
import { Select } from '../ui/field';
import { SeverityMark } from '../ui/severity';
import { Condition } from './condition';
import { fieldOf, FILTER_FIELDS, type AssetFilterValue, type FilterField } from './fields';
import { FilterJson } from './filter-json';
import { filterOf, isIncomplete, rowsOf, type FilterRow } from './rows';
import type { Names } from './words';

type Props = {
  value: AssetFilterValue;
  onChange: (value: AssetFilterValue) => void;
  names: Names;
  /** What the server said of a field of it. */
  errors?: Partial<Record<FilterField, string>>;
  /** As in “left out of the preview”. */
  leftOut?: string;
};

/** Which assets: rows of conditions that all have to hold, or the same as JSON. */
export function AssetFilterBuilder({ value, onChange, names, errors = {}, leftOut = 'It is left out' }: Props) {
  const [isJson, setJson] = useState(false);
  const [rows, setRows] = useRows(value);
  /** Of what was chosen here, before any list has told it. */
  const [chosen, setChosen] = useState<Names>(new Map());
  const id = useId();

  const change = (next: FilterRow[]) => {
    setRows(next);
    onChange(filterOf(next));
  };
  const setRow = (index: number, row: FilterRow) => change(rows.with(index, row));
  const free = FILTER_FIELDS.filter(({ field }) => rows.every((row) => row.field !== field));

  return (
    <div className="flex flex-col gap-2">
      <div className="flex min-h-6 items-center">
        <Button
          size="small"
          variant="quiet"
          className="ml-auto"
          aria-pressed={isJson}
          icon={<Braces className="size-3" strokeWidth={1.6} />}
          onClick={() => setJson(!isJson)}
        >
          {isJson ? 'As conditions' : 'As JSON'}
        </Button>
      </div>
      {isJson ? (
        <FilterJson value={value} onChange={onChange} />
      ) : (
        <>
          {rows.length === 0 && <p className="text-fg-2">No condition: every asset.</p>}
          {rows.map((row, index) => {
            const { label, relation, missing } = fieldOf(row.field);
            const told = errors[row.field];
            const noteId = `${id}-${row.field}`;
            return (
              <div key={row.field} role="group" aria-label={`Condition: ${label}`} className="flex flex-col gap-1">
                <div className="grid grid-cols-[104px_minmax(0,1fr)_28px] items-center gap-2 sm:grid-cols-[128px_72px_minmax(0,1fr)_28px]">
                  <Select
                    aria-label="Field"
                    value={row.field}
                    onChange={(event) => setRow(index, { field: event.target.value as FilterField, values: [] })}
                  >
                    {FILTER_FIELDS.filter(({ field }) => field === row.field || free.some((other) => other.field === field)).map((each) => (
                      <option key={each.field} value={each.field}>
                        {each.label}
                      </option>
                    ))}
                  </Select>
                  <span className="text-fg-2">{relation}</span>
                  <div className="min-w-0 max-sm:col-span-3 max-sm:row-start-2">
                    <Condition
                      row={row}
                      names={new Map([...names, ...chosen])}
                      control={{
                        label,
                        ...((told || isIncomplete(row)) && { 'aria-describedby': noteId }),
                        ...(told && { 'aria-invalid': true }),
                      }}
                      onChange={(values, picked) => {
                        if (picked) setChosen((before) => new Map([...before, ...picked]));
                        setRow(index, { ...row, values });
                      }}
                    />
                  </div>
                  <IconButton
                    label={`Remove the condition ${label}`}
                    className="max-sm:col-start-3 max-sm:row-start-1"
                    icon={<X className="size-3.5" strokeWidth={1.6} />}
                    onClick={() => change(rows.toSpliced(index, 1))}
                  />
                </div>
                {(told || isIncomplete(row)) && (
                  <p id={noteId} className={`flex items-start gap-1.5 text-small ${told ? 'text-error-text' : 'text-warning-text'}`}>
                    <SeverityMark severity={told ? 'ERROR' : 'WARNING'} aria-hidden className="mt-px" />
                    {told ?? `${missing}, or remove this condition. ${leftOut}.`}
                  </p>
                )}
              </div>
            );
          })}
          {free[0] && (
            <div>
              <Button
                icon={<Plus className="size-3.5" strokeWidth={1.6} />}
                onClick={() => setRows([...rows, { field: free[0]!.field, values: [] }])}
              >
                Condition
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  );
}

/** Rows hold what the filter cannot: conditions that nothing is chosen for yet. A filter that comes from elsewhere replaces them. */
function useRows(value: AssetFilterValue): [FilterRow[], (rows: FilterRow[]) => void] {
  const key = JSON.stringify(filterOf(rowsOf(value)));
  const [held, setHeld] = useState<FilterRow[]>(() => rowsOf(value));
  const rows = JSON.stringify(filterOf(held)) === key ? held : rowsOf(value);
  return [rows, setHeld];
}
