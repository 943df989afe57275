/** Writes facts into the graph's tables, in a few statements however many they are. */
import type { Queryable } from '#platform/database/index.ts';
import type { Flow, FlowChange, GraphFacts, GraphNode } from './index.ts';
import { foldChanges, type Interval } from './intervals.ts';

type Written = Flow & Interval;

/** In the caller's transaction: the feed's place in the log is part of it. */
export async function writeFacts(tx: Queryable, { nodes, changes }: GraphFacts): Promise<void> {
  if (nodes.length > 0) await upsertNodes(tx, nodes);
  if (changes.length > 0) await writeChanges(tx, changes);
}

async function upsertNodes(tx: Queryable, nodes: readonly GraphNode[]): Promise<void> {
  await tx`
    insert into lineage.assets (asset_id, access_class, namespace, name, is_deleted, seq)
    select * from unnest(
      ${nodes.map(({ id }) => id)}::uuid[], ${nodes.map(({ accessClass }) => accessClass)}::int[], ${nodes.map(({ namespace }) => namespace)}::text[],
      ${nodes.map(({ name }) => name)}::text[], ${nodes.map(({ isDeleted }) => String(isDeleted))}::text[]::bool[], ${nodes.map(({ seq }) => seq)}::bigint[])
    on conflict (asset_id) do update set access_class = excluded.access_class, namespace = excluded.namespace, name = excluded.name,
      is_deleted = excluded.is_deleted, seq = excluded.seq`;
}

async function writeChanges(tx: Queryable, changes: readonly FlowChange[]): Promise<void> {
  const flows = [...Map.groupBy(changes, ({ fromId, toId, kind, origin }) => `${fromId} ${toId} ${kind} ${origin}`).values()];
  const histories = await loadHistories(
    tx,
    flows.map(([first]) => first!),
  );
  const removed: Written[] = [];
  const ended: Written[] = [];
  const added: Written[] = [];
  for (const [index, all] of flows.entries()) {
    const { fromId, toId, kind, origin } = all[0]!;
    const before = histories[index]!;
    const after = foldChanges(before, all);
    const begins = (intervals: readonly Interval[], { validFrom }: Interval) =>
      intervals.find((each) => each.validFrom.getTime() === validFrom.getTime());
    for (const interval of before) if (!begins(after, interval)) removed.push({ fromId, toId, kind, origin, ...interval });
    for (const interval of after) {
      const known = begins(before, interval);
      if (!known) added.push({ fromId, toId, kind, origin, ...interval });
      else if (known.validTo?.getTime() !== interval.validTo?.getTime()) ended.push({ fromId, toId, kind, origin, ...interval });
    }
  }
  // What ends before what begins: of a flow only one interval is open at a time.
  if (removed.length > 0) await tx`delete from lineage.edges e using ${unnest(tx, removed)} where ${isSame(tx)}`;
  if (ended.length > 0) await tx`update lineage.edges e set valid_to = n.valid_to from ${unnest(tx, ended)} where ${isSame(tx)}`;
  if (added.length > 0) {
    await tx`
      insert into lineage.edges (from_id, to_id, kind, origin, valid_from, valid_to)
      select n.from_id, n.to_id, n.kind, n.origin, n.valid_from, n.valid_to from ${unnest(tx, added)}`;
  }
}

/** The last two intervals of each, the older one first: a change may undo the last one, never the one before. */
async function loadHistories(tx: Queryable, flows: readonly Flow[]): Promise<Interval[][]> {
  const rows = await tx<(Interval & { position: number })[]>`
    select wanted.position, e.valid_from, e.valid_to
    from unnest(${flows.map(({ fromId }) => fromId)}::uuid[], ${flows.map(({ toId }) => toId)}::uuid[],
      ${flows.map(({ kind }) => kind)}::text[], ${flows.map(({ origin }) => origin)}::text[])
      with ordinality as wanted (from_id, to_id, kind, origin, position)
    cross join lateral (
      select e.valid_from, e.valid_to from lineage.edges e
      where e.from_id = wanted.from_id and e.to_id = wanted.to_id and e.kind = wanted.kind and e.origin = wanted.origin
      order by e.valid_from desc limit 2
    ) e order by wanted.position, e.valid_from`;
  const found = Map.groupBy(rows, ({ position }) => position);
  return flows.map((_, index) => found.get(index + 1) ?? []);
}

function unnest(tx: Queryable, rows: readonly Written[]) {
  const moments = (name: 'validFrom' | 'validTo') => rows.map((row) => row[name]?.toISOString() ?? null);
  return tx`unnest(
    ${rows.map(({ fromId }) => fromId)}::uuid[], ${rows.map(({ toId }) => toId)}::uuid[], ${rows.map(({ kind }) => kind)}::text[],
    ${rows.map(({ origin }) => origin)}::text[], ${moments('validFrom')}::text[]::timestamptz[], ${moments('validTo')}::text[]::timestamptz[])
    as n (from_id, to_id, kind, origin, valid_from, valid_to)`;
}

const isSame = (tx: Queryable) =>
  tx`e.from_id = n.from_id and e.to_id = n.to_id and e.kind = n.kind and e.origin = n.origin and e.valid_from = n.valid_from`;
