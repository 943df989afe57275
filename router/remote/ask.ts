import { GraphQLError } from 'graphql';
import type { SignRouterToken } from '#platform/auth/routerTokens.ts';
import { Upstream } from '#platform/errors.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';
import { createRemoteAnswer, type RemoteSubgraph } from './client.ts';

/** Asks a subgraph in another process. What went wrong there is thrown; that it is away is UPSTREAM_UNAVAILABLE. */
export function askRemotely(
  subgraph: RemoteSubgraph,
  deps: { sign: SignRouterToken; faults: ReadonlySet<string>; logger: Logger },
): AskSubgraph {
  const answer = createRemoteAnswer(subgraph, deps);
  return async <Data>(query: string, variables: Record<string, unknown>, context: Parameters<typeof answer>[2]) => {
    const { data, errors } = await answer(query, variables, context);
    const error = errors?.[0];
    if (!error) return data as Data;
    const { code, system, check } = error.extensions as { code?: unknown; system?: string; check?: string };
    if (code === 'UPSTREAM_UNAVAILABLE') throw new Upstream(error.message, { system: system ?? subgraph.name, check: check ?? '' });
    throw new GraphQLError(error.message, { extensions: error.extensions });
  };
}
