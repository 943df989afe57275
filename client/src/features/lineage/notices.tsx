'use client';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/states';
import { formatCount, formatDay, formatMoment } from '@/lib/format';
import type { Graph } from './graph';
import type { Tick } from './moments';
import type { Direction } from './url';

/** More are drawn only when the person says so. */
export const ASKS_ABOVE = 150;

/** How deep a graph may be for not more than that. */
export function depthWithin(graph: Graph, most: number): number {
  const steps = graph.nodes.map(({ step }) => Math.abs(step));
  for (let depth = Math.max(...steps) - 1; depth > 1; depth -= 1) if (steps.filter((step) => step <= depth).length <= most) return depth;
  return 1;
}

/** Without `onDepth` it is shown, or it is not. */
export function TooMany({ graph, onShow, onDepth }: { graph: Graph; onShow: () => void; onDepth?: (depth: number) => void }) {
  const depth = depthWithin(graph, ASKS_ABOVE);
  return (
    <EmptyState
      title={`This shows ${graph.isTruncated ? 'at least ' : ''}${formatCount(graph.nodes.length)} nodes`}
      className="py-24"
      action={
        <div className="flex gap-2">
          <Button onClick={onShow}>Show</Button>
          {onDepth && (
            <Button variant="primary" onClick={() => onDepth(depth)}>
              Keep to depth {depth}
            </Button>
          )}
        </div>
      }
    >
      So large a graph takes long to read. The table holds the same.
    </EmptyState>
  );
}

type EmptyProps = { direction: Direction; asOf: string | null; ticks: readonly Tick[]; onAsOf: (at: string) => void; onBoth: () => void };

export function NoLineage({ direction, asOf, ticks, onAsOf, onBoth }: EmptyProps) {
  const first = asOf ? ticks.find(({ at }) => at > Date.parse(asOf)) : undefined;
  const title =
    direction === 'UPSTREAM'
      ? 'Nothing is known to flow into this asset'
      : direction === 'DOWNSTREAM'
        ? 'Nothing is known to read this asset'
        : 'No lineage is known for this asset';
  return (
    <EmptyState
      title={`${title}${asOf ? ` as of ${formatMoment(new Date(asOf))}` : ''}`}
      className="py-24"
      action={
        first ? (
          <Button onClick={() => onAsOf(new Date(first.at).toISOString())}>Go there</Button>
        ) : direction === 'BOTH' ? undefined : (
          <Button onClick={onBoth}>Show both directions</Button>
        )
      }
    >
      {first
        ? `The first edge is from ${formatDay(new Date(first.at))}.`
        : 'It comes from the definitions of views, from OpenLineage events, and from people who declare it.'}
    </EmptyState>
  );
}

/** The past is to be looked at only. */
export const PastLine = ({ asOf, onNow }: { asOf: string; onNow: () => void }) => (
  <p role="status" className="flex shrink-0 items-center gap-2 border-b border-line bg-primary-subtle px-5 py-1 max-sm:px-3">
    <span>Shown as of {formatMoment(new Date(asOf))}. Nothing can be edited.</span>
    <button type="button" className="shrink-0 font-medium text-primary-text hover:underline" onClick={onNow}>
      Back to now
    </button>
  </p>
);

/** What came meanwhile waits until it is asked for: nothing moves by itself. */
export const NewsLine = ({ text, onShow }: { text: string; onShow: () => void }) => (
  <p role="status" className="flex shrink-0 items-center gap-2 border-b border-line bg-subtle px-5 py-1 max-sm:px-3">
    {text}
    <button type="button" className="font-medium text-primary-text hover:underline" onClick={onShow}>
      Show
    </button>
  </p>
);

export const Legend = ({ path, compare }: { path: string | null; compare: string | null }) => {
  if (!path && !compare) return null;
  const since = compare && formatDay(new Date(compare));
  return (
    <ul className="pointer-events-none absolute top-2 left-4 z-10 flex flex-wrap gap-x-4 rounded-control bg-canvas px-1 text-small text-fg-2">
      {path && <Key className="border-ring" text={`path of ${path}`} />}
      {since && <Key className="border-ok-mark" text={`added since ${since}`} />}
      {since && <Key className="border-dashed border-error-mark" text="removed since" />}
    </ul>
  );
};
const Key = ({ className, text }: { className: string; text: string }) => (
  <li className="flex items-center gap-1.5">
    <span aria-hidden className={`w-4 border-t-2 ${className}`} />
    <bdi>{text}</bdi>
  </li>
);
