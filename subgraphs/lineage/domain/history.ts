/**
 * What events of assets say of who reads whom, event by event and pure of any database: however the log is cut into batches,
 * the same flows open and close at the same times.
 */
import type { FlowChange } from '../store/facts.ts';

export type Dependency = { name: string; columns: readonly string[] };

/** An asset after an event. `dependsOn`: names of the same namespace; a tombstone reads nothing. */
export type AssetState = {
  id: string;
  accessClass: number;
  namespace: string;
  name: string;
  isDeleted: boolean;
  seq: number;
  dependsOn: readonly Dependency[];
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
  /** Other living assets that read a name that one of the facts' assets has, or had. */
  readers: readonly (Name & { id: string })[];
};

export type Outcome = { states: AssetState[]; changes: FlowChange[] };

/** Who is there under which name. */
type Index = Map<string, Set<string>>;

/** The states after all facts, in the log's order. One that is older than what is known of its asset says nothing any more. */
export function followFacts(facts: readonly AssetFact[], { known, named, readers }: Surroundings): Outcome {
  const states = new Map(known.map((state) => [state.id, state]));
  const byName: Index = new Map();
  const byRead: Index = new Map();
  const changes: FlowChange[] = [];
  const changed = new Set<string>();
  for (const each of named) add(byName, nameKey(each), each.id);
  for (const each of readers) add(byRead, nameKey(each), each.id);
  for (const state of known) place(state, add);

  function place(state: AssetState, put: (index: Index, key: string, id: string) => void): void {
    if (state.isDeleted) return;
    put(byName, nameKey(state), state.id);
    for (const key of readKeys(state)) put(byRead, key, state.id);
  }

  /** Ids of what an asset reads, and of what reads it. */
  function flowsOf(state: AssetState | undefined): { from: Set<string>; to: Set<string> } {
    const flows = { from: new Set<string>(), to: new Set<string>() };
    if (!state || state.isDeleted) return flows;
    for (const key of readKeys(state)) for (const id of byName.get(key) ?? []) if (id !== state.id) flows.from.add(id);
    for (const id of byRead.get(nameKey(state)) ?? []) if (id !== state.id) flows.to.add(id);
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
    if (before) place(before, remove);
    place(after, add);
    const now = flowsOf(after);
    const tell = (change: FlowChange['change'], fromId: string, toId: string) =>
      changes.push({ fromId, toId, kind: 'TABLE', origin: 'NATIVE', change, at });
    for (const id of without(old.from, now.from)) tell('closed', id, fact.id);
    for (const id of without(old.to, now.to)) tell('closed', fact.id, id);
    for (const id of without(now.from, old.from)) tell('opened', id, fact.id);
    for (const id of without(now.to, old.to)) tell('opened', fact.id, id);
  }
  return { states: [...changed].map((id) => states.get(id)!), changes };
}

export function stateAfter(before: AssetState | undefined, fact: Omit<AssetFact, 'at'>): AssetState {
  const isDeleted = fact.isDeleted ?? before?.isDeleted ?? false;
  return { ...fact, isDeleted, dependsOn: isDeleted ? [] : fact.dependsOn };
}

/** Whether who reads whom may be another after it. */
export const isMoved = (before: AssetState | undefined, after: AssetState): boolean =>
  isRenamed(before, after) || readKeys(before!).join() !== readKeys(after).join();

/** Whether it is known under another name from now on, or has come, or gone. */
export const isRenamed = (before: AssetState | undefined, after: AssetState): boolean =>
  before === undefined || before.isDeleted !== after.isDeleted || nameKey(before) !== nameKey(after);

export const readKeys = ({ namespace, dependsOn }: Pick<AssetState, 'namespace' | 'dependsOn'>): string[] =>
  dependsOn.map(({ name }) => nameKey({ namespace, name })).sort();

const without = (ids: ReadonlySet<string>, others: ReadonlySet<string>): string[] => [...ids].filter((id) => !others.has(id));

function add(index: Index, key: string, id: string): void {
  const ids = index.get(key);
  if (ids) ids.add(id);
  else index.set(key, new Set([id]));
}

function remove(index: Index, key: string, id: string): void {
  index.get(key)?.delete(id);
}
