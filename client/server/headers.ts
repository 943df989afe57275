/** What each answer says to the browser about what the page may do. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** Whether the page came over TLS. A proxy in front of us says so. */
export function isSecure({ headers, socket }: IncomingMessage): boolean {
  const [told] = String(headers['x-forwarded-proto'] ?? '').split(',');
  return told!.trim().toLowerCase() === 'https' || (socket as TLSSocket).encrypted === true;
}

const isOfThisMachine = ({ headers }: IncomingMessage): boolean =>
  /^(localhost|[\w-]+\.localhost|127\.[\d.]+|\[::1\])(:\d+)?$/.test(headers.host ?? '');

export function secure(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
  // Elsewhere browsers do not heed it, and complain of it on each page.
  if (isSecure(request) || isOfThisMachine(request)) response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
}

/** `host` as the page's request named it: browsers of before 2024 do not count a WebSocket as of the same origin. */
export function contentSecurityPolicy({ nonce, host, dev }: { nonce: string; host: string | undefined; dev: boolean }): string {
  // It goes into a header, so nothing but a host may be in it.
  const sockets = host !== undefined && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'self'",
    // While developing, React tells of errors on the server by eval.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${sockets}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * `firstRun`: the sign-in page says where the first administrator's password is to be found.
 * `showsComponents`: there is a page of all components in all their states.
 */
export type PageFacts = { dev: boolean; firstRun: boolean; showsComponents: boolean };

/** A fresh nonce. Next takes it from the request's own policy, and gives it to each script that it writes. */
export function guardPage(request: IncomingMessage, response: ServerResponse, { dev, firstRun, showsComponents }: PageFacts): void {
  const nonce = randomBytes(16).toString('base64');
  const policy = contentSecurityPolicy({ nonce, host: request.headers.host, dev });
  request.headers['content-security-policy'] = policy;
  request.headers['x-nonce'] = nonce;
  // What a page is told, none is told by a browser.
  for (const [name, isSo] of [
    ['x-first-run', firstRun],
    ['x-shows-components', showsComponents],
  ] as const) {
    if (isSo) request.headers[name] = 'yes';
    else delete request.headers[name];
  }
  response.setHeader('content-security-policy', policy);
  // A page has its nonce for one visit only.
  response.setHeader('cache-control', 'no-store');
}
