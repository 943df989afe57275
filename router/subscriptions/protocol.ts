/** The sub-protocol graphql-transport-ws on a connection: graphql-ws keeps its rules, this is its wire. */
import { makeServer, type Context, type ServerOptions } from 'graphql-ws';
import type { Logger } from '#platform/logger.ts';
import { CLOSE, type Connection } from './connection.ts';

export type Extra = { connection: Connection };
export type SocketContext = Context<Record<string, unknown>, Extra>;
type Options = ServerOptions<Record<string, unknown>, Extra>;

/** Both are about what a client sent, and graphql-ws has no close code for the second. */
const isBadMessage = (error: unknown): boolean => error instanceof Error && error.message.startsWith('Unexpected message of type');

/** As `graphql-ws/use/ws` does, but strangers' mistakes are not printed, and what is sent waits for room. */
export function createProtocol(options: Options, logger: Logger): (connection: Connection) => void {
  const server = makeServer<Record<string, unknown>, Extra>(options);
  return (connection) => {
    const { ws } = connection;
    const onClosed = server.opened(
      {
        protocol: ws.protocol,
        send: (text) => connection.write(text),
        close: (code, reason) => ws.close(code, reason),
        onMessage(handle) {
          ws.on('message', (data: Buffer) => {
            handle(data.toString()).catch((error: unknown) => {
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
