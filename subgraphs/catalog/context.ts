/** What an operation's resolvers share: the viewer's visible classes and the DataLoaders, each of which leaves out what the viewer may not see. */
import DataLoader from 'dataloader';
import { visibleClasses, type VisibleClasses } from '#platform/auth/access.ts';
import { classesOf, forgetClasses } from '#platform/auth/operationClasses.ts';
import { mayRead } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { NotFound } from '#platform/errors.ts';
import { perOperation, type RequestContext } from '#platform/graphql/context.ts';
import { reconstruct } from './domain/history.ts';
import { createSourceLoaders } from './sourceLoaders.ts';
import { countChildren, findAssetsById, findAssetsByName, listChildren, loadTableFacets, type AssetKey } from './store/assets.ts';
import { countColumnsOfAssets, findColumnsById, listColumnsOfAssets } from './store/columns.ts';
import { countVersions, findVersionsAsOf, listVersions } from './store/history.ts';
import { inOrder, pagesOf } from '#platform/graphql/loading.ts';
import { countAssetsOf, findDomainsOfClasses, listAssetsOf, listTermsOfAssets } from './store/vocabularyAssets.ts';
import { findNodes, type NodeRow, type Noun } from './store/vocabulary.ts';
import { listDescriptions, listOwners, listTags } from './store/words.ts';

export type Loaders = ReturnType<typeof createLoaders>;
/** `of`: the loaders of an operation. `forget`: what a mutation calls after it wrote, so that what follows reads anew. */
export type CatalogContext = { of: (context: RequestContext) => Loaders; forget: (context: RequestContext) => void };

export function createCatalogContext({ sql }: { sql: Database }): CatalogContext {
  const loaders = perOperation((context) => createLoaders(sql, context));
  return {
    of: loaders.of,
    forget(context) {
      loaders.forget(context);
      forgetClasses(context);
    },
  };
}

function createLoaders(sql: Database, context: RequestContext) {
  const { viewer } = context;
  const classes = (): Promise<VisibleClasses> => classesOf(sql, context, 'read');
  const editable = (): Promise<VisibleClasses> => classesOf(sql, context, 'edit');

  const assetById = new DataLoader(async (ids: readonly string[]) =>
    inOrder(ids, await findAssetsById(sql, await classes(), ids), (row) => row.id),
  );

  const node = (noun: Noun) => ({
    /** Any reading role sees all of them. */
    byId: new DataLoader<string, NodeRow | null>(async (ids) =>
      inOrder(ids, viewer && mayRead(viewer) ? await findNodes(sql, noun, ids) : [], (row) => row.id),
    ),
    assets: pagesOf(
      async (ids, page: { first: number; after: AssetKey | null }) =>
        Map.groupBy(await listAssetsOf(sql, noun, await classes(), ids, page), (row) => row.nodeId),
      async (ids) => countAssetsOf(sql, noun, await classes(), ids),
    ),
  });

  return {
    ...createSourceLoaders(sql, context),
    sql,
    classes,
    /** Those whose assets the viewer may edit. */
    editable,
    /** Tombstones too. */
    assetById,
    /** The same by the viewer's classes of now, for what was to be seen a moment ago. Throws NOT_FOUND. */
    assetByIdAnew: new DataLoader(async (ids: readonly string[]) => {
      const rows = viewer ? await findAssetsById(sql, await visibleClasses(sql, viewer, 'read'), ids) : [];
      return inOrder(ids, rows, (row) => row.id).map((row, index) => row ?? new NotFound('asset', ids[index]!));
    }),
    /** The living only. */
    assetByName: new DataLoader(
      async (names: readonly { namespace: string; name: string }[]) =>
        inOrder(names.map(nameKey), await findAssetsByName(sql, await classes(), names), nameKey),
      { cacheKeyFn: nameKey },
    ),
    children: pagesOf(
      async (ids, page: { first: number; after: AssetKey | null }) =>
        Map.groupBy(await listChildren(sql, await classes(), ids, page), (row) => row.parentId!),
      async (ids) => countChildren(sql, await classes(), ids),
    ),
    tableFacet: new DataLoader(async (ids: readonly string[]) => {
      const facets = await loadTableFacets(sql, ids);
      return ids.map((id) => facets.get(id) ?? null);
    }),

    description: new DataLoader(async (ids: readonly string[]) => {
      const descriptions = await listDescriptions(sql, ids);
      return ids.map((id) => descriptions.get(id) ?? null);
    }),
    owners: new DataLoader(async (ids: readonly string[]) => {
      const owners = Map.groupBy(await listOwners(sql, ids), (row) => row.assetId);
      return ids.map((id) => owners.get(id) ?? []);
    }),
    tags: new DataLoader(async (ids: readonly string[]) => {
      const tags = Map.groupBy(await listTags(sql, ids), (row) => row.assetId);
      return ids.map((id) => (tags.get(id) ?? []).map((row) => row.tag));
    }),
    terms: new DataLoader(async (ids: readonly string[]) => {
      const terms = Map.groupBy(await listTermsOfAssets(sql, ids), (row) => row.assetId);
      return ids.map((id) => terms.get(id) ?? []);
    }),
    /** By the asset's class: null for one without a domain, or of a removed one. */
    domainOfClass: new DataLoader(async (ids: readonly number[]) => {
      const domains = new Map((await findDomainsOfClasses(sql, ids)).map((row) => [row.accessClass, row]));
      return ids.map((id) => domains.get(id) ?? null);
    }),
    domain: node('domain'),
    term: node('term'),

    /** Of assets that the viewer sees: a column's class is its asset's. */
    columns: pagesOf(
      async (ids, page: { first: number; after: [number, string] | null }) =>
        Map.groupBy(await listColumnsOfAssets(sql, ids, page), (row) => row.assetId),
      (ids) => countColumnsOfAssets(sql, ids),
    ),
    /** Deleted ones too. */
    columnById: new DataLoader(async (ids: readonly string[]) =>
      inOrder(ids, await findColumnsById(sql, await classes(), ids), (row) => row.id),
    ),

    history: pagesOf(
      async (ids, page: { first: number; after: [number] | null }) =>
        Map.groupBy(await listVersions(sql, ids, { limit: page.first + 1, after: page.after?.[0] ?? null }), (row) => row.assetId),
      (ids) => countVersions(sql, ids),
    ),
    asOf: new DataLoader(
      async (keys: readonly { assetId: string; at: Date }[]) => {
        const found = new Map<string, Awaited<ReturnType<typeof findVersionsAsOf>>[number]>();
        for (const [at, group] of Map.groupBy(keys, (key) => key.at.toISOString())) {
          const rows = await findVersionsAsOf(
            sql,
            group.map((key) => key.assetId),
            new Date(at),
          );
          for (const row of rows) found.set(`${row.assetId} ${at}`, row);
        }
        return keys.map((key) => found.get(asOfKey(key)) ?? null);
      },
      { cacheKeyFn: asOfKey },
    ),
    snapshot: new DataLoader((keys: readonly { assetId: string; version: number }[]) => reconstruct(sql, keys), {
      cacheKeyFn: ({ assetId, version }) => `${assetId}:${version}`,
    }),
  };
}

const nameKey = ({ namespace, name }: { namespace: string; name: string }): string => JSON.stringify([namespace, name]);
const asOfKey = ({ assetId, at }: { assetId: string; at: Date }): string => `${assetId} ${at.toISOString()}`;
