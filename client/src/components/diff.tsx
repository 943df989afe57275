'use client';
import { diffWordsWithSpace } from 'diff';
import { Fragment, type ReactNode } from 'react';
import { cn } from '@/lib/class-names';
import { plural } from '@/lib/format';

/** What can be compared: a text of people, a text that runs, or values, a line each, as a whole. Undefined: it is not there. */
export type DiffMode = 'prose' | 'code' | 'value';
export type DiffRow = {
  id: string;
  name: ReactNode;
  /** Which property of it. */
  detail?: string;
  mode: DiffMode;
  before?: string;
  after?: string;
  /** Below what was there before. */
  action?: ReactNode;
};
export type DiffGroup = { title: string; rows: readonly DiffRow[] };

/** Above this the two texts are told as a whole: nobody reads such a comparison, and it takes long. */
const MOST_COMPARED = 20_000;

/** One side of two texts, with what only this side has marked. */
export function DiffText({ before, after, mode, side }: { before: string; after: string; mode: DiffMode; side: 'before' | 'after' }) {
  const own = side === 'before' ? before : after;
  const mark =
    side === 'before'
      ? 'rounded-[2px] bg-diff-del-strong text-inherit line-through'
      : 'rounded-[2px] bg-diff-add-strong text-inherit no-underline';
  const Tag = side === 'before' ? 'del' : 'ins';
  if (before.length + after.length > MOST_COMPARED) return <Tag className={mark}>{own}</Tag>;
  if (mode === 'value') {
    const others = new Set((side === 'before' ? after : before).split('\n'));
    return own.split('\n').map((line, index) => (
      <Fragment key={line}>
        {index > 0 && '\n'}
        {line === '' || others.has(line) ? line : <Tag className={mark}>{line}</Tag>}
      </Fragment>
    ));
  }
  return (
    <>
      {diffWordsWithSpace(before, after)
        .filter(({ added, removed }) => (side === 'before' ? !added : !removed))
        .map(({ value, added, removed }, index) =>
          added || removed ? (
            <Tag key={index} className={mark}>
              {value}
            </Tag>
          ) : (
            value
          ),
        )}
    </>
  );
}

function Side({ row, side }: { row: DiffRow; side: 'before' | 'after' }) {
  const own = row[side];
  if (own === undefined) return null;
  const isBefore = side === 'before';
  return (
    <div className="flex min-w-0 gap-2">
      <span aria-hidden className="shrink-0 font-mono select-none">
        {isBefore ? '−' : '+'}
      </span>
      <span className="sr-only">{isBefore ? 'before' : 'after'}</span>
      <div
        dir="auto"
        className={cn(
          'min-w-0 flex-1 break-words whitespace-pre-wrap',
          row.mode !== 'prose' && 'font-mono',
          row.mode === 'code' && 'text-small',
        )}
      >
        {row.before !== undefined && row.after !== undefined ? (
          <DiffText before={row.before} after={row.after} mode={row.mode} side={side} />
        ) : (
          own
        )}
      </div>
    </div>
  );
}

const COLUMNS = 'grid grid-cols-[minmax(120px,22%)_minmax(0,1fr)_minmax(0,1fr)] max-sm:grid-cols-1';

/** Changes in groups, each with what was and what is: side by side, below 700 px one over the other. A change is `[data-change]` and takes the focus. */
export function Diff({
  groups,
  before,
  after,
  label,
}: {
  groups: readonly DiffGroup[];
  before: ReactNode;
  after: ReactNode;
  label: string;
}) {
  return (
    <div role="table" aria-label={label} className="min-w-0">
      <div role="row" className={cn(COLUMNS, 'sticky top-0 z-10 border-b border-line bg-subtle text-small text-fg-3 max-sm:hidden')}>
        <div role="columnheader" className="px-5 py-1.5">
          Path
        </div>
        <div role="columnheader" className="px-3 py-1.5">
          {before}
        </div>
        <div role="columnheader" className="px-3 py-1.5">
          {after}
        </div>
      </div>
      {groups.map(({ title, rows }) => (
        <div key={title} role="rowgroup">
          <div role="row" className="flex gap-2 border-b border-line px-5 pt-4 pb-2 max-sm:px-3">
            <div role="cell">
              <h2 className="font-semibold">
                {title} <span className="pl-1 font-normal text-fg-3">{rows.length}</span>
              </h2>
            </div>
          </div>
          {rows.map((row) => (
            <div
              key={row.id}
              role="row"
              data-change=""
              tabIndex={-1}
              className={cn(COLUMNS, 'border-b border-line outline-none focus:shadow-[inset_2px_0_0_var(--primary)]')}
            >
              <div role="rowheader" className="min-w-0 px-5 py-1.5 break-words max-sm:px-3">
                {row.name} {row.detail && <span className="text-fg-3">{row.detail}</span>}
                {row.action && <div className="pt-1">{row.action}</div>}
              </div>
              <div role="cell" className={cn('min-w-0 px-3 py-1.5', row.before === undefined ? 'max-sm:hidden' : 'bg-diff-del')}>
                <Side row={row} side="before" />
              </div>
              <div role="cell" className={cn('min-w-0 px-3 py-1.5', row.after === undefined ? 'max-sm:hidden' : 'bg-diff-add')}>
                <Side row={row} side="after" />
              </div>
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

/** `+2 added, −1 removed, 5 changed`. */
export function DiffCounts({ groups }: { groups: readonly DiffGroup[] }) {
  const rows = groups.flatMap((group) => group.rows);
  const added = rows.filter(({ before }) => before === undefined).length;
  const removed = rows.filter(({ after }) => after === undefined).length;
  const changed = rows.length - added - removed;
  const parts = [
    added > 0 && (
      <span key="added" className="text-ok-text">
        +{added} added
      </span>
    ),
    removed > 0 && (
      <span key="removed" className="text-error-text">
        −{removed} removed
      </span>
    ),
    changed > 0 && <span key="changed">{changed} changed</span>,
  ].filter(Boolean);
  return (
    <span role="status" className="inline-flex flex-wrap gap-x-2 text-small text-fg-2">
      {parts.length > 0 ? parts : plural(0, 'change')}
    </span>
  );
}
