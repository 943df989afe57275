'use client';
import { Check, Tag, TextCursorInput } from 'lucide-react';
import { useState } from 'react';
import { LabelPicker } from '@/components/pickers/label-picker';
import { BulkBar } from '@/components/ui/bulk-bar';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';
import { Dialog } from '@/components/ui/dialog';
import { Field, Textarea } from '@/components/ui/field';
import { toast } from '@/components/ui/toast';
import { plural } from '@/lib/format';
import type { Selection } from '@/lib/use-selection';
import { describeMany } from './describe-many';
import { suggestionsOf, type Column } from './schema-columns';
import type { Decide, Decision } from './use-decide';
import type { Outcome, Send } from './use-describe';
import type { Did } from './use-undo';

type Props = {
  columns: readonly Column[];
  selection: Selection;
  decide: Decide;
  send: Send;
  did: Did;
};

/** Above so many it is asked for once more. */
const MANY = 50;
const ICON = { className: 'size-3.5', strokeWidth: 1.6 } as const;

/** What can be done with several columns. Each has its own result: those that failed stay selected. */
export function SchemaBulk({ columns, selection, decide, send, did }: Props) {
  const [open, setOpen] = useState<'label' | 'describe' | 'confirm' | null>(null);
  const chosen = columns.filter(({ id }) => selection.has(id));
  const suggested: Decision[] = chosen.flatMap((column) =>
    suggestionsOf(column).map(({ label, state }) => ({
      columnId: column.id,
      column: column.name,
      label: label.name,
      state: 'CONFIRMED' as const,
      before: state,
    })),
  );
  const tell = (what: string, outcomes: readonly Outcome[]) => {
    const failed = outcomes.filter(({ error }) => error);
    if (failed.length === 0) return selection.clear();
    toast({ title: `${outcomes.length - failed.length} ${what}, ${failed.length} not`, text: failed[0]!.error, stays: true });
    selection.set(failed.map(({ id }) => id));
  };
  const confirm = async () => tell('confirmed', await decide(suggested));
  return (
    <>
      <BulkBar count={chosen.length} noun={chosen.length === 1 ? 'column' : 'columns'} onClear={selection.clear}>
        <Button icon={<Tag {...ICON} />} onClick={() => setOpen('label')}>
          Set label…
        </Button>
        <Button icon={<TextCursorInput {...ICON} />} onClick={() => setOpen('describe')}>
          Describe…
        </Button>
        {suggested.length > 0 && (
          <Button icon={<Check {...ICON} />} onClick={() => (suggested.length > MANY ? setOpen('confirm') : void confirm())}>
            Confirm {plural(suggested.length, 'suggestion')}
          </Button>
        )}
      </BulkBar>
      {open === 'label' && (
        <SetLabel
          count={chosen.length}
          onClose={() => setOpen(null)}
          onSave={async (label) => {
            const outcomes = await decide(
              chosen.map(({ id, name, labels }) => ({
                columnId: id,
                column: name,
                label,
                state: 'CONFIRMED',
                before: labels?.find((each) => each.label.name === label)?.state,
              })),
            );
            tell('labelled', outcomes);
          }}
        />
      )}
      {open === 'describe' && (
        <Describe
          count={chosen.length}
          onClose={() => setOpen(null)}
          onSave={async (text) => tell('described', await describeMany(send, did, chosen, text))}
        />
      )}
      <ConfirmDialog
        open={open === 'confirm'}
        title={`Confirm ${suggested.length} suggestions?`}
        action="Confirm suggestions"
        onConfirm={confirm}
        onClose={() => setOpen(null)}
      >
        {plural(suggested.length, 'label')} of {plural(chosen.length, 'column')} count as confirmed from then on, for search and for
        policies.
      </ConfirmDialog>
    </>
  );
}

type FormProps = { count: number; onClose: () => void; onSave: (value: string) => Promise<void> };

function SetLabel({ count, onClose, onSave }: FormProps) {
  const [value, setValue] = useState<{ id: string; name: string }[]>([]);
  return (
    <Form
      title={`Set a label on ${plural(count, 'column')}`}
      action="Set label"
      value={value[0]?.name ?? ''}
      onClose={onClose}
      onSave={onSave}
    >
      <Field label="Label" hint="It counts as confirmed; later scans keep it.">
        {(control) => <LabelPicker {...control} single value={value} onChange={setValue} />}
      </Field>
    </Form>
  );
}

function Describe({ count, onClose, onSave }: FormProps) {
  const [value, setValue] = useState('');
  return (
    <Form title={`Describe ${plural(count, 'column')}`} action="Describe" value={value} onClose={onClose} onSave={onSave}>
      <Field label="Description" hint="It takes the place of what they have.">
        {(control) => <Textarea {...control} rows={4} dir="auto" value={value} onChange={(event) => setValue(event.target.value)} />}
      </Field>
    </Form>
  );
}

type SheetProps = Omit<FormProps, 'count'> & { title: string; action: string; value: string; children: React.ReactNode };

function Form({ title, action, value, onClose, onSave, children }: SheetProps) {
  const [isBusy, setBusy] = useState(false);
  const save = () => {
    setBusy(true);
    void onSave(value).then(onClose);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={isBusy} disabled={value.trim() === ''} onClick={save}>
            {action}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
