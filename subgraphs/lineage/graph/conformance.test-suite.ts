/** What every graph owes: one suite, called by each implementation's own tests with an empty graph of its own. */
import { randomInt } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { VisibleClasses } from '#platform/auth/access.ts';
import { newId } from '#platform/ids.ts';
import { readLineage } from '../domain/lineage.ts';
import { readNeighbours } from '../domain/neighbours.ts';
import type { AssetNode, FlowChange, GraphFacts } from '../store/facts.ts';
import type { Direction, GraphStore, View } from './index.ts';
import { createOracle, type Oracle } from './testing/oracle.ts';
import { createRandom, randomHistory } from './testing/randomHistory.ts';

export type ConformanceCase = {
  graph: () => GraphStore;
  /** Adds to what the graph knows. */
  apply: (facts: GraphFacts) => Promise<void>;
  /** Empties the graph. */
  clear: () => Promise<void>;
};

const DIRECTIONS: readonly Direction[] = ['UPSTREAM', 'DOWNSTREAM', 'BOTH'];
const minute = (number: number): Date => new Date(Date.UTC(2026, 0, 1, 0, number));

/** Classes of the nodes. */
const OPEN = 1;
const HIDDEN = 2;

export function describeGraph(title: string, { graph, apply, clear }: ConformanceCase): void {
  const ids = new Map<string, string>();
  const names = new Map<string, string>();
  const id = (name: string): string => ids.get(name)!;
  const named = (found: readonly string[]): string[] => found.map((each) => names.get(each)!).sort();
  const node = (name: string, accessClass: number): AssetNode => {
    // In the order of the names: ids tell nodes of a level apart.
    const own = ids.get(name) ?? newId();
    ids.set(name, own);
    names.set(own, name);
    return { id: own, accessClass, namespace: 'test', name, isDeleted: false, seq: 1 };
  };
  const put = (open: string, hidden = ''): Promise<void> =>
    apply({
      assets: [...words(open).map((name) => node(name, OPEN)), ...words(hidden).map((name) => node(name, HIDDEN))],
      changes: [],
    });
  const change = (text: string, kind: FlowChange['change'], at: number): FlowChange => {
    const [from, to] = text.split('>');
    return { fromId: id(from!), toId: id(to!), kind: 'TABLE', origin: 'NATIVE', change: kind, at: minute(at) };
  };
  const open = (flows: string, at = 1) => apply({ assets: [], changes: words(flows).map((flow) => change(flow, 'opened', at)) });
  const close = (flows: string, at: number) => apply({ assets: [], changes: words(flows).map((flow) => change(flow, 'closed', at)) });
  const view = (direction: Direction, classes: VisibleClasses = 'all', at: Date | null = null): View => ({
    level: 'ASSET',
    direction,
    classes,
    at,
  });
  const all = () => [...ids.values()];
  const edges = async (at: number | null, classes: VisibleClasses = 'all') =>
    (await graph().findEdges(view('DOWNSTREAM', classes, at === null ? null : minute(at)), all(), all(), 1_000)).map(
      ({ fromId, toId, validFrom, validTo }) =>
        `${names.get(fromId)}>${names.get(toId)} ${(validFrom.getTime() - minute(0).getTime()) / 60_000}-${validTo ? (validTo.getTime() - minute(0).getTime()) / 60_000 : ''}`,
    );
  type Options = { depth?: number; maxNodes?: number; classes?: VisibleClasses; at?: number };
  const walk = async (root: string, direction: Direction, { depth = 20, maxNodes = 2_000, classes = 'all', at }: Options = {}) => {
    const asOf = at === undefined ? null : minute(at);
    const found = await readLineage(graph(), classes, { rootId: id(root), level: 'ASSET', direction, depth, maxNodes, asOf });
    return (
      found && {
        nodes: found.nodes.map((each) => `${names.get(each.id)}:${each.depth}${each.unexpanded ? `+${each.unexpanded}` : ''}`).join(' '),
        edges: found.edges
          .map(({ fromId, toId }) => `${names.get(fromId)}>${names.get(toId)}`)
          .sort()
          .join(' '),
        truncated: found.truncated,
      }
    );
  };

  describe(`${title} keeps the contract of the graph`, () => {
    beforeEach(async () => {
      await clear();
      ids.clear();
      names.clear();
    });

    it('walks against the flow, with it, and both ways', async () => {
      await put('a b c d e');
      await open('a>b b>c c>d e>c');
      expect(await walk('c', 'UPSTREAM')).toEqual({ nodes: 'c:0 b:1 e:1 a:2', edges: 'a>b b>c e>c', truncated: false });
      expect(await walk('b', 'DOWNSTREAM')).toEqual({ nodes: 'b:0 c:1 d:2', edges: 'b>c c>d', truncated: false });
      // Not to and fro: `e` flows into `c` as `b` does, and not into `b` or out of it.
      expect(await walk('b', 'BOTH')).toEqual({ nodes: 'b:0 a:1 c:1 d:2', edges: 'a>b b>c c>d', truncated: false });
      expect(await walk('b', 'BOTH', { depth: 1 })).toEqual({ nodes: 'b:0 a:1 c:1', edges: 'a>b b>c', truncated: false });
    });

    it('tells of a diamond and of a circle once', async () => {
      await put('a b c d');
      await open('a>b a>c b>d c>d d>a');
      expect(await walk('a', 'DOWNSTREAM')).toEqual({ nodes: 'a:0 b:1 c:1 d:2', edges: 'a>b a>c b>d c>d d>a', truncated: false });
      expect(await walk('d', 'BOTH', { depth: 1 })).toEqual({ nodes: 'd:0 a:1 b:1 c:1', edges: 'b>d c>d d>a', truncated: false });
      expect(await walk('d', 'BOTH', { depth: 2 })).toMatchObject({ edges: 'a>b a>c b>d c>d d>a' });
    });

    it('says where the budget cut something off, and how much of it', async () => {
      await put('a b c d e f g');
      await open('a>b a>c a>d b>e b>f c>f f>g');
      expect(await walk('a', 'DOWNSTREAM', { maxNodes: 1 })).toEqual({ nodes: 'a:0+3', edges: '', truncated: true });
      expect(await walk('a', 'DOWNSTREAM', { maxNodes: 3 })).toEqual({ nodes: 'a:0+1 b:1+2 c:1+1', edges: 'a>b a>c', truncated: true });
      expect(await walk('a', 'DOWNSTREAM', { maxNodes: 5 })).toEqual({
        nodes: 'a:0 b:1+1 c:1+1 d:1 e:2',
        edges: 'a>b a>c a>d b>e',
        truncated: true,
      });
      expect(await walk('a', 'DOWNSTREAM', { maxNodes: 7 })).toMatchObject({ truncated: false });
      // What is below the last level is not cut off by the budget.
      expect(await walk('a', 'DOWNSTREAM', { maxNodes: 4, depth: 1 })).toEqual({
        nodes: 'a:0 b:1 c:1 d:1',
        edges: 'a>b a>c a>d',
        truncated: false,
      });
      expect(await walk('a', 'DOWNSTREAM', { maxNodes: 3, depth: 1 })).toEqual({
        nodes: 'a:0+1 b:1 c:1',
        edges: 'a>b a>c',
        truncated: true,
      });
    });

    it('ends a path at what the viewer may not see, and neither names nor counts it', async () => {
      await put('a b d e', 'h i');
      await open('a>h h>d a>b b>i e>b h>a');
      expect(await walk('a', 'DOWNSTREAM', { classes: [OPEN] })).toEqual({ nodes: 'a:0 b:1', edges: 'a>b', truncated: false });
      expect(await walk('a', 'BOTH', { classes: [OPEN], maxNodes: 2 })).toEqual({ nodes: 'a:0 b:1', edges: 'a>b', truncated: false });
      expect(await walk('b', 'BOTH', { classes: [OPEN], maxNodes: 2 })).toEqual({ nodes: 'b:0+1 a:1', edges: 'a>b', truncated: true });
      expect(await walk('a', 'DOWNSTREAM', { classes: [OPEN, HIDDEN] })).toMatchObject({ nodes: 'a:0 b:1 h:1 d:2 i:2' });
      expect(await walk('h', 'DOWNSTREAM', { classes: [OPEN] })).toBeNull();
      expect(await walk('a', 'DOWNSTREAM', { classes: [] })).toBeNull();
      expect(
        await readLineage(graph(), 'all', { rootId: newId(), level: 'ASSET', direction: 'BOTH', depth: 1, maxNodes: 9, asOf: null }),
      ).toBeNull();
      const hidden = await readNeighbours(graph(), view('DOWNSTREAM', [OPEN]), [id('h'), id('a')], 1);
      expect(hidden.map(({ rows }) => named(rows.map((row) => row.id)))).toEqual([[], ['b']]);
    });

    it('moves a node from one class to another', async () => {
      await put('a b');
      await open('a>b');
      expect(await walk('a', 'DOWNSTREAM', { classes: [OPEN] })).toMatchObject({ nodes: 'a:0 b:1' });
      await put('', 'b');
      expect(await walk('a', 'DOWNSTREAM', { classes: [OPEN] })).toMatchObject({ nodes: 'a:0' });
      expect(await walk('a', 'DOWNSTREAM')).toMatchObject({ nodes: 'a:0 b:1' });
    });

    it('knows what was: closed is not erased, and what returns is a new interval', async () => {
      await put('a b c');
      await open('a>b', 1);
      await close('a>b', 3);
      await open('a>c', 4);
      await open('a>b', 6);
      expect(await edges(null)).toEqual(['a>b 6-', 'a>c 4-']);
      expect(await edges(0)).toEqual([]);
      expect(await edges(1)).toEqual(['a>b 1-3']);
      expect(await edges(3)).toEqual([]);
      expect(await edges(5)).toEqual(['a>c 4-']);
      expect(await walk('a', 'DOWNSTREAM', { at: 2 })).toMatchObject({ nodes: 'a:0 b:1' });
      expect(await walk('a', 'DOWNSTREAM', { at: 0 })).toMatchObject({ nodes: 'a:0', edges: '' });
      expect(await walk('a', 'DOWNSTREAM', { at: 5_000_000 })).toMatchObject({ nodes: 'a:0 b:1 c:1' });
    });

    it('has no interval that ends before it begins, overlaps another or is empty, whatever the clocks say', async () => {
      await put('a b');
      await open('a>b', 5);
      await close('a>b', 4);
      expect(await edges(5)).toEqual([]);
      await apply({ assets: [], changes: [change('a>b', 'opened', 6), change('a>b', 'closed', 6), change('a>b', 'opened', 6)] });
      expect(await edges(null)).toEqual(['a>b 6-']);
      await close('a>b', 9);
      await open('a>b', 7);
      expect(await edges(8)).toEqual(['a>b 6-9']);
      expect(await edges(null)).toEqual(['a>b 9-']);
    });

    it('takes the same facts twice, and what is so already', async () => {
      await put('a b');
      await open('a>b', 1);
      await open('a>b', 2);
      expect(await edges(null)).toEqual(['a>b 1-']);
      const again = () =>
        apply({ assets: [], changes: [change('a>b', 'closed', 3), change('a>b', 'opened', 4), change('a>b', 'closed', 6)] });
      await again();
      await again();
      expect([await edges(1), await edges(3), await edges(5), await edges(null)]).toEqual([['a>b 1-3'], [], ['a>b 4-6'], []]);
    });

    it('stops at each limit, in order', async () => {
      await put('a b c d e');
      await open('a>c a>d a>e b>c b>d');
      const from = [id('a'), id('b')];
      expect(await graph().findNext(view('DOWNSTREAM'), from, [id('c')], 1)).toEqual([id('d')]);
      expect(await graph().findNext(view('DOWNSTREAM'), from, [], 9)).toEqual([id('c'), id('d'), id('e')]);
      expect(await graph().findNeighbours(view('DOWNSTREAM'), from, 2)).toEqual(new Map(from.map((each) => [each, [id('c'), id('d')]])));
      expect((await graph().findEdges(view('DOWNSTREAM'), from, all(), 2)).map(({ toId }) => names.get(toId))).toEqual(['c', 'd']);
      expect(await graph().countNeighbours(view('DOWNSTREAM'), all(), [id('d')])).toEqual(
        new Map([
          [id('a'), 2],
          [id('b'), 1],
        ]),
      );
    });

    it('has at most a thousand neighbours of each asset, over any number of levels', async () => {
      const near = Array.from({ length: 600 }, (_, index) => `near${index}`);
      const far = Array.from({ length: 600 }, (_, index) => `far${index}`);
      await put(['a', 'b', ...near, ...far].join(' '));
      await open([...near.map((name) => `a>${name}`), ...far.map((name, index) => `${near[index]}>${name}`), `b>a`].join(' '));
      const [a, b] = await readNeighbours(graph(), view('DOWNSTREAM'), [id('a'), id('b')], 2);
      expect([a!.rows.length, a!.truncated, b!.rows.length, b!.truncated]).toEqual([1_000, true, 601, false]);
      expect(a!.rows.filter(({ depth }) => depth === 2).map((row) => row.id)).toEqual(far.map(id).sort().slice(0, 400));
      const [once] = await readNeighbours(graph(), view('DOWNSTREAM'), [id('a')], 1);
      expect([once!.rows.length, once!.truncated]).toEqual([600, false]);
    });

    it('says that an asset has more neighbours, also when others are followed further', async () => {
      const readers = Array.from({ length: 1_001 }, (_, index) => `reader${index}`);
      await put(['hub', 'a', 'b', 'c', ...readers].join(' '));
      await open([...readers.map((name) => `hub>${name}`), 'a>b', 'b>c'].join(' '));
      const [hub, chain] = await readNeighbours(graph(), view('DOWNSTREAM'), [id('hub'), id('a')], 3);
      expect([hub!.rows.length, hub!.truncated]).toEqual([1_000, true]);
      expect([named(chain!.rows.map((row) => row.id)), chain!.truncated]).toEqual([['b', 'c'], false]);
    });

    it('is asked for the neighbours of at most a thousand assets at a time, however many are followed together', async () => {
      const near = Array.from({ length: 999 }, (_, index) => `near${index}`);
      const others = Array.from({ length: 999 }, (_, index) => `other${index}`);
      await put(['a', 'b', ...near, ...others, 'x', 'y', 'z'].join(' '));
      // The first in order is found by the last of those asked for.
      await open(
        [
          ...near.map((name) => `a>${name}`),
          ...others.map((name) => `b>${name}`),
          `${near.at(-1)}>x`,
          `${near[0]}>y`,
          `${others[0]}>z`,
          `${others.at(-1)}>y`,
        ].join(' '),
      );
      const asked: number[] = [];
      const counting: GraphStore = {
        ...graph(),
        findNeighbours(given, among, limit) {
          asked.push(among.length);
          return graph().findNeighbours(given, among, limit);
        },
      };
      const [a, b] = await readNeighbours(counting, view('DOWNSTREAM'), [id('a'), id('b')], 3);
      expect(asked).toEqual([2, 1_000, 998]);
      expect([a!.rows.length, names.get(a!.rows.at(-1)!.id), a!.truncated]).toEqual([1_000, 'x', true]);
      expect([b!.rows.length, names.get(b!.rows.at(-1)!.id), b!.truncated]).toEqual([1_000, 'y', true]);
    });

    const seed = Number(process.env['SEED'] ?? randomInt(1_000_000));
    it(`answers as an oracle does over random histories (SEED=${seed})`, async () => {
      const random = createRandom(seed);
      for (let round = 0; round < 3; round++) {
        await clear();
        const { nodes, changes } = randomHistory(random);
        const oracle = createOracle(nodes, changes);
        for (let from = 0; from < changes.length;) {
          const to = from + random.between(1, 60);
          await apply({ assets: from === 0 ? nodes : [], changes: changes.slice(from, to) });
          from = to;
        }
        for (let question = 0; question < 60; question++) await compare(graph(), oracle, random, nodes);
      }
    });
  });
}

async function compare(
  graph: GraphStore,
  oracle: Oracle,
  random: ReturnType<typeof createRandom>,
  nodes: readonly AssetNode[],
): Promise<void> {
  const request = {
    rootId: random.one(nodes).id,
    level: 'ASSET' as const,
    direction: random.one(DIRECTIONS),
    depth: random.between(1, 6),
    maxNodes: random.one([1, 2, 5, 10, 20, 2_000]),
    asOf: random.one([null, minute(random.between(-5, 400))]),
  };
  const classes = random.one<VisibleClasses>(['all', [1, 2], [1], [3], []]);
  expect(await readLineage(graph, classes, request), JSON.stringify({ request, classes })).toEqual(oracle.lineage(classes, request));
  const direction = request.direction === 'BOTH' ? 'UPSTREAM' : request.direction; // an asset's neighbours are asked for one way
  const { depth } = request;
  const roots = [random.one(nodes).id, random.one(nodes).id];
  const neighbours = await readNeighbours(graph, { level: 'ASSET', direction, classes, at: null }, [...new Set(roots)], depth);
  expect(neighbours.map(({ rows }) => rows)).toEqual(
    [...new Set(roots)].map((rootId) => {
      const found = oracle.lineage(classes, { rootId, level: 'ASSET', direction, depth, maxNodes: 2_000, asOf: null });
      return (found?.nodes ?? []).slice(1).map(({ id, depth: at }) => ({ id, depth: at }));
    }),
  );
}

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
