'use client';
import { memo } from 'react';
import type { Edge as FlowEdge, EdgeProps } from '@xyflow/react';
import { cn } from '@/lib/class-names';
import { drawEdge } from './edge-path';
import type { Place } from './layout';
import { useGraphActions } from './graph-actions';

export type EdgeLook = 'rest' | 'on' | 'off' | 'added' | 'removed';
export type EdgeData = { look: EdgeLook; isSelected: boolean; title: string; from: Place; to: Place };
export type GraphEdgeType = FlowEdge<EdgeData, 'flow'>;

const COLOURS: Record<EdgeLook, string> = {
  rest: 'text-control',
  on: 'text-ring',
  off: 'text-line-strong',
  added: 'text-ok-mark',
  removed: 'text-error-mark',
};
function View({ id, data }: EdgeProps<GraphEdgeType>) {
  const { select } = useGraphActions();
  const { look, isSelected, title, from, to } = data!;
  const { path, head } = drawEdge(from.x, from.y, to.x, to.y);
  const width = isSelected ? 3 : look === 'on' ? 2 : 1.25;
  return (
    <g className={cn('group/edge', COLOURS[look])}>
      <path
        d={path}
        fill="none"
        stroke="currentColor"
        strokeWidth={width}
        strokeDasharray={look === 'removed' ? '4 4' : undefined}
        className="group-hover/edge:stroke-[2.5px]"
      />
      <path d={head} fill="currentColor" />
      {/* Wide enough for a pointer. By keyboard a flow is chosen in the details of its nodes. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <path d={path} fill="none" stroke="transparent" strokeWidth={12} className="cursor-pointer" onClick={() => select(id)}>
        <title>{title}</title>
      </path>
    </g>
  );
}

export const GraphEdge = memo(
  View,
  (a, b) =>
    a.id === b.id &&
    a.data?.from.x === b.data?.from.x &&
    a.data?.from.y === b.data?.from.y &&
    a.data?.to.x === b.data?.to.x &&
    a.data?.to.y === b.data?.to.y &&
    a.data?.look === b.data?.look &&
    a.data?.isSelected === b.data?.isSelected &&
    a.data?.title === b.data?.title,
);
