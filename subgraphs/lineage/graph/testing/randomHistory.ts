/** Random graphs that can be had again by their seed. */
import { columnNodeId } from '../../store/nodeIds.ts';
import type { AssetNode, FlowChange, GraphFacts } from '../../store/facts.ts';
import { RUN_STATES } from '../index.ts';
import type { ColumnNode, JobNode, Origin, RunNode, Transformation } from '../index.ts';

export type Random = {
  between(least: number, most: number): number;
  one<Item>(items: readonly Item[]): Item;
  chance(share: number): boolean;
};

/** mulberry32 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    one: (items) => items[Math.floor(next() * items.length)]!,
    chance: (share) => next() < share,
  };
}

export type RandomHistory = {
  assets: readonly AssetNode[];
  columns: readonly ColumnNode[];
  jobs: readonly JobNode[];
  /** As they are at first. */
  runs: readonly RunNode[];
  /** What happens next: so many changes of assets and of flows. */
  next(size: number): GraphFacts;
  /** One at which something was different, one at the edge of it, or one before or after all. Null: now. */
  moment(): Date | null;
};

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const ORIGINS_MET: readonly Origin[] = ['NATIVE', 'NATIVE', 'NATIVE', 'PARSED', 'DECLARED', 'EVENT'];
const TRANSFORMATIONS: readonly Transformation[] = ['DIRECT', 'CONDITIONAL', 'INDIRECT'];

/**
 * Up to 40 assets of three classes, which change, and some of which are deleted; their columns; jobs; their runs, which go on; and flows of all origins that come and
 * go, some minutes apart, at the same moment, or by clocks that go back, or go on after all. Some nodes have many, some flow into themselves.
 */
export function randomHistory(random: Random): RandomHistory {
  let seq = 0;
  const describe = (id: string, name: string): AssetNode => ({
    id,
    accessClass: random.between(1, 3),
    namespace: 'test',
    name,
    isDeleted: random.chance(0.1),
    seq: ++seq,
  });
  const assets = Array.from({ length: random.between(2, 40) }, (_, index) => describe(randomId(random), `n${index}`));
  const columns = assets.flatMap(({ id: assetId }) =>
    Array.from({ length: random.between(0, 3) }, (_, index) => ({ id: columnNodeId(assetId, `c${index}`), assetId, name: `c${index}` })),
  );
  const jobs = ['x', 'y', 'z'].map((name): JobNode => ({ id: randomId(random), namespace: 'test', name }));
  /** Some begin at the same moment, and some nobody says when. */
  const tellRun = (run: Pick<RunNode, 'id' | 'jobId' | 'runId'>): RunNode => {
    const moment = (): Date => new Date(START + random.between(-2, 10) * MINUTE);
    const startedAt = random.chance(0.7) ? moment() : null;
    return {
      ...run,
      state: random.one(RUN_STATES),
      startedAt,
      endedAt: random.chance(0.5) ? moment() : null,
      begunAt: startedAt ?? moment(),
    };
  };
  const runs = jobs.flatMap(({ id: jobId }) =>
    Array.from({ length: random.between(0, 5) }, () => tellRun({ id: randomId(random), jobId, runId: randomId(random) })),
  );
  const pick = (nodes: readonly { id: string }[]): string => random.one(random.chance(0.3) ? nodes.slice(0, 3) : nodes).id;
  let at = START;
  /** The last that were closed, which may go on after all. */
  const closed: FlowChange[] = [];

  function flow(): FlowChange {
    if (closed.length > 0 && random.chance(0.05)) return { ...random.one(closed.slice(-20)), change: 'resumed' };
    const change = tellFlow();
    if (change.change === 'closed') closed.push(change);
    return change;
  }

  function tellFlow(): FlowChange {
    const kind = columns.length > 0 && random.chance(0.4) ? 'COLUMN' : 'TABLE';
    const nodes = kind === 'COLUMN' ? columns : assets;
    const origin = random.one(ORIGINS_MET);
    const jobId = random.one([null, ...jobs.map(({ id }) => id)]);
    const ofJob = origin === 'EVENT' ? runs.filter((run) => run.jobId === jobId) : [];
    const details = random.chance(0.5)
      ? {}
      : {
          transformation: random.one(TRANSFORMATIONS),
          confidence: random.one([0.25, 0.5, 1]),
          jobId,
          runId: random.one([null, ...ofJob.map(({ id }) => id)]),
        };
    at += random.chance(0.1) ? -random.between(0, 3) * MINUTE : random.between(0, 2) * MINUTE;
    return {
      fromId: pick(nodes),
      toId: pick(nodes),
      kind,
      origin,
      change: random.chance(0.65) ? 'opened' : 'closed',
      at: new Date(at),
      details,
    };
  }

  let isFirst = true;
  return {
    assets,
    columns,
    jobs,
    runs,
    next(size) {
      const changes = Array.from({ length: size }, flow);
      const ends = new Set(changes.flatMap(({ fromId, toId }) => [fromId, toId]));
      const changed = assets.filter(() => random.chance(0.03)).map(({ id, name }) => describe(id, name));
      const named = new Set(changes.map(({ details }) => details?.jobId));
      const facts = {
        assets: isFirst ? assets : changed,
        columns: columns.filter(({ id }) => ends.has(id)),
        jobs: jobs.filter(({ id }) => named.has(id)),
        runs: isFirst ? runs : runs.filter(() => random.chance(0.2)).map(tellRun),
        changes,
      };
      isFirst = false;
      return facts;
    },
    moment: () =>
      random.one([null, null, new Date(random.between(START - 5 * MINUTE, at + 5 * MINUTE)), toMinute(random.between(START, at))]),
  };
}

/** Of the same seed the same one, as ids of rows would not be. */
function randomId(random: Random): string {
  const digits = (count: number): string => Array.from({ length: count }, () => random.between(0, 15).toString(16)).join('');
  return `${digits(8)}-${digits(4)}-4${digits(3)}-8${digits(3)}-${digits(12)}`;
}

const toMinute = (time: number): Date => new Date(time - (time % MINUTE));
