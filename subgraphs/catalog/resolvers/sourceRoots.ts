/** Root fields of sources, scans and runs. */
import type { RequestContext } from '#platform/graphql/context.ts';
import { requireReader } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { listScope, type PageArguments } from '#platform/graphql/connections.ts';
import type { Connector } from '../connectors/types.ts';
import type { CreateScan, Scans, UpdateScan } from '../domain/scans.ts';
import type { PreviewScan, RegisterSource, Sources, TestSource, UpdateSource } from '../domain/sources.ts';
import type { CatalogContext } from '../context.ts';
import { countSources, listSources } from '../store/sources.ts';
import type { SourceRow } from '../store/tables/source.ts';
import { keysetConnection, readKeyset, type Keyset } from '#platform/graphql/keysets.ts';

export type SourceResolverDeps = {
  sql: Database;
  context: CatalogContext;
  sources: Sources;
  scans: Scans;
  connectors: ReadonlyMap<string, Connector>;
};

const byName: Keyset<SourceRow, [string, string]> = {
  scope: listScope('sources'),
  parts: ['text', 'id'],
  keyOf: (source) => [source.name, source.id],
};

type Input<Value> = { input: Value };

export function createSourceRoots({ sql, context: catalog, sources, scans, connectors }: SourceResolverDeps) {
  const Query = {
    connectors: (_: unknown, __: unknown, context: RequestContext) => {
      requireReader(context.viewer);
      return [...connectors.values()];
    },
    source: async (_: unknown, { id }: { id: string }, context: RequestContext) => {
      requireReader(context.viewer);
      const source = await catalog.of(context).source.load(id);
      return source?.removedAt ? null : source;
    },
    sources: async (_: unknown, args: PageArguments, context: RequestContext) => {
      requireReader(context.viewer);
      const page = readKeyset(byName, args);
      const covered = catalog.of(context).covered('read');
      return keysetConnection(byName, await listSources(sql, page, covered), page, () => countSources(sql, covered));
    },
    scan: (_: unknown, { id }: { id: string }, context: RequestContext) => {
      requireReader(context.viewer);
      return catalog.of(context).scan.load(id);
    },
    scanRun: (_: unknown, { id }: { id: string }, context: RequestContext) => {
      requireReader(context.viewer);
      return catalog.of(context).run.load(id);
    },
  };

  /** After a write what this operation read before is out of date. */
  const written = async <Result>(context: RequestContext, work: Promise<Result>): Promise<Result> => {
    const result = await work;
    catalog.forget(context);
    return result;
  };

  const Mutation = {
    registerSource: async (_: unknown, { input }: Input<RegisterSource>, context: RequestContext) => {
      const { id, cursor } = await written(context, sources.register(context.viewer, input));
      return { source: () => catalog.of(context).source.load(id), cursor };
    },
    updateSource: async (_: unknown, { input }: Input<UpdateSource>, context: RequestContext) => {
      const { id, cursor } = await written(context, sources.update(context.viewer, input));
      return { source: () => catalog.of(context).source.load(id), cursor };
    },
    removeSource: async (_: unknown, { input }: Input<{ id: string }>, context: RequestContext) => {
      const { id, cursor } = await written(context, sources.remove(context.viewer, input.id));
      return { source: () => catalog.of(context).source.load(id), cursor };
    },
    testSource: async (_: unknown, { input }: Input<TestSource>, context: RequestContext) => ({
      test: await sources.test(context.viewer, input),
    }),
    previewScan: async (_: unknown, { input }: Input<PreviewScan>, context: RequestContext) => ({
      preview: await sources.previewScan(context.viewer, input),
    }),
    createScan: async (_: unknown, { input }: Input<CreateScan>, context: RequestContext) => {
      const { id, cursor } = await written(context, scans.create(context.viewer, input));
      return { scan: () => catalog.of(context).scan.load(id), cursor };
    },
    updateScan: async (_: unknown, { input }: Input<UpdateScan>, context: RequestContext) => {
      const { id, cursor } = await written(context, scans.update(context.viewer, input));
      return { scan: () => catalog.of(context).scan.load(id), cursor };
    },
    removeScan: (_: unknown, { input }: Input<{ id: string }>, context: RequestContext) =>
      written(context, scans.remove(context.viewer, input.id)),
    startScan: (_: unknown, { input }: Input<{ sourceId: string; scanId?: string | null }>, context: RequestContext) =>
      written(context, scans.start(context.viewer, input)),
    cancelScanRun: (_: unknown, { input }: Input<{ id: string }>, context: RequestContext) =>
      written(context, scans.cancel(context.viewer, input.id)),
    reviewScanRun: (_: unknown, { input }: Input<{ id: string; acceptDeletions: boolean }>, context: RequestContext) =>
      written(context, scans.review(context.viewer, input)),
  };

  return { Query, Mutation };
}
