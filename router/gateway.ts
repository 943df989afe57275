/** Apollo's gateway over the committed supergraph, with each subgraph in this process or in one of its own. */
import type { ApolloServerOptions } from '@apollo/server';
import { ApolloGateway } from '@apollo/gateway';
import { execute, isScalarType, type GraphQLSchema } from 'graphql';
import type { SignRouterToken } from '#platform/auth/routerTokens.ts';
import { DateTime } from '#platform/graphql/scalars.ts';
import type { Subgraph } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';
import { createLocalAnswer, toDataSource } from './dataSource.ts';
import { operationOf, splitOperation } from './splitOperation.ts';
import { createRemoteAnswer, type RemoteSubgraph } from './remote/client.ts';
import type { RoutedContext } from './requests.ts';
import { withSubscriptions } from './subscriptions/schema.ts';
import { readSupergraph } from './supergraph.ts';

export type GatewayDeps = {
  subgraphs: readonly Subgraph[];
  remote?: { subgraphs: readonly RemoteSubgraph[]; sign: SignRouterToken };
  faults: ReadonlySet<string>;
  logger: Logger;
};

/** What Apollo Server takes for its option `gateway`, and the API that it serves once it is loaded. */
export type Gateway = NonNullable<ApolloServerOptions<RoutedContext>['gateway']> & {
  /** With the subscriptions. Once it is loaded. */
  schema: () => GraphQLSchema;
};

/** The gateway takes any value for a custom scalar and leaves it to the subgraphs; here it is refused before anything is executed. */
function checkTimes(apiSchema: GraphQLSchema): void {
  const type = apiSchema.getType('DateTime');
  if (isScalarType(type)) Object.assign(type, { parseValue: DateTime.parseValue, parseLiteral: DateTime.parseLiteral });
}

/** Apollo's gateway neither knows nor shows subscriptions: the schema is handed on with them, and asked about here. */
function showSubscriptions(inner: ApolloGateway): Gateway {
  let schema: GraphQLSchema | undefined;
  const current = (): GraphQLSchema => {
    if (!schema) throw new Error('The gateway is not loaded yet.');
    return schema;
  };
  return {
    schema: current,
    onSchemaLoadOrUpdate: (callback) =>
      inner.onSchemaLoadOrUpdate(({ apiSchema, coreSupergraphSdl }) => {
        schema = withSubscriptions(apiSchema);
        // The gateway coerces by its own schema, the server and the subscriptions by the one with both.
        for (const each of [apiSchema, schema]) checkTimes(each);
        callback({ apiSchema: schema, coreSupergraphSdl });
      }),
    async load(options) {
      const { executor } = await inner.load(options);
      if (!executor) throw new Error('The gateway has no executor.');
      return {
        async executor(request) {
          const { operationName, variables } = request.request;
          const { keys, introspection, rest } = splitOperation(request.document, request.operation);
          const shown =
            introspection && (await execute({ schema: current(), document: introspection, operationName, variableValues: variables }));
          if (!rest) return shown!;
          const found = await executor({ ...request, document: rest, operation: operationOf(rest) });
          if (!shown || !found.data) return found;
          const errors = [...(found.errors ?? []), ...(shown.errors ?? [])];
          const all: Record<string, unknown> = { ...found.data, ...shown.data };
          const data = Object.fromEntries(keys.filter((key) => key in all).map((key) => [key, all[key]]));
          return { ...found, data, ...(errors.length > 0 && { errors }) };
        },
      };
    },
    stop: () => inner.stop(),
  };
}

export function createGateway({ subgraphs, remote, faults, logger }: GatewayDeps): Gateway {
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
  return showSubscriptions(gateway);
}
