/** Which requests become sockets: those to /graphql that no page of another site has made. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isSameOrigin } from '#platform/sameOrigin.ts';

const PATH = '/graphql';
/** How long a peer may take to read why not. */
const FAREWELL_MS = 2_000;

export type Refusal = { status: string; code: string; message: string };

/** Why not; undefined for a request that may. */
export function refusalOf(request: IncomingMessage): Refusal | undefined {
  if ((request.url ?? '').split('?')[0] !== PATH) {
    return { status: '404 Not Found', code: 'NOT_FOUND', message: `There are WebSockets at ${PATH} only.` };
  }
  if (!isSameOrigin(request.headers)) {
    return { status: '403 Forbidden', code: 'FORBIDDEN', message: 'A page of another origin may not connect here.' };
  }
  return undefined;
}

/** And leaves: a connection that was to be upgraded is in nobody's care but ours. */
export function refuseUpgrade(socket: Duplex, { status, code, message }: Refusal): void {
  const body = JSON.stringify({ error: { code, message } });
  const cut = setTimeout(() => socket.destroy(), FAREWELL_MS);
  socket.once('close', () => clearTimeout(cut));
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
