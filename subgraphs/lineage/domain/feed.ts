/** Writes the facts of lineage from the log: a consumer of what happens to assets. */
import type { Database, Transaction } from '#platform/database/index.ts';
import { createConsumer, type ConsumedEvent, type Consumer } from '#platform/events/consumer.ts';
import { LINEAGE_GRAPH } from '#platform/events/consumerNames.ts';
import type { EventData, EventType } from '#platform/events/types.ts';
import type { Logger } from '#platform/logger.ts';
import { writeAllFacts, type GraphFacts } from '../store/facts.ts';
import {
  countFlows,
  findAssets,
  findNamed,
  findReaders,
  renameDependencies,
  replaceDependencies,
  type AssetState,
  type Name,
} from '../store/assets.ts';
import { MOST_FLOWS, readColumnFlows, type ReadOptions, type ToldAsset } from './columnFlows.ts';
import { openArrived, type Arrival } from './intake.ts';
import {
  followFacts,
  hasNewName,
  isMoved,
  isRenamed,
  nameKey,
  nameNow,
  stateAfter,
  type AssetFact,
  type Followed,
  type Surroundings,
} from './history.ts';

const TYPES = ['asset.created', 'asset.updated', 'asset.deleted'] as const satisfies readonly EventType[];

/** A view brings its SQL along, and a wide one some hundred flows: a batch of them is tens of thousands of rows. */
const BATCH = 500;

/** `onTurn`: called when facts may have been written. */
type FeedOptions = { sql: Database; faults: ReadonlySet<string>; logger: Logger; onTurn?: () => void } & Pick<
  ReadOptions,
  'mostMs' | 'readView'
>;

export function createFeed({ sql, faults, logger, onTurn, ...limits }: FeedOptions): Consumer {
  const handle = (tx: Transaction, events: readonly ConsumedEvent[]) => feed(tx, events, { logger, ...limits });
  return createConsumer({
    sql,
    name: LINEAGE_GRAPH,
    types: TYPES,
    data: true,
    handle,
    faults,
    logger,
    batch: BATCH,
    ...(onTurn && { onTurn }),
  });
}

/** In the log's order. Any event may come again, and of one asset an older one after a newer one. */
export async function feed(tx: Transaction, events: readonly ConsumedEvent[], options: ReadOptions = {}): Promise<void> {
  const given = events.filter((event) => event.subject !== null);
  const ids = [...new Set(given.map(({ subject }) => subject!))];
  const check = (flows: number): void => {
    if (events.length > 1 && flows > (options.mostFlows ?? MOST_FLOWS))
      throw new Error('These assets have too many flows between columns at once.');
  };
  check(await countFlows(tx, { ids, names: [] }));
  const stored = await findAssets(tx, ids);
  const { facts: late, known } = await lookAgain(tx, stored, given);
  const seqs = new Map(stored.map(({ id, seq }) => [id, seq]));
  // What comes again says nothing new: what it reads may have been renamed since.
  const again = (fact: ToldAsset): ToldAsset => (fact.seq <= (seqs.get(fact.id) ?? 0) ? { ...fact, isAsBefore: true } : fact);
  const told = [...given.map(factOf), ...late].map(again).sort((a, b) => a.seq - b.seq);
  // Before anything is locked that others wait for.
  const facts = await readColumnFlows(told, known, options);
  await writeRead(tx, facts, { stored, known, check });
  await openArrived(tx, arrivalsOf(facts, known));
}

/** Who has a name from now on that events may have told of before. */
function arrivalsOf(facts: readonly AssetFact[], known: readonly AssetState[]): Arrival[] {
  const arrivals: Arrival[] = [];
  const states = new Map(known.map((state) => [state.id, state]));
  for (const fact of facts) {
    const before = states.get(fact.id);
    if (before && before.seq >= fact.seq) continue;
    const after = stateAfter(before, fact);
    states.set(fact.id, after);
    const { id, namespace, name, accessClass, isDeleted } = after;
    if (!isDeleted && isRenamed(before, after)) arrivals.push({ id, namespace, name, accessClass, at: fact.at });
  }
  return arrivals;
}

type Writing = {
  stored: readonly AssetState[];
  /** The same as it is to be compared with what is told: as if that had not been told before. */
  known: readonly AssetState[];
  /** Throws where these are too many flows. */
  check?: (flows: number) => void;
};

/** What is told of assets, in the log's order. Nobody else writes what sources report meanwhile. */
export async function writeRead(tx: Transaction, facts: readonly AssetFact[], { stored, known, check }: Writing): Promise<void> {
  const { names, reads } = namesToLoad(known, facts);
  check?.(await countFlows(tx, { ids: [], names }));
  const own = new Set(facts.map(({ id }) => id));
  const isOther = ({ id }: { id: string }): boolean => !own.has(id);
  let followed: Followed = { states: [], readers: [] };
  function* parts(surroundings: Surroundings): Generator<GraphFacts> {
    const following = followFacts(facts, surroundings);
    let told = following.next();
    for (; !told.done; told = following.next()) yield { assets: [], ...told.value };
    followed = told.value;
    yield { assets: followed.states.map(({ dependsOn: _dependsOn, readFrom: _readFrom, ...asset }) => asset), changes: [] };
  }
  const surroundings = {
    known,
    named: (await findNamed(tx, reads)).filter(isOther),
    readers: (await findReaders(tx, names)).filter(isOther),
  };
  await writeAllFacts(tx, parts(surroundings));
  const before = new Map(stored.map((state) => [state.id, state]));
  await replaceDependencies(
    tx,
    followed.states.filter((state) => readingOf(state) !== readingOf(before.get(state.id))),
  );
  await renameDependencies(tx, followed.readers);
}

const readingOf = (state: AssetState | undefined): string =>
  JSON.stringify([
    (state?.dependsOn ?? []).map(({ name, renamedTo, columns, flows }) => [name, renamedTo, columns, flows]),
    state?.readFrom ?? null,
  ]);

/**
 * Of events that come after newer ones of their asset (dead letters that are tried again) only one thing may still count: each
 * event says what an asset is, but not whether it is deleted. So what happened to it since then is looked at again. Where that
 * gives what is known, as for events that come a second time, nothing changes.
 */
async function lookAgain(
  tx: Transaction,
  stored: readonly AssetState[],
  events: readonly ConsumedEvent[],
): Promise<{ facts: ToldAsset[]; known: readonly AssetState[] }> {
  const states = new Map(stored.map((state) => [state.id, state]));
  const first = new Map<string, ConsumedEvent>();
  for (const event of events)
    if (event.seq < (states.get(event.subject!)?.seq ?? 0) && !first.has(event.subject!)) first.set(event.subject!, event);
  if (first.size === 0) return { facts: [], known: stored };
  const rows = await tx<ConsumedEvent[]>`
    select l.seq, l.type, l.subject, l.time, l.actor_id, l.attributes, l.data
    from unnest(${[...first.keys()]}::text[], ${[...first.values()].map(({ seq }) => seq)}::bigint[],
      ${[...first.keys()].map((id) => states.get(id)!.seq)}::bigint[]) as late (subject, first, last)
    join events.log l on l.subject = late.subject and l.seq between late.first and late.last
    where l.type = any(${[...TYPES]}::text[]) order by l.seq`;
  const facts = [...Map.groupBy(rows, ({ subject }) => subject!)].map(([id, since]): ToldAsset => {
    const all = since.map(factOf);
    const { definition } = all.findLast((each) => each.definition !== undefined) ?? {};
    return {
      ...all.at(-1)!,
      definition,
      isDeleted: all.findLast(({ isDeleted }) => isDeleted !== null)?.isDeleted ?? null,
      at: first.get(id)!.time,
    };
  });
  // As if it had not been told before.
  return { facts, known: stored.map((state) => (first.has(state.id) ? { ...state, seq: state.seq - 1 } : state)) };
}

type AssetData = EventData[(typeof TYPES)[number]];

function factOf({ seq, type, subject, time, attributes, data }: ConsumedEvent): ToldAsset {
  const { accessBefore, accessAfter, namespace, name } = attributes;
  // Null of an event whose data was erased.
  const told = data as Extract<AssetData, { dependsOn?: unknown }> | null;
  return {
    id: subject!,
    accessClass: (accessAfter ?? accessBefore)!,
    namespace: namespace!,
    name: name!,
    // A revival is an update of what was not there before. A tombstone's words can change, too: it stays one.
    isDeleted: type === 'asset.deleted' ? true : type === 'asset.created' || accessBefore === undefined ? false : null,
    seq,
    at: time,
    definition: told?.definition,
    isAsBefore: told?.definition === undefined,
    dependsOn: readsOf(told?.dependsOn ?? []),
  };
}

/** Each name once, in order. */
export const readsOf = (dependsOn: ToldAsset['dependsOn']): ToldAsset['dependsOn'] =>
  [...new Map(dependsOn.map(({ name, columns }) => [name, { name, columns }])).values()].sort((a, b) => (a.name < b.name ? -1 : 1));

/** Only what a change of flows needs: a table that 20,000 views read may get a description. */
function namesToLoad(known: readonly AssetState[], facts: readonly AssetFact[]): { names: Name[]; reads: Name[] } {
  const names = new Map<string, Name>();
  const reads = new Map<string, Name>();
  const states = new Map(known.map((state) => [state.id, state]));
  const want = (into: Map<string, Name>, namespace: string, name: string) => into.set(nameKey({ namespace, name }), { namespace, name });
  for (const fact of facts) {
    const before = states.get(fact.id);
    if (before && before.seq >= fact.seq) continue;
    const after = stateAfter(before, fact);
    states.set(fact.id, after);
    if (!isMoved(before, after)) continue;
    for (const state of before ? [before, after] : [after]) {
      if (isRenamed(before, after)) want(names, state.namespace, state.name);
      for (const dependency of state.dependsOn) want(reads, state.namespace, nameNow(dependency));
      // Who else has these names decides whether the readers follow, and of whom they read more then.
      if (before && hasNewName(before, after)) want(reads, state.namespace, state.name);
    }
  }
  return { names: [...names.values()], reads: [...reads.values()] };
}
