/** The event log checked from its rows alone, as the comment of events/leaf.ts describes it and without its code. */
import { createHash } from 'node:crypto';
import type { Queryable } from '../database/index.ts';

export type StoredEvent = {
  eventId: string;
  type: string;
  source: string;
  subject: string | null;
  time: Date;
  actorId: string | null;
  data: unknown;
  salt: Buffer;
  attributes: object;
  leaf: Buffer;
};
export type SealedEvent = StoredEvent & { seq: number; hash: Buffer };

/** A leaf from a row: sorted keys by hand, JSON.stringify for the rest. */
export function computeLeaf(row: StoredEvent): Buffer {
  const { eventId: id, type, source, subject, time, actorId: actor, attributes } = row;
  const body = sha256(row.salt, Buffer.from(sorted(row.data)));
  return sha256(Buffer.from(sorted({ specversion: '1.0', id, type, source, subject, time: time.toISOString(), actor, attributes })), body);
}

/** Every row of the log, in order. */
export async function readLog(sql: Queryable): Promise<SealedEvent[]> {
  return [...(await sql<SealedEvent[]>`select * from events.log order by seq`)];
}

/** What is wrong with a log, as texts: numbers that do not follow each other, leaves that are not of their rows, a broken chain. */
export function findFaults(events: readonly SealedEvent[], firstSeq = 1, previousHash: Buffer = Buffer.alloc(32)): string[] {
  const faults: string[] = [];
  let previous = previousHash;
  for (const [index, event] of events.entries()) {
    if (event.seq !== firstSeq + index) faults.push(`seq ${event.seq} instead of ${firstSeq + index}`);
    if (!computeLeaf(event).equals(event.leaf)) faults.push(`leaf of ${event.seq}`);
    if (!sha256(previous, event.leaf).equals(event.hash)) faults.push(`hash of ${event.seq}`);
    previous = event.hash;
  }
  return faults;
}

const sha256 = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${sorted(member)}`).join(',')}}`;
}
