/** A graphql-transport-ws client as others write them, and one that speaks the protocol by hand. */
import { createClient } from 'graphql-ws';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

// Payloads of whatever shape a subscription asks for.
export type Payload = { data?: any; errors?: { message: string; path?: (string | number)[]; extensions: Record<string, any> }[] };

export type Stream = {
  payloads: Payload[];
  /** Why it ended, if it did: the errors of an `error` message, or a close event. */
  ended: () => unknown;
  /** The next payload that was not taken yet. */
  next: () => Promise<Payload>;
  /** Resolves when it has ended. */
  end: () => Promise<any>;
  stop: () => void;
};

const PATIENCE_MS = 20_000;

const shorten = (value: unknown): string => String(JSON.stringify(value)).slice(0, 500);

export type LiveClient = ReturnType<typeof connectLive>;

/** One client with one socket, which is not opened again by itself. `onPayload` is told of each, with the operation that it answers. */
export function connectLive(url: string, token: string, onPayload: (query: string, payload: Payload) => void = () => {}) {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    lazy: true,
    lazyCloseTimeout: 60_000,
  });
  return {
    subscribe(query: string, variables?: Record<string, unknown>): Stream {
      const payloads: Payload[] = [];
      let taken = 0;
      let ended: unknown;
      const stop = client.subscribe<any>(
        { query, variables },
        {
          next(payload) {
            onPayload(query, payload as Payload);
            payloads.push(payload as Payload);
          },
          error: (error) => void (ended = error),
          complete: () => void (ended ??= 'complete'),
        },
      );
      const wait = async (is: () => boolean, what: string): Promise<void> => {
        for (const until = Date.now() + PATIENCE_MS; !is(); await sleep(10)) {
          if (Date.now() > until) throw new Error(`${what} did not come; the last of ${payloads.length} was ${shorten(payloads.at(-1))}`);
        }
      };
      return {
        payloads,
        ended: () => ended,
        async next() {
          await wait(() => payloads.length > taken || ended !== undefined, 'A payload');
          if (payloads.length <= taken) throw new Error(`The stream has ended: ${JSON.stringify(ended)}`);
          return payloads[taken++]!;
        },
        async end() {
          await wait(() => ended !== undefined, 'The end');
          return ended;
        },
        stop,
      };
    },
    /** As another operation of a client: its one answer. */
    async ask(query: string, variables?: Record<string, unknown>): Promise<Payload> {
      for await (const result of client.iterate({ query, variables })) return result as Payload;
      throw new Error('There was no answer');
    },
    close: () => client.dispose(),
  };
}

/** Sends what it is told to, and remembers what came. */
export async function openSocket(
  url: string,
  { origin, protocol = 'graphql-transport-ws', headers }: { origin?: string; protocol?: string; headers?: Record<string, string> } = {},
) {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol === '' ? [] : [protocol], {
    ...(origin && { origin }),
    ...(headers && { headers }),
  });
  const messages: any[] = [];
  let closed: { code: number; reason: string } | undefined;
  ws.on('message', (data) => void messages.push(JSON.parse(String(data))));
  ws.on('close', (code, reason) => void (closed = { code, reason: String(reason) }));
  const opened = new Promise<void>((resolve, reject) => {
    ws.once('open', () => resolve());
    ws.once('error', reject);
  });
  await opened;
  ws.on('error', () => {});
  const wait = async <Value>(find: () => Value | undefined, what: string): Promise<Value> => {
    for (const until = Date.now() + PATIENCE_MS; ; await sleep(10)) {
      const found = find();
      if (found !== undefined) return found;
      if (Date.now() > until) throw new Error(`${what} did not come; the last of ${messages.length} was ${shorten(messages.at(-1))}`);
    }
  };
  return {
    ws,
    messages,
    send: (message: unknown) => ws.send(typeof message === 'string' ? message : JSON.stringify(message)),
    /** The first message of this type, and of this id if it is given. */
    message: (type: string, id?: string) => wait(() => messages.find((each) => each.type === type && (!id || each.id === id)), type),
    closeCode: async () => (await wait(() => closed, 'The end')).code,
    /** Signs in and waits for the acknowledgement. */
    async init(token: string) {
      ws.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
      await wait(() => messages.find(({ type }) => type === 'connection_ack'), 'connection_ack');
    },
  };
}
