'use client';
import { useState, type FormEvent } from 'react';
import { useMutation, type CombinedError } from 'urql';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { graphql } from '@/gql';
import { errorText } from '@/lib/errors';
import { focusInvalid } from '@/lib/focus';
import { codeOf } from '@/lib/graphql/client';
import { Globs, ScheduleField } from './scan-fields';
import { ScanPreview } from './scan-preview';
import type { ScanData } from './scans-tab';
import { fieldErrors } from './use-source-test';

const SCAN_SHEET_CREATE = graphql(`
  mutation ScanSheetCreate($input: CreateScanInput!) {
    createScan(input: $input) {
      scan {
        id
      }
    }
  }
`);
const SCAN_SHEET_UPDATE = graphql(`
  mutation ScanSheetUpdate($input: UpdateScanInput!) {
    updateScan(input: $input) {
      scan {
        id
        name
        schedule
        include
        exclude
        version
      }
    }
  }
`);

type Props = {
  sourceId: string;
  /** Null: a new one. */
  scan: ScanData | null;
  onClose: () => void;
  onSaved: () => void;
  /** Somebody saved it first: what is there now is to be read again, and what is typed stays. */
  onConflict: () => void;
};

function errorsOf(error: CombinedError | undefined): Readonly<Record<string, string>> {
  const { field } = (error?.graphQLErrors[0]?.extensions ?? {}) as { field?: string };
  return codeOf(error) === 'CONFLICT' && field === 'name' ? { name: error!.graphQLErrors[0]!.message } : fieldErrors(error);
}

export function ScanSheet({ sourceId, scan, onClose, onSaved, onConflict }: Props) {
  const [created, create] = useMutation(SCAN_SHEET_CREATE);
  const [updated, update] = useMutation(SCAN_SHEET_UPDATE);
  const [name, setName] = useState(scan?.name ?? '');
  const [schedule, setSchedule] = useState(scan?.schedule ?? null);
  const [globs, setGlobs] = useState({ include: [...(scan?.include ?? [])], exclude: [...(scan?.exclude ?? [])] });
  const { error, fetching } = scan ? updated : created;
  const errors = errorsOf(error);
  const isOvertaken = codeOf(error) === 'CONFLICT' && !errors.name;

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const element = event.currentTarget;
    const given = { name: name.trim(), schedule, ...globs };
    const result = scan
      ? await update({ input: { id: scan.id, version: scan.version, ...given } })
      : await create({ input: { sourceId, ...given } });
    if (!result.error) return onSaved();
    focusInvalid(element);
    if (codeOf(result.error) === 'CONFLICT') onConflict();
  }
  return (
    <Dialog open as="sheet" onClose={onClose} title={scan ? `Scan ${scan.name}` : 'New scan'}>
      <form className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
        <Field label="Name" property="name" error={errors.name}>
          {(control) => <Input {...control} required value={name} autoComplete="off" onChange={({ target }) => setName(target.value)} />}
        </Field>
        <Globs {...globs} onChange={(change) => setGlobs({ ...globs, ...change })} errors={errors} />
        <ScanPreview input={{ id: sourceId, ...globs }} />
        <ScheduleField value={schedule} onChange={setSchedule} error={errors.schedule} />
        {isOvertaken && (
          <p role="alert" className="text-error-text">
            Someone saved this scan first. Save again to put yours in its place; what is on the page behind is theirs.
          </p>
        )}
        {error && !isOvertaken && Object.keys(errors).length === 0 && (
          <p role="alert" className="text-error-text">
            {errorText(error)}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={fetching}>
            {scan ? 'Save' : 'Add scan'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
