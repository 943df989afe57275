/** graphql-http's audits: whether a server speaks GraphQL over HTTP as its specification says. */
import { serverAudits } from 'graphql-http';

export type AuditOutcome = { id: string; name: string; ok: boolean; reason?: string };

/** All of them, in order, with a token: the audits themselves send none. `url` is that of the router. */
export async function runAudits(url: string, token: string): Promise<AuditOutcome[]> {
  const fetchFn: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    return fetch(input, { ...init, headers });
  };
  const outcomes: AuditOutcome[] = [];
  for (const { id, name, fn } of serverAudits({ url: new URL('/graphql', url).href, fetchFn })) {
    const result = await fn();
    outcomes.push({ id, name, ok: result.status === 'ok', ...(result.status !== 'ok' && { reason: result.reason }) });
  }
  return outcomes;
}

/** Of the specification's three levels only these bind. */
export const isBinding = ({ name }: AuditOutcome): boolean => !name.startsWith('MAY');
