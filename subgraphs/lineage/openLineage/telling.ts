/**
 * What the events of one run told so far. They come in any order and more than once: whatever the order, the same comes of them (everything here
 * takes the earliest, the latest or the strongest of what was told, or all of it).
 */
import type { RunState, Transformation } from '../graph/index.ts';
import { checkFlows, mergeSymlinks, nameKey, stronger, type EventType, type JobEvent, type Name } from './event.ts';

/** What is told of a run by itself. Moments in milliseconds: it is kept as JSON. `begunAt`: its start, or the first that was told of it. */
export type RunTimes = { state: RunState; startedAt: number | null; endedAt: number | null; begunAt: number };

/** `input`, `output`: since when it is told as one; null: it is not. `assets`: those of this name, and since when they have it, if they came later. */
export type ToldDataset = Name & {
  symlinks: readonly Name[];
  input: number | null;
  output: number | null;
  assets: [id: string, since: number][];
};
/** `from`, `to`: their places among the datasets. */
export type ToldColumn = [from: number, fromColumn: string, to: number, toColumn: string, transformation: Transformation, since: number];

export type Telling = RunTimes & {
  /** The last time that it was told complete. */
  completedAt: number | null;
  /** The first and the last time that something else was told than that it begins or fails: from then on data flows. */
  from: number | null;
  toldAt: number | null;
  /** Of the last event. */
  lastAt: number;
  datasets: ToldDataset[];
  columns: ToldColumn[];
};

const STATES: Record<EventType, RunState> = {
  START: 'STARTED',
  RUNNING: 'RUNNING',
  COMPLETE: 'COMPLETED',
  ABORT: 'ABORTED',
  FAIL: 'FAILED',
  OTHER: 'OTHER',
};
/** What is told of its end counts, whatever else is told, the later end more than the earlier one. */
const RANKS: Record<RunState, number> = { OTHER: 0, STARTED: 1, RUNNING: 2, COMPLETED: 3, ABORTED: 4, FAILED: 5 };

export function mergeTimes(one: RunTimes, other: RunTimes): RunTimes {
  const [a, b] = [one.endedAt ?? -Infinity, other.endedAt ?? -Infinity];
  const last = a === b ? (RANKS[one.state] >= RANKS[other.state] ? one : other) : a > b ? one : other;
  const startedAt = earliest(one.startedAt, other.startedAt);
  return { state: last.state, endedAt: last.endedAt, startedAt, begunAt: startedAt ?? Math.min(one.begunAt, other.begunAt) };
}

function timesOf({ at, type }: JobEvent): RunTimes {
  const state = STATES[type];
  const time = at.getTime();
  return { state, startedAt: type === 'START' ? time : null, endedAt: RANKS[state] >= RANKS.COMPLETED ? time : null, begunAt: time };
}

/** Whether an event of this kind lets data flow: one of a beginning does not yet, one of a failure not any more. */
const isTelling = (type: EventType): boolean => type === 'RUNNING' || type === 'COMPLETE' || type === 'OTHER';

/** With what one more event told. BAD_USER_INPUT where that is too much. */
export function addEvent(before: Telling | undefined, event: JobEvent): Telling {
  const at = event.at.getTime();
  const times = timesOf(event);
  const telling: Telling = {
    ...(before ? mergeTimes(before, times) : times),
    completedAt: event.type === 'COMPLETE' ? latest(before?.completedAt, at) : (before?.completedAt ?? null),
    from: isTelling(event.type) ? earliest(before?.from, at) : (before?.from ?? null),
    toldAt: isTelling(event.type) ? latest(before?.toldAt, at) : (before?.toldAt ?? null),
    lastAt: latest(before?.lastAt, at),
    datasets: before?.datasets.map((dataset) => ({ ...dataset })) ?? [],
    columns: before?.columns ?? [],
  };
  // What a run was about to do when it failed has not been done.
  if (event.type === 'FAIL' || event.type === 'ABORT') return telling;
  addDatasets(telling, event);
  return telling;
}

function addDatasets(telling: Telling, event: JobEvent): void {
  const at = event.at.getTime();
  const { datasets } = telling;
  const places = new Map(datasets.map((dataset, place) => [nameKey(dataset), place]));
  const placeOf = ({ namespace, name }: Name): number => {
    const key = nameKey({ namespace, name });
    let place = places.get(key);
    if (place === undefined) {
      place = datasets.push({ namespace, name, symlinks: [], input: null, output: null, assets: [] }) - 1;
      places.set(key, place);
    }
    return place;
  };
  for (const side of ['input', 'output'] as const) {
    for (const each of side === 'input' ? event.inputs : event.outputs) {
      const dataset = datasets[placeOf(each)]!;
      dataset[side] = earliest(dataset[side], at);
      dataset.symlinks = mergeSymlinks(dataset.symlinks, each.symlinks);
    }
  }
  if (event.columns.length > 0) {
    const columns = new Map(telling.columns.map((column) => [columnKey(column), column]));
    for (const { from, fromColumn, to, toColumn, transformation } of event.columns) {
      const told: ToldColumn = [placeOf(from), fromColumn, placeOf(to), toColumn, transformation, at];
      const known = columns.get(columnKey(told));
      if (known) [told[4], told[5]] = [stronger(transformation, known[4]), Math.min(at, known[5])];
      columns.set(columnKey(told), told);
    }
    telling.columns = [...columns.values()];
  }
  const count = (side: 'input' | 'output'): number => datasets.filter((dataset) => dataset[side] !== null).length;
  checkFlows(count('input') * count('output') + telling.columns.length);
}

const columnKey = ([from, fromColumn, to, toColumn]: ToldColumn): string => JSON.stringify([from, fromColumn, to, toColumn]);

const earliest = (one: number | null | undefined, other: number | null): number | null =>
  one == null ? other : other == null ? one : Math.min(one, other);
const latest = (one: number | null | undefined, other: number): number => Math.max(one ?? -Infinity, other);
