/** Whether a request comes from a page of the server's own. */
import type { IncomingHttpHeaders } from 'node:http';

/** Browsers always tell the page's origin where it matters; what is no browser does not, and is let pass. */
export function isSameOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, origin: asked } = new URL(origin);
  if (protocol !== 'http:' && protocol !== 'https:') return false; // of others all origins are one
  const own = `${protocol}//${host}`;
  return URL.canParse(own) && new URL(own).origin === asked;
}
