/** What subscriptions read of the event log: the attributes, and of an event's data only what a payload tells. */
import type { Queryable } from '#platform/database/index.ts';
import type { EventAttributes } from '#platform/events/types.ts';

export type LiveEvent = {
  seq: number;
  id: string;
  type: string;
  subject: string | null;
  time: Date;
  attributes: EventAttributes;
  /** Paths of what was changed; null of all but `asset.updated`. */
  changedFields: string[] | null;
  /** Of `scan.*` only; null when it was erased. */
  data: unknown;
};

/** The events that could match, by what the log has indexes for. `types` null: every type. */
export type Candidates = { types: readonly string[] | null; subject: string | null };

const columns = (sql: Queryable) => sql`
  seq, event_id as id, type, subject, time, attributes,
  case when type = 'asset.updated' then jsonb_path_query_array(data, '$.changes[*].path') end as changed_fields,
  case when type like 'scan.%' then data end as data`;

const areCandidates = (sql: Queryable, { types, subject }: Candidates) => sql`
  ${types === null ? sql`true` : sql`type = any(${types as string[]}::text[])`}
  and ${subject === null ? sql`true` : sql`subject = ${subject}`}`;

/** In log order: after `after`, up to `upTo`. */
export function readForward(
  sql: Queryable,
  range: { after: number; upTo: number; limit: number },
  candidates: Candidates,
): Promise<LiveEvent[]> {
  return sql<LiveEvent[]>`
    select ${columns(sql)} from events.log
    where seq > ${range.after} and seq <= ${range.upTo} and ${areCandidates(sql, candidates)} order by seq limit ${range.limit}`;
}

/** What is needed to tell whether an event is one of those that somebody gets. */
export type Candidate = Pick<LiveEvent, 'seq' | 'type' | 'subject' | 'time' | 'attributes'>;

/** The latest first: up to `upTo`, but not `after` or before. */
export function readBackward(
  sql: Queryable,
  range: { after: number; upTo: number; limit: number },
  candidates: Candidates,
): Promise<Candidate[]> {
  return sql<Candidate[]>`
    select seq, type, subject, time, attributes from events.log
    where seq > ${range.after} and seq <= ${range.upTo} and ${areCandidates(sql, candidates)} order by seq desc limit ${range.limit}`;
}
