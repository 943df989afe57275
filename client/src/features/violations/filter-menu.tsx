'use client';
import { ChevronDown } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Popover } from '@/components/ui/menu';
import { RestMissing } from '@/components/ui/rest-missing';
import { ErrorPanel } from '@/components/ui/states';
import { formatCount, formatNames } from '@/lib/format';

export type Option = { value: string; label: string; mark?: ReactNode; count?: number };

type Props = {
  label: string;
  options: readonly Option[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  /** One at a time: choosing the chosen one takes it away. */
  single?: boolean;
  onOpen?: () => void;
  /** Where the options come from; without it they are all here. */
  list?: { isLoading: boolean; isFetching: boolean; error?: Error; retryRest: (() => void) | null; reload: () => void };
};

const MANY = 8;
/** Who looks for one among more types a part of its name. */
const MOST_SHOWN = 100;

/** A filter as a button that says what it is set to. */
export function FilterMenu({ label, options, chosen, onChange, single = false, onOpen, list }: Props) {
  const [text, setText] = useState('');
  const names = chosen.map((value) => options.find((option) => option.value === value)?.label ?? '…');
  const found = options.filter((option) => option.label.toLowerCase().includes(text.trim().toLowerCase()));
  const shown = found.slice(0, MOST_SHOWN);
  const toggle = (value: string) =>
    onChange(chosen.includes(value) ? chosen.filter((each) => each !== value) : single ? [value] : [...chosen, value]);
  return (
    <Popover
      label={label}
      className="w-72! p-2!"
      onOpenChange={(isOpen) => (isOpen ? onOpen?.() : setText(''))}
      trigger={
        <Button>
          {label}
          {names.length > 0 && (
            <span className="max-w-40 truncate rounded-chip bg-primary-subtle px-1.5 text-small text-primary-text">
              {formatNames(names)}
            </span>
          )}
          <ChevronDown aria-hidden className="size-3 text-fg-3" strokeWidth={1.6} />
        </Button>
      }
    >
      {options.length > MANY && (
        <Input
          aria-label={`Find in ${label}`}
          placeholder="Find"
          className="mb-1"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <ul aria-label={label}>
        {shown.map(({ value, label: name, mark, count }) => (
          <li key={value}>
            <Checkbox
              className="rounded-chip px-1.5 hover:bg-hover coarse:min-h-11"
              checked={chosen.includes(value)}
              onChange={() => toggle(value)}
              label={
                <span className="flex min-w-0 flex-1 items-center gap-2">
                  {mark}
                  <bdi className="truncate">{name}</bdi>
                  {count !== undefined && <span className="ml-auto text-fg-3">{formatCount(count)}</span>}
                </span>
              }
            />
          </li>
        ))}
      </ul>
      {list?.error ? (
        <p className="px-1.5 py-1 text-small">
          {options.length === 0 ? (
            <ErrorPanel error={list.error} subject="This list" onRetry={list.reload} className="p-0" />
          ) : (
            list.retryRest && <RestMissing isFetching={list.isFetching} onRetry={list.retryRest} />
          )}
        </p>
      ) : list?.isFetching ? (
        <p className="px-1.5 py-1 text-small text-fg-3">Loading</p>
      ) : shown.length === 0 ? (
        <p className="px-1.5 py-1 text-fg-3">{text.trim() ? `Nothing is called “${text.trim()}”` : 'Nothing to choose'}</p>
      ) : (
        found.length > shown.length && (
          <p className="px-1.5 py-1 text-small text-fg-3">
            {formatCount(shown.length)} of {formatCount(found.length)}. Type to see others.
          </p>
        )
      )}
      {chosen.length > 0 && (
        <Button size="small" variant="quiet" className="mt-1" onClick={() => onChange([])}>
          Clear
        </Button>
      )}
    </Popover>
  );
}
