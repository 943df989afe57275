/**
 * The graph in PostgreSQL. Each read is one statement that follows an index from the nodes it is given, in the order of the
 * neighbours, and stops at its limit: a hub of 20,000 neighbours costs as much as is asked of it. (A recursive query with a
 * LIMIT outside reads all of it first.)
 */
import { isNobody, visible } from '#platform/auth/classes.ts';
import type { VisibleClasses } from '#platform/auth/access.ts';
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

  /** The visible neighbours of `given.id` on each side, once each. `limit`: that many of each side, in order. */
  function neighbours({ direction, at, classes }: View, except: readonly string[], limit?: number) {
    const ofSide = ({ own, other }: Side) => sql`(
      select distinct e.${sql(other)} as id from lineage.edges e
      ${classes === 'all' ? sql`` : sql`join lineage.assets a on a.asset_id = e.${sql(other)}`}
      where e.${sql(own)} = given.id and ${valid(at)} ${visible(sql, 'a', classes)}
        ${except.length > 0 ? sql`and e.${sql(other)} <> all(${except as string[]}::uuid[])` : sql``}
      ${limit === undefined ? sql`` : sql`order by e.${sql(other)} limit ${limit}`})`;
    const [first, second] = SIDES[direction];
    return second ? sql`${ofSide(first!)} union ${ofSide(second)}` : ofSide(first!);
  }

  const given = (ids: readonly string[]) => sql`unnest(${ids as string[]}::uuid[]) as given (id)`;

  return {
    apply: (facts) => writeFacts(sql, facts),

    async findVisible(ids, classes) {
      if (isNobody(classes) || ids.length === 0) return [];
      const rows = await sql<{ id: string }[]>`
        select a.asset_id as id from lineage.assets a where a.asset_id = any(${ids as string[]}::uuid[]) ${visible(sql, 'a', classes)}`;
      return rows.map((row) => row.id);
    },

    async findNext(view, ids, except, limit) {
      if (isNobody(view.classes) || ids.length === 0) return [];
      const rows = await sql<{ id: string }[]>`
        select distinct found.id from ${given(ids)} cross join lateral (${neighbours(view, except, limit)}) as found
        order by found.id limit ${limit}`;
      return rows.map((row) => row.id);
    },

    async findNeighbours(view, ids, limit) {
      if (isNobody(view.classes) || ids.length === 0) return new Map();
      const rows = await sql<{ id: string; ids: string[] }[]>`
        select given.id, array(select found.id from (${neighbours(view, [], limit)}) as found order by found.id limit ${limit}) as ids
        from ${given(ids)} ${ofVisible(sql, view.classes)}`;
      return new Map(rows.map((row) => [row.id, row.ids]));
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

    async countNeighbours(view, ids, except) {
      if (isNobody(view.classes) || ids.length === 0) return new Map();
      const rows = await sql<{ id: string; count: number }[]>`
        select given.id, found.count from ${given(ids)}
        cross join lateral (select count(*) as count from (${neighbours(view, except)}) as neighbour) as found where found.count > 0`;
      return new Map(rows.map((row) => [row.id, row.count]));
    },
  };
}

const ofVisible = (sql: Queryable, classes: VisibleClasses) =>
  classes === 'all' ? sql`` : sql`join lineage.assets own on own.asset_id = given.id where own.access_class = any(${classes}::int[])`;
