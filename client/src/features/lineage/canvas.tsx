'use client';
import '@xyflow/react/dist/base.css';
import './canvas.css';
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import {
  Background,
  MiniMap,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  type NodeHandle,
  type NodeTypes,
} from '@xyflow/react';
import { kindColour } from '@/components/ui/kind';
import { plural } from '@/lib/format';
import { MOST_ROWS, type ColumnsShown } from './columns';
import { edgeDrawer } from './edge-path';
import { GraphActionsContext, type GraphActions } from './graph-actions';
import { GraphDrawing } from './graph-drawing';
import type { Edge, EdgeLook } from './graph-edge';
import { GraphNode, IsFarContext, type GraphNodeType, type NodeData } from './graph-node';
import { flowId, kindOf, nameOf, type Graph } from './graph';
import { heightOf, neighbourAt, NODE_HEIGHT, NODE_WIDTH, pushApart, ROW_HEIGHT, type Arrow, type Place } from './layout';
import type { Highlight } from './paths';
import type { Badge } from './use-badges';
import { usePlaces } from './use-places';
import { flowTitle } from './words';
import { ZoomControls } from './zoom-controls';

export type CanvasProps = {
  /** A part of another page, to be looked at: the page scrolls under the pointer, and what is chosen is opened. */
  isPreview?: boolean;
  graph: Graph;
  columns: ColumnsShown;
  columnsAreLaidOut: boolean;
  highlight: Highlight | null;
  badges: ReadonlyMap<string, Badge>;
  selected: string | null;
  other: string | null;
  match: string;
  /** What is brought into view; a new object each time. */
  goTo: { id: string } | null;
  layoutKey: string;
  loadingIds: ReadonlySet<string>;
  expandedIds: ReadonlySet<string>;
  actions: GraphActions;
  onOpen: () => void;
  /** Where nodes stand: what an export draws. */
  onPlaces: (places: ReadonlyMap<string, Place>, heights: ReadonlyMap<string, number>) => void;
};

const NODE_TYPES: NodeTypes = { asset: GraphNode };
const MIN_ZOOM = 0.08;
/** Below this a graph is not shown as a whole, but from its root on. */
const READABLE = 0.35;
const GLIDE_MS = 200;
const NO_ROWS: NodeData['rows'] = [];

export const Canvas = (props: CanvasProps) => (
  <ReactFlowProvider>
    <GraphActionsContext value={props.actions}>
      <Inner {...props} />
    </GraphActionsContext>
  </ReactFlowProvider>
);

const glide = (): number => (matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : GLIDE_MS);
const detailOf = (zoom: number): string => (zoom < 0.2 ? 'bar' : zoom < 0.35 ? 'name' : zoom < 0.6 ? 'short' : 'full');

function useNodes(props: CanvasProps, places: ReadonlyMap<string, Place> | null, heights: ReadonlyMap<string, number>, tabbable: string) {
  const { graph, columns, highlight, badges, selected, other, match, loadingIds, expandedIds } = props;
  const degrees = useMemo(() => {
    const counts = new Map<string, { upstream: number; downstream: number }>(
      graph.nodes.map(({ id }) => [id, { upstream: 0, downstream: 0 }]),
    );
    for (const { from, to, mark } of graph.flows) {
      if (mark?.is === 'removed') continue;
      counts.get(from)!.downstream += 1;
      counts.get(to)!.upstream += 1;
    }
    return counts;
  }, [graph]);
  return useMemo(
    () =>
      graph.nodes.flatMap((node): GraphNodeType[] => {
        const position = places?.get(node.id);
        if (!position) return [];
        const all = columns.rows.get(node.id) ?? NO_ROWS;
        const rows = all.length > MOST_ROWS ? all.slice(0, MOST_ROWS) : all;
        const height = heights.get(node.id) ?? NODE_HEIGHT;
        const path = highlight ? (highlight.nodes.has(node.id) ? 'on' : 'off') : null;
        return [
          {
            id: node.id,
            type: 'asset',
            position,
            width: NODE_WIDTH,
            height,
            measured: { width: NODE_WIDTH, height },
            handles: HANDLES,
            zIndex: node.id === selected ? 2 : 1,
            // Without a transform of its own: each one costs in every frame of a movement.
            style: { left: position.x, top: position.y, transform: 'none' },
            data: {
              node,
              isRoot: node.id === graph.rootId,
              path,
              isSelected: node.id === selected || node.id === other,
              match: match && nameOf(node).toLowerCase().includes(match) ? match : '',
              isTabbable: node.id === tabbable,
              badge: badges.get(node.id) ?? null,
              isLoading: loadingIds.has(node.id),
              isExpanded: expandedIds.has(node.id),
              rows,
              moreRows: all.length - rows.length,
              selectedRow: rows.some(({ id }) => id === selected) ? selected : null,
              rowsOnPath: columns.path?.nodes ?? null,
              ...degrees.get(node.id)!,
            },
          },
        ];
      }),
    [graph, places, heights, columns, highlight, badges, selected, other, match, tabbable, loadingIds, expandedIds, degrees],
  );
}

/** Given here, React Flow measures none. It draws no edges: the graph's drawing does. */
const HANDLES: NodeHandle[] = [
  { type: 'target', position: Position.Left, x: 0, y: NODE_HEIGHT / 2, width: 1, height: 1 },
  { type: 'source', position: Position.Right, x: NODE_WIDTH, y: NODE_HEIGHT / 2, width: 1, height: 1 },
];

function useEdges(
  { graph, columns, highlight, selected }: CanvasProps,
  places: ReadonlyMap<string, Place> | null,
  heights: ReadonlyMap<string, number>,
): Edge[] {
  // A selection draws the same edges in other colours.
  const draw = useMemo(() => places && edgeDrawer(places, heights), [places, heights]);
  return useMemo(() => {
    if (!places || !draw) return [];
    const rowsOf = new Map(
      [...columns.rows].flatMap(([assetId, rows]) =>
        rows.map((row, index) => [row.id, { assetId, name: row.name, y: NODE_HEIGHT + (index + 0.5) * ROW_HEIGHT }] as const),
      ),
    );
    const replaced = new Set(columns.flows.map(({ from, to }) => flowId(rowsOf.get(from)!.assetId, rowsOf.get(to)!.assetId)));
    const name = (id: string): string => nameOf(graph.byId.get(id)!);
    const ends = (from: string, to: string, fromY = NODE_HEIGHT / 2, toY = NODE_HEIGHT / 2) => {
      const [a, b] = [places.get(from)!, places.get(to)!];
      return draw({ x: a.x + NODE_WIDTH, y: a.y + fromY }, { x: b.x, y: b.y + toY });
    };
    const stand = (id: string): boolean => places.has(id);
    const flows = graph.flows.flatMap((flow): Edge[] => {
      const { id, from, to, mark } = flow;
      if (!stand(from) || !stand(to)) return [];
      if (replaced.has(id) && !mark) return [];
      const isOn = highlight?.flows.has(id) ?? false;
      const look: EdgeLook = isOn ? 'on' : (mark?.is ?? (highlight ? 'off' : 'rest'));
      return [{ id, look, isSelected: selected === id, title: flowTitle(flow, name(from), name(to)), ...ends(from, to) }];
    });
    const between = columns.flows.flatMap((flow): Edge[] => {
      const [from, to] = [rowsOf.get(flow.from)!, rowsOf.get(flow.to)!];
      if (from.assetId === to.assetId || !stand(from.assetId) || !stand(to.assetId)) return [];
      const isOn = columns.path?.flows.has(flow.id) ?? false;
      return [
        {
          id: flow.id,
          look: isOn ? 'on' : columns.path ? 'off' : 'rest',
          isSelected: selected === flow.id,
          title: flowTitle(flow, `${name(from.assetId)}.${from.name}`, `${name(to.assetId)}.${to.name}`),
          ...ends(from.assetId, to.assetId, from.y, to.y),
        },
      ];
    });
    // What is on the path lies over the rest.
    return [...flows, ...between].toSorted((a, b) => Number(a.look === 'on') - Number(b.look === 'on'));
  }, [graph, columns, highlight, selected, places, draw]);
}

function Inner(props: CanvasProps) {
  const { isPreview = false, graph, columns, columnsAreLaidOut, layoutKey, goTo, selected, actions, onOpen, onPlaces } = props;
  const flow = useReactFlow<GraphNodeType>();
  const frame = useRef<HTMLDivElement>(null);
  const heights = useMemo(
    () =>
      new Map(
        graph.nodes.map(({ id }) => {
          const count = columns.rows.get(id)?.length ?? 0;
          return [id, heightOf(Math.min(count, MOST_ROWS), count > MOST_ROWS)];
        }),
      ),
    [graph, columns.rows],
  );
  const held = usePlaces(graph, heights, layoutKey);
  const places = useMemo(
    () => (held ? (columnsAreLaidOut ? held.places : pushApart(held.places, heights)) : null),
    [held, heights, columnsAreLaidOut],
  );
  const [active, setActive] = useState<string | null>(null);
  const tabbable = active && graph.byId.has(active) ? active : graph.rootId;
  const nodes = useNodes(props, places, heights, tabbable);
  const edges = useEdges(props, places, heights);
  const detail = useStore(({ transform }) => detailOf(transform[2]));
  const isFar = detail === 'name' || detail === 'bar';
  useEffect(() => {
    if (places) onPlaces(places, heights);
  }, [places, heights, onPlaces]);

  const edge = isPreview ? 16 : 40;
  const fit = useCallback(
    (duration: number) => {
      const { width = 0, height = 0 } = frame.current?.getBoundingClientRect() ?? {};
      const bounds = flow.getNodesBounds(flow.getNodes());
      const zoom = Math.min((width - 2 * edge) / bounds.width, (height - 2 * edge) / bounds.height);
      const root = flow.getNode(graph.rootId);
      if (zoom < READABLE && root)
        void flow.setCenter(root.position.x + NODE_WIDTH / 2, root.position.y + NODE_HEIGHT / 2, { zoom: 0.7, duration });
      else void flow.fitView({ padding: `${edge}px`, maxZoom: 1, duration });
    },
    [flow, graph.rootId, edge],
  );
  const heldKey = held?.key;
  const [isReady, setReady] = useState(false);
  const fitted = useRef<string | null>(null);
  useEffect(() => {
    if (!isReady || !heldKey || fitted.current === heldKey) return;
    const isFirst = fitted.current === null;
    fitted.current = heldKey;
    // After React Flow has taken the nodes.
    const frameId = requestAnimationFrame(() => fit(isFirst ? 0 : glide()));
    return () => cancelAnimationFrame(frameId);
  }, [isReady, heldKey, fit]);

  const show = useCallback(
    (id: string, { isFocus = false, duration = glide() } = {}) => {
      const node = flow.getNode(id);
      const box = frame.current?.getBoundingClientRect();
      if (!node || !box) return;
      const { x, y, zoom } = flow.getViewport();
      const [left, top] = [node.position.x * zoom + x, node.position.y * zoom + y];
      const isInView = left > 8 && top > 8 && left + NODE_WIDTH * zoom < box.width - 8 && top + NODE_HEIGHT * zoom < box.height - 60;
      if (!isInView || zoom < READABLE) {
        void flow.setCenter(node.position.x + NODE_WIDTH / 2, node.position.y + NODE_HEIGHT / 2, {
          zoom: Math.max(zoom, 0.7),
          duration: isFocus ? 0 : duration,
        });
      }
      setActive(id);
      // What was out of view is drawn with the next frame.
      if (isFocus)
        requestAnimationFrame(() =>
          requestAnimationFrame(() =>
            frame.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`)?.focus({ preventScroll: true }),
          ),
        );
    },
    [flow],
  );
  useEffect(() => {
    if (!goTo) return;
    const frameId = requestAnimationFrame(() => show(goTo.id));
    return () => cancelAnimationFrame(frameId);
  }, [goTo, show]);

  // The node that has the focus is another element from afar.
  useEffect(() => {
    if (active && document.activeElement === document.body)
      frame.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(active)}"]`)?.focus({ preventScroll: true });
  }, [isFar, active]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const id = (event.target as HTMLElement).dataset.node;
    if (!id || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key.startsWith('Arrow') && places) {
      const next = neighbourAt(id, event.key as Arrow, places, graph.flows);
      if (next) show(next, { isFocus: true });
    } else if (event.key === ' ') actions.expand(id);
    else if (event.key === 'Enter' && selected === id) onOpen();
    else if (event.key === 'Enter') actions.select(id, { second: event.shiftKey });
    else if (event.key === 'Home') show(graph.rootId, { isFocus: true });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  // Not before it moves: what is pressed may become a click.
  const setPanning = (by: 'hand' | 'itself' | null): void => {
    if (!by) frame.current?.removeAttribute('data-panning');
    else if (frame.current?.dataset.panning !== by) frame.current?.setAttribute('data-panning', by);
  };

  const rootName = nameOf(graph.byId.get(graph.rootId) ?? { asset: null, job: null, run: null });
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- an application has keys of its own; its nodes take the focus
    <div
      ref={frame}
      role="application"
      aria-label={`Lineage of ${rootName}, ${plural(graph.nodes.filter(({ job, run }) => !job && !run).length, 'asset')}. Arrows move between them, ${isPreview ? 'Enter opens one' : 'Enter chooses, Space expands'}.`}
      data-detail={detail}
      className="group/graph absolute inset-0 bg-canvas"
      onKeyDown={onKeyDown}
    >
      {places ? (
        <IsFarContext value={isFar}>
          <ReactFlow<GraphNodeType>
            nodes={nodes}
            nodeTypes={NODE_TYPES}
            onInit={() => setReady(true)}
            // From afar they are not drawn here: to bring each in and out while panning would cost more than it saves.
            onlyRenderVisibleElements={!isFar}
            minZoom={MIN_ZOOM}
            maxZoom={1.6}
            nodesDraggable={false}
            nodesConnectable={false}
            nodesFocusable={false}
            edgesFocusable={false}
            elementsSelectable={false}
            disableKeyboardA11y
            deleteKeyCode={null}
            selectionKeyCode={null}
            multiSelectionKeyCode={null}
            panOnScroll={!isPreview}
            zoomOnScroll={!isPreview}
            preventScrolling={!isPreview}
            zoomOnDoubleClick={false}
            onMove={(event) => setPanning(event ? 'hand' : 'itself')}
            onMoveEnd={() => setPanning(null)}
            onPaneClick={() => actions.select(null)}
            attributionPosition="top-right"
          >
            <GraphDrawing edges={edges} nodes={nodes} isFar={isFar} isBar={detail === 'bar'} />
            <Background gap={20} size={1} color="var(--line-strong)" bgColor="var(--canvas)" />
            {!isPreview && (
              <MiniMap
                className="!m-3 overflow-hidden rounded-control border border-line-strong max-sm:!hidden"
                style={{ width: 132, height: 84 }}
                bgColor="var(--surface)"
                maskColor="color-mix(in srgb, var(--canvas) 70%, transparent)"
                maskStrokeColor="var(--ring)"
                maskStrokeWidth={2}
                nodeColor={(node: GraphNodeType) => kindColour(kindOf(node.data.node))}
                nodeBorderRadius={6}
                ariaLabel="Overview"
                pannable
              />
            )}
          </ReactFlow>
        </IsFarContext>
      ) : (
        <Arranging name={rootName} />
      )}
      <ZoomControls onFit={() => fit(glide())} />
    </div>
  );
}

/** The root, and neighbours that are still to come. */
const Arranging = ({ name }: { name: string }) => (
  <div
    aria-busy="true"
    role="status"
    aria-label={`Arranging the lineage of ${name}`}
    className="flex h-full items-center justify-center gap-16"
  >
    {[2, 1, 3].map((count, index) => (
      <div key={count} className="flex flex-col gap-6">
        {Array.from({ length: count }, (_, at) => (
          <div
            key={at}
            className={
              index === 1
                ? 'flex h-11 w-[200px] items-center rounded-control border border-line-strong bg-surface px-3 font-mono font-medium outline-2 outline-ring'
                : 'late h-11 w-[200px] rounded-control bg-hover'
            }
          >
            {index === 1 && <bdi className="truncate">{name}</bdi>}
          </div>
        ))}
      </div>
    ))}
  </div>
);
