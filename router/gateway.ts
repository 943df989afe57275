/** Apollo's gateway over the committed supergraph, with each subgraph in this process or in one of its own. */
import { ApolloGateway } from '@apollo/gateway';
import { isScalarType, type GraphQLSchema } from 'graphql';
import type { SignRouterToken } from '#platform/auth/routerTokens.ts';
import { DateTime } from '#platform/graphql/scalars.ts';
import type { Subgraph } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';
import { createLocalAnswer, toDataSource } from './dataSource.ts';
import { createRemoteAnswer, type RemoteSubgraph } from './remote/client.ts';
import { readSupergraph } from './supergraph.ts';

export type GatewayDeps = {
  subgraphs: readonly Subgraph[];
  remote?: { subgraphs: readonly RemoteSubgraph[]; sign: SignRouterToken };
  faults: ReadonlySet<string>;
  logger: Logger;
};

/** The gateway takes any value for a custom scalar and leaves it to the subgraphs; here it is refused before anything is executed. */
function checkTimes(apiSchema: GraphQLSchema): void {
  const type = apiSchema.getType('DateTime');
  if (isScalarType(type)) Object.assign(type, { parseValue: DateTime.parseValue, parseLiteral: DateTime.parseLiteral });
}

export function createGateway({ subgraphs, remote, faults, logger }: GatewayDeps): ApolloGateway {
  // The gateway would else report to its vendor and ask cloud metadata services; it reads this switch when it is made.
  // oxlint-disable-next-line node/no-process-env -- a package's own switch, set and never read here
  process.env.APOLLO_TELEMETRY_DISABLED = '1';
  const answers = new Map([
    ...subgraphs.map((local) => [local.name, createLocalAnswer(local, { faults, logger })] as const),
    ...(remote?.subgraphs ?? []).map((there) => [there.name, createRemoteAnswer(there, { sign: remote!.sign, faults, logger })] as const),
  ]);
  const gateway = new ApolloGateway({
    supergraphSdl: readSupergraph(),
    __exposeQueryPlanExperimental: false,
    logger: logger.child({ module: 'gateway' }),
    buildService: ({ name }) => {
      const answer = answers.get(name);
      if (!answer) throw new Error(`The supergraph has the subgraph "${name}", which is not here. Run \`npm run compose\`.`);
      return toDataSource(answer);
    },
  });
  gateway.onSchemaLoadOrUpdate(({ apiSchema }) => checkTimes(apiSchema));
  return gateway;
}
