'use client';
import { memo } from 'react';
import type { Edge as FlowEdge, EdgeProps } from '@xyflow/react';
import { cn } from '@/lib/class-names';
import { drawEdge } from './edge-path';
import { useGraphActions } from './graph-actions';

export type EdgeLook = 'rest' | 'on' | 'off' | 'added' | 'removed';
export type EdgeData = { look: EdgeLook; isSelected: boolean; title: string };
export type GraphEdgeType = FlowEdge<EdgeData, 'flow'>;

const COLOURS: Record<EdgeLook, string> = {
  rest: 'text-control',
  on: 'text-ring',
  off: 'text-line-strong',
  added: 'text-ok-mark',
  removed: 'text-error-mark',
};
function View({ id, sourceX, sourceY, targetX, targetY, data }: EdgeProps<GraphEdgeType>) {
  const { select } = useGraphActions();
  const { look, isSelected, title } = data!;
  const { path, head } = drawEdge(sourceX, sourceY, targetX, targetY);
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
    a.sourceX === b.sourceX &&
    a.sourceY === b.sourceY &&
    a.targetX === b.targetX &&
    a.targetY === b.targetY &&
    a.data?.look === b.data?.look &&
    a.data?.isSelected === b.data?.isSelected &&
    a.data?.title === b.data?.title,
);
