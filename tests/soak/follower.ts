/** A subscriber to all events that comes back after every fall, with the cursor that it has come to. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectLive } from '#platform/testing/liveClient.ts';

const EVENTS = 'subscription ($after: String!) { eventPublished(after: $after) { cursor event { id type } } }';
const RETRY_MS = 200;

export type Follower = {
  /** The numbers of the events, as they came. */
  received: readonly number[];
  /** Payloads with errors, and streams that were refused. */
  wrong: readonly string[];
  /** Connections over which something came. */
  connections(): number;
  stop(): Promise<void>;
};

/** `after`: the cursor to begin after. */
export function follow(url: string, token: string, after: string): Follower {
  const received: number[] = [];
  const wrong: string[] = [];
  let cursor = after;
  let connections = 0;
  const ending = new AbortController();

  async function once(): Promise<void> {
    let isFirst = true;
    const live = connectLive(url, token, (_query, { data, errors }) => {
      const payload = data?.eventPublished;
      if (errors || !payload?.event) wrong.push(JSON.stringify({ data, errors }).slice(0, 300));
      if (!payload) return;
      if (isFirst) connections++;
      isFirst = false;
      cursor = payload.cursor;
      received.push(Number(cursor.split('.')[1]));
    });
    const stream = live.subscribe(EVENTS, { after: cursor });
    while (!ending.signal.aborted && stream.ended() === undefined) await sleep(20);
    const ended = stream.ended();
    // A connection that falls is what this is about; what the server says is not.
    if (Array.isArray(ended)) wrong.push(`refused: ${JSON.stringify(ended).slice(0, 300)}`);
    stream.stop();
    await live.close();
  }

  const running = (async () => {
    while (!ending.signal.aborted) {
      await once();
      if (!ending.signal.aborted) await sleep(RETRY_MS);
    }
  })();
  return {
    received,
    wrong,
    connections: () => connections,
    async stop() {
      ending.abort();
      await running;
    },
  };
}
