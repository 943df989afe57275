'use client';
import { Check } from 'lucide-react';
import type { FormEvent, ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/lib/class-names';

export type StepState = 'done' | 'current' | 'ahead';
type Props = {
  number: number;
  title: string;
  state: StepState;
  /** What was chosen, or what comes. */
  summary: ReactNode;
  onEdit: () => void;
  onSubmit: () => void;
  children: ReactNode;
};

/** A step of a wizard: all titles are to be seen, what is done is a line, Enter goes on. */
export function WizardStep({ number, title, state, summary, onEdit, onSubmit, children }: Props) {
  const submit = (event: FormEvent) => (event.preventDefault(), onSubmit());
  return (
    <li className="relative flex gap-3 pb-6 last:pb-0" aria-current={state === 'current' ? 'step' : undefined}>
      <span aria-hidden className="absolute top-7 bottom-1 left-[11.5px] w-px bg-line [li:last-child>&]:hidden" />
      <span
        aria-hidden
        className={cn(
          'flex size-6 shrink-0 items-center justify-center rounded-full border text-small font-semibold',
          state === 'done' && 'border-ok-mark text-ok-text',
          state === 'current' && 'border-transparent bg-primary text-primary-fg',
          state === 'ahead' && 'border-control text-fg-2',
        )}
      >
        {state === 'done' ? <Check className="size-3.5" strokeWidth={1.8} /> : number}
      </span>
      <div className="min-w-0 flex-1">
        <div className="flex min-h-6 items-center gap-2">
          <h2 className={cn('font-semibold', state === 'ahead' && 'text-fg-2')}>
            <span className="sr-only">
              Step {number}
              {state === 'done' ? ', done' : ''}:{' '}
            </span>
            {title}
          </h2>
          {state === 'done' && (
            <Button variant="quiet" size="small" className="ml-auto" onClick={onEdit} aria-label={`Edit ${title}`}>
              Edit
            </Button>
          )}
        </div>
        {state === 'current' ? (
          <form noValidate className="mt-3 flex flex-col gap-4" onSubmit={submit}>
            {children}
          </form>
        ) : (
          <div className="break-words text-fg-2">{summary}</div>
        )}
      </div>
    </li>
  );
}
