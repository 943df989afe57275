/** `npm run router`: the router. It asks the subgraphs of SUBGRAPH_URLS over HTTP and serves the others itself; nothing else runs here. */
import type { HealthChecks } from '#router/health.ts';
import { ensureAdministrator, makeIdentity } from '../parts/identity.ts';
import { createAsking } from '../parts/asking.ts';
import { checkSubgraphUrls, startRouter } from '../parts/router.ts';
import { runSeparate } from './start.ts';

await runSeparate(
  'The router',
  async (base, say) => {
    const isRemote = (name: string): boolean => base.settings.SUBGRAPH_URLS.has(name);
    // Signing in and out is the router's own, so it works while identity is away.
    const identity = makeIdentity(base);
    const local = [identity.subgraph];
    let health: HealthChecks = {};
    const asking = createAsking(base);
    const ask = (name: 'catalog' | 'identity') => asking(name, () => local.find((each) => each.name === name)!);
    if (!isRemote('identity')) {
      const administrator = await ensureAdministrator(base, identity);
      if (administrator) say(administrator);
    }
    if (!isRemote('catalog')) {
      const { makeCatalog } = await import('../parts/catalog.ts');
      const catalog = await makeCatalog(base, { scans: false });
      local.push(catalog.subgraph);
      health = { ...health, ...catalog.health };
    }
    if (!isRemote('policy')) {
      const { makePolicy } = await import('../parts/policy.ts');
      local.push(makePolicy(base, { askCatalog: await ask('catalog'), work: false }).subgraph);
    }
    if (!isRemote('lineage')) {
      const { makeLineage } = await import('../parts/lineage.ts');
      const lineage = await makeLineage(base, { askCatalog: await ask('catalog'), askIdentity: await ask('identity'), work: false });
      local.push(lineage.subgraph);
      health = { ...health, ...lineage.health };
    }
    const url = await startRouter(base, { local, identity, health });
    say(`GraphQL      ${url}/graphql`);
    say(`Playground   ${url}/playground`);
    say(`Health       ${url}/health/ready`);
  },
  checkSubgraphUrls,
);
