/** A subgraph in another process, as the router sees it: sub-queries go there over HTTP, each with a token that says for whom. */
import { GraphQLError, type ExecutionResult } from 'graphql';
import type { SignRouterToken } from '#platform/auth/routerTokens.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { Logger } from '#platform/logger.ts';
import { createAnswer, createOutage, type Answer } from '../dataSource.ts';
import type { PartState, Readiness } from '../health.ts';

/** Less than an operation's deadline: then what other subgraphs own is still served. */
const TIMEOUT_MS = 25_000;

export type RemoteSubgraph = {
  name: string;
  /** Where its process listens: `http://host:port`, or with the path of its `/graphql`. */
  url: URL;
};

/** An address beside its `/graphql`. */
function addressOf({ url }: RemoteSubgraph, path: string): URL {
  const base = new URL(url);
  base.pathname = `${base.pathname.replace(/\/(graphql\/?)?$/, '')}/${path}`;
  return base;
}

function parseResult(text: string): ExecutionResult | undefined {
  try {
    const result = JSON.parse(text) as ExecutionResult | null;
    return result && 'data' in result ? result : undefined;
  } catch {
    return undefined; // something else listens there: said by the caller
  }
}

type Deps = { sign: SignRouterToken; faults: ReadonlySet<string>; logger: Logger; timeoutMs?: number };

/** Node's fetch keeps connections open and takes them again. */
export function createRemoteAnswer(subgraph: RemoteSubgraph, { sign, faults, logger, timeoutMs = TIMEOUT_MS }: Deps): Answer {
  const { name } = subgraph;
  const address = addressOf(subgraph, 'graphql');
  const log = logger.child({ subgraph: name });
  /** Told once when it goes and once when it comes back, or an outage would fill the log. */
  let away = false;

  const tellAway = (details: Record<string, unknown>): void => {
    if (!away) log.warn({ address: address.host, ...details }, 'the subgraph does not answer');
    away = true;
  };

  async function post(body: string, context: RequestContext): Promise<{ status: number; text: string }> {
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await sign(name, context)}` },
        body,
        redirect: 'error',
        signal: context.signal ? AbortSignal.any([context.signal, late]) : late,
      });
      // Read here, so that one that stops half-way counts as the same failure.
      return { status: response.status, text: await response.text() };
    } catch (error) {
      context.signal?.throwIfAborted();
      tellAway({ err: error });
      throw late.aborted ? createOutage(name, `did not answer within ${timeoutMs / 1000} s`) : createOutage(name);
    }
  }

  async function execute(query: string, variables: unknown, context: RequestContext): Promise<ExecutionResult> {
    const { status, text } = await post(JSON.stringify({ query, variables }), context);
    const result = status === 200 ? parseResult(text) : undefined;
    if (!result) {
      tellAway({ status });
      if (status === 401)
        throw createOutage(name, 'refuses this router', 'Whether both have the same SECRET_KEY and database, and clocks that agree');
      throw createOutage(name, 'gave no answer that can be used', `Whether a ${name} subgraph of this version listens there`);
    }
    if (away) log.info('the subgraph answers again');
    away = false;
    return {
      data: result.data,
      errors: result.errors?.map(({ message, path, extensions }) => new GraphQLError(message, { path, extensions })),
    };
  }

  return createAnswer(name, execute, { faults, logger });
}

/** What the subgraph's process says of itself, and of what it needs. */
export async function checkRemote(subgraph: RemoteSubgraph): Promise<PartState> {
  const response = await fetch(addressOf(subgraph, 'health/ready'), { redirect: 'error', signal: AbortSignal.timeout(2_000) });
  const { status, parts } = (await response.json()) as Readiness;
  if (!response.ok) return { state: 'down', message: 'is not ready' };
  if (status !== 'degraded') return { state: 'ok' };
  const lacking = Object.entries(parts).filter(([, { state }]) => state !== 'ok');
  return { state: 'degraded', message: lacking.map(([name, { state, message }]) => message ?? `${name} is ${state}`).join(' ') };
}
