'use client';
import { Info, RefreshCw } from 'lucide-react';
import Link from 'next/link';
import { Badge, Kbd, LabelChip } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { SeverityMark } from '@/components/ui/severity';
import { RefetchLine, SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { cn } from '@/lib/class-names';
import { formatCount, plural } from '@/lib/format';
import { modKey } from '@/lib/keys';
import { MOST_SAMPLE, SAMPLE, useKnown, type Preview, type Result } from './use-preview';

type Props = {
  preview: Preview;
  /** Of the policy that is edited, once it has one. */
  policyId: string | null;
  isPublished: boolean;
  /** What keeps it from being asked. */
  waitsFor: string | null;
};

/** What the draft would find. It stays, greyed, while the next answer comes. */
export function PreviewPane({ preview, policyId, isPublished, waitsFor }: Props) {
  const { result, error, at, isOld, isRunning, run, showAll } = preview;
  const { open, stateOf } = useKnown(isPublished ? policyId : null, result);
  const isFaded = isOld || isRunning;
  return (
    <aside
      id="details"
      aria-label="Preview"
      className="relative flex w-[clamp(360px,36vw,520px)] shrink-0 flex-col border-l border-line max-lg:w-full max-lg:border-t max-lg:border-l-0"
    >
      <RefetchLine isOn={isRunning} />
      <header className="flex min-h-11 flex-wrap items-center gap-x-2 border-b border-line px-4 py-1.5">
        <h2 className="font-semibold">Preview</h2>
        <span className="text-small text-fg-3">of this draft, nothing is stored</span>
        <span className="ml-auto flex items-center gap-2">
          {at && <Time at={at} as="clock" className="text-small text-fg-3" />}
          <Button
            size="small"
            busy={isRunning}
            disabled={waitsFor !== null}
            icon={<RefreshCw className="size-3" strokeWidth={1.6} />}
            onClick={run}
          >
            Run <Kbd>{modKey()}↵</Kbd>
          </Button>
        </span>
      </header>
      <p role="status" className="sr-only">
        {result && !isFaded ? `${plural(result.checked, 'asset')} checked, ${formatCount(result.violating)} would violate` : ''}
      </p>
      <div className="min-h-0 flex-1 lg:overflow-y-auto">
        {waitsFor && <p className="px-4 py-3 text-fg-2">{waitsFor}</p>}
        {error && !isFaded && <ErrorPanel error={error} subject="The preview" onRetry={run} />}
        {!result && !error && !waitsFor && <SkeletonRows rows={5} />}
        {result && (
          <>
            <dl className={cn('grid grid-cols-3 border-b border-line', isFaded && 'text-fg-3')} aria-busy={isFaded}>
              <Figure name="Assets checked" value={result.checked} />
              <Figure name="Would violate" value={result.violating} />
              {isPublished && open !== null ? <Figure name="Open violations now" value={open} /> : <div />}
            </dl>
            <Findings result={result} stateOf={stateOf} isFaded={isFaded} onAll={showAll} />
          </>
        )}
      </div>
      {result && result.checked > 0 && (
        <p className="flex items-start gap-2 border-t border-line px-4 py-3 text-fg-2">
          <Info aria-hidden className="mt-[3px] size-3.5 shrink-0 text-fg-3" strokeWidth={1.6} />
          <span>
            Publishing checks every asset in scope, those that you may not see too.
            {isPublished && ' Open violations that no longer hold are resolved.'}
          </span>
        </p>
      )}
    </aside>
  );
}

const Figure = ({ name, value }: { name: string; value: number }) => (
  <div className="border-l border-line px-4 py-2 first:border-l-0">
    <dt className="text-small text-fg-3">{name}</dt>
    <dd className="text-figure">{formatCount(value)}</dd>
  </div>
);

type FindingsProps = { result: Result; stateOf: ReturnType<typeof useKnown>['stateOf']; isFaded: boolean; onAll: () => void };

function Findings({ result: { checked, violating, sample }, stateOf, isFaded, onAll }: FindingsProps) {
  if (checked === 0) {
    return (
      <p className="flex items-start gap-2 px-4 py-3 text-warning-text">
        <SeverityMark severity="WARNING" aria-hidden className="mt-[3px]" />
        No asset that you may see is in this scope. Nothing would be checked.
      </p>
    );
  }
  if (violating === 0)
    return (
      <EmptyState title="Nothing would violate">
        {checked === 1 ? '1 asset was checked.' : `${formatCount(checked)} assets were checked.`}
      </EmptyState>
    );
  const shown = sample.filter(({ asset }) => asset !== null);
  return (
    <>
      <ul aria-label="What would be found" className={cn(isFaded && 'text-fg-3')}>
        {shown.map((finding, index) => (
          <li
            key={`${finding.assetId} ${finding.column?.id ?? index}`}
            title={finding.message}
            className="grid min-h-11 grid-cols-[14px_minmax(0,1fr)_auto_auto] items-center gap-x-2 border-b border-line px-4 py-1"
          >
            <KindIcon kind={finding.asset!.kind} />
            <Link href={`/assets/${finding.asset!.id}`} className="flex min-w-0 flex-col hover:underline">
              <Name name={finding.column?.name ?? finding.asset!.name} />
              <span className="truncate text-small text-fg-3">
                {finding.column ? <Name name={finding.asset!.name} /> : finding.message}
              </span>
            </Link>
            <Labels of={finding.column?.labels ?? []} />
            <State state={stateOf(finding)} />
          </li>
        ))}
      </ul>
      <p className="flex items-center px-4 py-2 text-small text-fg-3">
        {plural(shown.length, 'finding')} shown
        {sample.length >= SAMPLE && sample.length < MOST_SAMPLE && (
          <button type="button" className="ml-auto text-primary-text hover:underline" onClick={onAll}>
            Show more
          </button>
        )}
        {sample.length >= MOST_SAMPLE && `, there may be more`}
      </p>
    </>
  );
}

const MOST_LABELS = 2;

/** What the column holds, as far as somebody says so or it looks like it; what was rejected is of no interest here. */
function Labels({ of }: { of: NonNullable<NonNullable<Result['sample'][number]['column']>['labels']> }) {
  // Confirmed ones first: C comes before S.
  const labels = of.filter(({ state }) => state !== 'REJECTED').toSorted((a, b) => a.state.localeCompare(b.state));
  const rest = labels.slice(MOST_LABELS);
  return (
    <span className="flex items-center gap-1">
      {labels.slice(0, MOST_LABELS).map(({ id, label, state, confidence }) => (
        <LabelChip key={id} name={label.name} state={state} confidence={confidence} />
      ))}
      {rest.length > 0 && (
        <span className="text-small text-fg-3" title={rest.map(({ label }) => label.name).join(', ')}>
          +{rest.length}
        </span>
      )}
    </span>
  );
}

function State({ state }: { state: string | undefined }) {
  if (state === undefined) return <span />;
  if (state === 'NEW') return <Badge tone="accent">new</Badge>;
  return <span className="text-small whitespace-nowrap text-fg-3">{state === 'WAIVED' ? 'waived' : 'already open'}</span>;
}
