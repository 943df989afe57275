/** How policy asks catalog for facts: in this process, or in the one that SUBGRAPH_URLS names. */
import { loadRouterKeys } from '#platform/auth/routerKeys.ts';
import { createRouterTokenSigner } from '#platform/auth/routerTokens.ts';
import { askLocally, type AskSubgraph, type Subgraph } from '#platform/graphql/subgraph.ts';
import { askRemotely } from '#router/remote/ask.ts';
import { openPool, type Base } from './base.ts';

/** `local`: the one of this process, asked if SUBGRAPH_URLS names no other. */
export function makeAskCatalog(base: Base, local?: Subgraph): AskSubgraph {
  const url = base.settings.SUBGRAPH_URLS.get('catalog');
  if (!url) {
    if (!local) throw new Error('There is no catalog in this process, and SUBGRAPH_URLS names none.');
    return askLocally(local);
  }
  const keys = openPool(base, { part: 'router', name: 'policy keys', max: 1 });
  return askRemotely(
    { name: 'catalog', url },
    {
      sign: createRouterTokenSigner(() => loadRouterKeys(keys, base.location.rootKey)),
      faults: base.settings.FAULT,
      logger: base.logger,
    },
  );
}
