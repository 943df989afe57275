/** How far the log and its consumers are behind what was committed. */
import type { Database } from '../database/index.ts';

export type EventLag = {
  /** Age of the oldest event that has no number yet; 0 when there is none. */
  oldestUnsealedSeconds: number;
  consumers: { consumer: string; events: number; deadLetters: number }[];
};

/** `sql`: a pool of the role `events`. */
export async function readEventLag(sql: Database): Promise<EventLag> {
  // By id: the outbox is to be read along an index only (`seal.ts`).
  const [oldest] = await sql<{ seconds: number }[]>`
    select greatest(0, extract(epoch from clock_timestamp() - time))::float8 as seconds from events.outbox order by id limit 1`;
  const consumers = await sql<EventLag['consumers']>`
    select c.consumer, greatest(0, h.seq - c.seq) as events,
      (select count(*) from events.failures f where f.consumer = c.consumer and f.retry_at is null) as dead_letters
    from events.cursors c cross join events.head h order by c.consumer`;
  return { oldestUnsealedSeconds: oldest?.seconds ?? 0, consumers: [...consumers] };
}
