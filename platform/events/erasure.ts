/**
 * Takes a person's data out of the log. An erased event keeps its place, its leaf and its hash, so the chain stays as it was sealed; its data
 * and its salt are null, so nobody can find out from the leaf what it said. Each one is told by an `event.erased` in the same transaction.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Transaction } from '../database/index.ts';
import { MENTION_TYPES, mentionParameters, mentions, withoutMentions, type MentionParameters } from '../database/mentions.ts';
import { append } from './append.ts';

/** Numbers of events that are looked at in a transaction. */
const PAGE = 5_000;
const LOOK_AGAIN_MS = 200;

export type Erased = {
  userId: string;
  address: string;
  /** Takes its place where an event must keep the rest. */
  replacement: string;
};

type Options = {
  /** A pool of the role `events`. */
  sql: Database;
  person: Erased;
  /** How long consumers are waited for that have yet to read what is to be erased. */
  patienceMs: number;
  onProgress?: (progress: { done: number; total: number }) => void;
};

/**
 * Erases the identity events about the user, those of the user's tokens, and any other that has the address. The latter only once every
 * consumer has read them: a view's event tells what it reads, too. Gives how many it erased, and how many still wait for a consumer. May run
 * beside a product that goes on, and again after it was killed.
 */
export async function eraseEvents({ sql, person, patienceMs, onProgress }: Options): Promise<{ erased: number; waiting: number }> {
  const until = performance.now() + patienceMs;
  let erased = 0;
  for (let after = 0; ; await sleep(LOOK_AGAIN_MS)) {
    const turn = await eraseAfter(sql, person, after, onProgress);
    erased += turn.erased;
    if (turn.waiting === 0 || performance.now() > until) return { erased, waiting: turn.waiting };
    after = turn.firstWaiting - 1;
  }
}

/** Consumers that have yet to read something, in alphabetical order. */
export async function listBehind(sql: Database): Promise<string[]> {
  const rows = await sql<{ consumer: string }[]>`
    select consumer from events.cursors where seq < (select seq from events.head)
    union select consumer from events.failures where retry_at is not null order by 1`;
  return rows.map(({ consumer }) => consumer);
}

type Found = { key: number; isRead: boolean };

async function eraseAfter(
  sql: Database,
  person: Erased,
  after: number,
  onProgress: Options['onProgress'],
): Promise<{ erased: number; waiting: number; firstWaiting: number }> {
  const parameters = mentionParameters(person.address, person.replacement);
  // Events go from the outbox to the log, so in this order none is missed.
  const outbox = await eraseFrom(sql, 'events.outbox', person, parameters, [0, Number.MAX_SAFE_INTEGER]);
  const [log] = await sql<{ seq: number; first: number | null }[]>`
    select seq, (select seq from events.log order by seq limit 1) as first from events.head`;
  let { erased, waiting } = outbox;
  let firstWaiting = waiting > 0 ? log!.seq + 1 : Number.MAX_SAFE_INTEGER;
  const begin = Math.max(after, (log!.first ?? 1) - 1);
  for (let from = begin; from < log!.seq; from += PAGE) {
    const to = Math.min(from + PAGE, log!.seq);
    const page = await eraseFrom(sql, 'events.log', person, parameters, [from, to]);
    erased += page.erased;
    waiting += page.waiting;
    if (page.waiting > 0) firstWaiting = Math.min(firstWaiting, from + 1);
    onProgress?.({ done: to - begin, total: log!.seq - begin });
  }
  return { erased, waiting, firstWaiting };
}

/** Those with a key of `(from, to]`. */
function eraseFrom(
  sql: Database,
  table: 'events.log' | 'events.outbox',
  { userId }: Erased,
  parameters: MentionParameters,
  [from, to]: [from: number, to: number],
): Promise<{ erased: number; waiting: number }> {
  const key = table === 'events.log' ? 'seq' : 'id';
  // That the user was erased stays told. Somebody else may have revoked a token of the user's.
  const isAbout = `(type like 'identity.%' and type <> 'identity.userErased' and subject = $6::text or type like 'token.%' and (actor_id = $6::uuid
    or subject in (select made.subject from events.log made where made.type = 'token.created' and made.actor_id = $6::uuid)))`;
  // No consumer reads the data of such events.
  const isRead =
    table === 'events.log'
      ? `(${isAbout} or seq <= (select coalesce(min(c.seq), 0) from events.cursors c)
          and not exists (select from events.failures f where f.seq = log.seq and f.retry_at is not null))`
      : isAbout;
  return sql.begin(async (tx) => {
    const found = (await tx.unsafe(
      `select ${key} as key, ${isRead} as is_read from ${table}
       where ${MENTION_TYPES} and ${key} > $7 and ${key} <= $8 and data is not null
         and (${isAbout} or ${mentions('data', true)} or ${mentions('attributes', true)}) for update`,
      [...parameters, userId, from, to],
    )) as unknown as Found[];
    const keys = found.filter((each) => each.isRead).map((each) => each.key);
    await eraseRows(tx, table, key, parameters, keys);
    return { erased: keys.length, waiting: found.length - keys.length };
  }) as Promise<{ erased: number; waiting: number }>;
}

/** The rows are locked: in the outbox the sequencer takes them afterwards, without their data. */
async function eraseRows(tx: Transaction, table: string, key: string, parameters: MentionParameters, keys: number[]): Promise<void> {
  if (keys.length === 0) return;
  const rows = (await tx.unsafe(
    `update ${table} set data = null, salt = null,
       attributes = case when ${mentions('attributes', true)} then ${withoutMentions('attributes', true)}::jsonb else attributes end
     where ${MENTION_TYPES} and ${key} = any($6::bigint[]) returning event_id, type`,
    [...parameters, keys],
  )) as unknown as { eventId: string; type: string }[];
  await append(
    tx,
    'identity',
    rows.map(({ eventId, type }) => ({ type: 'event.erased', subject: eventId, actorId: null, data: { type } })),
  );
}
