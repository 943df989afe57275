/** The one cookie there is: it holds the refresh token, and only `/session/*` gets it. No script of the page can read it. */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

const NAME = 'pursight_session';
/** As long as the token lives. */
const MAX_AGE_S = 30 * 24 * 60 * 60;

export function readSessionCookie({ headers }: IncomingMessage): string | undefined {
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name !== NAME || !value) continue;
    try {
      return decodeURIComponent(value);
    } catch {
      return undefined; // not ours
    }
  }
  return undefined;
}

export const sessionCookie = (request: IncomingMessage, refreshToken: string): string =>
  writeCookie(request, encodeURIComponent(refreshToken), MAX_AGE_S);
export const noSessionCookie = (request: IncomingMessage): string => writeCookie(request, '', 0);

const writeCookie = (request: IncomingMessage, value: string, maxAge: number): string =>
  [`${NAME}=${value}`, 'Path=/session', `Max-Age=${maxAge}`, 'HttpOnly', 'SameSite=Strict', ...(isSecure(request) ? ['Secure'] : [])].join(
    '; ',
  );

/** A proxy with TLS in front of us says so. */
function isSecure({ headers, socket }: IncomingMessage): boolean {
  const [told] = String(headers['x-forwarded-proto'] ?? '').split(',');
  return told!.trim().toLowerCase() === 'https' || (socket as TLSSocket).encrypted === true;
}
