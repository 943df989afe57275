'use client';
import { useRef, useState, type ReactNode } from 'react';
import { Button } from './button';
import { Dialog } from './dialog';
import { Field } from './field';
import { Input } from './input';

type ConfirmProps = {
  open: boolean;
  /** The question, with the thing's name: “Remove crm-replica?” */
  title: string;
  /** What follows, in numbers. */
  children: ReactNode;
  /** The verb again: “Remove source”. */
  action: string;
  /** Where “Cancel” would say the action. */
  dismiss?: string;
  /** Must be typed before. */
  typed?: string;
  onConfirm: () => Promise<unknown> | void;
  onClose: () => void;
};

/** Only for what cannot be undone, or touches more than 50 things. */
export function ConfirmDialog({ open, title, children, action, dismiss = 'Cancel', typed, onConfirm, onClose }: ConfirmProps) {
  const cancel = useRef<HTMLButtonElement>(null);
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  const close = () => (setText(''), onClose());
  const confirm = async () => {
    setBusy(true);
    try {
      await onConfirm();
      close();
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={title}
      initialFocus={() => cancel.current}
      footer={
        <>
          <Button ref={cancel} onClick={close}>
            {dismiss}
          </Button>
          <Button variant="confirm" busy={isBusy} disabled={typed !== undefined && text !== typed} onClick={() => void confirm()}>
            {action}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 text-fg-2">
        <div>{children}</div>
        {typed !== undefined && (
          <Field label={`Type ${typed} to confirm`}>
            {(control) => <Input {...control} value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" />}
          </Field>
        )}
      </div>
    </Dialog>
  );
}
