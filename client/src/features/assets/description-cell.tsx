'use client';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { cn } from '@/lib/class-names';
import type { Column } from './schema-columns';

export type Editing = {
  columnId: string;
  text: string;
  /** What it started from: what somebody else saves meanwhile must not be overwritten unseen. */
  base: string;
  version: number;
  error?: string | null;
};
/** A text of several lines would lose them here: it has its form in the column's panel. */
export const fitsOneLine = ({ description }: Pick<Column, 'description'>): boolean => !description?.includes('\n');
export const startEditing = ({ id, description, version }: Pick<Column, 'id' | 'description' | 'version'>): Editing => ({
  columnId: id,
  text: description ?? '',
  base: description ?? '',
  version,
});

type Props = {
  column: Column;
  /** Of this column; the text outlives the row's scrolling out of view. */
  editing: Editing | null;
  mayEdit: boolean;
  onStart: () => void;
  onText: (text: string) => void;
  /** `next`: the one to go on with: 1 below, -1 above. */
  onSave: (next: -1 | 0 | 1) => void;
  onRevert: () => void;
};

/** A column's description, edited in its place: Enter saves, Esc reverts, Tab goes on with the next one. */
export function DescriptionCell({ column, editing, mayEdit, onStart, onText, onSave, onRevert }: Props) {
  const isDone = useRef(false);
  const isEditing = editing !== null;
  useEffect(() => {
    if (!isEditing) isDone.current = false;
  }, [isEditing]);
  if (!editing) return <Shown column={column} mayEdit={mayEdit} onStart={onStart} />;
  const done = (then: () => void) => {
    isDone.current = true;
    then();
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return;
    const row = event.currentTarget.closest('tr');
    if (event.key === 'Enter') done(() => (onSave(0), row?.focus()));
    else if (event.key === 'Escape') done(() => (onRevert(), row?.focus()));
    else if (event.key === 'Tab') done(() => onSave(event.shiftKey ? -1 : 1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <span className="flex min-w-0 items-center gap-2">
      <input
        // It comes because somebody asked for it.
        ref={(element) => {
          if (element && document.activeElement !== element && !isDone.current) element.focus({ preventScroll: true });
        }}
        aria-label={`Description of ${column.name}`}
        aria-invalid={editing.error ? true : undefined}
        title={editing.error ?? undefined}
        dir="auto"
        value={editing.text}
        onChange={(event) => ((isDone.current = false), onText(event.target.value))}
        onKeyDown={onKey}
        onBlur={() => !isDone.current && document.hasFocus() && done(() => onSave(0))}
        className="h-7 w-full min-w-0 rounded-control border border-control bg-surface px-2 text-fg aria-invalid:border-error-mark"
      />
      {editing.error && (
        <span role="alert" className="max-w-[50%] shrink-0 truncate text-small text-error-text">
          {editing.error}
        </span>
      )}
    </span>
  );
}

function Shown({ column, mayEdit, onStart }: { column: Column; mayEdit: boolean; onStart: () => void }) {
  const { description, sourceDescription, name } = column;
  const words = description ? (
    <bdi className="text-fg-2">{firstLine(description)}</bdi>
  ) : sourceDescription ? (
    <bdi className="text-fg-3" title={`From the source: ${sourceDescription}`}>
      {firstLine(sourceDescription)}
    </bdi>
  ) : (
    <span className="text-fg-3">{mayEdit ? 'Add a description' : ''}</span>
  );
  if (!mayEdit) return words;
  return (
    <button
      type="button"
      onClick={onStart}
      aria-label={`${description ?? sourceDescription ?? 'Add a description'}, edit the description of ${name}`}
      className={cn('block h-7 w-full cursor-text truncate rounded-control border border-transparent text-left hover:border-line-strong')}
    >
      {words}
    </button>
  );
}

const firstLine = (text: string): string => text.split('\n', 1)[0]!;
