'use client';
import { useState } from 'react';
import { plural } from '@/lib/format';
import { AssetPicker } from '../pickers/asset-picker';
import type { Picked } from '../pickers/combobox';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Field } from '../ui/field';
import { SeverityMark } from '../ui/severity';

/** Of each asset why it was not done, by its id; the others were. */
export type Refusals = ReadonlyMap<string, string>;

type Props = {
  open: boolean;
  onClose: () => void;
  title: string;
  hint: string;
  assign: (ids: readonly string[]) => Promise<Refusals>;
};

/** Assets are chosen by search; what could not be assigned stays, with the reason. */
export function AssignDialog({ open, onClose, title, hint, assign }: Props) {
  const [chosen, setChosen] = useState<Picked[]>([]);
  const [refused, setRefused] = useState<{ id: string; name: string; why: string }[]>([]);
  const [done, setDone] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const close = () => {
    setChosen([]);
    setRefused([]);
    setDone(0);
    onClose();
  };
  const submit = async () => {
    setBusy(true);
    const refusals = await assign(chosen.map(({ id }) => id));
    setBusy(false);
    if (refusals.size === 0) return close();
    const failed = chosen.filter(({ id }) => refusals.has(id));
    setDone(chosen.length - failed.length);
    setRefused(failed.map(({ id, name }) => ({ id, name, why: refusals.get(id)! })));
    setChosen(failed);
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={title}
      footer={
        <>
          <Button onClick={close}>{refused.length > 0 ? 'Close' : 'Cancel'}</Button>
          <Button variant="primary" busy={isBusy} disabled={chosen.length === 0} onClick={() => !isBusy && void submit()}>
            {chosen.length === 0 ? 'Assign' : `Assign ${plural(chosen.length, 'asset')}`}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Field label="Assets" hint={hint}>
          {(control) => <AssetPicker {...control} value={chosen} onChange={setChosen} />}
        </Field>
        {refused.length > 0 && (
          <div role="alert" className="flex flex-col gap-1">
            <p>
              {plural(done, 'asset')} assigned, {refused.length} not:
            </p>
            <ul className="flex flex-col gap-1">
              {refused.map(({ id, name, why }) => (
                <li key={id} className="flex items-start gap-1.5 text-small text-error-text">
                  <SeverityMark severity="ERROR" aria-hidden className="mt-px" />
                  <span className="min-w-0 break-words">
                    <bdi className="font-mono">{name}</bdi>: {why}
                  </span>
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
    </Dialog>
  );
}
