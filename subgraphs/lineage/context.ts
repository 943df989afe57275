/** What an operation's resolvers share: the graph, the viewer's visible classes, and what is read for many nodes and edges at once. */
import DataLoader from 'dataloader';
import type { VisibleClasses } from '#platform/auth/access.ts';
import { classesOf } from '#platform/auth/operationClasses.ts';
import { mayRead } from '#platform/auth/viewer.ts';
import type { Database } from '#platform/database/index.ts';
import { findAppError, TooMuch, type AppError } from '#platform/errors.ts';
import { perOperation, type RequestContext } from '#platform/graphql/context.ts';
import { inOrder } from '#platform/graphql/loading.ts';
import type { AskSubgraph } from '#platform/graphql/subgraph.ts';
import { createDeadline, type Deadline } from './domain/budgets.ts';
import { isNodeId } from './store/nodeIds.ts';
import { readNeighbours, type Neighbours } from './domain/neighbours.ts';
import type { ColumnNode, Direction, GraphEdge, GraphSource, HistoryKey, JobNode, Level, RunKey, RunNode, View } from './graph/index.ts';
import { findDefinitions, type DefinitionKey } from './store/catalogAssets.ts';
import { findColumnIds, findColumnsById } from './store/catalogColumns.ts';
import { findDeclarations, findJobs, findRuns, type DeclaredEdge } from './store/declarations.ts';

export type NeighbourKey = { id: string; level: Level; direction: Direction; depth: number };

export type Loaders = ReturnType<typeof createLoaders>;
/** `of`: the loaders of an operation. `forget`: what a mutation calls after it wrote, so that what follows reads anew. */
export type LineageContext = { of: (context: RequestContext) => Loaders; forget: (context: RequestContext) => void };

type Deps = { sql: Database; graph: GraphSource; askCatalog: AskSubgraph };

export const createLineageContext = (deps: Deps): LineageContext => perOperation((context) => createLoaders(deps, context));

/** `away`: why catalog could not be asked. */
type CatalogId = { id: string | null; away?: AppError };

/** As many as the graph takes at a time. */
const COLUMNS_AT_ONCE = 5_000;

/** Characters of SQL that an operation may bring. */
const MOST_TOLD = 5_000_000;
const tooMuchSql = (): TooMuch =>
  new TooMuch('QUERY_TOO_COSTLY', `The SQL behind these edges is longer than ${MOST_TOLD} characters. Ask for "query" of fewer edges.`, {
    limit: MOST_TOLD,
  });

function createLoaders({ sql, graph, askCatalog }: Deps, context: RequestContext) {
  const { viewer } = context;
  const classes = (): Promise<VisibleClasses> => classesOf(sql, context, 'read');
  const neighboursBy = new Map<string, DataLoader<string, Neighbours>>();
  const jobRunsBy = new Map<string, DataLoader<string, RunNode[]>>();
  const jobFlowsBy = new Map<string, DataLoader<string, GraphEdge[]>>();
  /** Of all lists of neighbours together, from the first one on. */
  let deadline: Deadline | undefined;

  async function findColumns(ids: readonly string[]): Promise<ColumnNode[]> {
    const seen = await classes();
    return graph.read(async (store) => {
      const found: ColumnNode[] = [];
      for (let from = 0; from < ids.length; from += COLUMNS_AT_ONCE) {
        found.push(...(await store.getColumns(ids.slice(from, from + COLUMNS_AT_ONCE), seen)));
      }
      return found;
    });
  }

  const column = new DataLoader(async (nodeIds: readonly string[]) => inOrder(nodeIds, await findColumns(nodeIds), ({ id }) => id));

  const catalogIds = new DataLoader(async (nodeIds: readonly string[]): Promise<CatalogId[]> => {
    const nodes = await Promise.all(nodeIds.map((nodeId) => column.load(nodeId)));
    const named = nodes.flatMap((node) => node ?? []);
    try {
      const ids = await findColumnIds(askCatalog, context, named);
      return nodeIds.map((nodeId) => ({ id: ids.get(nodeId) ?? null }));
    } catch (error) {
      // Nothing is lost: who needs catalog's word is told why it says nothing.
      const away = findAppError(error);
      if (away?.code !== 'UPSTREAM_UNAVAILABLE') throw error;
      return nodeIds.map(() => ({ id: null, away }));
    }
  });

  const definitions = new DataLoader((keys: readonly DefinitionKey[]) => findDefinitions(askCatalog, context, keys), {
    cacheKeyFn: ({ assetId, at }) => `${assetId} ${at?.getTime() ?? ''}`,
  });
  /** How much SQL the answer has: each edge into a view brings all of it. */
  let told = 0;

  return {
    graph,
    classes,
    neighbours({ id, level, direction, depth }: NeighbourKey): Promise<Neighbours> {
      const key = `${level} ${direction} ${depth}`;
      let loader = neighboursBy.get(key);
      if (!loader) {
        loader = new DataLoader(async (ids) => {
          const view: View = { level, direction, at: null, classes: await classes() };
          const until = (deadline ??= createDeadline());
          return await graph.read((store) => readNeighbours(store, view, ids, depth, until));
        });
        neighboursBy.set(key, loader);
      }
      return loader.load(id);
    },
    /** Of the graph's ids; null where the viewer may not see it. */
    column,
    /** Catalog's id of one of the graph's; null where catalog does not know it, or shows it no more. Throws where catalog is away. */
    async catalogId(nodeId: string): Promise<string | null> {
      const found = await catalogIds.load(nodeId);
      if (found.away) throw found.away;
      return found.id;
    },
    /** The same, or the graph's where catalog has none or is away. */
    async shownId(nodeId: string): Promise<string> {
      return (await catalogIds.load(nodeId)).id ?? nodeId;
    },
    /** For what was just declared: it is known already. */
    primeColumn(node: ColumnNode, id: string): void {
      column.prime(node.id, node);
      catalogIds.prime(node.id, { id });
    },
    /** Of catalog's ids, and of the graph's; null where the viewer may not see it. One by catalog's id need not have edges. */
    columnNode: new DataLoader(async (ids: readonly string[]): Promise<(ColumnNode | null)[]> => {
      const others = ids.filter((id) => !isNodeId(id));
      const nodes = others.length > 0 ? await findColumnsById(askCatalog, context, others) : new Map<string, ColumnNode>();
      return await Promise.all(ids.map(async (id) => (isNodeId(id) ? await column.load(id) : (nodes.get(id) ?? null))));
    }),
    /** Of edges that people declared. */
    declaration: new DataLoader(
      async (edges: readonly DeclaredEdge[]) =>
        inOrder(edges.map(edgeKey), await findDeclarations(sql, edges), ({ declaredAt, ...ends }) =>
          edgeKey({ ...ends, validFrom: declaredAt }),
        ),
      { cacheKeyFn: edgeKey },
    ),
    /** The SQL that tells of an edge: of the view that it leads into, as it is while the edge holds, else as it was at its end. */
    async definition({ toId, kind, validTo }: GraphEdge): Promise<string | null> {
      const assetId = kind === 'TABLE' ? toId : (await column.load(toId))?.assetId;
      if (!assetId) return null;
      // An edge has ended where the next version begins.
      const found = await definitions.load({ assetId, at: validTo && new Date(validTo.getTime() - 1) });
      told += found?.length ?? 0;
      if (told > MOST_TOLD) throw tooMuchSql();
      return found;
    },
    /** Of edges that the viewer was shown: who sees one of its flows sees a job. */
    job: new DataLoader(async (ids: readonly string[]) =>
      inOrder(ids, viewer && mayRead(viewer) ? await findJobs(sql, ids) : [], ({ id }) => id),
    ),
    /** Of any ids; null where the viewer sees none of its flows. */
    visibleJob: new DataLoader(async (ids: readonly string[]): Promise<(JobNode | null)[]> => {
      const seen = await classes();
      return inOrder(ids, await graph.read((store) => store.getJobs(ids, seen)), ({ id }) => id);
    }),
    /** Of edges that the viewer was shown: whose job it sees. */
    run: new DataLoader(async (ids: readonly string[]) =>
      inOrder(ids, viewer && mayRead(viewer) ? await findRuns(sql, ids) : [], ({ id }) => id),
    ),
    /** Of any ids; null where the viewer does not see its job. */
    visibleRun: new DataLoader(async (ids: readonly string[]): Promise<(RunNode | null)[]> => {
      const seen = await classes();
      return inOrder(ids, await graph.read((store) => store.getRuns(ids, seen)), ({ id }) => id);
    }),
    /** The latest begun first: the first `limit` after `after`. */
    jobRuns(jobId: string, after: RunKey | null, limit: number): Promise<RunNode[]> {
      const key = JSON.stringify([after, limit]);
      let loader = jobRunsBy.get(key);
      if (!loader) {
        loader = new DataLoader(async (ids) => {
          const seen = await classes();
          const found = await graph.read((store) => store.listRuns(ids, seen, after, limit));
          return ids.map((id) => found.get(id) ?? []);
        });
        jobRunsBy.set(key, loader);
      }
      return loader.load(jobId);
    },
    /** The latest first: the first `limit` after `after`. */
    jobFlows(jobId: string, after: HistoryKey | null, limit: number): Promise<GraphEdge[]> {
      const key = JSON.stringify([after, limit]);
      let loader = jobFlowsBy.get(key);
      if (!loader) {
        loader = new DataLoader(async (ids) => {
          const seen = await classes();
          const found = await graph.read((store) => store.listJobFlows(ids, seen, after, limit));
          return ids.map((id) => found.get(id) ?? []);
        });
        jobFlowsBy.set(key, loader);
      }
      return loader.load(jobId);
    },
  };
}

const edgeKey = ({ fromId, toId, validFrom }: DeclaredEdge): string => `${fromId} ${toId} ${validFrom.toISOString()}`;
