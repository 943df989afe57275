/**
 * Events that a consumer failed on. A row of `events.failures` is one of
 * - being retried: `retry_at` is a time;
 * - waiting behind an earlier one of its subject: `retry_at` is infinity, until that one is settled;
 * - a dead letter: `retry_at` is null.
 * The consumer holds the lock of its cursor while it writes here. Who redrives a dead letter need not wait for that: it goes from
 * dead to due, which no consumer does to a row, and what is in hand meanwhile counts as done before it.
 */
import type { Queryable, Transaction } from '../database/index.ts';
import { newId } from '../ids.ts';

/** How long an event waits before its second, third, … try. After the last one it is a dead letter. */
const RETRY_AFTER_MS = [200, 800, 2_000, 4_000];
const LONGEST_ERROR = 2_000;
const BEHIND = 'Waits behind an earlier event of its subject that failed.';

export type Failure = { id: string; seq: number; subject: string | null; attempts: number };
/** A failure that was tried once more, in vain. */
export type Attempt = Failure & { error: unknown };
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
      values (${newId()}, ${consumer}, ${seq}, ${subject}, 1, ${describeError(error)}, clock_timestamp(), ${inMs(tx, RETRY_AFTER_MS[0]!)})
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

/** Those that are due longest, in log order. */
export async function listDueFailures(sql: Queryable, consumer: string, limit: number): Promise<Failure[]> {
  return await sql<Failure[]>`
    select * from (
      select id, seq, subject, attempts from events.failures
      where consumer = ${consumer} and retry_at <= clock_timestamp() order by retry_at, seq limit ${limit}
    ) due order by seq`;
}

/** Those of them that nobody else has tried meanwhile. */
export async function findStillDue(tx: Transaction, consumer: string, failures: readonly Failure[]): Promise<Failure[]> {
  return await tx<Failure[]>`
    select f.id, f.seq, f.subject, f.attempts
    from unnest(${failures.map(({ seq }) => seq)}::bigint[], ${failures.map(({ id }) => id)}::uuid[], ${failures.map((each) => each.attempts)}::int[])
      as listed (seq, id, attempts)
    join events.failures f on f.consumer = ${consumer} and f.seq = listed.seq and f.id = listed.id and f.attempts = listed.attempts
    where f.retry_at <= clock_timestamp() order by f.seq`;
}

/** They succeeded: the next event of each subject may be tried. */
export async function removeFailures(tx: Transaction, consumer: string, failures: readonly Failure[]): Promise<void> {
  if (failures.length === 0) return;
  await tx`delete from events.failures where id = any(${failures.map(({ id }) => id)}::uuid[])`;
  await wakeNext(tx, consumer, failures);
}

/** They failed again. Gives those that are dead letters now. What somebody else has tried meanwhile is left as it is. */
export async function countAttempts(tx: Transaction, consumer: string, failed: readonly Attempt[]): Promise<Attempt[]> {
  if (failed.length === 0) return [];
  // Beyond the array's end there is null.
  const dead = await tx<{ id: string }[]>`
    with updated as (
      update events.failures f set attempts = f.attempts + 1, last_error = failed.error, failed_at = clock_timestamp(),
        retry_at = clock_timestamp() + (${RETRY_AFTER_MS}::float8[])[f.attempts + 1] * interval '1 millisecond'
      from unnest(
        ${failed.map(({ id }) => id)}::uuid[], ${failed.map(({ attempts }) => attempts)}::int[], ${failed.map(({ error }) => describeError(error))}::text[]
      ) as failed (id, attempts, error)
      where f.id = failed.id and f.attempts = failed.attempts and f.retry_at < 'infinity' returning f.id, f.retry_at
    )
    select id from updated where retry_at is null`;
  const ids = new Set(dead.map(({ id }) => id));
  const gone = failed.filter(({ id }) => ids.has(id));
  await wakeNext(tx, consumer, gone);
  return gone;
}

/** They could not be tried, which counts for nothing: they are due later. */
export async function postponeFailures(tx: Transaction, consumer: string, failures: readonly Failure[], ms: number): Promise<void> {
  if (failures.length === 0) return;
  await tx`
    update events.failures set retry_at = ${inMs(tx, ms)}
    where consumer = ${consumer} and id = any(${failures.map(({ id }) => id)}::uuid[]) and retry_at <= clock_timestamp()`;
}

const inMs = (tx: Transaction, ms: number) => tx`clock_timestamp() + ${ms} * interval '1 millisecond'`;

/** Of each subject the first event that waits, unless one before it is still being retried. */
async function wakeNext(tx: Transaction, consumer: string, settled: readonly { subject: string | null }[]): Promise<void> {
  const subjects = [...new Set(settled.flatMap(({ subject }) => subject ?? []))];
  if (subjects.length === 0) return;
  await tx`
    update events.failures set retry_at = failed_at where retry_at = 'infinity' and id in (
      select first.id
      from unnest(${subjects}::text[]) as settled (subject) cross join lateral (
        select id from events.failures f
        where f.consumer = ${consumer} and f.subject = settled.subject and f.retry_at is not null order by f.seq limit 1
      ) first
    )`;
}

/** The message alone, without what could be a password or a token in it. */
export function describeError(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)) || 'It failed without a message.';
  return message
    .slice(0, LONGEST_ERROR * 2) // the patterns need not look at a megabyte
    .toWellFormed()
    .replaceAll('\0', '')
    .replace(/\/\/\S*@/g, '//***@') // a password may hold / and @, whatever a URL should be
    .replace(/\b(Bearer|pursight_)\s*[\w.~+/=-]+/gi, '$1 ***')
    .replace(/eyJ[\w.-]{8,}/g, '***') // a JWT, or the beginning of one
    .replace(/(password|secret|token)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|\S+)/gi, '$1$2***')
    .slice(0, LONGEST_ERROR)
    .toWellFormed();
}
