'use client';
import { CombinedError } from '@urql/core';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { Progress } from '@/components/ui/progress';
import { SeverityMark } from '@/components/ui/severity';
import { RefetchLine, Skeleton, SkeletonRows } from '@/components/ui/skeleton';
import { Spinner } from '@/components/ui/spinner';
import { EmptyState, ErrorPanel, NotFound } from '@/components/ui/states';
import { toast, type Toast } from '@/components/ui/toast';
import { Notice } from '@/components/ui/toasts';
import { State, type Specimen } from './specimen';

const TOASTS: Record<string, Toast> = {
  'with an action': { title: 'Description saved', action: { label: 'Undo', run: () => {} } },
  'with a text': { title: '41 acknowledged, 1 not', text: 'shop.sales.orders: already resolved' },
  'stays: critical': {
    title: 'No owner in production',
    text: 'shop.sales.a_table_whose_name_is_so_long_that_it_has_to_break_somewhere_in_this_narrow_box',
    mark: <SeverityMark severity="CRITICAL" />,
    stays: true,
  },
};

const Toasts = () => (
  <>
    {Object.entries(TOASTS).map(([name, each], index) => (
      <State key={name} name={name} className="w-[360px] max-w-full *:w-full">
        <Notice toast={{ ...each, id: -1 - index }} />
      </State>
    ))}
    <State name="where they come">
      {Object.entries(TOASTS).map(([name, each]) => (
        <Button key={name} onClick={() => toast(each)}>
          Show one {name}
        </Button>
      ))}
    </State>
  </>
);

const Empties = () => (
  <>
    <State name="nothing is wrong">
      <EmptyState title="No violations">4 policies checked 1,284 assets, last at 10:42.</EmptyState>
    </State>
    <State name="filtered">
      <EmptyState title="No asset matches these filters" action={<Button>Clear filters</Button>} />
    </State>
    <State name="first use">
      <EmptyState title="No sources yet" action={<Button variant="primary">Register source</Button>}>
        Register one to start cataloguing.
      </EmptyState>
    </State>
    <State name="not there, or not to be seen" boxed>
      <NotFound thing="asset" />
    </State>
  </>
);

const failure = (code: string, message: string, more: object = {}): CombinedError =>
  new CombinedError({ graphQLErrors: [{ message, extensions: { code, ...more } }] });
const ERRORS: readonly CombinedError[] = [
  failure('BAD_USER_INPUT', 'The name is taken by another source.'),
  failure('UNAUTHENTICATED', 'The session has ended.'),
  failure('FORBIDDEN', 'You may not edit this. Deciding rule: stewards of Commerce only.'),
  failure('NOT_FOUND', 'Not found'),
  failure('CONFLICT', 'Someone saved this first.'),
  failure('UPSTREAM_UNAVAILABLE', 'PostgreSQL shop does not answer. Check that it runs and that this host may reach it.'),
  failure('RATE_LIMITED', 'Too many requests', { retryAfterMs: 4_000 }),
  failure('QUERY_TOO_COSTLY', 'Too costly'),
  failure('CURSOR_EXPIRED', 'Expired'),
  failure('TIMEOUT', 'Timed out', { requestId: '0199f6c2-7c1e-7b1a-9d0e-5f6c1c1f2a3b' }),
  failure('INTERNAL_SERVER_ERROR', 'Failed', { requestId: '0199f6c2-7c1e-7b1a-9d0e-5f6c1c1f2a3c' }),
  new CombinedError({ networkError: new Error('Failed to fetch') }),
];
const retry = (): void => {};

const Errors = () => (
  <div className="grid w-full grid-cols-3 gap-3 max-lg:grid-cols-2 max-sm:grid-cols-1">
    {ERRORS.map((error, index) => (
      <Panel key={error.graphQLErrors[0]?.message ?? index} name={`Error ${index + 1}`}>
        <ErrorPanel error={error} subject="Lineage" rest={index === 5 ? 'Everything else works.' : undefined} onRetry={retry} />
      </Panel>
    ))}
  </div>
);

const Skeletons = () => (
  <>
    <State name="rows" boxed stays>
      <SkeletonRows rows={3} />
    </State>
    <State name="a figure">
      <Skeleton className="h-7 w-24" />
    </State>
    <State name="asked for again" boxed stays className="h-16 max-w-80">
      <RefetchLine isOn />
      <p className="p-3">What was there stays.</p>
    </State>
    <State name="a spinner beside its word">
      <Spinner /> Checking
    </State>
  </>
);

const Progresses = () => (
  <>
    {(
      [
        ['under way', 640, 1_284],
        ['done', 1_284, 1_284],
        ['of nothing', 0, 0],
        ['without a total', 212, null],
      ] as const
    ).map(([name, done, total]) => (
      <State key={name} name={name} className="w-72 max-w-full *:w-full">
        <Progress label={`Assets, ${name}`} done={done} total={total} />
      </State>
    ))}
  </>
);

export const ANSWERS: readonly Specimen[] = [
  { name: 'Toast', States: Toasts },
  { name: 'Empty state', States: Empties },
  { name: 'Error panel', States: Errors },
  { name: 'Skeleton', States: Skeletons },
  { name: 'Progress', States: Progresses },
];
