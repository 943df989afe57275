/**
 * What events of assets say of who reads whom, event by event and pure of any database: however the log is cut into batches,
 * the same flows open and close at the same times.
 */
import type { ColumnNode } from '../graph/index.ts';
import type { AssetState, ColumnFlow, Dependency, Name, Reader } from '../store/assets.ts';
import type { FlowChange } from '../store/facts.ts';
import { columnNodeId } from '../store/nodeIds.ts';

type ColumnFlows = readonly ColumnFlow[];

/**
 * `isDeleted` null: as before. `isAsBefore`: as long as it tells the names that it told before, it says nothing new of what it reads; what had
 * one of these names may have another one now.
 */
export type AssetFact = Omit<AssetState, 'isDeleted' | 'dependsOn'> & {
  at: Date;
  isDeleted: boolean | null;
  isAsBefore: boolean;
  dependsOn: readonly Omit<Dependency, 'renamedTo'>[];
};

export const nameKey = ({ namespace, name }: Name): string => `${namespace}\0${name}`;

/** What the database knows of the assets that facts are about, and of those beside them. */
export type Surroundings = {
  /** Of the facts' own assets, those that are known. */
  known: readonly AssetState[];
  /** Other living assets with a name that one of the facts' assets reads, or did, or that a renaming gives or takes. */
  named: readonly (Name & { id: string })[];
  /** Other living assets that read a name that one of the facts' assets has, or had, with what they read of these. */
  readers: readonly Reader[];
};

/** The facts' assets after all of them, and those of `readers` that read something by a new name. */
export type Followed = { states: readonly AssetState[]; readers: readonly Reader[] };

/** In the order in which they happened. `columns`: those that flows were opened of, each told once. */
export type Changes = { changes: FlowChange[]; columns: ColumnNode[] };

type Read = Reader['dependsOn'][number];
/** Who reads what has which name now. More than once where it read two names that have become one. */
type Readers = Map<string, Map<string, readonly Read[]>>;
/** Of one asset: of each that it reads, and of each that reads it, what flows between their columns. */
type Flows = { from: Map<string, ColumnFlows>; to: Map<string, ColumnFlows> };

/** Changes are told when there are so many of them: of wide views there are millions, and never are all of them there at once. */
const TOLD_AT_ONCE = 10_000;

/**
 * What changes by these facts, in the log's order, bit by bit. One that is older than what is known of its asset says nothing any more.
 *
 * Who read an asset before it was renamed reads it after that, whatever it is called: the source has not stopped to report the flow, and tells
 * the new name of the reader only later.
 */
export function* followFacts(facts: readonly AssetFact[], { known, named, readers }: Surroundings): Generator<Changes, Followed> {
  const states = new Map(known.map((state) => [state.id, state]));
  const byName = new Map<string, Set<string>>();
  const byRead: Readers = new Map();
  const changes = createChanges();
  const changed = new Set<string>();
  const others = new Map(readers.map((reader) => [reader.id, reader]));
  const followers = new Set<string>();
  for (const each of named) within(byName, nameKey(each), () => new Set()).add(each.id);
  for (const each of readers) placeReads(each);
  for (const state of known) place(state);

  function place(state: AssetState): void {
    if (state.isDeleted) return;
    within(byName, nameKey(state), () => new Set()).add(state.id);
    placeReads(state);
  }

  function placeReads({ id, namespace, dependsOn }: Reader): void {
    for (const [key, reads] of Map.groupBy(dependsOn, (each) => readKey(namespace, each)))
      within(byRead, key, () => new Map<string, readonly Read[]>()).set(id, reads);
  }

  function displace(state: AssetState): void {
    byName.get(nameKey(state))?.delete(state.id);
    displaceReads(state);
  }

  function displaceReads({ id, namespace, dependsOn }: Reader): void {
    for (const each of dependsOn) byRead.get(readKey(namespace, each))?.delete(id);
  }

  /** What flows into it from what has this name. */
  const flowsInto = (id: string, key: string): ColumnFlows | undefined => flowsOfAll(byRead.get(key)?.get(id));

  /** Who reads an asset's name reads its new one from now on, unless somebody else has the old one. The asset itself says what it reads. */
  function* follow(before: AssetState, { id: renamedId, namespace, name, seq }: AssetState, at: Date): Generator<Changes, void> {
    const [from, to] = [nameKey(before), nameKey({ namespace, name })];
    if (byName.get(from)?.size) return;
    const beside = [...(byName.get(to) ?? [])];
    // They leave the map as they are gone through, which it allows.
    for (const id of byRead.get(from)?.keys() ?? []) {
      const [own, other] = [states.get(id), others.get(id)];
      // What it tells came later than the new name.
      if (id === renamedId || (own ?? other!).seq > seq) continue;
      const flows = flowsInto(id, to);
      displaceReads(own ?? other!);
      if (own) {
        states.set(id, renameReads(own, from, name));
        changed.add(id);
      } else {
        others.set(id, renameReads(other!, from, name));
        followers.add(id);
      }
      placeReads(states.get(id) ?? others.get(id)!);
      for (const each of beside) if (each !== id) yield* changes.compare(each, id, flows, flowsInto(id, to), at);
    }
  }

  function flowsOf(state: AssetState | undefined): Flows {
    const flows: Flows = { from: new Map(), to: new Map() };
    if (!state || state.isDeleted) return flows;
    for (const [key, reads] of Map.groupBy(state.dependsOn, (each) => readKey(state.namespace, each)))
      for (const id of byName.get(key) ?? []) if (id !== state.id) flows.from.set(id, flowsOfAll(reads)!);
    for (const [id, reads] of byRead.get(nameKey(state)) ?? []) if (id !== state.id) flows.to.set(id, flowsOfAll(reads)!);
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
    if (before && hasNewName(before, after)) yield* follow(before, after, at);
    place(after);
    const now = flowsOf(after);
    for (const [id, columns] of old.from) yield* changes.compare(id, fact.id, columns, now.from.get(id), at);
    for (const [id, columns] of old.to) yield* changes.compare(fact.id, id, columns, now.to.get(id), at);
    for (const [id, columns] of now.from) if (!old.from.has(id)) yield* changes.compare(id, fact.id, undefined, columns, at);
    for (const [id, columns] of now.to) if (!old.to.has(id)) yield* changes.compare(fact.id, id, undefined, columns, at);
  }
  yield changes.take();
  return { states: [...changed].map((id) => states.get(id)!), readers: [...followers].map((id) => others.get(id)!) };
}

/** Of two names that have become one the stronger word counts. */
function flowsOfAll(reads: readonly Read[] | undefined): ColumnFlows | undefined {
  if (!reads || reads.length < 2) return reads?.[0]?.flows;
  const flows = new Map<string, ColumnFlow>();
  for (const flow of reads.flatMap((each) => each.flows)) {
    const other = flows.get(flowKey(flow));
    flows.set(flowKey(flow), {
      ...flow,
      transformation: other?.transformation === 'DIRECT' ? 'DIRECT' : flow.transformation,
      confidence: Math.max(flow.confidence, other?.confidence ?? 0),
    });
  }
  return [...flows.values()];
}

const renameReads = <Each extends Reader>(reader: Each, key: string, newName: string): Each => ({
  ...reader,
  dependsOn: reader.dependsOn.map((each) =>
    readKey(reader.namespace, each) === key ? { ...each, renamedTo: newName === each.name ? null : newName } : each,
  ),
});

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

export function stateAfter(before: AssetState | undefined, { isAsBefore, ...fact }: Omit<AssetFact, 'at'>): AssetState {
  const isDeleted = fact.isDeleted ?? before?.isDeleted ?? false;
  if (isDeleted) return { ...fact, isDeleted, dependsOn: [], readFrom: null };
  const newNames = isAsBefore && before ? findNewNames(before, fact) : undefined;
  return { ...fact, isDeleted, dependsOn: fact.dependsOn.map((each) => ({ ...each, renamedTo: newNames?.get(each.name) ?? null })) };
}

function findNewNames(before: AssetState, fact: Pick<AssetFact, 'dependsOn'>): Map<string, string | null> | undefined {
  if (before.dependsOn.every(({ renamedTo }) => renamedTo === null) || !readsTheSame(before, fact)) return undefined;
  return new Map(before.dependsOn.map(({ name, renamedTo }) => [name, renamedTo]));
}

/** Whether it tells what it told before. */
export const readsTheSame = (before: AssetState, { dependsOn }: { dependsOn: readonly Pick<Dependency, 'name' | 'columns'>[] }): boolean =>
  !before.isDeleted && toldOf(before.dependsOn) === toldOf(dependsOn);
const toldOf = (dependsOn: readonly Pick<Dependency, 'name' | 'columns'>[]): string =>
  JSON.stringify(dependsOn.map(({ name, columns }) => [name, columns]));

/** Whether who reads whom, or what flows there, may be another after it. */
export const isMoved = (before: AssetState | undefined, after: AssetState): boolean =>
  isRenamed(before, after) || before!.readFrom !== after.readFrom || readKeys(before!).join() !== readKeys(after).join();

/** Whether it is known under another name from now on, or has come, or gone. */
export const isRenamed = (before: AssetState | undefined, after: AssetState): boolean =>
  before === undefined || before.isDeleted !== after.isDeleted || nameKey(before) !== nameKey(after);

/** Whether it lives on under a new name. */
export const hasNewName = (before: AssetState, after: AssetState): boolean =>
  !before.isDeleted && !after.isDeleted && before.namespace === after.namespace && before.name !== after.name;

/** How what is read is called now. */
export const nameNow = ({ name, renamedTo }: Pick<Dependency, 'name' | 'renamedTo'>): string => renamedTo ?? name;

const readKey = (namespace: string, read: Read): string => nameKey({ namespace, name: nameNow(read) });
const readKeys = ({ namespace, dependsOn }: AssetState): string[] => dependsOn.map((each) => readKey(namespace, each)).sort();

function within<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
