/** Feeds the graph from the log: a consumer of what happens to assets. */
import type { Database, Queryable, Transaction } from '#platform/database/index.ts';
import { createConsumer, type ConsumedEvent, type Consumer } from '#platform/events/consumer.ts';
import type { EventData, EventType } from '#platform/events/types.ts';
import type { Logger } from '#platform/logger.ts';
import type { GraphStore } from '../graph/index.ts';
import { findAssets, findNamed, findReaders, replaceDependencies } from '../store/assets.ts';
import { followFacts, isMoved, isRenamed, nameKey, stateAfter, type AssetFact, type AssetState, type Name } from './history.ts';

const NAME = 'lineage.graph';
const TYPES = ['asset.created', 'asset.updated', 'asset.deleted'] as const satisfies readonly EventType[];

export type GraphFor = (sql: Queryable) => GraphStore;
type FeedOptions = { sql: Database; graphFor: GraphFor; faults: ReadonlySet<string>; logger: Logger };

export function createFeed({ sql, graphFor, faults, logger }: FeedOptions): Consumer {
  const handle = (tx: Transaction, events: readonly ConsumedEvent[]) => feed(tx, graphFor(tx), events);
  return createConsumer({ sql, name: NAME, types: TYPES, data: true, handle, faults, logger });
}

/** In the log's order. Any event may come again, and of one asset an older one after a newer one. */
export async function feed(tx: Queryable, graph: GraphStore, events: readonly ConsumedEvent[]): Promise<void> {
  const given = events.filter((event) => event.subject !== null);
  const known = await findAssets(tx, [...new Set(given.map(({ subject }) => subject!))]);
  const late = await findLate(tx, known, given);
  const rewound = known.map((state) => ({ ...state, seq: Math.min(state.seq, (late.since.get(state.id) ?? Infinity) - 1) }));
  const facts = [...new Map([...given, ...late.events].map((event) => [event.seq, event])).values()]
    .sort((a, b) => a.seq - b.seq)
    .map(factOf);
  const { names, reads } = namesToLoad(rewound, facts);
  const own = new Set(facts.map(({ id }) => id));
  const isOther = ({ id }: { id: string }): boolean => !own.has(id);
  const { states, changes } = followFacts(facts, {
    known: rewound,
    named: (await findNamed(tx, reads)).filter(isOther),
    readers: (await findReaders(tx, names)).filter(isOther),
  });
  const before = new Map(known.map((state) => [state.id, state]));
  await replaceDependencies(
    tx,
    states.filter((state) => JSON.stringify(state.dependsOn) !== JSON.stringify(before.get(state.id)?.dependsOn ?? [])),
  );
  await graph.apply({ nodes: states.map(({ dependsOn: _, ...node }) => node), changes });
}

/**
 * Events that come after newer ones of their asset (dead letters that are tried again). What happened to the asset since then
 * is looked at again after them: each event says what is, but not whether the asset is deleted.
 */
async function findLate(
  tx: Queryable,
  known: readonly AssetState[],
  events: readonly ConsumedEvent[],
): Promise<{ since: Map<string, number>; events: ConsumedEvent[] }> {
  const seqs = new Map(known.map(({ id, seq }) => [id, seq]));
  const since = new Map<string, number>();
  for (const { subject, seq } of events) if (seq < seqs.get(subject!)! && !since.has(subject!)) since.set(subject!, seq);
  if (since.size === 0) return { since, events: [] };
  const rows = await tx<ConsumedEvent[]>`
    select l.seq, l.type, l.subject, l.time, l.actor_id, l.attributes, l.data
    from unnest(${[...since.keys()]}::text[], ${[...since.values()]}::bigint[], ${[...since.keys()].map((id) => seqs.get(id)!)}::bigint[])
      as late (subject, first, last)
    join events.log l on l.subject = late.subject and l.seq between late.first and late.last
    where l.type = any(${[...TYPES]}::text[]) order by l.seq`;
  return { since, events: [...rows] };
}

type AssetData = EventData[(typeof TYPES)[number]];

function factOf({ seq, type, subject, time, attributes, data }: ConsumedEvent): AssetFact {
  const { accessBefore, accessAfter, namespace, name } = attributes;
  // Null of an event whose data was erased.
  const told = data as Extract<AssetData, { dependsOn?: unknown }> | null;
  const dependsOn = new Map((told?.dependsOn ?? []).map((each) => [each.name, each]));
  return {
    id: subject!,
    accessClass: (accessAfter ?? accessBefore)!,
    namespace: namespace!,
    name: name!,
    // A revival is an update of what was not there before. A tombstone's words can change, too: it stays one.
    isDeleted: type === 'asset.deleted' ? true : type === 'asset.created' || accessBefore === undefined ? false : null,
    seq,
    at: time,
    dependsOn: [...dependsOn.values()]
      .map(({ name: read, columns }) => ({ name: read, columns }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

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
      for (const { name } of state.dependsOn) want(reads, state.namespace, name);
    }
  }
  return { names: [...names.values()], reads: [...reads.values()] };
}
