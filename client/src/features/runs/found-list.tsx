'use client';
import Link from 'next/link';
import { useRef, useState } from 'react';
import { Minus, Pencil, Plus } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Segmented, Select } from '@/components/ui/field';
import { KindIcon } from '@/components/ui/kind';
import { Name } from '@/components/ui/name';
import { Panel } from '@/components/ui/panel';
import { SkeletonRows } from '@/components/ui/skeleton';
import { EmptyState, ErrorPanel } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { cn } from '@/lib/class-names';
import { formatCount, formatEnum } from '@/lib/format';
import { useKeys } from '@/lib/keys';
import { useIsNarrow } from '@/lib/use-media';
import { MOST_FOUND, type FoundRow, type What } from './found';
import { useFound, type FoundRun } from './use-found';

const SHOWN = ['all', 'added', 'changed', 'removed'] as const;
type Which = (typeof SHOWN)[number];
const LOOKS = {
  added: { icon: Plus, tone: 'text-ok-text' },
  changed: { icon: Pencil, tone: 'text-primary-text' },
  removed: { icon: Minus, tone: 'text-error-text' },
} satisfies Record<What, unknown>;

/** The list is of the assets as they are now. */
const CHANGED_SINCE = 'An asset that was changed again since has this run in its history.';

type Props = FoundRun & { count: number };

/** Assets that the run added, changed or removed, as they come. Scrolled down it holds still and says how many came since. */
export function FoundList({ count, ...run }: Props) {
  const { rows, error, isLoading } = useFound(run);
  const [shown, setShown] = useState<Which>('all');
  const isNarrow = useIsNarrow();
  const [heldAt, setHeldAt] = useState<string | null>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const matching = shown === 'all' ? rows : rows.filter(({ what }) => what === shown);
  const visible = heldAt === null ? matching : matching.filter(({ at }) => at <= heldAt);
  const newer = matching.length - visible.length;
  const follow = () => {
    setHeldAt(null);
    scroller.current?.scrollTo({ top: 0 });
  };
  useKeys({ '.': follow }, newer > 0);
  return (
    <Panel
      name="Found"
      title="Found"
      count={formatCount(count)}
      className="flex shrink-0 flex-col"
      actions={
        isNarrow ? (
          <Select aria-label="Which" className="w-28" value={shown} onChange={({ target }) => setShown(target.value as Which)}>
            {SHOWN.map((value) => (
              <option key={value} value={value}>
                {formatEnum(value)}
              </option>
            ))}
          </Select>
        ) : (
          <Segmented
            label="Which"
            value={shown}
            onChange={setShown}
            options={SHOWN.map((value) => ({ value, label: formatEnum(value) }))}
            className="my-1"
          />
        )
      }
    >
      {newer > 0 && (
        <div className="flex justify-center border-b border-line bg-primary-subtle py-1">
          <Button size="small" onClick={follow}>
            {formatCount(newer)} newer
          </Button>
        </div>
      )}
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label="What was found"
        // What scrolls must be reached by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className="max-h-[56vh] min-h-40 overflow-y-auto"
        onScroll={({ currentTarget }) => {
          const isDown = currentTarget.scrollTop > 8;
          if (isDown && heldAt === null) setHeldAt(rows[0]?.at ?? null);
          else if (!isDown && heldAt !== null && newer === 0) setHeldAt(null);
        }}
      >
        {error && rows.length === 0 ? (
          <ErrorPanel error={error} subject="What was found" rest="The run goes on." />
        ) : isLoading || (count > 0 && rows.length === 0 && !run.isOver) ? (
          <SkeletonRows rows={5} />
        ) : visible.length === 0 ? (
          <EmptyState
            title={shown !== 'all' ? `Nothing ${shown}` : !run.isOver ? 'Nothing yet' : count > 0 ? 'Nothing left to list' : 'Nothing new'}
          >
            {!run.isOver
              ? 'What is added, changed or removed appears here.'
              : count > 0
                ? CHANGED_SINCE
                : 'No asset was added, changed or removed.'}
          </EmptyState>
        ) : (
          visible.map((row) => <Row key={row.assetId} row={row} />)
        )}
        {!isLoading && rows.length >= MOST_FOUND && (
          <p className="px-3 py-2 text-small text-fg-3">The newest {formatCount(MOST_FOUND)} are shown.</p>
        )}
        {run.isOver && visible.length > 0 && rows.length < Math.min(count, MOST_FOUND) && (
          <p className="px-3 py-2 text-small text-fg-3">{CHANGED_SINCE}</p>
        )}
      </div>
    </Panel>
  );
}

function Row({ row: { assetId, at, what, kind, name, detail } }: { row: FoundRow }) {
  const { icon: Icon, tone } = LOOKS[what];
  return (
    <div className="flex h-row items-center gap-3 border-b border-line px-3 hover:bg-hover">
      <Time at={at} as="clock" className="w-14 shrink-0 text-fg-3 max-sm:hidden" />
      <span className={cn('flex w-20 shrink-0 items-center gap-1.5', tone)}>
        <Icon aria-hidden className="size-3" strokeWidth={1.8} />
        {what}
      </span>
      <KindIcon kind={kind} />
      <Link href={`/assets/${assetId}`} className="min-w-0 flex-[3] hover:underline">
        <Name name={name} />
      </Link>
      <span className="min-w-0 flex-[2] truncate text-fg-2 max-sm:hidden">{detail}</span>
    </div>
  );
}
