'use client';
/**
 * What is drawn beneath the nodes, and from afar the nodes themselves, as one drawing: for each part with a place of its own in the document the
 * browser has work with every frame of a movement, and there are a thousand edges.
 */
import { ViewportPortal } from '@xyflow/react';
import { FarNode } from './far-node';
import { GraphEdge, type Edge } from './graph-edge';
import type { GraphNodeType } from './graph-node';

type Props = { edges: readonly Edge[]; nodes: readonly GraphNodeType[]; isFar: boolean; isBar: boolean };

export const GraphDrawing = ({ edges, nodes, isFar, isBar }: Props) => (
  <ViewportPortal>
    <svg className="pointer-events-none absolute top-0 left-0 z-0 size-px overflow-visible">
      <g aria-hidden>
        {edges.map((edge) => (
          <GraphEdge key={edge.id} edge={edge} />
        ))}
      </g>
      {isFar && nodes.map((node) => <FarNode key={node.id} node={node} isBar={isBar} />)}
    </svg>
  </ViewportPortal>
);
