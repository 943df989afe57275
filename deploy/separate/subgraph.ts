/** `npm run subgraph -- <name>`: one subgraph, for routers only. */
import { loadRouterPublicKeys } from '#platform/auth/routerKeys.ts';
import { createRouterTokenVerifier } from '#platform/auth/routerTokens.ts';
import type { Database } from '#platform/database/index.ts';
import { CannotStart } from '#platform/errors.ts';
import type { Subgraph } from '#platform/graphql/subgraph.ts';
import type { HealthChecks } from '#router/health.ts';
import { createSubgraphServer } from '#router/remote/server.ts';
import { createAsking } from '../parts/asking.ts';
import { checkDatabase, type Base } from '../parts/base.ts';
import { runSeparate, type Say } from './start.ts';

/** `health`: of what it needs beside the database. */
type Make = (base: Base, say: Say) => Promise<{ subgraph: Subgraph; database: Database; health?: HealthChecks }>;

/** Only the one that is asked for is loaded. */
const MAKE: Readonly<Record<string, Make>> = {
  async catalog(base) {
    const { makeCatalog } = await import('../parts/catalog.ts');
    return makeCatalog(base, { scans: false });
  },
  async policy(base) {
    const { makePolicy } = await import('../parts/policy.ts');
    return makePolicy(base, { askCatalog: await createAsking(base)('catalog', () => makeCatalogHere(base)), work: false });
  },
  async lineage(base) {
    const { makeLineage } = await import('../parts/lineage.ts');
    const ask = createAsking(base);
    return makeLineage(base, {
      askCatalog: await ask('catalog', () => makeCatalogHere(base)),
      askIdentity: await ask('identity', () => makeIdentityHere(base)),
      work: false,
    });
  },
  async identity(base, say) {
    const { ensureAdministrator, makeIdentity } = await import('../parts/identity.ts');
    const identity = makeIdentity(base);
    const administrator = await ensureAdministrator(base, identity);
    if (administrator) say(administrator);
    return identity;
  },
};

/** To ask it: others ask the processes that serve it. */
async function makeCatalogHere(base: Base): Promise<Subgraph> {
  const { makeCatalog } = await import('../parts/catalog.ts');
  return (await makeCatalog(base, { scans: false })).subgraph;
}

async function makeIdentityHere(base: Base): Promise<Subgraph> {
  const { makeIdentity } = await import('../parts/identity.ts');
  return makeIdentity(base).subgraph;
}

const [name = '', ...more] = process.argv.slice(2);

async function start(base: Base, say: Say): Promise<void> {
  const { settings, location, logger, later } = base;
  const { subgraph, database, health } = await MAKE[name]!(base, say);
  const server = createSubgraphServer({
    subgraph,
    verify: createRouterTokenVerifier(() => loadRouterPublicKeys(database, location.rootKey), name),
    health: { database: checkDatabase(database), ...health },
    faults: settings.FAULT,
    logger,
    host: settings.HOST,
    port: settings.PORT,
  });
  say(`Subgraph     ${await server.start()}/graphql (${name})`);
  later(server.stop);
}

await runSeparate(`The subgraph ${name}`, start, () => {
  if (more.length === 0 && Object.hasOwn(MAKE, name)) return;
  throw new CannotStart(`Say which subgraph, as in \`npm run subgraph -- catalog\`. There are: ${Object.keys(MAKE).join(', ')}.`);
});
