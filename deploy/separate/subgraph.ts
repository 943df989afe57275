/** `npm run subgraph -- <name>`: one subgraph, for routers only. */
import { parseArgs } from 'node:util';
import { loadRouterPublicKeys } from '#platform/auth/routerKeys.ts';
import { createRouterTokenVerifier } from '#platform/auth/routerTokens.ts';
import type { Database } from '#platform/database/index.ts';
import { CannotStart } from '#platform/errors.ts';
import type { Subgraph } from '#platform/graphql/subgraph.ts';
import { createSubgraphServer } from '#router/remote/server.ts';
import { checkDatabase, ensureAdministrator, makeCatalog, makeIdentity, SEPARABLE, type Base } from '../parts.ts';
import { runSeparate } from './start.ts';

type Name = (typeof SEPARABLE)[number];
type Say = (sentence: string) => void;

const MAKE: Record<Name, (base: Base, say: Say) => Promise<{ subgraph: Subgraph; database: Database }>> = {
  catalog: async (base) => makeCatalog(base, { scans: false }),
  async identity(base, say) {
    const identity = makeIdentity(base);
    const administrator = await ensureAdministrator(base, identity);
    if (administrator) say(administrator);
    return identity;
  },
};

const { positionals } = parseArgs({ allowPositionals: true });
const name = SEPARABLE.find((known) => known === positionals[0]);

await runSeparate(`The subgraph ${name}`, async (base, say) => {
  if (!name) {
    throw new CannotStart(`Say which subgraph, as in \`npm run subgraph -- ${SEPARABLE[0]}\`. There are: ${SEPARABLE.join(', ')}.`);
  }
  const { settings, location, logger, later } = base;
  const { subgraph, database } = await MAKE[name](base, say);
  const server = createSubgraphServer({
    subgraph,
    verify: createRouterTokenVerifier(() => loadRouterPublicKeys(database, location.rootKey), name),
    health: { database: checkDatabase(database) },
    faults: settings.FAULT,
    logger,
    host: settings.HOST,
    port: settings.PORT,
  });
  say(`Subgraph     ${await server.start()}/graphql (${name})`);
  later(server.stop);
});
