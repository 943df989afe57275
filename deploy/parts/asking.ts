/** How a subgraph asks another: in this process, or in the one that SUBGRAPH_URLS names. */
import { loadRouterKeys } from '#platform/auth/routerKeys.ts';
import { createRouterTokenSigner, type SignRouterToken } from '#platform/auth/routerTokens.ts';
import { askLocally, type AskSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts';
import { askRemotely } from '#router/remote/ask.ts';
import { openPool, type Base } from './base.ts';

/** `local` gives the one of this process, and is called only if SUBGRAPH_URLS names no other. */
export type Asking = (name: 'catalog' | 'identity', local: () => Subgraph | Promise<Subgraph>) => Promise<AskSubgraph>;

export function createAsking(base: Base): Asking {
  let sign: SignRouterToken | undefined;
  const makeSign = (): SignRouterToken => {
    const keys = openPool(base, { part: 'router', name: 'asking keys', max: 1 });
    return createRouterTokenSigner(() => loadRouterKeys(keys, base.location.rootKey));
  };
  return async (name, local) => {
    const url = base.settings.SUBGRAPH_URLS.get(name);
    if (!url) return askLocally(await local());
    sign ??= makeSign();
    return askRemotely({ name, url }, { sign, faults: base.settings.FAULT, logger: base.logger });
  };
}
