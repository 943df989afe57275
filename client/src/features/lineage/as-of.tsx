'use client';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Menu, MenuItem, MenuLine } from '@/components/ui/menu';
import { cn } from '@/lib/class-names';
import { formatDay, formatMoment, plural } from '@/lib/format';
import { useKeys } from '@/lib/keys';
import { changesNear, DAY, nextTick, rangeOf, type Tick } from './moments';

const REST_MS = 200;
/** On the track a pixel is minutes: so near to a mark the mark is meant. */
const SNAP_PX = 5;

type Props = {
  ticks: readonly Tick[];
  now: number;
  /** Null: now. */
  asOf: string | null;
  compare: string | null;
  onAsOf: (asOf: string | null) => void;
  onCompare: (compare: string | null) => void;
};

const iso = (at: number): string => new Date(at).toISOString();

/** A slider over the time since the first change; asks once the thumb rests. */
export function AsOf({ ticks, now, asOf, compare, onAsOf, onCompare }: Props) {
  const { start, end } = rangeOf(ticks, now);
  const told = asOf ? Date.parse(asOf) : end;
  const [moving, setMoving] = useState<number | null>(null);
  const [isDragged, setDragged] = useState(false);
  const track = useRef<HTMLDivElement>(null);
  const at = Math.min(end, Math.max(start, moving ?? told));
  const isNow = at >= end;

  const commit = (moment: number): void => {
    setMoving(null);
    onAsOf(moment >= end ? null : iso(moment));
  };
  // A thumb that is dragged or walked with keys rests when nothing has moved it for a while.
  useEffect(() => {
    if (moving === null) return;
    const timer = setTimeout(() => onAsOf(moving >= end ? null : iso(moving)), REST_MS);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- time going on does not move the thumb
  }, [moving]);
  // The address has caught up with the thumb.
  if (moving !== null && !isDragged && (asOf ? asOf === iso(moving) : moving >= end)) setMoving(null);

  const change = (direction: 1 | -1): void => {
    const next = nextTick(ticks, isNow ? end + 1 : at, direction);
    if (next !== null) setMoving(next);
    else if (direction > 0) setMoving(end);
  };
  useKeys({ '[': () => change(-1), ']': () => change(1) });

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') change(-1);
    else if (event.key === 'ArrowRight' || event.key === 'ArrowUp') change(1);
    else if (event.key === 'PageUp') setMoving(Math.min(end, at + DAY));
    else if (event.key === 'PageDown') setMoving(Math.max(start, at - DAY));
    else if (event.key === 'Home') setMoving(start);
    else if (event.key === 'End') setMoving(end);
    else return;
    event.preventDefault();
  };
  const onPointer = (event: PointerEvent): void => {
    const box = track.current!.getBoundingClientRect();
    const momentAt = (x: number): number => start + (Math.min(Math.max(x, 0), box.width) / box.width) * (end - start);
    const moment = momentAt(event.clientX - box.left);
    const near = ticks.find((tick) => Math.abs(tick.at - moment) < momentAt(SNAP_PX) - start);
    setMoving(Math.round(near?.at ?? moment));
  };
  const share = (moment: number): string => `${((Math.min(end, Math.max(start, moment)) - start) / Math.max(1, end - start)) * 100}%`;
  const words = isNow ? 'Now' : formatMoment(new Date(at));
  const here = changesNear(ticks, at);
  const previous = nextTick(ticks, isNow ? end + 1 : at, -1);

  return (
    <section
      aria-label="As of"
      className="flex shrink-0 items-center gap-x-5 gap-y-1 border-t border-line bg-surface px-5 py-2 max-sm:flex-wrap max-sm:px-3"
    >
      <div className="w-44 shrink-0 leading-[18px] max-sm:w-full" suppressHydrationWarning>
        <p className="text-small text-fg-3">As of</p>
        <p className="font-semibold">{words}</p>
        <Menu
          align="start"
          trigger={
            <button type="button" className="text-left text-small text-fg-2 underline-offset-2 hover:underline">
              {compare ? `compared with ${formatMoment(new Date(compare))}` : 'Compare with…'}
            </button>
          }
        >
          {previous !== null && (
            <MenuItem hint={formatMoment(new Date(previous - 1))} onSelect={() => onCompare(iso(previous - 1))}>
              Before the last change
            </MenuItem>
          )}
          {[
            ['A day earlier', DAY],
            ['A week earlier', 7 * DAY],
            ['30 days earlier', 30 * DAY],
          ].map(([label, span]) => (
            <MenuItem key={label} hint={formatDay(new Date(at - (span as number)))} onSelect={() => onCompare(iso(at - (span as number)))}>
              {label}
            </MenuItem>
          ))}
          {compare && (
            <>
              <MenuLine />
              <MenuItem onSelect={() => onCompare(null)}>Compare with nothing</MenuItem>
            </>
          )}
        </Menu>
      </div>
      <div className="min-w-0 flex-1 max-sm:order-last max-sm:basis-full">
        {/* The whole track takes the pointer. */}
        <div
          ref={track}
          role="slider"
          tabIndex={0}
          aria-label="As of"
          aria-valuemin={Math.round(start)}
          aria-valuemax={Math.round(end)}
          aria-valuenow={Math.round(at)}
          aria-valuetext={here > 0 ? `${words}, ${plural(here, 'change')} here` : words}
          className="relative h-7 cursor-pointer touch-none rounded-control outline-none focus-visible:outline-2 focus-visible:outline-ring coarse:h-11"
          onKeyDown={onKeyDown}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setDragged(true);
            onPointer(event);
          }}
          onPointerMove={(event) => isDragged && onPointer(event)}
          onPointerUp={() => {
            setDragged(false);
            if (moving !== null) commit(moving);
          }}
          onPointerCancel={() => setDragged(false)}
          suppressHydrationWarning
        >
          <span className="absolute top-1/2 right-0 left-0 h-1 -translate-y-1/2 rounded-full bg-hover" />
          <span className="absolute top-1/2 left-0 h-1 -translate-y-1/2 rounded-full bg-primary" style={{ width: share(at) }} />
          {ticks.map((tick) => (
            <span
              key={tick.at}
              title={`${formatMoment(new Date(tick.at))}, ${plural(tick.changes, 'change')}`}
              className="absolute top-1/2 h-3 w-0.5 -translate-x-1/2 -translate-y-1/2 bg-control"
              style={{ left: share(tick.at) }}
            />
          ))}
          {compare && (
            <span
              title={`Compared with ${formatMoment(new Date(compare))}`}
              className="absolute top-1/2 h-5 w-[3px] -translate-x-1/2 -translate-y-1/2 rounded-full bg-fg-2"
              style={{ left: share(Date.parse(compare)) }}
            />
          )}
          <span
            className={cn('absolute top-1/2 size-4 -translate-x-1/2 -translate-y-1/2 rounded-full border-2 border-ring bg-surface')}
            style={{ left: share(at) }}
          />
        </div>
        <div className="flex justify-between text-micro text-fg-3" suppressHydrationWarning>
          <span>{ticks.length > 0 ? formatDay(new Date(start)) : 'no changes known'}</span>
          <span>now</span>
        </div>
      </div>
      <div className="flex shrink-0 items-center gap-2">
        <Button
          icon={<ChevronLeft className="size-3.5" strokeWidth={1.6} />}
          aria-label="The change before"
          title="The change before ([)"
          onClick={() => change(-1)}
        >
          Change
        </Button>
        <Button aria-label="The change after" title="The change after (])" onClick={() => change(1)}>
          Change <ChevronRight className="size-3.5" strokeWidth={1.6} />
        </Button>
        <Button onClick={() => commit(end)}>Now</Button>
      </div>
    </section>
  );
}
