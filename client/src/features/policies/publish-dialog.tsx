'use client';
import { useRef } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { SeverityMark, SeverityWord } from '@/components/ui/severity';
import { Fact, Facts } from '@/components/ui/side-panel';
import { Spinner } from '@/components/ui/spinner';
import { formatCount, plural } from '@/lib/format';
import type { PolicyForm } from './editor-form';
import type { Preview } from './use-preview';

type Props = {
  open: boolean;
  form: PolicyForm;
  scope: string;
  preview: Preview;
  isPublished: boolean;
  isBusy: boolean;
  onPublish: () => void;
  onClose: () => void;
};

/** Says once more what comes into force, and what it finds. */
export function PublishDialog({
  open,
  form,
  scope,
  preview: { result, isOld, isRunning, error },
  isPublished,
  isBusy,
  onPublish,
  onClose,
}: Props) {
  const cancel = useRef<HTMLButtonElement>(null);
  const isWaiting = (isOld || isRunning) && !error;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={`Publish “${form.name.trim()}”?`}
      initialFocus={() => cancel.current}
      footer={
        <>
          <Button ref={cancel} onClick={onClose}>
            Cancel
          </Button>
          <Button variant="primary" busy={isBusy} onClick={() => !isBusy && onPublish()}>
            {isBusy ? 'Publishing' : 'Publish'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Facts>
          <Fact name="Severity">
            <SeverityWord severity={form.severity} />
          </Fact>
          <Fact name="Rule">
            <code>{form.ruleType}</code>
          </Fact>
          <Fact name="Scope">{scope}</Fact>
          <Fact name="Preview">
            {isWaiting ? (
              <span className="inline-flex items-center gap-2 text-fg-3">
                <Spinner /> Checking
              </span>
            ) : result && !error ? (
              `${plural(result.checked, 'asset')} checked, ${formatCount(result.violating)} would violate`
            ) : (
              'not available'
            )}
          </Fact>
        </Facts>
        {!isWaiting && result?.checked === 0 && (
          <p className="flex items-start gap-2 text-warning-text">
            <SeverityMark severity="WARNING" aria-hidden className="mt-[3px]" />
            No asset that you may see is in this scope. The policy would wait for one.
          </p>
        )}
        <p className="text-fg-2">
          {isPublished
            ? 'It takes the place of what is in force at once. Every asset is checked; open violations that no longer hold are resolved.'
            : 'It comes into force at once. Every asset in scope is checked, and violations are raised for what is found.'}
        </p>
      </div>
    </Dialog>
  );
}
