/**
 * What events of assets say of who reads whom, event by event and pure of any database: however the log is cut into batches,
 * the same flows open and close at the same times.
 */
import type { ColumnNode } from '../graph/index.ts';
import type { AssetState, ColumnFlow, Name } from '../store/assets.ts';
import type { FlowChange } from '../store/facts.ts';
import { columnNodeId } from '../store/nodeIds.ts';

type ColumnFlows = readonly ColumnFlow[];

/** `isDeleted` null: as before. */
export type AssetFact = Omit<AssetState, 'isDeleted'> & { at: Date; isDeleted: boolean | null };

export const nameKey = ({ namespace, name }: Name): string => `${namespace}\0${name}`;

/** What the database knows of the assets that facts are about, and of those beside them. */
export type Surroundings = {
  /** Of the facts' own assets, those that are known. */
  known: readonly AssetState[];
  /** Other living assets with a name that one of the facts' assets reads, or did. */
  named: readonly (Name & { id: string })[];
  /** Other living assets that read a name that one of the facts' assets has, or had, and what flows from it into them. */
  readers: readonly (Name & { id: string; flows: ColumnFlows })[];
};

/** In the order in which they happened. `columns`: those that flows were opened of, each told once. */
export type Changes = { changes: FlowChange[]; columns: ColumnNode[] };

/** Who reads which name, and what flows from there. */
type Readers = Map<string, Map<string, ColumnFlows>>;
/** Of one asset: of each that it reads, and of each that reads it, what flows between their columns. */
type Flows = { from: Map<string, ColumnFlows>; to: Map<string, ColumnFlows> };

/** Changes are told when there are so many of them: of wide views there are millions, and never are all of them there at once. */
const TOLD_AT_ONCE = 10_000;

/**
 * What changes by these facts, in the log's order, bit by bit; gives the states after all of them. One that is older than what is known of its
 * asset says nothing any more.
 */
export function* followFacts(facts: readonly AssetFact[], { known, named, readers }: Surroundings): Generator<Changes, AssetState[]> {
  const states = new Map(known.map((state) => [state.id, state]));
  const byName = new Map<string, Set<string>>();
  const byRead: Readers = new Map();
  const changes = createChanges();
  const changed = new Set<string>();
  for (const each of named) within(byName, nameKey(each), () => new Set()).add(each.id);
  for (const each of readers) within(byRead, nameKey(each), () => new Map()).set(each.id, each.flows);
  for (const state of known) place(state);

  function place(state: AssetState): void {
    if (state.isDeleted) return;
    within(byName, nameKey(state), () => new Set()).add(state.id);
    for (const { name, flows } of state.dependsOn)
      within(byRead, nameKey({ namespace: state.namespace, name }), () => new Map()).set(state.id, flows);
  }

  function displace(state: AssetState): void {
    byName.get(nameKey(state))?.delete(state.id);
    for (const key of readKeys(state)) byRead.get(key)?.delete(state.id);
  }

  function flowsOf(state: AssetState | undefined): Flows {
    const flows: Flows = { from: new Map(), to: new Map() };
    if (!state || state.isDeleted) return flows;
    for (const { name, flows: columns } of state.dependsOn)
      for (const id of byName.get(nameKey({ namespace: state.namespace, name })) ?? []) if (id !== state.id) flows.from.set(id, columns);
    for (const [id, columns] of byRead.get(nameKey(state)) ?? []) if (id !== state.id) flows.to.set(id, columns);
    return flows;
  }

  for (const { at, ...fact } of facts) {
    const before = states.get(fact.id);
    if (before && before.seq >= fact.seq) continue;
    const after = stateAfter(before, fact);
    states.set(fact.id, after);
    changed.add(fact.id);
    if (!isMoved(before, after)) continue;
    const old = flowsOf(before);
    if (before) displace(before);
    place(after);
    const now = flowsOf(after);
    for (const [id, columns] of old.from) yield* changes.compare(id, fact.id, columns, now.from.get(id), at);
    for (const [id, columns] of old.to) yield* changes.compare(fact.id, id, columns, now.to.get(id), at);
    for (const [id, columns] of now.from) if (!old.from.has(id)) yield* changes.compare(id, fact.id, undefined, columns, at);
    for (const [id, columns] of now.to) if (!old.to.has(id)) yield* changes.compare(fact.id, id, undefined, columns, at);
  }
  yield changes.take();
  return [...changed].map((id) => states.get(id)!);
}

/** Between two assets, and between their columns as long as between them. */
function createChanges() {
  let changes: FlowChange[] = [];
  let columns: ColumnNode[] = [];
  /** Of each asset by their names; `isTold`: it is, or was, among `columns`. A view's column has many flows, and its id is made once. */
  const known = new Map<string, Map<string, { id: string; isTold: boolean }>>();

  const find = (assetId: string, name: string) =>
    within(
      within(known, assetId, () => new Map<string, { id: string; isTold: boolean }>()),
      name,
      () => ({ id: columnNodeId(assetId, name), isTold: false }),
    );

  function columnOf(assetId: string, name: string): string {
    const column = find(assetId, name);
    if (!column.isTold) columns.push({ id: column.id, assetId, name });
    column.isTold = true;
    return column.id;
  }

  function take(): Changes {
    const taken = { changes, columns };
    [changes, columns] = [[], []];
    return taken;
  }

  /** What flowed before and what flows after; undefined: nothing. */
  function* compare(
    fromId: string,
    toId: string,
    before: ColumnFlows | undefined,
    after: ColumnFlows | undefined,
    at: Date,
  ): Generator<Changes, void> {
    if (!before !== !after) changes.push({ fromId, toId, kind: 'TABLE', origin: 'NATIVE', change: after ? 'opened' : 'closed', at });
    if (before === after) return;
    // A first scan opens flows by the ten thousand, and has nothing to compare.
    const had = before && after && new Map(before.map((flow) => [flowKey(flow), flow]));
    const has = before && after && new Map(after.map((flow) => [flowKey(flow), flow]));
    for (const flow of before ?? []) {
      if (has && isSame(flow, has.get(flowKey(flow)))) continue;
      const { from, to } = flow;
      const ends = { fromId: find(fromId, from).id, toId: find(toId, to).id };
      changes.push({ ...ends, kind: 'COLUMN', origin: 'PARSED', change: 'closed', at });
    }
    for (const flow of after ?? []) {
      if (had && isSame(flow, had.get(flowKey(flow)))) continue;
      const { from, to, ...details } = flow;
      const ends = { fromId: columnOf(fromId, from), toId: columnOf(toId, to) };
      changes.push({ ...ends, kind: 'COLUMN', origin: 'PARSED', change: 'opened', at, details });
    }
    if (changes.length >= TOLD_AT_ONCE) yield take();
  }

  return { compare, take };
}

const flowKey = ({ from, to }: ColumnFlow): string => JSON.stringify([from, to]);
const isSame = (flow: ColumnFlow, other: ColumnFlow | undefined): boolean =>
  flow.transformation === other?.transformation && flow.confidence === other.confidence;

export function stateAfter(before: AssetState | undefined, fact: Omit<AssetFact, 'at'>): AssetState {
  const isDeleted = fact.isDeleted ?? before?.isDeleted ?? false;
  return { ...fact, isDeleted, ...(isDeleted && { dependsOn: [], readFrom: null }) };
}

/** Whether who reads whom, or what flows there, may be another after it. */
export const isMoved = (before: AssetState | undefined, after: AssetState): boolean =>
  isRenamed(before, after) || before!.readFrom !== after.readFrom || readKeys(before!).join() !== readKeys(after).join();

/** Whether it is known under another name from now on, or has come, or gone. */
export const isRenamed = (before: AssetState | undefined, after: AssetState): boolean =>
  before === undefined || before.isDeleted !== after.isDeleted || nameKey(before) !== nameKey(after);

export const readKeys = ({ namespace, dependsOn }: Pick<AssetState, 'namespace' | 'dependsOn'>): string[] =>
  dependsOn.map(({ name }) => nameKey({ namespace, name })).sort();

function within<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
