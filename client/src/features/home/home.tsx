'use client';
import dynamic from 'next/dynamic';
import { useQuery } from 'urql';
import { Page } from '@/components/page';
import { Segmented } from '@/components/ui/field';
import { Boundary, Panel } from '@/components/ui/panel';
import { graphql } from '@/gql';
import { useUrlState } from '@/lib/url-state';
import { useIsNarrow } from '@/lib/use-media';
import { useViewer } from '@/lib/viewer';
import { FeedPanel } from './feed-panel';
import { Figures } from './figures';
import { FirstUse } from './first-use';
import { NeedsYou } from './needs-you';
import { RaisedPanel } from './raised-panel';
import { useRefresh } from './refresh';
import { useScope } from './scope';

// The last of the page: its script comes after the rest.
const SourcesHealth = dynamic(() => import('./sources-health').then((file) => file.SourcesHealth));

const HOME = graphql(`
  query Home {
    sources(first: 1) {
      nodes {
        id
      }
    }
    assets(first: 1) {
      totalCount
    }
  }
`);

/** What needs the viewer, whether it gets better, and what just happened. */
export function Home() {
  const [{ data }, again] = useQuery({ query: HOME });
  useRefresh(['source.'], () => again({ requestPolicy: 'network-only' }));
  const { viewer } = useViewer();
  const { set } = useUrlState();
  const scope = useScope();
  const isNarrow = useIsNarrow();
  // Who sees assets by their domain may see no source.
  const isEmpty = data?.sources?.nodes.length === 0 && data.assets?.totalCount === 0;
  const choice = (
    <Segmented
      label="Whose data"
      className="self-start"
      value={scope.id}
      onChange={(id) => set({ of: id === 'mine' ? null : id })}
      options={[
        { value: 'mine', label: 'Mine' },
        ...(viewer.teams.length > 0 || scope.id === 'teams' ? [{ value: 'teams' as const, label: 'My teams' }] : []),
        { value: 'all', label: 'Everything' },
      ]}
    />
  );
  if (isEmpty) {
    return (
      <Page title="Home">
        <FirstUse />
      </Page>
    );
  }
  return (
    <Page title="Home" fills actions={isNarrow ? undefined : choice}>
      <div className="flex min-h-0 flex-1 overflow-y-auto max-lg:flex-col lg:overflow-hidden">
        <div className="flex min-w-0 flex-1 flex-col gap-4 p-5 max-sm:p-3 lg:overflow-y-auto [&>*]:shrink-0">
          {isNarrow && choice}
          <Panel name="Figures">
            <Figures scope={scope} />
          </Panel>
          <Boundary name="Needs you">
            <NeedsYou scope={scope} />
          </Boundary>
          <Boundary name="Violations raised a day">
            <RaisedPanel scope={scope} />
          </Boundary>
        </div>
        <aside
          aria-label="What just happened"
          className="flex min-w-0 flex-col border-line max-lg:border-t lg:w-[320px] lg:shrink-0 lg:overflow-y-auto lg:border-l"
        >
          <Boundary name="Live">
            <FeedPanel />
          </Boundary>
          <Boundary name="Sources">
            <SourcesHealth />
          </Boundary>
        </aside>
      </div>
    </Page>
  );
}
