/** Where a request comes from: limits are kept for each address. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const FORWARDER_HEADER = 'x-pursight-forwarder';

/** Gives a request's address. Who knows `forwarderSecret` (the web client's server) says for whom it asks; of others the header counts for nothing. */
export function createCallerAddress(forwarderSecret?: string): (request: IncomingMessage) => string {
  const expected = forwarderSecret === undefined ? undefined : Buffer.from(forwarderSecret);
  return (request) => {
    const own = request.socket.remoteAddress ?? '';
    const given = Buffer.from(String(request.headers[FORWARDER_HEADER] ?? ''));
    if (expected === undefined || given.length !== expected.length || !timingSafeEqual(given, expected)) return own;
    // Only the last one was written by whom we trust; those before it are the caller's words.
    return [request.headers['x-forwarded-for'] ?? ''].flat().join(',').split(',').at(-1)!.trim() || own;
  };
}
