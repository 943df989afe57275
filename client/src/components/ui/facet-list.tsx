'use client';
import { useId, useState, type ReactNode } from 'react';
import { cn } from '@/lib/class-names';
import { formatCount } from '@/lib/format';
import { Checkbox } from './field';
import { Input } from './input';
import { Popover } from './menu';

export type FacetOption = {
  value: string;
  /** For the filter and the tooltip. */
  name: string;
  /** null: not known now. */
  count: number | null;
  isCapped?: boolean;
  icon?: ReactNode;
  /** What is shown in place of the name. */
  label?: ReactNode;
};

type Props = {
  title: string;
  /** The most frequent first. */
  options: readonly FacetOption[];
  chosen: readonly string[];
  onToggle: (value: string) => void;
  /** Counts are not to be had: what is chosen can still be taken away. */
  isOff?: boolean;
};

const SHOWN = 6;

/** The first values with their counts, and all that are chosen; the others behind “more”. */
export function FacetList({ title, options, chosen, onToggle, isOff = false }: Props) {
  const heading = useId();
  const shown = options.filter(({ value }, index) => index < SHOWN || chosen.includes(value));
  if (options.length === 0) return null;
  return (
    <section aria-labelledby={heading} className="border-b border-line px-5 py-3 last:border-b-0">
      <div className="mb-1 flex h-6 items-center gap-2">
        <h2 id={heading} className="font-medium">
          {title}
        </h2>
        {options.length > shown.length && <More title={title} options={options} chosen={chosen} onToggle={onToggle} />}
      </div>
      <Options options={shown} chosen={chosen} onToggle={onToggle} isOff={isOff} />
    </section>
  );
}

const Options = ({ options, chosen, onToggle, isOff = false }: Omit<Props, 'title'>) => (
  <ul>
    {options.map(({ value, name, count, isCapped, icon, label }) => {
      const isChosen = chosen.includes(value);
      return (
        <li key={value}>
          <label
            title={name}
            className={cn(
              'flex min-h-6 items-center gap-2 rounded-chip hover:bg-hover coarse:min-h-11',
              isOff && !isChosen && 'text-fg-disabled',
            )}
          >
            <Checkbox
              checked={isChosen}
              disabled={isOff && !isChosen}
              aria-label={count === null ? name : `${name}, ${formatCount(count, isCapped)}`}
              onChange={() => onToggle(value)}
            />
            {icon}
            <bdi className="min-w-0 flex-1 truncate">{label ?? name}</bdi>
            {count !== null && !isOff && <span className="text-small text-fg-3">{formatCount(count, isCapped)}</span>}
          </label>
        </li>
      );
    })}
  </ul>
);

function More({ title, options, chosen, onToggle }: Omit<Props, 'isOff'>) {
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found = options.filter(({ name }) => name.toLowerCase().includes(wanted));
  return (
    <Popover
      label={`${title}: all values`}
      onOpenChange={() => setText('')}
      trigger={
        <button
          type="button"
          className="ml-auto min-h-6 text-small text-fg-3 hover:text-fg hover:underline"
          aria-label={`More of ${title}`}
        >
          more
        </button>
      }
    >
      <Input
        type="search"
        aria-label={`Filter ${title}`}
        placeholder="Filter"
        value={text}
        onChange={({ target }) => setText(target.value)}
        className="mb-2"
      />
      {found.length > 0 ? (
        <Options options={found} chosen={chosen} onToggle={onToggle} />
      ) : (
        <p className="py-2 text-fg-3">None of these {formatCount(options.length)} matches.</p>
      )}
    </Popover>
  );
}
