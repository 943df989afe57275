/** Which requests become sockets: those to /graphql that no page of another site has made. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

const PATH = '/graphql';

type Refusal = { status: string; code: string; message: string };

/** Why not; undefined for a request that may. `origins`: further ones, besides this address itself. */
export function refusalOf(request: IncomingMessage, origins: readonly string[]): Refusal | undefined {
  if ((request.url ?? '').split('?')[0] !== PATH) {
    return { status: '404 Not Found', code: 'NOT_FOUND', message: `There are WebSockets at ${PATH} only.` };
  }
  if (!mayConnect(request.headers, origins)) {
    return { status: '403 Forbidden', code: 'FORBIDDEN', message: 'A page of another origin may not connect here.' };
  }
  return undefined;
}

/** Browsers always tell the page's origin; what is no browser does not. */
function mayConnect({ origin, host }: IncomingMessage['headers'], origins: readonly string[]): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol } = new URL(origin);
  const own = `${protocol}//${host}`;
  return [own, ...origins].some((each) => URL.canParse(each) && new URL(each).origin === new URL(origin).origin);
}

export function refuseUpgrade(socket: Duplex, { status, code, message }: Refusal): void {
  const body = JSON.stringify({ error: { code, message } });
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
