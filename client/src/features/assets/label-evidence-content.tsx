'use client';
import { useState } from 'react';
import { LabelChip, Kbd } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Time } from '@/components/ui/time';
import { formatConfidence, formatCount } from '@/lib/format';
import { useKeys } from '@/lib/keys';
import type { LabelEvidenceProps } from './label-evidence';
import { SimilarSuggestions, useSimilarCount } from './similar-suggestions';

const STATE_WORDS = { CONFIRMED: 'Confirmed for', SUGGESTED: 'Suggested for', REJECTED: 'Rejected for' };

/** Why a label is there, and what decides it. */
export function LabelEvidenceContent({ column, given, mayEdit, sourceId, decide, onClose }: LabelEvidenceProps & { onClose: () => void }) {
  const { label, state, confidence, decidedBy } = given;
  const [showsSimilar, setShowsSimilar] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const isEditable = mayEdit && !column.deletedAt;
  const decidedAt = decisionTime(given.evidence);
  const similar = useSimilarCount(label.name, isEditable && state === 'SUGGESTED' ? sourceId : undefined);
  const to = (next: 'CONFIRMED' | 'REJECTED' | 'SUGGESTED') => {
    void decide([{ columnId: column.id, column: column.name, label: label.name, state: next, before: state }]).then(([outcome]) =>
      outcome?.error ? setError(outcome.error) : onClose(),
    );
  };
  useKeys({ y: () => to('CONFIRMED'), n: () => to('REJECTED') }, isEditable && !showsSimilar);
  if (showsSimilar) return <SimilarSuggestions label={label.name} sourceId={sourceId} decide={decide} onClose={onClose} />;
  return (
    <div className="flex flex-col gap-2">
      <p className="flex flex-wrap items-center gap-2 font-medium">
        <LabelChip name={label.name} state={state} confidence={confidence} />
        <span className="min-w-0">
          {STATE_WORDS[state]} <bdi className="font-mono break-all">{column.name}</bdi>
        </span>
      </p>
      {label.description && <p className="text-small text-fg-2">{label.description}</p>}
      {decidedBy && (
        <p className="text-small text-fg-2">
          Decided by <bdi>{decidedBy.name}</bdi>
          {decidedAt && (
            <>
              {' '}
              <Time at={decidedAt} />
            </>
          )}
        </p>
      )}
      <EvidenceLines evidence={given.evidence} confidence={confidence} isDecided={decidedBy != null} />
      <p className="text-small text-fg-3">No value is stored. Later scans keep your decision.</p>
      {error && <p className="text-small text-error-text">{error}</p>}
      {isEditable && (
        <div className="flex flex-wrap items-center gap-2">
          {state !== 'CONFIRMED' && (
            <Button variant="primary" onClick={() => to('CONFIRMED')}>
              Confirm <kbd className="text-micro">Y</kbd>
            </Button>
          )}
          {state !== 'REJECTED' && (
            <Button onClick={() => to('REJECTED')}>
              Reject <Kbd>N</Kbd>
            </Button>
          )}
          {state !== 'SUGGESTED' && decidedBy && (
            <Button variant="quiet" onClick={() => to('SUGGESTED')}>
              Take back
            </Button>
          )}
          {similar > 1 && (
            <Button variant="quiet" className="ml-auto" onClick={() => setShowsSimilar(true)}>
              All {formatCount(similar)} like this
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const decisionTime = (evidence: unknown): string | null => {
  const at = isMap(evidence) && isMap(evidence.decision) ? evidence.decision.at : null;
  return typeof at === 'string' ? at : null;
};
const textOf = (value: unknown): string =>
  Array.isArray(value)
    ? value.map(textOf).join(', ')
    : isMap(value)
      ? Object.entries(value)
          .map(([key, each]) => `${key} ${textOf(each)}`)
          .join(', ')
      : String(value);
const shareOf = (value: unknown): number | null => {
  const number = isMap(value) ? (value.confidence ?? value.score ?? value.share) : undefined;
  return typeof number === 'number' && number >= 0 && number <= 1 ? number : null;
};

/** A line for each kind of evidence that the classifier gave; kinds that are not known here are told by their own name. */
function EvidenceLines({ evidence, confidence, isDecided }: { evidence: unknown; confidence: number; isDecided: boolean }) {
  const { rule, words, decision: _, ...others } = isMap(evidence) ? evidence : {};
  const name = rule !== undefined || words !== undefined;
  return (
    <dl className="grid grid-cols-[72px_minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1.5">
      {name && (
        <Line
          name="Name"
          text={`“${textOf(words ?? rule)}”${rule === undefined ? '' : ` reads as ${textOf(rule)}`}`}
          share={isDecided ? null : confidence}
        />
      )}
      {Object.entries(others).map(([kind, value]) => (
        <Line key={kind} name={kind.charAt(0).toUpperCase() + kind.slice(1)} text={textOf(value)} share={shareOf(value)} />
      ))}
    </dl>
  );
}

const Line = ({ name, text, share }: { name: string; text: string; share: number | null }) => (
  <>
    <dt className="text-fg-2">{name}</dt>
    <dd className="min-w-0 break-words">{text}</dd>
    <dd className="flex items-center gap-2">
      {share !== null && (
        <>
          <span aria-hidden className="h-1.5 w-10 overflow-hidden rounded-full bg-hover">
            <span className="block h-full bg-primary" style={{ width: `${share * 100}%` }} />
          </span>
          {formatConfidence(share)}
        </>
      )}
    </dd>
  </>
);
