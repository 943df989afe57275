/** The one cookie there is: it holds the refresh token, and only `/session/*` gets it. No script of the page can read it. */
import type { IncomingMessage } from 'node:http';
import { isSecure } from './headers.ts';

/** Browsers send a host's cookies to all of its ports: two products on one machine must not take each other's sessions. */
const nameOf = ({ socket }: IncomingMessage): string => `pursight_session_${socket.localPort}`;
/** As long as the token lives. */
const MAX_AGE_S = 30 * 24 * 60 * 60;

export function readSessionCookie(request: IncomingMessage): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2);
    if (name !== nameOf(request) || !value) continue;
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
  [
    `${nameOf(request)}=${value}`,
    'Path=/session',
    `Max-Age=${maxAge}`,
    'HttpOnly',
    'SameSite=Strict',
    ...(isSecure(request) ? ['Secure'] : []),
  ].join('; ');
