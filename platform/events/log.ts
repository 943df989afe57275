/**
 * Reading sealed events, filtered by what the viewer may see. Each read follows an index in the order of seq from where the
 * page begins, so it costs what it returns: a viewer who may see little, or asks for a rare type, never reads over the rest.
 */
import type postgres from 'postgres';
import type { Queryable } from '../database/index.ts';
import { formatLogCursor, parseLogCursor, type LogPosition } from './cursor.ts';
import type { LogCursor, LogEvent } from './types.ts';
import { matchTypes, visibleTypes, type EventScope, type VisibleTypes } from './visibility.ts';

/** `types` may end in `.*`; `since` is the first moment that is in, `until` the first that is not any more. */
export type EventFilter = {
  types?: readonly string[] | null;
  subject?: string | null;
  actorId?: string | null;
  since?: Date | null;
  until?: Date | null;
  scope: EventScope;
};
/** `afterSeq`: 0 begins with the first event. `newestFirst` goes backwards from before `afterSeq`, or from the end where that is null. */
export type EventPage = EventFilter &
  ({ afterSeq: number; newestFirst?: false } | { afterSeq: number | null; newestFirst: true }) & {
    limit: number;
  };

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** Where the log ends, and the oldest position after which nothing is missing. */
export async function readHead(sql: Queryable): Promise<LogPosition & { oldest: LogCursor }> {
  const [head] = await sql<(LogPosition & { first: number | null })[]>`
    select epoch, seq, (select seq from events.log order by seq limit 1) as first from events.head`;
  const { epoch, seq, first } = head!;
  return { epoch, seq, oldest: formatLogCursor({ epoch, seq: first === null ? seq : first - 1 }) };
}

/** The seq after which a client wants to read; without a cursor the log's beginning. Errors as `parseLogCursor`. */
export async function resolveLogCursor(sql: Queryable, after: LogCursor | null | undefined): Promise<{ epoch: string; afterSeq: number }> {
  const head = await readHead(sql);
  return { epoch: head.epoch, afterSeq: after == null ? 0 : parseLogCursor(after, head, head.oldest) };
}

/** A page in log order, or in the opposite one. */
export async function listEvents(sql: Queryable, page: EventPage): Promise<LogEvent[]> {
  const { afterSeq, newestFirst = false, limit, types, subject, actorId, scope } = page;
  const visible = visibleTypes(scope, types ? matchTypes(types) : null);
  if (isNothing(visible)) return [];
  const from = newestFirst ? sql`${afterSeq}::bigint is null or seq < ${afterSeq}` : sql`seq > ${afterSeq}`;
  const order = newestFirst ? sql`order by seq desc` : sql`order by seq`;
  const among = narrowed(sql, page, await boundsOf(sql, page));
  const rows = sql`${among} and (${from}) ${order} limit ${limit}`;
  if (visible.everything || subject != null || (seesAllSources(scope) && (!types || actorId != null))) {
    return sql<LogEvent[]>`select ${columns(sql)} from events.log where ${isVisible(sql, scope, visible)} and ${rows}`;
  }
  // Keys first: only the page's own rows are fetched whole. A branch for each type, so that the planner knows how rare each one is:
  // of any type it would expect so many events that it walks the whole log for one that never occurred.
  const ofSources = sql`
    select found.seq from unnest(${amongSources(scope, visible)}::text[]) as wanted (source_id)
    cross join lateral (
      select seq from events.log where attributes ->> 'sourceId' = wanted.source_id and ${isConditional(sql, scope, visible)} and ${rows}
    ) as found`;
  const candidates = visible.open.reduce(
    (others, type) => sql`(select seq from events.log where type = ${type} and ${rows}) union all ${others}`,
    ofSources,
  );
  return sql<
    LogEvent[]
  >`select ${columns(sql)} from events.log where seq in (select seq from (${candidates}) as candidate ${order} limit ${limit}) ${order}`;
}

/** How many events there are behind the pages of a filter. */
export async function countEvents(sql: Queryable, filter: EventFilter): Promise<number> {
  const { types, subject, actorId, since, until, scope } = filter;
  const visible = visibleTypes(scope, types ? matchTypes(types) : null);
  if (isNothing(visible)) return 0;
  const isWhole = subject == null && actorId == null && since == null && until == null;
  if (visible.everything && isWhole) return countAll(sql);
  const among = narrowed(sql, filter, await boundsOf(sql, filter));
  const [row] = isWhole
    ? await sql<{ count: number }[]>`
          select (select count(*) from events.log where type = any(${visible.open}::text[]))
            + (select count(*) from events.log
               where attributes ->> 'sourceId' = any(${amongSources(scope, visible)}::text[]) and ${isConditional(sql, scope, visible)}) as count`
    : await sql<{ count: number }[]>`select count(*) from events.log where ${among} and ${isVisible(sql, scope, visible)}`;
  return row!.count;
}

/** Events by their ids, in no order, without those that do not exist or that the viewer may not see. */
export async function getEvents(sql: Queryable, ids: readonly string[], scope: EventScope): Promise<LogEvent[]> {
  const visible = visibleTypes(scope, null);
  if (isNothing(visible)) return [];
  return sql<LogEvent[]>`
    select ${columns(sql)} from events.log where event_id = any(${ids as string[]}::uuid[]) and ${isVisible(sql, scope, visible)}`;
}

/** An event by its id; undefined when there is none or the viewer may not see it. */
export async function getEvent(sql: Queryable, id: string, scope: EventScope): Promise<LogEvent | undefined> {
  return (await getEvents(sql, [id], scope))[0];
}

/** The log is gapless, so nothing is counted. */
async function countAll(sql: Queryable): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select coalesce(seq - (select seq from events.log order by seq limit 1) + 1, 0) as count from events.head`;
  return row!.count;
}

const columns = (sql: Queryable): Fragment => sql`event_id as id, seq, type, source, subject, time, actor_id, data, attributes, hash`;

/** Only some types are hidden from such a viewer: walking the log along its key leaves few events out. */
const seesAllSources = (scope: EventScope): boolean => scope === 'all' || (scope.classes === 'all' && scope.sourceIds === 'all');

const isNothing = (visible: VisibleTypes): boolean =>
  !visible.everything && visible.open.length + visible.byClass.length + visible.bySource.length === 0;

/** What a filter asks for beside types. */
const narrowed = (sql: Queryable, { subject, actorId, since, until }: Omit<EventFilter, 'scope'>, { low, high }: Bounds): Fragment =>
  [
    subject == null ? null : sql`subject = ${subject}`,
    actorId == null ? null : sql`actor_id = ${actorId}`,
    since == null ? null : sql`time >= ${since} and seq > ${low}`,
    until == null ? null : sql`time < ${until} and seq < ${high}`,
  ].reduce<Fragment>((all, part) => (part ? sql`${all} and ${part}` : all), sql`true`);

/** What is asked for by time lies between these positions. */
type Bounds = { low: number; high: number };

const boundsOf = async (sql: Queryable, { since, until }: Pick<EventFilter, 'since' | 'until'>): Promise<Bounds> => ({
  low: since == null ? 0 : (await around(sql, within(since.getTime() - SKEW_MS))).low,
  high: until == null ? Number.MAX_SAFE_INTEGER : (await around(sql, within(until.getTime() + SKEW_MS))).high,
});

/** An event is stamped when it is written and numbered when it is sealed, so times are not quite in the order of seq: by less than this. */
const SKEW_MS = 24 * 3_600_000;

/** No event is outside of these, and PostgreSQL does not read the years 0 and 10000 as ISO 8601 has them. */
const [EARLIEST, LATEST] = [0, Date.UTC(9999, 11, 31)];
const within = (time: number): Date => new Date(Math.min(Math.max(time, EARLIEST), LATEST));

/** Neighbours, of which the first is before a moment and the second is not: found by halving, as the log has no gaps. */
async function around(sql: Queryable, moment: Date): Promise<Bounds> {
  const [row] = await sql<Bounds[]>`
    with recursive search (low, high) as (
      select coalesce((select seq from events.log order by seq limit 1) - 1, seq), seq + 1 from events.head
      union all
      select case when is_before then middle else low end, case when is_before then high else middle end
      from search
      cross join lateral (select (low + high) / 2 as middle) as half
      -- With its limit each is looked up by the key: without it they are joined, by reading the whole log.
      cross join lateral (select log.time < ${moment} as is_before from events.log where log.seq = middle limit 1) as there
      where high - low > 1
    )
    select low, high from search order by high - low limit 1`;
  return row!;
}

/** The whole filter, for reads that an index of their own keeps small. */
const isVisible = (sql: Queryable, scope: EventScope, visible: VisibleTypes): Fragment =>
  visible.everything ? sql`true` : sql`(type = any(${visible.open}::text[]) or ${isConditional(sql, scope, visible)})`;

/** The part of the filter that looks at the event. */
function isConditional(sql: Queryable, scope: EventScope, visible: VisibleTypes): Fragment {
  const classes = scope === 'all' || scope.classes === 'all' ? [] : scope.classes;
  const sourceIds = scope === 'all' || scope.sourceIds === 'all' ? [] : scope.sourceIds;
  return sql`(
    type = any(${visible.byClass}::text[]) and
      ((attributes ->> 'accessBefore')::int = any(${classes}::int[]) or (attributes ->> 'accessAfter')::int = any(${classes}::int[]))
      and coalesce((attributes ->> 'accessFrom')::int = any(${classes}::int[]), true)
    or type = any(${visible.bySource}::text[]) and attributes ->> 'sourceId' = any(${sourceIds}::text[]))`;
}

/** The sources whose events are looked at; none where no type needs a look. */
const amongSources = (scope: EventScope, visible: VisibleTypes): string[] =>
  scope === 'all' || visible.byClass.length + visible.bySource.length === 0 ? [] : scope.among;
