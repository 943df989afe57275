/**
 * The graph in PostgreSQL. Each read is one statement for a whole level. For who sees all it follows an index from each node, in
 * the order of the neighbours, and stops at its limit: a hub of 20,000 neighbours costs as much as is asked of it. (A recursive
 * query with a LIMIT outside reads all of it first.)
 */
import { isNobody, visible } from '#platform/auth/classes.ts';
import type { Queryable } from '#platform/database/index.ts';
import type { GraphEdge, GraphStore, View } from './index.ts';
import { writeFacts } from './writing.ts';

type Side = { own: 'from_id' | 'to_id'; other: 'from_id' | 'to_id' };

const UP: Side = { own: 'to_id', other: 'from_id' };
const DOWN: Side = { own: 'from_id', other: 'to_id' };
const SIDES: Record<View['direction'], readonly Side[]> = { UPSTREAM: [UP], DOWNSTREAM: [DOWN], BOTH: [UP, DOWN] };

export function createPostgresGraph(sql: Queryable): GraphStore {
  const valid = (at: Date | null) =>
    at ? sql`e.valid_from <= ${at}::timestamptz and (e.valid_to is null or e.valid_to > ${at}::timestamptz)` : sql`e.valid_to is null`;

  const except = (side: Side, ids: readonly string[]) =>
    ids.length > 0 ? sql`and e.${sql(side.other)} <> all(${ids as string[]}::uuid[])` : sql``;

  /**
   * Pairs of a node (`own`) and a visible neighbour (`id`), each once. A viewer of everything needs no more than `limit` of each
   * node and side. For others a node is no hub by what they see of it: all its edges are looked at, at once, so that the planner
   * sees whether to go by the edges or by what the viewer sees.
   */
  function pairs({ direction, at, classes }: View, ids: readonly string[], others: readonly string[], limit: number | null) {
    const ofSide = (side: Side) =>
      classes === 'all' && limit !== null
        ? sql`
          select given.id as own, found.id from unnest(${ids as string[]}::uuid[]) as given (id) cross join lateral (
            select distinct e.${sql(side.other)} as id from lineage.edges e
            where e.${sql(side.own)} = given.id and ${valid(at)} ${except(side, others)} order by id limit ${limit}
          ) as found`
        : sql`
          select distinct e.${sql(side.own)} as own, e.${sql(side.other)} as id from lineage.edges e
          ${classes === 'all' ? sql`` : sql`join lineage.assets a on a.asset_id = e.${sql(side.other)}`}
          where e.${sql(side.own)} = any(${ids as string[]}::uuid[]) and ${valid(at)} ${except(side, others)} ${visible(sql, 'a', classes)}`;
    const [first, second] = SIDES[direction];
    return second ? sql`${ofSide(first!)} union ${ofSide(second)}` : ofSide(first!);
  }

  return {
    apply: (facts) => writeFacts(sql, facts),

    async findVisible(ids, classes) {
      if (isNobody(classes) || ids.length === 0) return [];
      const rows = await sql<{ id: string }[]>`
        select a.asset_id as id from lineage.assets a where a.asset_id = any(${ids as string[]}::uuid[]) ${visible(sql, 'a', classes)}`;
      return rows.map((row) => row.id);
    },

    async findNext(view, ids, others, limit) {
      if (isNobody(view.classes) || ids.length === 0) return [];
      const rows = await sql<{ id: string }[]>`
        select distinct id from (${pairs(view, ids, others, limit)}) as pair order by id limit ${limit}`;
      return rows.map((row) => row.id);
    },

    async findNeighbours(view, ids, limit) {
      if (isNobody(view.classes) || ids.length === 0) return new Map();
      const rows = await sql<{ own: string; ids: string[] }[]>`
        select own, (array_agg(id order by id))[1:${limit}::int] as ids from (${pairs(view, ids, [], limit)}) as pair
        ${view.classes === 'all' ? sql`` : sql`join lineage.assets a on a.asset_id = own where true ${visible(sql, 'a', view.classes)}`}
        group by own`;
      return new Map(rows.map((row) => [row.own, row.ids]));
    },

    async findEdges({ direction, at }, ids, among, limit) {
      // Both ends are conditions of one index: it is searched for the pairs, not read along a hub's neighbours.
      const ofSide = ({ own, other }: Side) => sql`
        select e.from_id, e.to_id, e.kind, e.origin, e.valid_from, e.valid_to from lineage.edges e
        where e.${sql(own)} = any(${ids as string[]}::uuid[]) and e.${sql(other)} = any(${among as string[]}::uuid[]) and ${valid(at)}`;
      const [first, second] = SIDES[direction];
      return [
        ...(await sql<GraphEdge[]>`
          select * from (${second ? sql`${ofSide(first!)} union ${ofSide(second)}` : ofSide(first!)}) as e order by e.from_id, e.to_id limit ${limit}`),
      ];
    },

    async countNeighbours(view, ids, others) {
      if (isNobody(view.classes) || ids.length === 0) return new Map();
      const rows = await sql<{ own: string; count: number }[]>`
        select own, count(*) as count from (${pairs(view, ids, others, null)}) as pair group by own`;
      return new Map(rows.map((row) => [row.own, row.count]));
    },
  };
}
