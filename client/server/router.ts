/** The router behind this server: where it is, and for whom it is asked. */
import { Agent, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as requestSecurely } from 'node:https';
import { request as requestPlainly } from 'node:http';
import { isIP } from 'node:net';

export type RouterOptions = {
  /** Of the router, without a path. */
  url: URL;
  /** The router takes our word for the page's address together with it. */
  secret: string | undefined;
};

export type RouterConnection = {
  /** A request to `/graphql`, whose connection is kept for the next one. */
  request: (options: {
    method: string;
    headers: Record<string, string | string[]>;
    isUpgrade?: boolean;
  }) => ReturnType<typeof requestPlainly>;
  /** What tells the router for whom it is asked. */
  forwarding: (page: IncomingMessage) => Record<string, string>;
  close: () => void;
};

/** A name for errors that people see. */
export const ROUTER_AWAY = 'The server does not answer at the moment. Try again shortly.';

const AGENT = { keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' } as const;

export function connectRouter({ url, secret }: RouterOptions): RouterConnection {
  const isSecure = url.protocol === 'https:';
  const agent = isSecure ? new SecureAgent(AGENT) : new Agent(AGENT);
  const target = new URL('/graphql', url);
  // Its own name is what its certificate is for; without it Node would look for that of the page's host, which is in the headers.
  const servername = isIP(target.hostname.replace(/^\[|\]$/g, '')) ? '' : target.hostname;
  return {
    request: ({ method, headers, isUpgrade = false }) =>
      (isSecure ? requestSecurely : requestPlainly)(target, { method, headers, servername, agent: isUpgrade ? false : agent }),
    forwarding(page) {
      const address = page.socket.remoteAddress ?? '';
      const before = [page.headers['x-forwarded-for'] ?? []].flat();
      return {
        'x-forwarded-for': [...before, address].join(', '),
        ...(secret !== undefined && { 'x-pursight-forwarder': secret }),
      };
    },
    close: () => agent.destroy(),
  };
}
