'use client';
import Link from 'next/link';
import { ArrowRight, Copy, Waypoints } from 'lucide-react';
import { Button, ButtonLink, IconButton } from '@/components/ui/button';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Fact, Facts, SideSection } from '@/components/ui/side-panel';
import { EmptyState } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { copyText } from '@/lib/copy-text';
import { formatConfidence, formatCount, formatEnum, plural } from '@/lib/format';
import { useViewer } from '@/lib/viewer';
import type { Columns } from './columns';
import type { Change, End } from './declare';
import { EdgeQuery } from './edge-query';
import { movedBy } from './jobs';
import { fullNameOf, kindOf, nameOf, runName, type Edge, type Graph, type Shown } from './graph';
import { markText } from './graph-node';
import { MoverDetails } from './movers';
import type { Badge } from './use-badges';
import { originWords, transformationWords } from './words';

type Props = {
  graph: Graph;
  columns: Columns;
  selected: string | null;
  other: string | null;
  between: { count: number; isTruncated: boolean } | null;
  badges: ReadonlyMap<string, Badge>;
  isPast: boolean;
  onSelect: (id: string) => void;
  onChange: (change: Change) => void;
};

const whereOf = ({ asset }: Shown) => ({ sourceId: asset?.source?.id ?? null, domainId: asset?.domain?.id ?? null });

/** Of the chosen node, column, flow, or of the two nodes. */
export function DetailsPanel(props: Props) {
  const { graph, columns, selected, other } = props;
  if (selected && other) return <PairDetails {...props} selected={selected} other={other} />;
  const column = selected ? columns.byId.get(selected) : undefined;
  const owner = column && graph.byId.get(column.assetId);
  if (column && owner) {
    const near = columns.flows.filter(({ from, to }) => from === column.id || to === column.id);
    return (
      <>
        <SideSection>
          <p className="flex min-w-0 font-medium">
            <Name name={`${fullNameOf(owner)}.${column.name}`} />
          </p>
          <p className="text-fg-2">A column of {nameOf(owner)}.</p>
        </SideSection>
        {near.map((flow) => (
          <FlowSection
            key={flow.id}
            {...props}
            from={columnEnd(props, flow.from)}
            to={columnEnd(props, flow.to)}
            toNode={graph.byId.get(columns.byId.get(flow.to)?.assetId ?? '')}
            edges={flow.edges}
          />
        ))}
        {near.length === 0 && <EmptyState title="No lineage of this column is known" />}
      </>
    );
  }
  const columnFlow = columns.flows.find(({ id }) => id === selected);
  if (columnFlow) {
    return (
      <FlowSection
        {...props}
        from={columnEnd(props, columnFlow.from)}
        to={columnEnd(props, columnFlow.to)}
        toNode={graph.byId.get(columns.byId.get(columnFlow.to)?.assetId ?? '')}
        edges={columnFlow.edges}
      />
    );
  }
  const flow = graph.flows.find(({ id }) => id === selected);
  if (flow) {
    const [from, to] = [graph.byId.get(flow.from)!, graph.byId.get(flow.to)!];
    return <FlowSection {...props} from={endOf(from)} to={endOf(to)} toNode={to} edges={flow.edges} />;
  }
  const moved = selected ? movedBy(selected, graph) : [];
  if (selected && moved.length > 0) return <MoverDetails {...props} id={selected} flows={moved} />;
  const node = graph.byId.get(selected ?? graph.rootId);
  if (!node) return <EmptyState title="No longer visible">What was chosen is not part of what is shown.</EmptyState>;
  return <NodeDetails {...props} node={node} />;
}

const endOf = (node: Shown): End => ({ id: node.id, name: fullNameOf(node) });
function columnEnd({ columns, graph }: Props, id: string): End {
  const row = columns.byId.get(id);
  const node = row && graph.byId.get(row.assetId);
  return { id, name: row ? `${node ? nameOf(node) : 'unknown'}.${row.name}` : 'unknown' };
}

function NodeDetails({ graph, node, badges, isPast, onSelect, onChange }: Props & { node: Shown }) {
  const { maySteward, viewer } = useViewer();
  const { asset } = node;
  const badge = badges.get(node.id);
  const upstream = graph.flows.filter(({ to }) => to === node.id);
  const downstream = graph.flows.filter(({ from }) => from === node.id);
  const stewardsSomething = viewer.roles.some(({ role }) => role === 'STEWARD' || role === 'ADMIN');
  const mayDeclare = !isPast && asset && !asset.deletedAt && node.mark?.is !== 'removed';
  return (
    <>
      <SideSection>
        <div className="flex items-start gap-2">
          <KindIcon kind={kindOf(node)} isNamed className="mt-1" />
          <p className="min-w-0 flex-1 font-mono font-medium break-all">
            <bdi>{fullNameOf(node)}</bdi>
          </p>
          <IconButton
            label="Copy the qualified name"
            size="small"
            icon={<Copy className="size-3" strokeWidth={1.6} />}
            onClick={() => void copyText(fullNameOf(node))}
          />
        </div>
        <div className="mt-3 flex flex-wrap gap-2">
          {asset && (
            <ButtonLink size="small" href={`/assets/${asset.id}`}>
              Open the asset
            </ButtonLink>
          )}
          {asset && node.id !== graph.rootId && (
            <ButtonLink size="small" href={`/lineage/${asset.id}`} icon={<Waypoints className="size-3" strokeWidth={1.6} />}>
              Lineage from here
            </ButtonLink>
          )}
        </div>
      </SideSection>
      <SideSection>
        <Facts>
          <Fact name="Kind">{formatEnum(kindOf(node))}</Fact>
          {asset?.source && (
            <Fact name="Source">
              <Link className="text-primary-text hover:underline" href={`/sources/${asset.source.id}`}>
                <bdi>{asset.source.name}</bdi>
              </Link>
            </Fact>
          )}
          <Fact name="Place">
            {node.id === graph.rootId
              ? 'The asset asked about'
              : node.step === 0
                ? 'Beside it'
                : `${plural(Math.abs(node.step), 'step')} ${node.step > 0 ? 'downstream' : 'upstream'}`}
          </Fact>
          {badge && (
            <Fact name="Violations">
              {formatCount(badge.count)}, the worst {formatEnum(badge.severity)}
            </Fact>
          )}
          {node.mark && <Fact name="Compared">{markText(node.mark)}</Fact>}
          {asset?.deletedAt && (
            <Fact name="Gone since">
              <Time at={asset.deletedAt} as="moment" />
            </Fact>
          )}
          {node.folded > 0 && <Fact name="Folded">{plural(node.folded, 'neighbour')}</Fact>}
        </Facts>
      </SideSection>
      <Neighbours title="Reads from" flows={upstream.map(({ id, from }) => ({ id, node: graph.byId.get(from)! }))} onSelect={onSelect} />
      <Neighbours title="Read by" flows={downstream.map(({ id, to }) => ({ id, node: graph.byId.get(to)! }))} onSelect={onSelect} />
      {mayDeclare && stewardsSomething && (
        <SideSection title="Declare">
          <div className="flex flex-wrap gap-2">
            {maySteward(whereOf(node)) && (
              <Button size="small" onClick={() => onChange({ is: 'declare', from: null, to: endOf(node) })}>
                What flows into it…
              </Button>
            )}
            <Button size="small" onClick={() => onChange({ is: 'declare', from: endOf(node), to: null })}>
              What it flows into…
            </Button>
          </div>
        </SideSection>
      )}
    </>
  );
}

const MOST_NEIGHBOURS = 12;
function Neighbours({ title, flows, onSelect }: { title: string; flows: { id: string; node: Shown }[]; onSelect: (id: string) => void }) {
  if (flows.length === 0) return null;
  return (
    <SideSection
      title={
        <>
          {title} <span className="font-normal text-fg-3">{formatCount(flows.length)}</span>
        </>
      }
    >
      <ul>
        {flows.slice(0, MOST_NEIGHBOURS).map(({ id, node }) => (
          <li key={id}>
            <button
              type="button"
              title={`How ${fullNameOf(node)} is tied to it`}
              className="flex min-h-7 w-full min-w-0 items-center gap-2 text-left hover:underline"
              onClick={() => onSelect(id)}
            >
              <KindIcon kind={kindOf(node)} />
              <Name name={fullNameOf(node)} />
            </button>
          </li>
        ))}
        {flows.length > MOST_NEIGHBOURS && <li className="text-fg-3">{formatCount(flows.length - MOST_NEIGHBOURS)} more</li>}
      </ul>
    </SideSection>
  );
}

type FlowProps = Props & { from: End; to: End; toNode: Shown | undefined; edges: readonly Edge[] };

function FlowSection({ graph, from, to, toNode, edges, isPast, onSelect, onChange }: FlowProps) {
  const { maySteward } = useViewer();
  return (
    <>
      <SideSection>
        <p className="font-mono font-medium break-all">
          <bdi>{from.name}</bdi>
        </p>
        <p className="flex items-start gap-1.5 font-mono font-medium break-all">
          <ArrowRight aria-label="flows into" className="mt-[3px] size-3.5 shrink-0 text-fg-3" strokeWidth={1.6} />
          <bdi>{to.name}</bdi>
        </p>
      </SideSection>
      {edges.map((edge) => (
        <SideSection
          key={`${edge.origin} ${edge.kind} ${edge.validFrom}`}
          title={formatEnum(originWords(edge.origin).replaceAll(' ', '_'))}
        >
          <Facts>
            <Fact name="How">{transformationWords(edge.transformation)}</Fact>
            <Fact name="Confidence">{formatConfidence(edge.confidence)}</Fact>
            {edge.job && (
              <Fact name="Job">
                <bdi className="font-mono break-all" title={edge.job.namespace}>
                  {edge.job.name}
                </bdi>
              </Fact>
            )}
            {edge.run && (
              <Fact name="Told by">
                {movedBy(edge.run.id, graph).length > 0 ? (
                  <button type="button" className="text-left text-primary-text hover:underline" onClick={() => onSelect(edge.run!.id)}>
                    {runName(edge.run)}
                  </button>
                ) : (
                  runName(edge.run)
                )}
              </Fact>
            )}
            <Fact name="Since">
              <Time at={edge.validFrom} as="moment" />
            </Fact>
            {edge.validTo && (
              <Fact name="Until">
                <Time at={edge.validTo} as="moment" />
              </Fact>
            )}
            {edge.declaration && (
              <>
                <Fact name="Declared by">
                  <bdi>{edge.declaration.by?.name ?? 'unknown'}</bdi>, <Time at={edge.declaration.at} as="moment" />
                </Fact>
                <Fact name="Reason">
                  <bdi className="whitespace-pre-wrap">{edge.declaration.reason}</bdi>
                </Fact>
                {edge.declaration.retractedBecause && (
                  <Fact name="Retracted">
                    <bdi>{edge.declaration.retractedBy?.name ?? 'unknown'}</bdi>: <bdi>{edge.declaration.retractedBecause}</bdi>
                  </Fact>
                )}
              </>
            )}
          </Facts>
          {(edge.origin === 'PARSED' || edge.origin === 'NATIVE') && <EdgeQuery edge={edge} />}
          {edge.origin === 'DECLARED' && !edge.declaration && (
            <p className="mt-2 text-small text-fg-3">Declared between their columns: show columns to see by whom.</p>
          )}
          {edge.declaration && !edge.validTo && !isPast && toNode && maySteward(whereOf(toNode)) && (
            <Button size="small" className="mt-3" onClick={() => onChange({ is: 'retract', from, to })}>
              Retract…
            </Button>
          )}
        </SideSection>
      ))}
    </>
  );
}

function PairDetails(props: Props & { selected: string; other: string }) {
  const { graph, columns, selected, other, between, isPast, onChange } = props;
  const { maySteward } = useViewer();
  const endById = (id: string): End => {
    const node = graph.byId.get(id);
    return node ? endOf(node) : columnEnd(props, id);
  };
  const [first, second] = [endById(selected), endById(other)];
  const target = graph.byId.get(other) ?? graph.byId.get(columns.byId.get(other)?.assetId ?? '');
  return (
    <SideSection>
      <p className="font-mono font-medium break-all">
        <bdi>{first.name}</bdi>
      </p>
      <p className="text-small text-fg-3">and</p>
      <p className="font-mono font-medium break-all">
        <bdi>{second.name}</bdi>
      </p>
      <p className="mt-2 text-fg-2" role="status">
        {!between
          ? 'Looking for paths'
          : between.count === 0
            ? 'Data does not get from one to the other within 10 steps.'
            : `${between.isTruncated ? 'At least ' : ''}${plural(between.count, 'path')} between them.`}
      </p>
      {!isPast && target && maySteward(whereOf(target)) && (
        <Button size="small" className="mt-3" onClick={() => onChange({ is: 'declare', from: first, to: second })}>
          Declare that the first flows into the second…
        </Button>
      )}
    </SideSection>
  );
}
