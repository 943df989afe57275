/**
 * Events that a consumer failed on. A row of `events.failures` is one of
 * - being retried: `retry_at` is a time;
 * - waiting behind an earlier one of its subject: `retry_at` is infinity, until that one is settled;
 * - a dead letter: `retry_at` is null.
 * Whoever writes here holds the lock of the consumer's cursor.
 */
import type { Queryable, Transaction } from '../database/index.ts';
import { newId } from '../ids.ts';

/** How long an event waits before its second, third, … try. After the last one it is a dead letter. */
const RETRY_AFTER_MS = [200, 800, 2_000, 4_000];
const LONGEST_ERROR = 2_000;
const BEHIND = 'Waits behind an earlier event of its subject that failed.';

export type Failure = { id: string; seq: number; subject: string | null; attempts: number };
export type NewFailure = { seq: number; subject: string | null; error: unknown };

/** Of a statement: when the next retry is due, in milliseconds from now (not positive: it is); null when nothing is being retried. */
export const nextRetryInMs = (sql: Queryable, consumer: string) => sql`(
  select extract(epoch from min(retry_at) - clock_timestamp())::float8 * 1000
  from events.failures where consumer = ${consumer} and retry_at < 'infinity')`;

/** Those of `subjects` whose events have to wait for an earlier one. */
export async function findHeldSubjects(tx: Transaction, consumer: string, subjects: readonly string[]): Promise<Set<string>> {
  if (subjects.length === 0) return new Set();
  const rows = await tx<{ subject: string }[]>`
    select distinct subject from events.failures
    where consumer = ${consumer} and subject = any(${subjects as string[]}::text[]) and retry_at is not null`;
  return new Set(rows.map(({ subject }) => subject));
}

/** Events whose first try failed. */
export async function addFailures(tx: Transaction, consumer: string, events: readonly NewFailure[]): Promise<void> {
  for (const { seq, subject, error } of events) {
    await tx`
      insert into events.failures (id, consumer, seq, subject, attempts, last_error, failed_at, retry_at)
      values (${newId()}, ${consumer}, ${seq}, ${subject}, 1, ${describeError(error)}, clock_timestamp(), ${retryAt(tx, 1)})
      on conflict do nothing`;
  }
}

/** Events that wait behind one of their subject. */
export async function parkEvents(
  tx: Transaction,
  consumer: string,
  events: readonly { seq: number; subject: string | null }[],
): Promise<void> {
  if (events.length === 0) return;
  await tx`
    insert into events.failures (id, consumer, seq, subject, attempts, last_error, failed_at, retry_at)
    select id, ${consumer}, seq, subject, 0, ${BEHIND}, clock_timestamp(), 'infinity'
    from unnest(
      ${events.map(() => newId())}::uuid[], ${events.map(({ seq }) => seq)}::bigint[], ${events.map(({ subject }) => subject)}::text[]
    ) as parked (id, seq, subject)
    on conflict do nothing`;
}

/** The one that is due longest. */
export async function findDueFailure(tx: Transaction, consumer: string): Promise<Failure | undefined> {
  const [row] = await tx<Failure[]>`
    select id, seq, subject, attempts from events.failures
    where consumer = ${consumer} and retry_at <= clock_timestamp() order by retry_at, seq limit 1`;
  return row;
}

/** It succeeded: the next event of its subject may be tried. */
export async function removeFailure(tx: Transaction, consumer: string, { id, subject }: Failure): Promise<void> {
  await tx`delete from events.failures where id = ${id}`;
  await wakeNext(tx, consumer, subject);
}

/** It failed again. Gives whether it is a dead letter now, and undefined when somebody else has tried it meanwhile. */
export async function countAttempt(tx: Transaction, consumer: string, failure: Failure, error: unknown): Promise<boolean | undefined> {
  const attempts = failure.attempts + 1;
  const isDead = attempts > RETRY_AFTER_MS.length;
  const updated = await tx`
    update events.failures set attempts = ${attempts}, last_error = ${describeError(error)}, failed_at = clock_timestamp(),
      retry_at = ${isDead ? null : retryAt(tx, attempts)}
    where id = ${failure.id} and attempts = ${failure.attempts} and retry_at < 'infinity' returning id`;
  if (updated.length === 0) return undefined;
  if (isDead) await wakeNext(tx, consumer, failure.subject);
  return isDead;
}

const retryAt = (tx: Transaction, attempts: number) => tx`clock_timestamp() + ${RETRY_AFTER_MS[attempts - 1]!} * interval '1 millisecond'`;

/** The subject's first event that waits, unless one before it is still being retried. */
async function wakeNext(tx: Transaction, consumer: string, subject: string | null): Promise<void> {
  if (subject === null) return;
  await tx`
    update events.failures set retry_at = failed_at where retry_at = 'infinity' and id = (
      select id from events.failures
      where consumer = ${consumer} and subject = ${subject} and retry_at is not null order by seq limit 1
    )`;
}

/** The message alone, without what could be a password or a token in it. */
export function describeError(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)) || 'It failed without a message.';
  return message
    .slice(0, LONGEST_ERROR * 2) // the patterns need not look at a megabyte
    .toWellFormed()
    .replaceAll('\0', '')
    .replace(/\/\/[^\s/@]*@/g, '//***@')
    .replace(/\b(Bearer|pursight_)\s*[\w.~+/=-]+/gi, '$1 ***')
    .replace(/\b(password|secret|token)(["']?\s*[=:]\s*)\S+/gi, '$1$2***')
    .slice(0, LONGEST_ERROR)
    .toWellFormed();
}
