'use client';
import dynamic from 'next/dynamic';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { Page } from '@/components/page';
import { Boundary } from '@/components/ui/panel';
import { RefetchLine, SkeletonRows } from '@/components/ui/skeleton';
import { ErrorPanel, NotFound } from '@/components/ui/states';
import { toast } from '@/components/ui/toast';
import { plural } from '@/lib/format';
import { useLive } from '@/lib/graphql/use-live';
import { useKeys } from '@/lib/keys';
import { useHydrated } from '@/lib/use-hydrated';
import { useIsMedium, useIsNarrow } from '@/lib/use-media';
import { useNow } from '@/lib/use-now';
import { AsOf } from './as-of';
import { assetsOnPath, columnsShown } from './columns';
import type { Change } from './declare';
import { LINEAGE_HISTORY, LINEAGE_LIVE } from './documents';
import { fullNameOf, kindOf, nameOf } from './graph';
import type { GraphActions } from './graph-actions';
import { chosenBy, drawJobs, highlightDrawn, movedBy } from './jobs';
import type { Places } from './layout';
import { ticksOf } from './moments';
import { ASKS_ABOVE, Legend, NewsLine, NoLineage, PastLine, TooMany } from './notices';
import { highlightOf } from './paths';
import { csvRows, rowsOf } from './rows';
import { Side } from './side';
import { Toolbar } from './toolbar';
import { useExplorerUrl, type PanelTab } from './url';
import { useBadges } from './use-badges';
import { BUDGET, useLineage } from './use-lineage';
import { changeLines } from './words';

const loading = () => <SkeletonRows rows={6} />;
const Canvas = dynamic(() => import('./canvas').then((module) => module.Canvas), { ssr: false });
const LineageTable = dynamic(() => import('./lineage-table').then((module) => module.LineageTable), { ssr: false, loading });
const ImpactPanel = dynamic(() => import('./impact').then((module) => module.ImpactPanel), { ssr: false, loading });
const ChangesPanel = dynamic(() => import('./changes').then((module) => module.ChangesPanel), { ssr: false, loading });
const DetailsPanel = dynamic(() => import('./details').then((module) => module.DetailsPanel), { ssr: false, loading });
const DeclareDialog = dynamic(() => import('./declare').then((module) => module.DeclareDialog), { ssr: false });

const NOW_EVERY_MS = 60_000;
/** An event that comes so soon after an own edit is that edit's. */
const OWN_MS = 5_000;

/** Where an asset's data comes from and where it goes, now and then. */
export function Explorer({ assetId }: { assetId: string }) {
  const { state, set } = useExplorerUrl();
  const { direction, depth, asOf, compare, selected } = state;
  const isNarrow = useIsNarrow();
  const isMedium = useIsMedium();
  const isHydrated = useHydrated();
  const now = useNow(NOW_EVERY_MS);
  const view = state.view ?? (isNarrow ? 'table' : 'graph');

  const lineage = useLineage({ ...state, assetId });
  const { graph, columns, between } = lineage;
  const [{ data: history }, askHistory] = useQuery({ query: LINEAGE_HISTORY, variables: { assetId } });
  const ticks = useMemo(
    () => ticksOf([...(history?.lineageHistory?.nodes ?? []), ...(graph?.flows ?? []).flatMap(({ edges }) => edges)], now + NOW_EVERY_MS),
    [history, graph, now],
  );
  const ids = useMemo(() => (asOf || !graph ? null : graph.nodes.flatMap(({ asset }) => asset?.id ?? [])), [asOf, graph]);
  const badges = useBadges(ids);

  const shownColumns = useMemo(
    () => (graph ? columnsShown(columns, graph, state.columns, selected) : null),
    [columns, graph, state.columns, selected],
  );
  const highlight = useMemo(() => {
    if (!graph) return null;
    if (between && between.nodes.length > 0) {
      return {
        nodes: new Set(between.nodes.map(({ id }) => id)),
        flows: new Set(between.edges.map(({ from, to }) => `${from}~${to}`)),
      };
    }
    return shownColumns?.path ? assetsOnPath(columns, shownColumns.path) : highlightOf(graph, selected);
  }, [graph, between, shownColumns, columns, selected]);
  const drawn = useMemo(() => (graph ? drawJobs(graph) : null), [graph]);
  const drawnHighlight = useMemo(() => {
    if (!drawn || !graph) return null;
    if (!selected || !drawn.movers.has(selected)) return highlight && highlightDrawn(drawn, highlight);
    const moved = movedBy(selected, graph);
    const own = { nodes: new Set(moved.flatMap(({ from, to }) => [from, to])), flows: new Set(moved.map(({ id }) => id)) };
    return highlightDrawn(drawn, own, selected);
  }, [drawn, graph, highlight, selected]);
  const lines = useMemo(() => (lineage.diff && graph ? changeLines(lineage.diff, graph) : null), [lineage.diff, graph]);
  const rows = useMemo(
    () => (graph ? rowsOf(graph, state.columns === 'none' ? null : columns, badges) : []),
    [graph, columns, badges, state.columns],
  );

  const [find, setFind] = useState('');
  const [goTo, setGoTo] = useState<{ id: string } | null>(null);
  const match = find.trim().toLowerCase();
  const matches = useMemo(
    () => (match && drawn ? drawn.nodes.filter((node) => nameOf(node).toLowerCase().includes(match)).map(({ id }) => id) : []),
    [match, drawn],
  );
  const [found, setFound] = useState(-1);
  const findNext = (step: 1 | -1): void => {
    if (matches.length === 0) return;
    const next = (found + step + matches.length) % matches.length;
    setFound(next);
    setGoTo({ id: matches[next]! });
  };

  const select = (clicked: string | null, { second = false } = {}): void => {
    const id = clicked && drawn ? chosenBy(drawn, clicked) : clicked;
    const isMover = [id, selected].some((each) => each && drawn?.movers.has(each));
    const isPair =
      second && id && selected && id !== selected && graph?.byId.has(id) === graph?.byId.has(selected) && !id.includes('~') && !isMover;
    if (isPair) set({ with: id, panel: 'details' });
    else set({ selected: id, with: null, ...(id && (id.includes('~') || drawn?.movers.has(id)) && { panel: 'details' }) });
  };
  const expand = (id: string): void => {
    const node = graph?.byId.get(id);
    if (!node || !graph) return;
    if (lineage.expanded.some((each) => each.id === id)) lineage.fold(id);
    else if (node.folded > 0 && graph.nodes.length + node.folded > BUDGET)
      toast({ title: `At most ${BUDGET} nodes are shown`, text: 'Fold others first, or open the lineage from this one.' });
    else if (node.folded > 0) lineage.expand({ id, direction: node.step > 0 ? 'DOWNSTREAM' : node.step < 0 ? 'UPSTREAM' : direction });
  };
  // Nodes keep one set of functions: a selection does not draw all of them anew.
  const latest = useRef({ select, expand });
  useEffect(() => {
    latest.current = { select, expand };
  });
  const actions = useMemo<GraphActions>(
    () => ({ select: (id, options) => latest.current.select(id, options), expand: (id) => latest.current.expand(id) }),
    [],
  );

  const expandedIds = useMemo(() => new Set(lineage.expanded.map(({ id }) => id)), [lineage.expanded]);
  const [change, setChange] = useState<Change | null>(null);
  const [hasNews, setNews] = useState(false);
  const ownUntil = useRef(0);
  const reload = (): void => {
    setNews(false);
    lineage.reload();
    askHistory({ requestPolicy: 'network-only' });
  };
  useLive(LINEAGE_LIVE, {
    variables: { subject: assetId },
    onEvent: () => (Date.now() < ownUntil.current ? reload() : setNews(true)),
  });
  useKeys({
    ...(hasNews && { '.': reload }),
    ...(selected && { Escape: () => select(null) }),
  });

  const standing = useRef<{ places: Places; heights: ReadonlyMap<string, number> } | null>(null);
  const onPlaces = useCallback((places: Places, heights: ReadonlyMap<string, number>) => {
    standing.current = { places, heights };
  }, []);
  const root = graph?.byId.get(graph.rootId);
  const name = root ? nameOf(root) : '';
  const exportAs = async (as: 'svg' | 'png' | 'csv'): Promise<void> => {
    if (!drawn || !shownColumns) return;
    try {
      const { drawSvg, save, svgToPng, themeColours } = await import('./export');
      const file = `lineage-${name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')}`;
      if (as === 'csv') {
        const { toCsv } = await import('./csv');
        return save(`${file}.csv`, new Blob([toCsv(csvRows(rows))], { type: 'text/csv;charset=utf-8' }));
      }
      if (!standing.current) return;
      const picture = {
        graph: drawn,
        columns: shownColumns,
        highlight: drawnHighlight,
        ...standing.current,
        title: `Lineage of ${root ? fullNameOf(root) : ''}`,
        asOf,
        compare,
      };
      const svg = drawSvg(picture, themeColours());
      save(`${file}.${as}`, as === 'svg' ? new Blob([svg], { type: 'image/svg+xml' }) : await svgToPng(svg));
    } catch (error) {
      toast({ title: 'The export did not work', text: error instanceof Error ? error.message : undefined, stays: true });
    }
  };

  const [allowed, setAllowed] = useState('');
  const isTooMany = graph !== null && graph.nodes.length > ASKS_ABOVE && allowed !== lineage.graphKey && lineage.expanded.length === 0;
  const isEmpty = graph !== null && graph.nodes.length === 1 && graph.flows.length === 0 && graph.nodes[0]!.folded === 0;
  const isPanelOpen = isHydrated && (!isMedium || state.panel !== null || (selected !== null && !isNarrow));
  const tab: PanelTab = state.panel ?? 'impact';
  const goToSelected = (id: string, at = id): void => {
    select(id);
    setGoTo({ id: at });
  };

  if (lineage.isMissing) {
    return (
      <Page title="Lineage">
        <NotFound thing="asset" />
      </Page>
    );
  }
  const source = root?.asset?.source;
  const chosenColumn = selected ? columns.byId.get(selected) : undefined;
  const chosenNode = (chosenColumn ? graph?.byId.get(chosenColumn.assetId) : selected ? graph?.byId.get(selected) : undefined) ?? root;
  const second = state.other ? graph?.byId.get(state.other) : undefined;
  const pathName =
    chosenColumn?.name ??
    (chosenNode && second
      ? `${nameOf(chosenNode)} and ${nameOf(second)}`
      : selected?.includes('~')
        ? null
        : chosenNode
          ? nameOf(chosenNode)
          : null);
  const columnsReady = state.columns === 'all' && !lineage.isLoadingColumns;
  return (
    <Page
      title={name ? `Lineage of ${name}` : 'Lineage'}
      heading="Lineage"
      fills
      crumbs={[
        ...(source ? [{ label: source.name, href: `/sources/${source.id}` }] : []),
        ...(root ? [{ label: name, href: `/assets/${assetId}` }] : []),
      ]}
    >
      <Toolbar
        direction={direction}
        depth={depth}
        columns={state.columns}
        view={view}
        find={find}
        matches={matches.length}
        shown={graph && { count: graph.nodes.length, folded: graph.folded, isTruncated: graph.isTruncated }}
        onChange={set}
        onFind={(text) => (setFind(text), setFound(-1))}
        onFindNext={findNext}
        onExport={(as) => void exportAs(as)}
      />
      {asOf && <PastLine asOf={asOf} onNow={() => set({ asOf: null })} />}
      {hasNews && !asOf && <NewsLine text="This asset or its lineage changed." onShow={reload} />}
      {lineage.columnsError && (
        <ErrorPanel error={lineage.columnsError} subject="The lineage of columns" className="border-b border-line" />
      )}
      <div className="relative flex min-h-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col">
          <section
            aria-label="Lineage"
            className="relative flex min-h-0 flex-1 flex-col overflow-hidden bg-canvas"
            aria-busy={lineage.isFetching}
          >
            <RefetchLine isOn={(lineage.isFetching || lineage.isLoadingColumns) && graph !== null} />
            {view === 'graph' && !isEmpty && graph && (
              <button
                type="button"
                className="sr-only z-20 rounded-control border border-line-strong bg-raised px-3 py-1 focus:not-sr-only focus:absolute! focus:top-2 focus:left-2"
                onClick={() => set({ view: 'table' })}
              >
                Skip to the table
              </button>
            )}
            {lineage.error && <ErrorPanel error={lineage.error} subject="The lineage" onRetry={lineage.reload} className="bg-surface" />}
            <Boundary name="The lineage">
              {!graph || !drawn || !shownColumns ? (
                lineage.error ? null : (
                  <SkeletonRows rows={6} />
                )
              ) : isEmpty ? (
                <NoLineage
                  direction={direction}
                  asOf={asOf}
                  ticks={ticks}
                  onAsOf={(at) => set({ asOf: at })}
                  onBoth={() => set({ direction: 'BOTH' })}
                />
              ) : view === 'table' ? (
                <div className="flex min-h-0 flex-1 flex-col bg-surface">
                  <LineageTable
                    rows={rows}
                    label={`Lineage of ${name}`}
                    selected={selected}
                    match={match}
                    isFetching={lineage.isFetching}
                    onSelect={(id) => set({ selected: id, with: null, panel: 'details' })}
                  />
                </div>
              ) : isTooMany ? (
                <TooMany graph={graph} onShow={() => setAllowed(lineage.graphKey)} onDepth={(next) => set({ depth: String(next) })} />
              ) : (
                <>
                  <Canvas
                    graph={drawn}
                    columns={shownColumns}
                    columnsAreLaidOut={columnsReady}
                    highlight={drawnHighlight}
                    badges={badges}
                    selected={selected}
                    other={state.other}
                    match={match}
                    goTo={goTo}
                    layoutKey={`${lineage.graphKey} ${columnsReady ? 'columns' : ''}`}
                    loadingIds={lineage.loadingIds}
                    expandedIds={expandedIds}
                    actions={actions}
                    onOpen={() => set({ panel: 'details' })}
                    onPlaces={onPlaces}
                  />
                  <Legend path={highlight ? pathName : null} compare={compare} />
                </>
              )}
            </Boundary>
          </section>
          <AsOf
            ticks={ticks}
            now={now}
            asOf={asOf}
            compare={compare}
            onAsOf={(at) => set({ asOf: at, ...(at && compare && compare >= at && { compare: null }) })}
            onCompare={(at) => set({ compare: at, panel: at ? 'changes' : null })}
          />
        </div>
        {isPanelOpen && graph && chosenNode && (
          <Side
            tab={tab}
            changes={lines && lines.length}
            onTab={(next) => set({ panel: next })}
            onClose={isMedium ? () => set({ panel: null, selected: null, with: null }) : undefined}
          >
            {tab === 'impact' ? (
              <ImpactPanel
                key={chosenColumn?.id ?? chosenNode.id}
                subject={
                  chosenColumn
                    ? { id: chosenColumn.id, name: `${nameOf(chosenNode)}.${chosenColumn.name}`, kind: kindOf(chosenNode), isColumn: true }
                    : { id: chosenNode.id, name: nameOf(chosenNode), kind: kindOf(chosenNode), isColumn: false }
                }
                assetId={chosenNode.id}
                asOf={asOf}
                graph={graph}
                badges={badges}
                onGoTo={(id) => goToSelected(id)}
              />
            ) : tab === 'changes' ? (
              <ChangesPanel
                lines={lines}
                isTruncated={lineage.diff?.truncated ?? false}
                error={lineage.diffError}
                compare={compare}
                asOf={asOf}
                onGoTo={(line) => {
                  const [from, to] = line.id.split('~') as [string, string];
                  set({ selected: line.id, with: null });
                  setGoTo({ id: to === graph.rootId ? from : to });
                }}
              />
            ) : (
              <DetailsPanel
                graph={graph}
                columns={columns}
                selected={selected}
                other={state.other}
                between={between}
                badges={badges}
                isPast={asOf !== null}
                onSelect={(id) => select(id)}
                onChange={setChange}
              />
            )}
          </Side>
        )}
      </div>
      {change && (
        <DeclareDialog
          change={change}
          onClose={() => setChange(null)}
          onDone={() => {
            ownUntil.current = Date.now() + OWN_MS;
            setChange(null);
            reload();
          }}
        />
      )}
      <p role="status" className="sr-only">
        {graph && !lineage.isFetching ? `${plural(graph.nodes.length, 'asset')} shown` : ''}
      </p>
    </Page>
  );
}
