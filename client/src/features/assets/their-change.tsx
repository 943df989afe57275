'use client';
import { useState } from 'react';
import { DiffText } from '@/components/diff';
import { Time } from '@/components/ui/time';
import { changedFields, fieldText, FIELDS, type Words } from './edit-fields';
import type { LiveChange } from './use-live-asset';

/** Above a form: somebody changed meanwhile what it is about. */
export function TheirChange({ change, before, now }: { change: LiveChange; before: Words; now: Words }) {
  const [isShown, setShown] = useState(false);
  const changed = changedFields(before, now);
  return (
    <div role="status" className="flex flex-col gap-2 rounded-control bg-info-subtle px-2.5 py-1.5">
      <p>
        <bdi className="font-medium">{change.by}</bdi> changed this at <Time at={change.at} as="clock" />.{' '}
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
        (changed.length === 0 ? (
          <p className="text-small text-fg-2">Nothing of what this form holds: see the history.</p>
        ) : (
          FIELDS.filter(({ id }) => changed.includes(id)).map(({ id, label }) => (
            <div key={id} className="text-small">
              <p className="text-fg-3">{label}</p>
              <p dir="auto" className="break-words whitespace-pre-wrap">
                <DiffText
                  before={fieldText(before, id)}
                  after={fieldText(now, id)}
                  mode={id === 'description' ? 'prose' : 'value'}
                  side="after"
                />
                {fieldText(now, id) === '' && 'emptied'}
              </p>
            </div>
          ))
        ))}
    </div>
  );
}
