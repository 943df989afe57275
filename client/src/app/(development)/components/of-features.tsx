'use client';
import type { NodeProps } from '@xyflow/react';
import { useState } from 'react';
import { VersionList } from '@/features/assets/version-list';
import { RaisedChart } from '@/features/home/raised-chart';
import { CHART_HEIGHT, daysUpTo } from '@/features/home/raised-days';
import { AsOf } from '@/features/lineage/as-of';
import { edgeDrawer } from '@/features/lineage/edge-path';
import { GraphEdge, type EdgeLook } from '@/features/lineage/graph-edge';
import { GraphNode, type GraphNodeType, type NodeData } from '@/features/lineage/graph-node';
import { DAY } from '@/features/lineage/moments';
import { RunFigures, RunProgress } from '@/features/runs/run-progress';
import type { RunData } from '@/features/runs/use-run';
import { State, type Specimen } from '@/features/showcase/specimen';
import { WizardStep, type StepState } from '@/features/sources/wizard-step';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';

const NOW = Date.parse('2026-11-22T18:00:00Z');
const ago = (days: number): string => new Date(NOW - days * DAY).toISOString();

type Asset = NonNullable<NodeData['node']['asset']>;
const asset = (more: Partial<Asset> = {}): Asset => ({
  __typename: 'Asset',
  id: 'asset',
  name: 'shop.sales.order_totals',
  displayName: 'order_totals',
  kind: 'VIEW',
  path: ['shop', 'sales', 'order_totals'],
  deletedAt: null,
  source: null,
  domain: null,
  ...more,
});
const node = (id: string, more: Partial<NodeData['node']> = {}): NodeData['node'] =>
  ({ id, asset: asset(), job: null, step: 1, folded: 0, mark: null, ...more }) as NodeData['node'];
const REST: Omit<NodeData, 'node'> = {
  isRoot: false,
  path: null,
  isSelected: false,
  match: '',
  isTabbable: true,
  badge: null,
  isLoading: false,
  isExpanded: false,
  rows: [],
  moreRows: 0,
  selectedRow: null,
  rowsOnPath: null,
  upstream: 2,
  downstream: 1,
};
const columns = ['id', 'email', 'total'].map((name) => ({ id: name, assetId: 'asset', name, label: name === 'email' ? 'EMAIL' : null }));
const NODES: Record<string, Partial<NodeData>> = {
  rest: {},
  'the root': { isRoot: true },
  selected: { isSelected: true },
  'on the path': { path: 'on' },
  'off the path': { path: 'off' },
  'with violations': { badge: { count: 12, severity: 'CRITICAL' } },
  added: { node: node('added', { mark: { is: 'added', at: ago(1) } }) },
  removed: { node: node('removed', { mark: { is: 'removed', at: ago(2) } }) },
  'folded neighbours': { node: node('folded', { folded: 12 }) },
  expanded: { isExpanded: true },
  'neighbours on their way': { isLoading: true },
  'gone from the source': { node: node('gone', { asset: asset({ deletedAt: ago(9) }) }) },
  'a name that is too long': { node: node('long', { asset: asset({ displayName: 'a_view_whose_name_is_too_long' }) }) },
  'not to be seen any more': { node: node('unknown', { asset: null }) },
  'what is looked for': { match: 'total' },
};

const GraphNodes = () => (
  <>
    {Object.entries(NODES).map(([name, data]) => (
      <State key={name} name={name}>
        <div className="mr-4 h-11 w-[200px]">
          <GraphNode {...({ data: { ...REST, node: node(name), ...data } } as unknown as NodeProps<GraphNodeType>)} />
        </div>
      </State>
    ))}
    <State name="with columns">
      <div className="w-[200px]">
        <GraphNode
          {...({
            data: { ...REST, node: node('columns'), rows: columns, moreRows: 4, rowsOnPath: new Set(['email']) },
          } as unknown as NodeProps<GraphNodeType>)}
        />
      </div>
    </State>
  </>
);

const LOOKS: Record<EdgeLook, string> = { rest: 'rest', on: 'on the path', off: 'off the path', added: 'added', removed: 'removed' };

const edge = (look: EdgeLook) => ({
  id: look,
  look,
  isSelected: false,
  title: `${LOOKS[look]}, since 22 Nov`,
  ...edgeDrawer(new Map(), new Map())({ x: 2, y: 8 }, { x: 136, y: 34 }),
});

const Edges = () => (
  <>
    {(Object.keys(LOOKS) as EdgeLook[]).map((look) => (
      <State key={look} name={LOOKS[look]}>
        <svg width={140} height={44} role="img" aria-label={`An edge, ${LOOKS[look]}`}>
          <GraphEdge edge={edge(look)} />
        </svg>
      </State>
    ))}
  </>
);

function Slider({ start, before = null }: { start: string | null; before?: string | null }) {
  const [asOf, setAsOf] = useState(start);
  const [compare, setCompare] = useState(before);
  const ticks = [30, 24, 12, 11, 2].map((days) => ({ at: NOW - days * DAY, changes: days % 3 || 1 }));
  return <AsOf {...{ ticks, now: NOW, asOf, compare }} onAsOf={setAsOf} onCompare={setCompare} />;
}

const Sliders = () => (
  <>
    <State name="now" boxed>
      <Slider start={null} />
    </State>
    <State name="then, compared with before" boxed>
      <Slider start={ago(11)} before={ago(24)} />
    </State>
    <State name="without any change" boxed>
      <AsOf ticks={[]} now={NOW} asOf={null} compare={null} onAsOf={() => {}} onCompare={() => {}} />
    </State>
  </>
);

const CHANGES = ['/description', '/columns/email', '/columns/total/nativeType', '/owners', ''];

function Timeline() {
  const [{ from, to }, setChosen] = useState({ from: 3, to: 5 });
  const versions = CHANGES.map((path, index) => ({
    __typename: 'AssetVersion',
    version: 5 - index,
    at: ago(index * 4),
    by: index % 2 ? null : { __typename: 'User', id: 'ada', name: 'Ada Lovelace' },
    changes: path ? [{ __typename: 'Change', path, after: 'new' }] : [],
  })) as unknown as Parameters<typeof VersionList>[0]['versions'];
  return (
    <State name="two versions that are compared, more to load" boxed className="max-w-[284px] max-md:max-w-none">
      <VersionList
        versions={versions}
        total={212}
        from={from}
        to={to}
        choose={(change) => setChosen({ from, to, ...change })}
        hasMore
        isFetching={false}
        onMore={() => {}}
        onRetryRest={null}
      />
    </State>
  );
}

const STEPS: Record<StepState, string> = { done: 'Choose a kind', current: 'Connect', ahead: 'Choose what to scan' };

const Wizard = () => (
  <State name="done, current, to come" className="w-[480px] max-w-full">
    <ol className="w-full">
      {Object.entries(STEPS).map(([state, title], index) => (
        <WizardStep
          key={state}
          number={index + 1}
          title={title}
          state={state as StepState}
          summary={state === 'done' ? 'PostgreSQL' : 'Schemas, and how often'}
          onEdit={() => {}}
          onSubmit={() => {}}
        >
          <Field label="Host">{(control) => <Input {...control} />}</Field>
          <div>
            <Button type="submit" variant="primary">
              Test connection
            </Button>
          </div>
        </WizardStep>
      ))}
    </ol>
  </State>
);

const run = (status: string, phase: string, done: number, total: number | null): RunData =>
  ({
    id: status,
    status,
    startedAt: new Date(NOW - 84_000).toISOString(),
    finishedAt: status === 'RUNNING' || status === 'QUEUED' ? null : new Date(NOW).toISOString(),
    added: 12,
    changed: 3,
    unchanged: 1_263,
    removed: 0,
    warnings: [],
    progress: { phase, done, total, message: phase === 'reading' ? 'sales.orders' : null },
  }) as unknown as RunData;
const SEEN = { connecting: NOW - 84_000, reading: NOW - 80_000 };
const RUNS: Record<string, RunData> = {
  queued: run('QUEUED', 'queued', 0, null),
  'with a total': run('RUNNING', 'reading', 640, 1_284),
  'without a total': run('RUNNING', 'reading', 212, null),
  completed: run('COMPLETED', 'completed', 1_284, 1_284),
  failed: run('FAILED', 'failed', 212, 1_284),
  cancelled: run('CANCELLED', 'cancelled', 212, 1_284),
};

const Runs = () => (
  <>
    {Object.entries(RUNS).map(([name, each]) => (
      <State key={name} name={name} boxed className="border-0">
        <RunProgress run={each} seen={each.status === 'QUEUED' ? {} : SEEN} now={NOW} />
      </State>
    ))}
    <State name="its counts" boxed className="border-0">
      <RunFigures run={RUNS.completed!} />
    </State>
  </>
);

const DAYS = daysUpTo(NOW).map((day, index) => ({
  day,
  INFO: (index * 7) % 5,
  WARNING: (index * 3) % 7,
  ERROR: index % 3,
  CRITICAL: index === 9 ? 2 : 0,
}));

const Charts = () => (
  <>
    <State name="each day by severity" boxed className="max-w-[640px]">
      <div style={{ height: CHART_HEIGHT }}>
        <RaisedChart days={DAYS} />
      </div>
    </State>
    <State name="nothing" boxed className="max-w-[640px]">
      <div style={{ height: CHART_HEIGHT }}>
        <RaisedChart days={DAYS.map(({ day }) => ({ day, INFO: 0, WARNING: 0, ERROR: 0, CRITICAL: 0 }))} />
      </div>
    </State>
  </>
);

export const OF_FEATURES: readonly Specimen[] = [
  { name: 'Graph node', States: GraphNodes },
  { name: 'Edge', States: Edges },
  { name: 'As-of slider', States: Sliders },
  { name: 'Timeline', States: Timeline },
  { name: 'Wizard', States: Wizard },
  { name: 'Run progress', States: Runs },
  { name: 'Chart', States: Charts },
];
