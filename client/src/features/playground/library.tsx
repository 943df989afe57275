'use client';
import dynamic from 'next/dynamic';
import { Segmented } from '@/components/ui/field';
import { Boundary } from '@/components/ui/panel';
import { SkeletonRows } from '@/components/ui/skeleton';
import { cn } from '@/lib/class-names';
import type { Place } from './docs';
import { ExampleList } from './example-list';
import type { Example } from './examples';
import { HistoryList } from './history-list';
import type { Past } from './history';

const Docs = dynamic(() => import('./docs').then((module) => module.Docs), { ssr: false, loading: () => <SkeletonRows /> });

export type Shelf = 'examples' | 'history' | 'docs';
type Props = {
  shelf: Shelf;
  onShelf: (shelf: Shelf) => void;
  examples: readonly Example[];
  onExample: (example: Example) => void;
  history: readonly Past[];
  onPast: (past: Past) => void;
  onClear: () => void;
  places: readonly Place[];
  onPlaces: (places: readonly Place[]) => void;
  className?: string;
};

/** Where operations come from: examples, what was run before, and what there is to ask for. */
export const Library = ({ shelf, onShelf, examples, onExample, history, onPast, onClear, places, onPlaces, className }: Props) => (
  <aside aria-label="Examples, history and documentation" className={cn('flex min-h-0 flex-col border-line', className)}>
    <div className="flex h-11 shrink-0 items-center border-b border-line px-3">
      <Segmented
        label="What is shown"
        value={shelf}
        onChange={onShelf}
        options={[
          { value: 'examples', label: 'Examples' },
          { value: 'history', label: 'History' },
          { value: 'docs', label: 'Docs' },
        ]}
      />
    </div>
    <div className="min-h-0 flex-1 overflow-y-auto">
      <Boundary name="This list" key={shelf}>
        {shelf === 'examples' && <ExampleList examples={examples} onChoose={onExample} />}
        {shelf === 'history' && <HistoryList history={history} onChoose={onPast} onClear={onClear} />}
        {shelf === 'docs' && <Docs places={places} onPlaces={onPlaces} />}
      </Boundary>
    </div>
  </aside>
);
