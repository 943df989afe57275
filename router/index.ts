/** The router: one address for people, tools and scripts, in front of the federated graph. */
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Read } from '#platform/auth/read.ts';
import type { Viewer } from '#platform/auth/viewer.ts';
import type { SignRouterToken } from '#platform/auth/routerTokens.ts';
import type { Subgraph } from '#platform/graphql/subgraph.ts';
import type { Logger } from '#platform/logger.ts';
import { createCallerAddress } from './callerAddress.ts';
import { renderError } from './errors.ts';
import { createExecution } from './execution.ts';
import { createGateway } from './gateway.ts';
import { createHealthRoutes, type HealthChecks } from './health.ts';
import { createHttp } from './http.ts';
import { createService } from '#platform/listen.ts';
import { createRateLimit } from './limits/rate.ts';
import { limitSelections } from './limits/selectionCount.ts';
import { MAX_TOKENS } from './limits/tokens.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createMetricsRoute } from './metricsRoute.ts';
import { createOperationPlugin } from './operations.ts';
import { createPlayground } from './playground/index.ts';
import { createOpenLineageRoute } from './openLineage.ts';
import { checkRemote, type RemoteSubgraph } from './remote/client.ts';
import { currentRequest, type RoutedContext } from './requests.ts';
import { createSubscriptions, type LiveOptions, type Subscriptions } from './subscriptions/index.ts';

export type RouterDeps = {
  /** Those of the supergraph in this process; the others are remote. */
  subgraphs: readonly Subgraph[];
  /** Those in processes of their own, and how the router says there for whom it asks. */
  remote?: { subgraphs: readonly RemoteSubgraph[]; sign: SignRouterToken };
  /** The viewer of an access or API token; throws Unauthenticated for one that is not valid (any more). */
  authenticate: (token: string) => Promise<Viewer>;
  /** States of the parts behind the router; it adds itself and the subgraphs. */
  health: HealthChecks;
  /** FAULT's parts: `subgraph:<name>` fails every sub-query of that subgraph. */
  faults: ReadonlySet<string>;
  logger: Logger;
  /** This process's, if other parts count as well. */
  metrics?: Metrics;
  host: string;
  /** 0 takes any free one. */
  port: number;
  /** Told of each query that was answered and each subscription that was begun. Must neither wait nor throw. */
  recordRead?: (read: Read) => void;
  /** Milliseconds that an operation may take. */
  deadlineMs?: number;
  /** Who sends it says for which address it asks. */
  forwarderSecret?: string;
  /** Without it there are no sockets. */
  live?: LiveOptions;
  /** Milliseconds that answers under way are given when the router stops. */
  drainMs?: number;
};

export type Router = { start: () => Promise<{ url: string }>; stop: () => Promise<void> };

export function createRouter(deps: RouterDeps): Router {
  const logger = deps.logger.child({ module: 'router' });
  const { metrics = createMetrics(), recordRead = () => {} } = deps;
  const addressOf = createCallerAddress(deps.forwarderSecret);
  let draining = false;
  let subscriptions: Subscriptions | undefined;
  const gateway = createGateway({ subgraphs: deps.subgraphs, remote: deps.remote, faults: deps.faults, logger });
  const rateLimit = createRateLimit();

  const server = new ApolloServer<RoutedContext>({
    gateway,
    nodeEnv: 'production',
    logger,
    introspection: true, // who may is decided for each operation
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    // A bearer token cannot be sent across sites without a preflight, so it is proof enough; there are no cookies.
    csrfPrevention: { requestHeaders: ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'] },
    parseOptions: { maxTokens: MAX_TOKENS },
    validationRules: [limitSelections],
    stopOnTerminationSignals: false,
    formatError: (_formatted, error) => renderError(error, { requestId: currentRequest.getStore()?.requestId ?? '', logger }),
    plugins: [
      createOperationPlugin({ rateLimit, metrics, recordRead, logger }),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
    ],
  });

  const health: HealthChecks = {
    gateway: { required: true, check: () => ({ state: draining ? 'down' : 'ok' }) },
    ...checkSubgraphs(deps),
    ...deps.health,
  };
  const service = createService({ host: deps.host, port: deps.port, drainMs: deps.drainMs });

  return {
    async start() {
      await server.start();
      const execute = createExecution(server, deps.deadlineMs);
      const app = createHttp({
        server,
        authenticate: deps.authenticate,
        metrics,
        logger,
        deadlineMs: deps.deadlineMs,
        addressOf,
        isDraining: () => draining,
        routes: [
          createHealthRoutes(health),
          createMetricsRoute(metrics, deps.authenticate),
          createPlayground({ logger }),
          createOpenLineageRoute({ execute, authenticate: deps.authenticate, addressOf, deadlineMs: deps.deadlineMs, logger }),
        ],
      });
      subscriptions =
        deps.live &&
        createSubscriptions(deps.live, {
          schema: gateway.schema(),
          authenticate: deps.authenticate,
          execute,
          addressOf,
          rateLimit,
          metrics,
          recordRead,
          logger,
        });
      try {
        const url = await service.start(app, subscriptions?.upgrade);
        logger.info({ address: url }, 'router listens');
        return { url };
      } catch (error) {
        await subscriptions?.stop();
        await server.stop();
        throw error;
      }
    },
    async stop() {
      draining = true;
      await Promise.all([subscriptions?.stop(), service.stop()]);
      await server.stop();
    },
  };
}

function checkSubgraphs({ subgraphs, remote, faults }: RouterDeps): HealthChecks {
  const faulty = ({ name }: { name: string }): boolean => faults.has(`subgraph:${name}`);
  return Object.fromEntries([
    ...subgraphs.map((local) => [local.name, { required: false, check: () => ({ state: faulty(local) ? 'down' : 'ok' }) as const }]),
    ...(remote?.subgraphs ?? []).map((there) => [
      there.name,
      { required: false, check: () => (faulty(there) ? ({ state: 'down' } as const) : checkRemote(there)) },
    ]),
  ]);
}
