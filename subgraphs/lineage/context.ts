/** What an operation's resolvers share: the graph, the viewer's visible classes, and neighbours read for many assets at once. */
import DataLoader from 'dataloader';
import { visibleClasses, type VisibleClasses } from '#platform/auth/access.ts';
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
  return perOperation(({ viewer }) => {
    const graph = graphFor(sql);
    let answer: Promise<VisibleClasses> | undefined;
    const classes = (): Promise<VisibleClasses> => (answer ??= viewer ? visibleClasses(sql, viewer, 'read') : Promise.resolve([]));
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
