'use client';
import { memo } from 'react';
import { cn } from '@/lib/class-names';
import type { Drawn } from './edge-path';
import { useGraphActions } from './graph-actions';

export type EdgeLook = 'rest' | 'on' | 'off' | 'added' | 'removed';
export type Edge = Drawn & { id: string; look: EdgeLook; isSelected: boolean; title: string };

const COLOURS: Record<EdgeLook, string> = {
  rest: 'text-control',
  on: 'text-ring',
  off: 'text-line-strong',
  added: 'text-ok-mark',
  removed: 'text-error-mark',
};

function View({ edge: { id, look, isSelected, title, path, head } }: { edge: Edge }) {
  const { select } = useGraphActions();
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
      <path
        d={path}
        fill="none"
        stroke="transparent"
        strokeWidth={12}
        className="cursor-pointer [pointer-events:stroke]"
        onClick={() => select(id)}
      >
        <title>{title}</title>
      </path>
    </g>
  );
}

const isSame = (a: Edge, b: Edge): boolean =>
  a.id === b.id && a.path === b.path && a.look === b.look && a.isSelected === b.isSelected && a.title === b.title;

export const GraphEdge = memo(View, (before, after) => isSame(before.edge, after.edge));
