'use client';
import { memo } from 'react';
import { kindColour } from '@/components/ui/kind';
import { cn } from '@/lib/class-names';
import { showHidden } from '@/lib/marked-name';
import { fullNameOf, kindOf, nameOf } from './graph';
import { useGraphActions } from './graph-actions';
import { isSameNode, labelOf, type GraphNodeType } from './graph-node';
import { NODE_WIDTH } from './layout';

/** Letters of the name that stand in a node; a sign of Chinese or an emoji is as wide as two. */
const ROOM = 14;
const RADIUS = 6;

function cut(name: string): string {
  let room = ROOM;
  let shown = '';
  for (const letter of name) {
    room -= letter.codePointAt(0)! > 0x1100 ? 2 : 1;
    if (room < 0) return `${shown}…`;
    shown += letter;
  }
  return shown;
}

type Props = { node: GraphNodeType; isBar: boolean };

/** A node from afar: its name alone, then only the colour of its kind. */
function View({ node: { id, position, height = 0, data }, isBar }: Props) {
  const { select } = useGraphActions();
  const { node, isRoot, isSelected, path, match, isTabbable } = data;
  const isRemoved = node.mark?.is === 'removed';
  const isFaint = path === 'off' && !isSelected;
  const box = { width: NODE_WIDTH, height, rx: RADIUS };
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/prefer-tag-over-role -- the graph has the keys of all nodes; a drawing has no buttons
    <g
      role="button"
      data-node={id}
      data-graph-node={id}
      tabIndex={isTabbable ? 0 : -1}
      aria-pressed={isSelected}
      aria-label={labelOf(data)}
      transform={`translate(${position.x} ${position.y})`}
      className="group/far pointer-events-auto cursor-pointer outline-none"
      onClick={(event) => select(id, { second: event.shiftKey })}
    >
      <title>{fullNameOf(node)}</title>
      {match && <rect {...box} className="fill-none stroke-warning-mark" strokeWidth={16} />}
      <rect
        {...box}
        strokeWidth={isRoot || isSelected ? 8 : 2}
        strokeDasharray={isRemoved ? '8 8' : undefined}
        // A bar has no name that could recede.
        style={isBar ? { fill: isFaint ? 'var(--line-strong)' : kindColour(kindOf(node)) } : undefined}
        className={cn(
          'fill-surface group-focus-visible/far:stroke-ring group-focus-visible/far:stroke-[12px]',
          isRoot || isSelected || path === 'on'
            ? 'stroke-ring'
            : node.mark?.is === 'added'
              ? 'stroke-ok-mark'
              : isRemoved
                ? 'stroke-error-mark'
                : isFaint
                  ? 'stroke-line'
                  : 'stroke-line-strong group-hover/far:stroke-control',
        )}
      />
      {!isBar && (
        <>
          <rect width={6} height={height} rx={3} style={{ fill: kindColour(kindOf(node)) }} />
          <text
            x={14}
            y={height > 60 ? 22 : height / 2}
            dominantBaseline="central"
            className={cn(
              'font-mono text-page font-medium [unicode-bidi:isolate]',
              isFaint ? 'fill-fg-3' : 'fill-fg',
              isRemoved && 'line-through',
            )}
          >
            {cut(showHidden(nameOf(node)))}
          </text>
        </>
      )}
    </g>
  );
}

export const FarNode = memo(
  View,
  (before, after) =>
    before.isBar === after.isBar &&
    before.node.position.x === after.node.position.x &&
    before.node.position.y === after.node.position.y &&
    before.node.height === after.node.height &&
    isSameNode(before.node.data, after.node.data),
);
