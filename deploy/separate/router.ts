/** `npm run router`: the router. It asks the subgraphs of SUBGRAPH_URLS over HTTP and serves the others itself; nothing else runs here. */
import { ensureAdministrator, findRemote, makeCatalog, makeIdentity, startRouter } from '../parts.ts';
import { runSeparate } from './start.ts';

await runSeparate('The router', async (base, say) => {
  const isRemote = (name: string): boolean => findRemote(base.settings).some((remote) => remote.name === name);
  // Signing in and out is the router's own, so it works while identity is away.
  const identity = makeIdentity(base);
  if (!isRemote('identity')) {
    const administrator = await ensureAdministrator(base, identity);
    if (administrator) say(administrator);
  }
  const local = [identity.subgraph, ...(isRemote('catalog') ? [] : [makeCatalog(base, { scans: false }).subgraph])];
  const url = await startRouter(base, { local, identity });
  say(`GraphQL      ${url}/graphql`);
  say(`Playground   ${url}/playground`);
  say(`Health       ${url}/health/ready`);
});
