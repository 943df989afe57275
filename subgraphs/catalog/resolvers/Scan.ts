import type { RequestContext } from '#platform/graphql/context.ts';
import { listScope, type PageArguments } from '#platform/graphql/connections.ts';
import { countPendingDeletions, listPendingDeletions } from '../store/scans.ts';
import type { AssetRow } from '../store/tables/asset.ts';
import type { ScanRow, ScanRunRow } from '../store/tables/source.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';
import type { SourceResolverDeps } from './sourceRoots.ts';

const deletionsOf = (runId: string): Keyset<AssetRow, [string, string]> => ({
  scope: listScope('pendingDeletions', runId),
  parts: ['text', 'id'],
  keyOf: (asset) => [asset.name, asset.id],
});

export function createScanResolvers({ sql, context: catalog }: SourceResolverDeps) {
  return {
    Scan: {
      __resolveReference: ({ id }: { id: string }, context: RequestContext) => catalog.of(context).scan.load(id),
      source: (scan: ScanRow, _: unknown, context: RequestContext) => catalog.of(context).source.load(scan.sourceId),
    },
    ScanRun: {
      __resolveReference: ({ id }: { id: string }, context: RequestContext) => catalog.of(context).run.load(id),
      source: (run: ScanRunRow, _: unknown, context: RequestContext) => catalog.of(context).source.load(run.sourceId),
      scan: (run: ScanRunRow, _: unknown, context: RequestContext) => (run.scanId ? catalog.of(context).scan.load(run.scanId) : null),
      progress: ({ phase, done, total, message }: ScanRunRow) => ({ phase, done, total, message }),
      warnings: (run: ScanRunRow, _: unknown, context: RequestContext) => catalog.of(context).warningsOf.load(run.id),
      pendingDeletions: async (run: ScanRunRow, args: PageArguments, context: RequestContext) => {
        const keyset = deletionsOf(run.id);
        const page = readKeyset(keyset, args);
        const classes = await catalog.of(context).classes();
        const rows = await listPendingDeletions(sql, run.id, classes, page);
        return keysetConnection(keyset, rows, page, () => countPendingDeletions(sql, run.id, classes));
      },
    },
  };
}
