'use client';
import { useRef, type ReactNode } from 'react';
import { Columns3, Download, Search, Table2, Waypoints } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Kbd } from '@/components/ui/badge';
import { Segmented, Select } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Menu, MenuItem, MenuRadio } from '@/components/ui/menu';
import { formatCount } from '@/lib/format';
import { useKeys } from '@/lib/keys';
import type { ColumnMode } from './columns';
import { DEPTHS, type Direction, type View } from './url';
import { BUDGET } from './use-lineage';

type Props = {
  direction: Direction;
  depth: number;
  columns: ColumnMode;
  view: View;
  find: string;
  matches: number;
  /** Null: nothing is shown yet. */
  shown: { count: number; folded: number; isTruncated: boolean } | null;
  onChange: (change: { direction?: Direction; depth?: string; level?: ColumnMode; view?: View }) => void;
  onFind: (text: string) => void;
  onFindNext: (step: 1 | -1) => void;
  onExport: (as: 'svg' | 'png' | 'csv') => void;
};

const COLUMN_WORDS: Record<ColumnMode, string> = { none: 'off', path: 'on the path', all: 'all' };
const icon = (Icon: typeof Columns3): ReactNode => <Icon aria-hidden className="size-3.5" strokeWidth={1.6} />;

export function Toolbar({ direction, depth, columns, view, find, matches, shown, onChange, onFind, onFindNext, onExport }: Props) {
  const box = useRef<HTMLInputElement>(null);
  useKeys({ f: () => box.current?.focus() });
  const depths: number[] = [...new Set([...DEPTHS, depth])].toSorted((a, b) => a - b);
  return (
    <div
      role="toolbar"
      aria-label="Lineage"
      className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-5 py-2 max-sm:px-3"
    >
      <Segmented
        label="Direction"
        value={direction}
        onChange={(next) => onChange({ direction: next })}
        options={[
          { value: 'UPSTREAM', label: 'Up' },
          { value: 'DOWNSTREAM', label: 'Down' },
          { value: 'BOTH', label: 'Both' },
        ]}
      />
      <label className="flex items-center gap-1.5 text-fg-2">
        Depth
        <Select value={depth} onChange={(event) => onChange({ depth: event.target.value })} className="w-14!">
          {depths.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </Select>
      </label>
      <Menu align="start" trigger={<Button icon={icon(Columns3)}>Columns: {COLUMN_WORDS[columns]}</Button>}>
        <MenuRadio<ColumnMode>
          label="Columns"
          value={columns}
          onChange={(level) => onChange({ level })}
          options={[
            { value: 'none', label: 'Off' },
            { value: 'path', label: 'On the path' },
            { value: 'all', label: 'All with lineage' },
          ]}
        />
      </Menu>
      <div className="relative w-44 max-sm:w-full max-sm:flex-1">
        <Search aria-hidden className="pointer-events-none absolute top-1/2 left-2 size-3.5 -translate-y-1/2 text-fg-3" strokeWidth={1.6} />
        <Input
          ref={box}
          type="text"
          aria-label="Find in the lineage"
          placeholder="Find in graph"
          className="pr-16! pl-7!"
          value={find}
          onChange={(event) => onFind(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onFindNext(event.shiftKey ? -1 : 1);
            else if (event.key === 'Escape') {
              onFind('');
              event.currentTarget.blur();
            } else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
        <span className="pointer-events-none absolute top-1/2 right-1.5 -translate-y-1/2 text-small text-fg-3">
          {find ? `${formatCount(matches)} found` : <Kbd>F</Kbd>}
        </span>
        <span role="status" className="sr-only">
          {find ? `${matches} found` : ''}
        </span>
      </div>
      <div className="ml-auto flex flex-wrap max-sm:ml-0 items-center gap-2">
        {shown && (
          <p className="text-small text-fg-3 max-sm:w-full" role="status">
            {shown.isTruncated ? 'at least ' : ''}
            {formatCount(shown.count)} shown, {formatCount(shown.folded)} folded, limit {formatCount(BUDGET)}
          </p>
        )}
        <Segmented
          label="View"
          value={view}
          onChange={(next) => onChange({ view: next })}
          options={[
            { value: 'graph', label: <>{icon(Waypoints)} Graph</> },
            { value: 'table', label: <>{icon(Table2)} Table</> },
          ]}
        />
        <Menu trigger={<Button icon={icon(Download)}>Export</Button>}>
          {view === 'graph' && <MenuItem onSelect={() => onExport('svg')}>Graph as SVG</MenuItem>}
          {view === 'graph' && <MenuItem onSelect={() => onExport('png')}>Graph as PNG</MenuItem>}
          <MenuItem onSelect={() => onExport('csv')}>Table as CSV</MenuItem>
        </Menu>
      </div>
    </div>
  );
}
