/** Writing events: into the outbox, in the transaction of the change that they tell of. The sequencer does the rest. */
import { randomBytes } from 'node:crypto';
import type { Queryable, Transaction } from '../database/index.ts';
import { newId } from '../ids.ts';
import { currentTrace } from '../trace.ts';
import { canonicalJson, leafOf } from './leaf.ts';
import { formatLogCursor } from './cursor.ts';
import type { LogCursor, NewEvent } from './types.ts';

const SALT_BYTES = 16;

/**
 * Appends events to the log as one statement: they are sealed in this order once the transaction has committed, or never.
 * `source` is the subgraph. Changes of one subject are told in the order in which they happened only if the
 * transaction holds a lock on the subject's row by now (an update of it does), so append after writing. Within a request its
 * id is added to the attributes.
 *
 * No NOTIFY: it takes a database-wide lock at commit. Call the sequencer's `wake` after the commit instead, if it is near.
 */
export async function append(tx: Transaction, source: string, events: readonly NewEvent[], now = new Date()): Promise<void> {
  if (events.length === 0) return;
  const salts = randomBytes(SALT_BYTES * events.length);
  const time = now.toISOString();
  const { requestId } = currentTrace();
  const rows = {
    ids: [] as string[],
    types: [] as string[],
    subjects: [] as (string | null)[],
    actors: [] as (string | null)[],
    data: [] as string[],
    salts: [] as string[],
    attributes: [] as string[],
    leaves: [] as string[],
  };
  for (const [index, { type, subject, actorId, data: value, ...event }] of events.entries()) {
    const eventId = newId();
    const salt = salts.subarray(index * SALT_BYTES, (index + 1) * SALT_BYTES);
    const data = canonicalJson(value);
    const attributes = { ...event.attributes, ...(requestId !== undefined && { requestId }) };
    rows.ids.push(eventId);
    rows.types.push(type);
    rows.subjects.push(subject);
    rows.actors.push(actorId);
    rows.data.push(data);
    rows.salts.push(salt.toString('hex'));
    rows.attributes.push(canonicalJson(attributes));
    rows.leaves.push(leafOf({ eventId, type, source, subject, time: now, actorId, attributes }, salt, data).toString('hex'));
  }
  // One text for any number of events, so it is prepared once a connection. The rows of unnest come in order, and so do their ids.
  await tx`
    insert into events.outbox (event_id, type, source, subject, time, actor_id, data, salt, attributes, leaf)
    select id, type, ${source}, subject, ${time}::timestamptz, actor, data::jsonb, decode(salt, 'hex'), attributes::jsonb, decode(leaf, 'hex')
    from unnest(
      ${rows.ids}::uuid[], ${rows.types}::text[], ${rows.subjects}::text[], ${rows.actors}::uuid[],
      ${rows.data}::text[], ${rows.salts}::text[], ${rows.attributes}::text[], ${rows.leaves}::text[]
    ) as event (id, type, subject, actor, data, salt, attributes, leaf)`;
}

/** The last sealed position. Read in a change's transaction before it writes, everything of the change comes after it. */
export async function logPosition(sql: Queryable): Promise<LogCursor> {
  const [head] = await sql<{ epoch: string; seq: number }[]>`select epoch, seq from events.head`;
  return formatLogCursor(head!);
}
