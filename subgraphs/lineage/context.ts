/** What an operation's resolvers share: the graph, the viewer's visible classes, and neighbours read for many assets at once. */
import DataLoader from 'dataloader';
import type { VisibleClasses } from '#platform/auth/access.ts';
import { classesOf } from '#platform/auth/operationClasses.ts';
import type { Database } from '#platform/database/index.ts';
import { perOperation, type RequestContext } from '#platform/graphql/context.ts';
import { readNeighbours, type Neighbours } from './domain/neighbours.ts';
import type { Direction, GraphSource, Level, View } from './graph/index.ts';

export type NeighbourKey = { id: string; level: Level; direction: Direction; depth: number };
export type Loaders = {
  graph: GraphSource;
  classes: () => Promise<VisibleClasses>;
  neighbours: (key: NeighbourKey) => Promise<Neighbours>;
};
export type LineageContext = { of: (context: RequestContext) => Loaders };

export function createLineageContext({ sql, graph }: { sql: Database; graph: GraphSource }): LineageContext {
  return perOperation((context) => {
    const classes = (): Promise<VisibleClasses> => classesOf(sql, context, 'read');
    const loaders = new Map<string, DataLoader<string, Neighbours>>();
    return {
      graph,
      classes,
      neighbours({ id, level, direction, depth }) {
        const key = `${level} ${direction} ${depth}`;
        let loader = loaders.get(key);
        if (!loader) {
          loader = new DataLoader(async (ids) => {
            const view: View = { level, direction, at: null, classes: await classes() };
            return await graph.read((store) => readNeighbours(store, view, ids, depth));
          });
          loaders.set(key, loader);
        }
        return loader.load(id);
      },
    };
  });
}
