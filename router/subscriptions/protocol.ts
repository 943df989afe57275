/** The sub-protocol graphql-transport-ws on a connection: graphql-ws keeps its rules, this is its wire. */
import { makeServer, type Context, type ServerOptions } from 'graphql-ws';
import type { Logger } from '#platform/logger.ts';
import { CLOSE, type Connection } from './connection.ts';

export type Extra = { connection: Connection };
export type SocketContext = Context<Record<string, unknown>, Extra>;
type Options = ServerOptions<Record<string, unknown>, Extra>;

/** Both are about what a client sent, and graphql-ws has no close code for the second. */
const isBadMessage = (error: unknown): boolean => error instanceof Error && error.message.startsWith('Unexpected message of type');

/** The WebSocket's standard has room for no more; ws would throw, and the socket would stay open. */
const MOST_REASON_BYTES = 123;
/** Whole characters: what of the last one is cut off goes. */
const shorten = (reason: string): string => new TextDecoder().decode(Buffer.from(reason).subarray(0, MOST_REASON_BYTES), { stream: true });

/** The id of a `complete` message: graphql-ws tells of it only once what it ended has come to its end. */
function completedId(text: string): unknown {
  if (!text.includes('"complete"')) return undefined;
  try {
    const message = JSON.parse(text);
    return message?.type === 'complete' ? message.id : undefined;
  } catch {
    return undefined; // graphql-ws says so
  }
}

/** As `graphql-ws/use/ws` does, but strangers' mistakes are not printed, what is sent waits for room, and a closed socket is not read. */
export function createProtocol(options: Options, logger: Logger): (connection: Connection) => void {
  const server = makeServer<Record<string, unknown>, Extra>(options);
  return (connection) => {
    const { ws } = connection;
    const onClosed = server.opened(
      {
        protocol: ws.protocol,
        send: (text) => connection.write(text),
        close: (code, reason) => connection.close([code ?? CLOSE.internal[0], shorten(reason ?? '')]),
        onMessage(handle) {
          ws.on('message', (data: Buffer) => {
            // ws goes on to deliver what a peer sends after its socket was closed.
            if (connection.closed.aborted || ws.readyState !== ws.OPEN) return;
            const text = data.toString();
            const completed = completedId(text);
            if (typeof completed === 'string') connection.operations.complete(completed);
            handle(text).catch((error: unknown) => {
              if (isBadMessage(error)) return connection.close(CLOSE.badMessage);
              logger.error({ err: error }, 'a message could not be handled');
              connection.close(CLOSE.internal);
            });
          });
        },
      },
      { connection },
    );
    ws.once(
      'close',
      (code, reason) =>
        void onClosed(code, String(reason)).catch((error: unknown) => logger.error({ err: error }, 'a socket was not left cleanly')),
    );
    // What cannot be read of a peer (too long, no UTF-8) closes its socket with the code that says so.
    ws.on('error', (error) => logger.debug({ err: error }, 'a socket failed'));
  };
}
