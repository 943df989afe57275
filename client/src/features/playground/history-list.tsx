import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { titleOf, type Past } from './history';

type Props = { history: readonly Past[]; onChoose: (past: Past) => void; onClear: () => void };

export function HistoryList({ history, onChoose, onClear }: Props) {
  if (history.length === 0) {
    return <EmptyState title="Nothing has run yet">What you run is kept in this browser, without its variables.</EmptyState>;
  }
  return (
    <>
      <div className="flex items-center justify-between gap-2 px-3 py-2">
        <span className="text-small text-fg-3">In this browser, without variables</span>
        <Button size="small" onClick={onClear}>
          Clear
        </Button>
      </div>
      <ul>
        {history.map((past) => (
          <li key={past.at + past.query}>
            <button
              type="button"
              className="flex w-full items-baseline gap-2 px-3 py-1.5 text-left hover:bg-hover coarse:min-h-11"
              onClick={() => onChoose(past)}
            >
              <code className="min-w-0 flex-1 truncate text-small">{titleOf(past.query)}</code>
              <Time at={past.at} className="shrink-0 text-small text-fg-3" />
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
