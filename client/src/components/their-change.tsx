'use client';
import { useState } from 'react';
import { DiffText } from './diff';
import { Time } from './ui/time';

type Field = { id: string; label: string; before: string; after: string; mode: 'prose' | 'value' };
type Props = {
  /** Null where it is not known. */
  by: string | null;
  at: string | null;
  /** What they changed of what the form holds. */
  fields: readonly Field[];
};

/** Above a form: somebody changed meanwhile what it is about. */
export function TheirChange({ by, at, fields }: Props) {
  const [isShown, setShown] = useState(false);
  return (
    <div role="status" className="flex flex-col gap-2 rounded-control bg-info-subtle px-2.5 py-1.5">
      <p>
        <bdi className="font-medium">{by ?? 'Somebody'}</bdi> changed this
        {at && (
          <>
            {' '}
            at <Time at={at} as="clock" />
          </>
        )}
        .{' '}
        <button
          type="button"
          aria-expanded={isShown}
          className="min-h-6 font-medium text-primary-text hover:underline"
          onClick={() => setShown(!isShown)}
        >
          {isShown ? 'Hide it' : 'See it'}
        </button>
      </p>
      {isShown &&
        (fields.length === 0 ? (
          <p className="text-small text-fg-2">Nothing of what this form holds.</p>
        ) : (
          fields.map(({ id, label, before, after, mode }) => (
            <div key={id} className="text-small">
              <p className="text-fg-3">{label}</p>
              <p dir="auto" className="break-words whitespace-pre-wrap">
                <DiffText before={before} after={after} mode={mode} side="after" />
                {after === '' && 'emptied'}
              </p>
            </div>
          ))
        ))}
    </div>
  );
}
