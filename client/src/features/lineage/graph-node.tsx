'use client';
import { createContext, memo, useContext } from 'react';
import { LoaderCircle } from 'lucide-react';
import type { Node as FlowNode, NodeProps } from '@xyflow/react';
import { Match } from '@/components/ui/highlight';
import { KindIcon, kindColour } from '@/components/ui/kind';
import { SeverityMark } from '@/components/ui/severity';
import { cn } from '@/lib/class-names';
import { formatCount, formatDay, formatEnum, plural } from '@/lib/format';
import { showHidden } from '@/lib/marked-name';
import type { ColumnRow } from './columns';
import { fullNameOf, kindOf, nameOf, placeOf, type Mark, type Shown } from './graph';
import type { Badge } from './use-badges';
import { useGraphActions } from './graph-actions';

export type NodeData = {
  node: Shown;
  isRoot: boolean;
  /** On the highlighted path, off it, or there is none. */
  path: 'on' | 'off' | null;
  isSelected: boolean;
  /** What is looked for, when it is in the name. */
  match: string;
  isTabbable: boolean;
  badge: Badge | null;
  isLoading: boolean;
  isExpanded: boolean;
  rows: readonly ColumnRow[];
  moreRows: number;
  selectedRow: string | null;
  rowsOnPath: ReadonlySet<string> | null;
  upstream: number;
  downstream: number;
};
export type GraphNodeType = FlowNode<NodeData, 'asset'>;

export const markText = ({ is, at }: Mark): string =>
  is === 'added'
    ? at
      ? `since ${formatDay(new Date(at))}`
      : 'came into reach'
    : at
      ? `removed ${formatDay(new Date(at))}`
      : 'out of reach';

/** What a screen reader says of it. */
export function labelOf({ node, isRoot, path, badge, upstream, downstream, isExpanded }: NodeData): string {
  return [
    `${formatEnum(kindOf(node))} ${fullNameOf(node)}`,
    isRoot && 'the asset asked about',
    node.mark && markText(node.mark),
    node.asset?.deletedAt && 'gone from the source',
    path === 'on' && 'on the path',
    badge && `${plural(badge.count, 'violation')}, the worst ${formatEnum(badge.severity)}`,
    `${upstream} upstream, ${downstream} downstream`,
    node.folded > 0 && `${formatCount(node.folded)} folded`,
    isExpanded && 'expanded',
  ]
    .filter(Boolean)
    .join(', ');
}

function Text({ text, match }: { text: string; match: string }) {
  const shown = showHidden(text);
  const at = match ? shown.toLowerCase().indexOf(match) : -1;
  if (at < 0) return shown;
  return (
    <>
      {shown.slice(0, at)}
      <Match>{shown.slice(at, at + match.length)}</Match>
      {shown.slice(at + match.length)}
    </>
  );
}

/** From afar nodes are part of one drawing, and none by itself. */
export const IsFarContext = createContext(false);

const Near = (props: NodeProps<GraphNodeType>) => (useContext(IsFarContext) ? null : <View {...props} />);

function View({ data }: NodeProps<GraphNodeType>) {
  const { node, isRoot, path, isSelected, match, isTabbable, badge, isLoading, isExpanded, rows, moreRows } = data;
  const { select, expand } = useGraphActions();
  const isRemoved = node.mark?.is === 'removed';
  const kind = kindOf(node);
  const isFaint = path === 'off' && !isSelected;
  return (
    <div
      data-graph-node={node.id}
      className={cn(
        'pointer-events-auto relative h-full w-full rounded-control border bg-surface shadow-node group-data-panning/graph:shadow-none',
        isRemoved ? 'border-dashed' : '',
        isSelected || (path === 'on' && !isRoot)
          ? 'border-ring'
          : node.mark?.is === 'added'
            ? 'border-ok-mark'
            : isRemoved
              ? 'border-error-mark'
              : isFaint
                ? 'border-line'
                : 'border-line-strong hover:border-control',
        (isRoot || isSelected) && 'outline-2 outline-ring',
        isRoot && isSelected && 'outline-[3px]',
        match && 'ring-2 ring-warning-mark',
      )}
    >
      <span
        aria-hidden
        className="absolute inset-y-[-1px] left-[-1px] w-[3px] rounded-l-control"
        style={{ backgroundColor: kindColour(kind) }}
      />
      <button
        type="button"
        data-node={node.id}
        tabIndex={isTabbable ? 0 : -1}
        aria-pressed={isSelected}
        title={fullNameOf(node)}
        onClick={(event) => select(node.id, { second: event.shiftKey })}
        className="flex h-[42px] w-full items-center gap-2 rounded-control pr-2 pl-[11px] text-left outline-none focus-visible:outline-2 focus-visible:outline-offset-2 focus-visible:outline-ring"
      >
        <KindIcon kind={kind} isNamed className="size-4" />
        <span className="sr-only">{labelOf(data)}: </span>
        <span className="min-w-0 flex-1">
          <bdi
            className={cn(
              'block truncate font-mono leading-[18px] font-medium',
              isFaint ? 'text-fg-3' : 'text-fg',
              isRemoved && 'line-through',
            )}
          >
            <Text text={nameOf(node)} match={match} />
          </bdi>
          <span className="block truncate text-micro leading-[14px] text-fg-3 group-data-[detail=short]/graph:hidden">
            {node.mark ? (
              markText(node.mark)
            ) : node.asset?.deletedAt ? (
              `gone since ${formatDay(new Date(node.asset.deletedAt))}`
            ) : (
              <bdi>{placeOf(node)}</bdi>
            )}
          </span>
        </span>
        {badge && (
          <span className="flex shrink-0 items-center gap-1 text-small text-fg-2">
            <SeverityMark severity={badge.severity} aria-hidden />
            {formatCount(badge.count)}
          </span>
        )}
      </button>
      {rows.length > 0 && (
        <ul aria-label={`Columns of ${nameOf(node)}`} className="border-t border-line group-data-[detail=short]/graph:invisible">
          {rows.map((row) => (
            <li key={row.id}>
              <button
                type="button"
                tabIndex={isTabbable ? 0 : -1}
                aria-pressed={data.selectedRow === row.id}
                onClick={() => select(row.id)}
                className={cn(
                  'flex h-6 w-full items-center gap-2 pr-2 pl-[11px] text-left font-mono text-small outline-none hover:bg-hover focus-visible:outline-2 focus-visible:-outline-offset-2 focus-visible:outline-ring',
                  data.rowsOnPath?.has(row.id)
                    ? 'bg-primary-subtle text-fg hover:bg-primary-subtle'
                    : data.rowsOnPath
                      ? 'text-fg-3'
                      : 'text-fg-2',
                )}
              >
                <bdi className="min-w-0 flex-1 truncate">{showHidden(row.name)}</bdi>
                {row.label && (
                  <span className="max-w-24 truncate rounded-chip border border-line-strong bg-subtle px-1 text-[10px] leading-4">
                    {row.label}
                  </span>
                )}
              </button>
            </li>
          ))}
          {moreRows > 0 && <li className="flex h-6 items-center pl-[11px] text-small text-fg-3">{plural(moreRows, 'more column')}</li>}
        </ul>
      )}
      {(node.folded > 0 || isLoading || isExpanded) && (
        <button
          type="button"
          tabIndex={isTabbable ? 0 : -1}
          aria-label={
            isExpanded ? `Fold the neighbours of ${nameOf(node)}` : `Show ${formatCount(node.folded)} folded neighbours of ${nameOf(node)}`
          }
          onClick={() => expand(node.id)}
          className={cn(
            'absolute top-[9px] flex h-6 min-w-6 items-center justify-center rounded-full border border-line-strong bg-surface px-1.5 text-micro font-medium text-fg-2 hover:bg-hover',
            node.step < 0 ? '-left-4' : '-right-4',
          )}
        >
          {isLoading ? <LoaderCircle className="turning size-3" /> : isExpanded && node.folded === 0 ? '−' : `+${formatCount(node.folded)}`}
        </button>
      )}
    </div>
  );
}

export const isSameNode = (a: NodeData, b: NodeData): boolean =>
  (Object.keys(a) as (keyof NodeData)[]).every((key) => Object.is(a[key], b[key]));

/** Drawn again only when something of its own differs: a graph of 500 pans and selects without all of them. */
export const GraphNode = memo(Near, (before, after) => isSameNode(before.data, after.data));
