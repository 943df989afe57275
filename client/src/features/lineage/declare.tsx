'use client';
import { useState } from 'react';
import { useMutation } from 'urql';
import { AssetPicker } from '@/components/pickers/asset-picker';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field, Select, Textarea } from '@/components/ui/field';
import { ErrorPanel } from '@/components/ui/states';
import { graphql } from '@/gql';
import type { LineageTransformation } from '@/gql/graphql';
import { describeError } from '@/lib/errors';
import { transformationWords } from './words';

const LINEAGE_DECLARE = graphql(`
  mutation LineageDeclare($input: DeclareLineageInput!) {
    declareLineage(input: $input) {
      cursor
      edge {
        from
        to
        validFrom
      }
    }
  }
`);
const LINEAGE_RETRACT = graphql(`
  mutation LineageRetract($input: RetractLineageInput!) {
    retractLineage(input: $input) {
      cursor
      edge {
        from
        to
        validTo
      }
    }
  }
`);

export type End = { id: string; name: string };
export type Change =
  /** The end that is not given is chosen. */
  { is: 'declare'; from: End | null; to: End | null } | { is: 'retract'; from: End; to: End };

const TRANSFORMATIONS: readonly LineageTransformation[] = ['DIRECT', 'CONDITIONAL', 'INDIRECT'];

/** A person says that data flows, or that it does not any more, and why. */
export function DeclareDialog({ change, onClose, onDone }: { change: Change; onClose: () => void; onDone: () => void }) {
  const [from, setFrom] = useState<End | null>(change.from);
  const [to, setTo] = useState<End | null>(change.to);
  const [reason, setReason] = useState('');
  const [transformation, setTransformation] = useState<LineageTransformation>('DIRECT');
  const [declared, declare] = useMutation(LINEAGE_DECLARE);
  const [retracted, retract] = useMutation(LINEAGE_RETRACT);
  const isDeclare = change.is === 'declare';
  const { error, fetching } = isDeclare ? declared : retracted;
  const field = error ? describeError(error).field : undefined;
  const isReady = from && to && from.id !== to.id && reason.trim() !== '';
  const save = async (): Promise<void> => {
    if (!isReady || fetching) return;
    const ends = { from: from.id, to: to.id, reason: reason.trim() };
    const result = isDeclare ? await declare({ input: { ...ends, transformation } }) : await retract({ input: ends });
    if (!result.error) onDone();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={isDeclare ? 'Declare lineage' : 'Retract lineage'}
      description={
        isDeclare
          ? 'It holds until somebody retracts it; scans neither change nor close it.'
          : 'The flow ends now, and stays in the history. What a source tells of it itself stays.'
      }
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={!isReady} busy={fetching} aria-describedby="declare-needs" onClick={() => void save()}>
            {isDeclare ? 'Declare' : 'Retract'}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field label="From" error={field === 'from' ? error?.graphQLErrors[0]?.message : undefined}>
          {(control) =>
            change.from ? (
              <output id={control.id} className="font-mono break-words">
                <bdi>{change.from.name}</bdi>
              </output>
            ) : (
              <AssetPicker
                {...control}
                single
                value={from ? [from] : []}
                onChange={([next]) => setFrom(next ?? null)}
                without={to ? [to.id] : []}
              />
            )
          }
        </Field>
        <Field label="To" error={field === 'to' ? error?.graphQLErrors[0]?.message : undefined}>
          {(control) =>
            change.to ? (
              <output id={control.id} className="font-mono break-words">
                <bdi>{change.to.name}</bdi>
              </output>
            ) : (
              <AssetPicker
                {...control}
                single
                value={to ? [to] : []}
                onChange={([next]) => setTo(next ?? null)}
                without={from ? [from.id] : []}
              />
            )
          }
        </Field>
        {isDeclare && (
          <Field label="Transformation">
            {(control) => (
              <Select
                {...control}
                value={transformation}
                onChange={(event) => setTransformation(event.target.value as LineageTransformation)}
              >
                {TRANSFORMATIONS.map((each) => (
                  <option key={each} value={each}>
                    {transformationWords(each)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        <Field
          label="Reason"
          hint={isDeclare ? 'How you know: for people who meet it later.' : 'Why it does not hold any more.'}
          error={field === 'reason' ? error?.graphQLErrors[0]?.message : undefined}
        >
          {(control) => (
            <Textarea
              {...control}
              required
              value={reason}
              maxLength={2000}
              onChange={(event) => setReason(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) void save();
              }}
            />
          )}
        </Field>
        <p id="declare-needs" className="sr-only">
          {isReady ? '' : 'Both ends and a reason are needed.'}
        </p>
        {error && !field && <ErrorPanel error={error} className="p-0" />}
      </form>
    </Dialog>
  );
}
