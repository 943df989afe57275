/** What an operation's resolvers share: the graph, the viewer's visible classes, and neighbours read for many assets at once. */
import DataLoader from 'dataloader';
import type { VisibleClasses } from '#platform/auth/access.ts';
import { classesOf } from '#platform/auth/operationClasses.ts';
import type { Database } from '#platform/database/index.ts';
import { perOperation, type RequestContext } from '#platform/graphql/context.ts';
import type { GraphFor } from './domain/feed.ts';
import { readNeighbours, type Neighbours } from './domain/neighbours.ts';
import type { Direction, GraphStore } from './graph/index.ts';

export type NeighbourKey = { id: string; direction: Direction; depth: number };
export type Loaders = {
  graph: GraphStore;
  classes: () => Promise<VisibleClasses>;
  neighbours: (key: NeighbourKey) => Promise<Neighbours>;
};
export type LineageContext = { of: (context: RequestContext) => Loaders };

export function createLineageContext({ sql, graphFor }: { sql: Database; graphFor: GraphFor }): LineageContext {
  return perOperation((context) => {
    const graph = graphFor(sql);
    const classes = (): Promise<VisibleClasses> => classesOf(sql, context, 'read');
    const loaders = new Map<string, DataLoader<string, Neighbours>>();
    return {
      graph,
      classes,
      neighbours({ id, direction, depth }) {
        const key = `${direction} ${depth}`;
        let loader = loaders.get(key);
        if (!loader) {
          loader = new DataLoader(async (ids) => readNeighbours(graph, { direction, at: null, classes: await classes() }, ids, depth));
          loaders.set(key, loader);
        }
        return loader.load(id);
      },
    };
  });
}
