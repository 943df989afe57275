/** A client of subscriptions that notices when nobody is at the other end of its socket any more. Also for browsers. */
import { createClient, type Client, type ClientOptions } from 'graphql-ws';

export type Heartbeat = {
  /** Milliseconds between the answer to a ping and the next ping. */
  everyMs: number;
  /** Milliseconds that the other end may say nothing while it owes an answer. */
  patienceMs: number;
};

const HEARTBEAT: Heartbeat = { everyMs: 10_000, patienceMs: 5_000 };

/**
 * As graphql-ws makes it; besides, a socket over which nothing comes back (the machine slept, a network went away) counts
 * as closed with 4499. It is not closed in the usual way: its farewell would not be answered either.
 */
export function createSocketClient(options: ClientOptions, { everyMs, patienceMs }: Heartbeat = HEARTBEAT): Client {
  const client = createClient({ ...options, keepAlive: everyMs });
  /** Runs while an answer is owed. */
  let patience: ReturnType<typeof setTimeout> | undefined;
  function settle(): void {
    clearTimeout(patience);
    patience = undefined;
  }
  function expectSign(): void {
    clearTimeout(patience);
    patience = setTimeout(() => client.terminate(), patienceMs);
  }
  client.on('ping', (isReceived) => {
    if (!isReceived) expectSign();
  });
  client.on('message', ({ type }) => {
    if (type === 'pong') settle();
    // The answer may wait behind much else, of which each message is a sign, too.
    else if (patience !== undefined) expectSign();
  });
  client.on('closed', settle);
  return client;
}
