'use client';
import dynamic from 'next/dynamic';
import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { Page } from '@/components/page';
import { Segmented } from '@/components/ui/field';
import { Boundary } from '@/components/ui/panel';
import { SkeletonRows } from '@/components/ui/skeleton';
import { graphql } from '@/gql';
import { cn } from '@/lib/class-names';
import { useViewer } from '@/lib/viewer';
import type { Place } from './docs';
import { keepDraft, readDraft, type Draft } from './draft';
import { exampleVariables, groupByTask, requiredVariables, type Example } from './examples';
import { addToHistory, clearHistory, readHistory } from './history';
import { Library, type Shelf } from './library';
import type { View } from './workbench';

const Workbench = dynamic(() => import('./workbench').then((module) => module.Workbench), { ssr: false, loading: () => <SkeletonRows /> });

/** For the variables of the examples. */
const PLAYGROUND = graphql(`
  query Playground {
    sources(first: 1) {
      nodes {
        id
      }
    }
    assets(first: 1, filter: { kinds: [TABLE] }) {
      nodes {
        id
        version
        namespace
        name
      }
    }
  }
`);

const firstOf = (examples: Example[]): Draft => ({ query: groupByTask(examples)[0]?.examples[0]?.query ?? '', variables: '' });

/** For learning and testing the API. */
export function Playground({ examples }: { examples: Example[] }) {
  const client = useClient();
  const { viewer } = useViewer();
  const [draft, setDraft] = useState<Draft>(() => readDraft(viewer.id) ?? firstOf(examples));
  const [history, setHistory] = useState(() => readHistory(viewer.id));
  const [shelf, setShelf] = useState<Shelf>('examples');
  const [view, setView] = useState<View>('editor');
  const [places, setPlaces] = useState<readonly Place[]>([]);
  useEffect(() => keepDraft(viewer.id, draft), [viewer.id, draft]);

  const remember = (query: string): void => setHistory(addToHistory(viewer.id, query, new Date()));

  /** What somebody wrote is in the history then; nothing is lost. */
  function replace(query: string): void {
    if (draft.query.trim() !== query.trim() && !examples.some((example) => example.query === draft.query)) remember(draft.query);
    setDraft({ query, variables: '' });
    setView('editor');
  }

  async function openExample({ query }: Example): Promise<void> {
    replace(query);
    if (requiredVariables(query).length === 0) return;
    // As things are now: a version that is old would be a conflict.
    const { data } = await client.query(PLAYGROUND, {}, { requestPolicy: 'network-only' }).toPromise();
    const variables = exampleVariables(query, data);
    // Unless something was typed meanwhile.
    setDraft((now) => (now.query === query && now.variables === '' ? { query, variables } : now));
  }

  return (
    <Page title="Playground" fills>
      <div className="flex shrink-0 justify-center border-b border-line p-2 md:hidden">
        <Segmented<View>
          label="Part of the playground"
          value={view}
          onChange={setView}
          options={[
            { value: 'library', label: 'Library' },
            { value: 'editor', label: 'Editor' },
            { value: 'variables', label: 'Variables' },
            { value: 'result', label: 'Result' },
          ]}
        />
      </div>
      <div className="flex min-h-0 flex-1">
        <Library
          className={cn('md:w-60 md:shrink-0 md:border-r lg:w-72', view !== 'library' ? 'max-md:hidden' : 'max-md:flex-1')}
          shelf={shelf}
          onShelf={setShelf}
          examples={examples}
          onExample={(example) => void openExample(example)}
          history={history}
          onPast={({ query }) => replace(query)}
          onClear={() => (clearHistory(viewer.id), setHistory([]))}
          places={places}
          onPlaces={setPlaces}
        />
        <Boundary name="The editor">
          <Workbench
            draft={draft}
            onDraft={(change) => setDraft((now) => ({ ...now, ...change }))}
            view={view}
            onView={setView}
            onRan={remember}
            onLookUp={(place) => {
              setShelf('docs');
              setPlaces((now) => [...now, place]);
            }}
          />
        </Boundary>
      </div>
    </Page>
  );
}
