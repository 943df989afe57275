'use client';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field, Segmented, Textarea } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { formatMoment, plural } from '@/lib/format';
import { useKeys } from '@/lib/keys';
import { useNow } from '@/lib/use-now';
import type { Waiver } from './use-decisions';

const SHORTEST_REASON = 10;
const DAY = 86_400_000;
const MINUTE = 60_000;
type Term = '30' | '90' | 'date';

/** `2026-11-23` in the viewer's zone. */
const dayOf = (at: number): string => new Intl.DateTimeFormat('en-CA').format(new Date(at));

type Props = {
  /** What is waived: its finding, or how many there are. */
  subject: string;
  count: number;
  /** Gives back why it did not work: the dialog stays then, with what was typed. */
  onWaive: (waiver: Waiver) => Promise<string | null>;
  onClose: () => void;
};

/** A reason and an end: nothing is waived for ever, nor without saying why. */
export function WaiveDialog({ subject, count, onWaive, onClose }: Props) {
  const now = useNow(MINUTE);
  const [because, setBecause] = useState('');
  const [term, setTerm] = useState<Term>('30');
  const [date, setDate] = useState('');
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const [first, last] = [dayOf(now + DAY), dayOf(now + 365 * DAY)];
  const until = term === 'date' ? (date ? new Date(`${date}T23:59:59`) : null) : new Date(now + Number(term) * DAY);
  const reasonError = because.trim().length < SHORTEST_REASON ? `Give a reason of at least ${SHORTEST_REASON} characters.` : undefined;
  const dateError = term === 'date' && (date < first || date > last) ? 'Choose a day from tomorrow to a year ahead.' : undefined;

  const submit = async () => {
    setTried(true);
    if (reasonError || dateError || !until || isBusy) return;
    setBusy(true);
    const told = await onWaive({ because: because.trim(), until: until.toISOString() });
    setBusy(false);
    if (told === null) onClose();
    else setProblem(told);
  };
  useKeys({ 'mod+Enter': () => void submit() });
  return (
    <Dialog
      open
      onClose={onClose}
      title={count === 1 ? 'Waive this violation' : `Waive ${plural(count, 'violation')}`}
      description={subject}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={isBusy} onClick={() => void submit()}>
            {isBusy ? 'Waiving' : 'Waive'}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field
          label="Reason"
          hint="Whoever reads this later should understand why it is right as it is."
          error={isTried ? reasonError : undefined}
          required
        >
          {(control) => <Textarea {...control} value={because} maxLength={2000} onChange={(event) => setBecause(event.target.value)} />}
        </Field>
        <div className="flex flex-wrap items-start gap-3">
          <div className="flex flex-col gap-1">
            <span aria-hidden className="font-medium">
              Until
            </span>
            <Segmented
              label="Until"
              value={term}
              onChange={setTerm}
              options={[
                { value: '30', label: '30 days' },
                { value: '90', label: '90 days' },
                { value: 'date', label: 'A date' },
              ]}
            />
          </div>
          {term === 'date' && (
            <Field label="Date" error={isTried ? dateError : undefined} required className="w-48">
              {(control) => (
                <Input {...control} type="date" min={first} max={last} value={date} onChange={(event) => setDate(event.target.value)} />
              )}
            </Field>
          )}
        </div>
        {problem && (
          <p role="alert" className="text-error-text">
            {problem}
          </p>
        )}
        <p className="text-fg-2">
          {until && !dateError ? `Opens again on ${formatMoment(until)} if its cause is still there.` : 'It opens again after that day.'}
        </p>
      </form>
    </Dialog>
  );
}
