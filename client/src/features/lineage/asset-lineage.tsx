'use client';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useMemo, useState } from 'react';
import { Button, ButtonLink } from '@/components/ui/button';
import { Boundary } from '@/components/ui/panel';
import { RefetchLine, Skeleton, SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { formatCount } from '@/lib/format';
import { useLive } from '@/lib/graphql/use-live';
import { useKeys } from '@/lib/keys';
import { useIsNarrow } from '@/lib/use-media';
import { columnsShown } from './columns';
import { LINEAGE_LIVE } from './documents';
import { nameOf, type Graph } from './graph';
import type { GraphActions } from './graph-actions';
import { chosenBy, drawJobs } from './jobs';
import { LineageTable } from './lineage-table';
import { ASKS_ABOVE, NewsLine, TooMany } from './notices';
import { rowsOf } from './rows';
import { useBadges } from './use-badges';
import { useLineage } from './use-lineage';

const Frame = () => <Skeleton className="absolute inset-0 rounded-none" />;
const Canvas = dynamic(() => import('./canvas').then((module) => module.Canvas), { ssr: false, loading: Frame });

const NEAREST = { direction: 'BOTH', depth: 1, asOf: null, compare: null, columns: 'none', selected: null, other: null } as const;
const NONE: ReadonlySet<string> = new Set();
const nothing = (): void => {};

/** What flows directly into an asset and out of it, to be looked at: what is chosen is opened. The explorer has the rest. */
export function AssetLineage({ id }: { id: string }) {
  const router = useRouter();
  const lineage = useLineage({ assetId: id, ...NEAREST });
  const { graph } = lineage;
  const badges = useBadges(useMemo(() => graph?.nodes.flatMap(({ asset }) => asset?.id ?? []) ?? null, [graph]));
  const drawn = useMemo(() => graph && drawJobs(graph), [graph]);
  const rows = useMemo(() => (graph ? rowsOf(graph, null, badges) : []), [graph, badges]);
  const actions = useMemo<GraphActions>(
    () => ({
      select(clicked) {
        if (!clicked || !drawn || clicked === id) return;
        const chosen = chosenBy(drawn, clicked);
        if (drawn.byId.get(chosen)?.asset) router.push(hrefOf(chosen));
        else router.push(`${explorerOf(id)}?depth=1&selected=${encodeURIComponent(chosen)}&panel=details`);
      },
      expand: (node) => drawn?.byId.get(node)?.folded && router.push(`${explorerOf(id)}?depth=2`),
    }),
    [drawn, id, router],
  );

  const [hasNews, setNews] = useState(false);
  useLive(LINEAGE_LIVE, {
    variables: { subject: id },
    onEvent: ({ eventPublished }) => eventPublished?.event?.type === 'lineage.changed' && setNews(true),
  });
  const reload = (): void => {
    setNews(false);
    lineage.reload();
  };
  useKeys({ '.': reload }, hasNews);

  const isNarrow = useIsNarrow();
  const [isAsked, setAsked] = useState(false);
  const [isAllowed, setAllowed] = useState(false);
  const isEmpty = graph?.nodes.length === 1 && graph.flows.length === 0 && graph.nodes[0]!.folded === 0;
  const news = hasNews && <NewsLine text="Its lineage changed." onShow={reload} />;
  const explorer = <ButtonLink href={explorerOf(id)}>Open explorer</ButtonLink>;
  if (isEmpty || lineage.isMissing) {
    return (
      <>
        {news}
        <EmptyState title="No lineage is known." action={explorer}>
          It comes from view definitions and from OpenLineage events.
        </EmptyState>
      </>
    );
  }
  const name = graph ? nameOf(graph.byId.get(graph.rootId)!) : '';
  const hasGraph = !isNarrow || isAsked;
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      {news}
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-2 border-b border-line px-5 py-2 max-sm:px-3">
        <p className="min-h-5 text-fg-2 max-sm:w-full">{graph && countsOf(graph)}</p>
        <div className="ml-auto flex gap-2">
          {isNarrow && (
            <Button aria-expanded={isAsked} onClick={() => setAsked(!isAsked)}>
              {isAsked ? 'Hide the graph' : 'Show the graph'}
            </Button>
          )}
          {explorer}
        </div>
      </div>
      {hasGraph && (
        <section
          aria-label="Lineage as a graph"
          aria-busy={lineage.isFetching}
          className="relative h-[360px] shrink-0 overflow-hidden border-b border-line bg-canvas"
        >
          {graph && (
            <a
              href="#lineage-table"
              className="sr-only z-20 rounded-control border border-line-strong bg-raised px-3 py-1 focus:not-sr-only focus:absolute! focus:top-2 focus:left-2"
            >
              Skip to the table
            </a>
          )}
          <RefetchLine isOn={lineage.isFetching && graph !== null} />
          <Boundary name="The graph">
            {!graph || !drawn ? (
              !lineage.error && <Frame />
            ) : graph.nodes.length > ASKS_ABOVE && !isAllowed ? (
              <TooMany graph={graph} onShow={() => setAllowed(true)} />
            ) : (
              <Canvas
                isPreview
                graph={drawn}
                columns={columnsShown(lineage.columns, graph, 'none', null)}
                columnsAreLaidOut={false}
                highlight={null}
                badges={badges}
                selected={null}
                other={null}
                match=""
                goTo={null}
                layoutKey={lineage.graphKey}
                loadingIds={NONE}
                expandedIds={NONE}
                actions={actions}
                onOpen={nothing}
                onPlaces={nothing}
              />
            )}
          </Boundary>
          {lineage.error && (
            <ErrorPanel
              error={lineage.error}
              subject="The lineage"
              rest="The rest of the page works."
              onRetry={lineage.reload}
              className="h-full bg-surface"
            />
          )}
        </section>
      )}
      {!lineage.error && (
        <section id="lineage-table" tabIndex={-1} aria-label="Lineage as a table" className="flex min-h-[240px] flex-1 shrink-0 flex-col">
          <Boundary name="The table">
            {graph ? (
              <LineageTable
                rows={rows}
                label={`Lineage of ${name}`}
                selected={null}
                match=""
                isFetching={lineage.isFetching}
                onSelect={(chosen, { newTab }) => {
                  if (newTab) window.open(hrefOf(chosen), '_blank', 'noopener');
                  else if (chosen !== id) router.push(hrefOf(chosen));
                }}
              />
            ) : (
              <SkeletonRows rows={6} isTall />
            )}
          </Boundary>
        </section>
      )}
    </div>
  );
}

const hrefOf = (id: string): string => `/assets/${id}?tab=lineage`;
const explorerOf = (id: string): string => `/lineage/${id}`;

function countsOf({ nodes, isTruncated }: Graph): string {
  const count = (sign: 1 | -1): string => formatCount(nodes.filter(({ step }) => step * sign > 0).length);
  return `Direct neighbours: ${isTruncated ? 'at least ' : ''}${count(-1)} upstream, ${count(1)} downstream`;
}
