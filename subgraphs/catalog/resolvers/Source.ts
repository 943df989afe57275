import { z } from 'zod';
import type { RequestContext } from '#platform/graphql/context.ts';
import type { PageArguments } from '#platform/graphql/connections.ts';
import type { Connector } from '../connectors/types.ts';
import { countRuns, listRuns } from '../store/scans.ts';
import type { ScanRunRow, SourceRow } from '../store/tables/source.ts';
import { listScope } from '#platform/graphql/connections.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';
import type { SourceResolverDeps } from './sourceRoots.ts';

const runsOf = (sourceId: string): Keyset<ScanRunRow, [string, string]> => ({
  scope: listScope('runs', sourceId),
  parts: ['time', 'id'],
  keyOf: (run) => [run.queuedAt.toISOString(), run.id],
});

export function createSourceResolvers({ sql, context: catalog, sources, connectors }: SourceResolverDeps) {
  return {
    Source: {
      __resolveReference: ({ id }: { id: string }, context: RequestContext) => catalog.of(context).source.load(id),
      connector: (source: SourceRow) => connectors.get(source.connector),
      /** What a reader has no need for stays unseen: hosts and users are the administrators' business. */
      config: async (source: SourceRow, _: unknown, context: RequestContext) =>
        catalog.of(context).covers('edit', source.id) ? sources.mask(source, await sources.readConfig(source)) : {},
      owners: (source: SourceRow, _: unknown, context: RequestContext) => catalog.of(context).ownersOf.load(source.id),
      scans: (source: SourceRow, _: unknown, context: RequestContext) => catalog.of(context).scansOf.load(source.id),
      runs: async (source: SourceRow, args: PageArguments) => {
        const keyset = runsOf(source.id);
        const page = readKeyset(keyset, args);
        return keysetConnection(keyset, await listRuns(sql, source.id, page), page, () => countRuns(sql, source.id));
      },
      lastRun: (source: SourceRow, _: unknown, context: RequestContext) => catalog.of(context).lastRunOf.load(source.id),
      assetCount: (source: SourceRow, _: unknown, context: RequestContext) => catalog.of(context).assetCountOf.load(source.id),
    },
    Connector: {
      configSchema: (connector: Connector) => z.toJSONSchema(connector.configSchema, { io: 'input', unrepresentable: 'any' }),
    },
  };
}
