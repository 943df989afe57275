'use client';
import { useState, type ReactNode } from 'react';
import { DiffText } from './diff';
import { Button } from './ui/button';
import { Dialog } from './ui/dialog';
import { Segmented } from './ui/field';
import { Time } from './ui/time';

import type { Choice, ConflictProps } from './conflict-dialog';

/** Somebody saved the same first: both versions, and whose it shall be. With several fields each has its own answer. */
export function ConflictChoice({ open, by, at, fields, isBusy = false, onResolve, onKeepEditing }: ConflictProps) {
  const [choices, setChoices] = useState<Readonly<Record<string, Choice>>>({});
  const choiceOf = (id: string): Choice => choices[id] ?? 'mine';
  const resolve = (of: (id: string) => Choice) => onResolve(Object.fromEntries(fields.map(({ id }) => [id, of(id)])));
  const isMixed = fields.some(({ id }) => choiceOf(id) === 'theirs');
  return (
    <Dialog
      open={open}
      onClose={onKeepEditing}
      wide
      title="Someone saved this first"
      description={
        <>
          {by ?? 'Somebody'} changed this
          {at && (
            <>
              {' '}
              at <Time at={at} as="clock" />
            </>
          )}
          . Nothing that you typed is lost.
        </>
      }
      footer={
        <>
          <Button variant="quiet" className="mr-auto" onClick={onKeepEditing}>
            Keep editing
          </Button>
          <Button onClick={() => resolve(() => 'theirs')}>Use theirs</Button>
          <Button variant="primary" busy={isBusy} onClick={() => resolve(choiceOf)}>
            {isMixed ? 'Save as chosen' : 'Save mine'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {fields.map(({ id, label, theirs, mine, mode = 'prose' }) => (
          <section key={id} aria-label={label} className="flex flex-col gap-2">
            <div className="flex flex-wrap items-center gap-2">
              <h3 className="font-semibold">{label}</h3>
              {fields.length > 1 && (
                <Segmented
                  label={`Whose ${label}`}
                  className="ml-auto"
                  value={choiceOf(id)}
                  onChange={(value) => setChoices({ ...choices, [id]: value })}
                  options={[
                    { value: 'theirs', label: 'Theirs' },
                    { value: 'mine', label: 'Mine' },
                  ]}
                />
              )}
            </div>
            <div className="grid grid-cols-2 gap-3 max-sm:grid-cols-1">
              <Version title={`Theirs${by ? `, ${by}` : ''}`} className="bg-diff-del">
                {theirs ? <DiffText before={theirs} after={mine} mode={mode} side="before" /> : <Nothing />}
              </Version>
              <Version title="Yours" className="bg-diff-add">
                {mine ? <DiffText before={theirs} after={mine} mode={mode} side="after" /> : <Nothing />}
              </Version>
            </div>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

const Nothing = () => <span className="text-fg-2">empty</span>;

const Version = ({ title, className, children }: { title: string; className: string; children: ReactNode }) => (
  <div className="flex min-w-0 flex-col gap-1">
    <p className="truncate text-small text-fg-3">{title}</p>
    <div dir="auto" className={`max-h-[40vh] min-h-10 overflow-y-auto rounded-control p-2 break-words whitespace-pre-wrap ${className}`}>
      {children}
    </div>
  </div>
);
