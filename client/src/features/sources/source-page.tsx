'use client';
import dynamic from 'next/dynamic';
import { useQuery } from 'urql';
import { Play } from 'lucide-react';
import { Page } from '@/components/page';
import { Button, ButtonLink } from '@/components/ui/button';
import { Boundary } from '@/components/ui/panel';
import { Owners } from '@/components/ui/people';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ErrorPanel, NotFound } from '@/components/ui/states';
import { Tabs } from '@/components/ui/tabs';
import { graphql } from '@/gql';
import type { SourcePageQuery } from '@/gql/graphql';
import { formatCount } from '@/lib/format';
import { codeOf } from '@/lib/graphql/client';
import { useUrlState } from '@/lib/url-state';
import { useViewer } from '@/lib/viewer';
import { RunStatus } from './run-facts';
import { RunsTab } from './runs-tab';
import { useStart } from './use-start';

const loading = () => <SkeletonRows rows={6} />;
const ScansTab = dynamic(() => import('./scans-tab').then((module) => module.ScansTab), { loading });
const SettingsTab = dynamic(() => import('./settings-tab').then((module) => module.SettingsTab), { loading });

const SOURCE_PAGE = graphql(`
  query SourcePage($id: ID!, $administers: Boolean!) {
    source(id: $id) {
      id
      name
      namespace
      description
      version
      assetCount
      createdAt
      config @include(if: $administers)
      connector {
        id
        title
        configSchema @include(if: $administers)
        secretFields @include(if: $administers)
      }
      owners {
        role
        user {
          id
          name
        }
        team {
          id
          name
        }
      }
      scans {
        id
        name
        schedule
        include
        exclude
        version
      }
      lastRun {
        id
        status
        queuedAt
        startedAt
        finishedAt
        progress {
          phase
          done
          total
          message
        }
      }
    }
  }
`);
export type SourceData = NonNullable<SourcePageQuery['source']>;

/** One connected system: its runs, what is scanned and when, its settings. */
export function SourcePage({ id }: { id: string }) {
  const { mayAdminister } = useViewer();
  const administers = mayAdminister({ sourceId: id });
  const [{ data, error, fetching }, again] = useQuery({ query: SOURCE_PAGE, variables: { id, administers } });
  const reload = () => again({ requestPolicy: 'network-only' });
  const crumbs = [{ label: 'Sources', href: '/sources' }];
  const source = data?.source;
  if (source) return <Found source={source} administers={administers} onReload={reload} />;
  const isAbsent = (data && !fetching && !error) || codeOf(error) === 'NOT_FOUND';
  return (
    <Page title={isAbsent ? 'Not found' : 'Source'} crumbs={crumbs} heading={null}>
      {isAbsent ? (
        <NotFound thing="source" />
      ) : error ? (
        <ErrorPanel error={error} subject="The source" onRetry={reload} />
      ) : (
        <SkeletonRows rows={8} />
      )}
    </Page>
  );
}

type FoundProps = { source: SourceData; administers: boolean; onReload: () => void };

function Found({ source, administers, onReload }: FoundProps) {
  const { get } = useUrlState();
  const { maySteward } = useViewer();
  const { start, isStarting } = useStart();
  const { id, name, lastRun } = source;
  const asked = get('tab');
  const tab = asked === 'scans' || (asked === 'settings' && administers) ? asked : 'runs';
  const isBusy = lastRun?.status === 'RUNNING' || lastRun?.status === 'QUEUED';
  const toRun = isBusy ? (
    <ButtonLink href={`/runs/${lastRun.id}`}>See the run</ButtonLink>
  ) : (
    maySteward({ sourceId: id }) && (
      <Button variant="primary" busy={isStarting} icon={<Play className="size-3.5" strokeWidth={1.6} />} onClick={() => void start(id)}>
        {isStarting ? 'Starting' : 'Scan now'}
      </Button>
    )
  );
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Sources', href: '/sources' }]}
      fills
      actions={
        <div className="flex items-center gap-2 max-sm:hidden">
          <ButtonLink href={`/search?view=browse&source=${id}`}>Browse {formatCount(source.assetCount)} assets</ButtonLink>
          {toRun}
        </div>
      }
    >
      <header className="flex flex-wrap items-center gap-x-4 gap-y-1 px-5 pt-3 pb-2 max-sm:px-3">
        <span>{source.connector.title}</span>
        <code className="min-w-0 break-all text-fg-2">{source.namespace}</code>
        {lastRun ? <RunStatus run={lastRun} /> : <span className="text-fg-3">Never scanned</span>}
        <Owners owners={source.owners} />
        {source.description && <p className="w-full max-w-[72ch] break-words text-fg-2">{source.description}</p>}
        {/* The bar of a small screen has room for the name alone. */}
        <div className="w-full pt-1 empty:hidden sm:hidden">{toRun}</div>
      </header>
      <Tabs
        label="Source"
        current={tab}
        tabs={[
          { id: 'runs', label: 'Runs', href: `/sources/${id}` },
          { id: 'scans', label: 'Scans', count: source.scans.length, href: `/sources/${id}?tab=scans` },
          { id: 'assets', label: 'Assets', count: formatCount(source.assetCount), href: `/search?view=browse&source=${id}` },
          ...(administers ? [{ id: 'settings', label: 'Settings', href: `/sources/${id}?tab=settings` }] : []),
        ]}
      />
      <Boundary name={`The source's ${tab}`}>
        {tab === 'runs' && <RunsTab sourceId={id} />}
        {tab === 'scans' && <ScansTab source={source} administers={administers} onChanged={onReload} />}
        {tab === 'settings' && <SettingsTab key={source.id} source={source} onReload={onReload} />}
      </Boundary>
    </Page>
  );
}
