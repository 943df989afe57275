/**
 * What a sealed event commits to. A verifier in any language needs no more than this comment and a row of events.log:
 *
 *   envelope = RFC 8785 canonical JSON, in UTF-8, of one object with exactly these eight members:
 *     specversion  "1.0"
 *     id           event_id, a UUID in lower case
 *     source       source
 *     type         type
 *     subject      subject, or null
 *     time         time in UTC with three digits of milliseconds: "2026-03-01T12:00:00.000Z"
 *     actor        actor_id, a UUID in lower case, or null
 *     attributes   attributes, the JSON object as stored
 *   body = sha256(salt ‖ RFC 8785 canonical JSON of data, in UTF-8)      salt: 16 random bytes, as stored
 *   leaf = sha256(envelope ‖ body)                                       body: the 32 bytes, not their hex
 *   hash = sha256(hash of the event with seq - 1 ‖ leaf)                 before the first event: 32 zero bytes
 *
 * The salt keeps a short `data` from being guessed out of its leaf once it was erased. An erased event has neither
 * `data` nor `salt`; its leaf cannot be computed again, but it still stands in the chain.
 */
import { createHash, hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { EventAttributes } from './types.ts';

/** The members of the envelope, named as the columns of events.log. */
export type Envelope = {
  eventId: string;
  type: string;
  source: string;
  subject: string | null;
  time: Date;
  actorId: string | null;
  attributes: EventAttributes;
};

/** RFC 8785 text. Members that are undefined are dropped; throws for what JSON cannot hold (NaN, a lone surrogate, a bigint). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('This value has no JSON form.');
  return text;
}

/** The 32 bytes of an event's leaf. `data` is its canonical JSON already, because who appends needs that text too. */
export function leafOf(envelope: Envelope, salt: Uint8Array, data: string): Buffer {
  const { eventId, type, source, subject, time, actorId, attributes } = envelope;
  const canonical = canonicalJson({
    specversion: '1.0',
    id: eventId,
    source,
    type,
    subject,
    time: time.toISOString(),
    actor: actorId,
    attributes,
  });
  const body = createHash('sha256').update(salt).update(data, 'utf8').digest();
  return createHash('sha256').update(canonical, 'utf8').update(body).digest();
}

/** The hash of the event after the one whose hash is `previous`. */
export const chainHash = (previous: Uint8Array, leaf: Uint8Array): Buffer => hash('sha256', Buffer.concat([previous, leaf]), 'buffer');
