/**
 * What events of assets say of who reads whom, event by event and pure of any database: however the log is cut into batches,
 * the same flows open and close at the same times.
 */
import type { ColumnNode, Transformation } from '../graph/index.ts';
import type { FlowChange } from '../store/facts.ts';
import { columnNodeId } from './nodeIds.ts';

/** From a column of what is read to one of the view's, as the view's SQL says. */
export type ColumnFlow = { from: string; to: string; transformation: Transformation; confidence: number };
type ColumnFlows = readonly ColumnFlow[];
export type Dependency = { name: string; columns: readonly string[]; flows: ColumnFlows };

/** An asset after an event. `dependsOn`: names of the same namespace; a tombstone reads nothing. */
export type AssetState = {
  id: string;
  accessClass: number;
  namespace: string;
  name: string;
  isDeleted: boolean;
  seq: number;
  dependsOn: readonly Dependency[];
  /** Of what the flows were read from: the same says the same flows. Null: of nothing. */
  readFrom: string | null;
};
/** `isDeleted` null: as before. */
export type AssetFact = Omit<AssetState, 'isDeleted'> & { at: Date; isDeleted: boolean | null };

export type Name = { namespace: string; name: string };
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

/** `columns`: those that flows were opened of. */
export type Outcome = { states: AssetState[]; changes: FlowChange[]; columns: ColumnNode[] };

/** Who reads which name, and what flows from there. */
type Readers = Map<string, Map<string, ColumnFlows>>;
/** Of one asset: of each that it reads, and of each that reads it, what flows between their columns. */
type Flows = { from: Map<string, ColumnFlows>; to: Map<string, ColumnFlows> };

/** The states after all facts, in the log's order. One that is older than what is known of its asset says nothing any more. */
export function followFacts(facts: readonly AssetFact[], { known, named, readers }: Surroundings): Outcome {
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
    for (const [id, columns] of old.from) changes.compare(id, fact.id, columns, now.from.get(id), at);
    for (const [id, columns] of old.to) changes.compare(fact.id, id, columns, now.to.get(id), at);
    for (const [id, columns] of now.from) if (!old.from.has(id)) changes.compare(id, fact.id, undefined, columns, at);
    for (const [id, columns] of now.to) if (!old.to.has(id)) changes.compare(fact.id, id, undefined, columns, at);
  }
  return { states: [...changed].map((id) => states.get(id)!), changes: changes.all, columns: [...changes.columns.values()] };
}

/** Between two assets, and between their columns as long as between them. */
function createChanges() {
  const all: FlowChange[] = [];
  const columns = new Map<string, ColumnNode>();
  const ids = new Map<string, Map<string, string>>();

  /** A view's column has many flows, and its id is made once. */
  function idOf(assetId: string, name: string): string {
    const own = within(ids, assetId, () => new Map<string, string>());
    return within(own, name, () => columnNodeId(assetId, name));
  }

  function columnOf(assetId: string, name: string): string {
    const id = idOf(assetId, name);
    if (!columns.has(id)) columns.set(id, { id, assetId, name });
    return id;
  }

  /** What flowed before and what flows after; undefined: nothing. */
  function compare(fromId: string, toId: string, before: ColumnFlows | undefined, after: ColumnFlows | undefined, at: Date): void {
    if (!before !== !after) all.push({ fromId, toId, kind: 'TABLE', origin: 'NATIVE', change: after ? 'opened' : 'closed', at });
    if (before === after) return;
    // A first scan opens flows by the ten thousand, and has nothing to compare.
    const had = before && after && new Map(before.map((flow) => [flowKey(flow), flow]));
    const has = before && after && new Map(after.map((flow) => [flowKey(flow), flow]));
    for (const flow of before ?? []) {
      if (has && isSame(flow, has.get(flowKey(flow)))) continue;
      const { from, to } = flow;
      const ends = { fromId: idOf(fromId, from), toId: idOf(toId, to) };
      all.push({ ...ends, kind: 'COLUMN', origin: 'PARSED', change: 'closed', at });
    }
    for (const flow of after ?? []) {
      if (had && isSame(flow, had.get(flowKey(flow)))) continue;
      const { from, to, ...details } = flow;
      const ends = { fromId: columnOf(fromId, from), toId: columnOf(toId, to) };
      all.push({ ...ends, kind: 'COLUMN', origin: 'PARSED', change: 'opened', at, details });
    }
  }

  return { all, columns, compare };
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
