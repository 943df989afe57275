/** What every graph owes: one suite, called by each implementation's own tests with an empty graph of its own. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { VisibleClasses } from '#platform/auth/access.ts';
import { newId } from '#platform/ids.ts';
import { readLineage } from '../domain/lineage.ts';
import { readNeighbours } from '../domain/neighbours.ts';
import { columnNodeId } from '../store/nodeIds.ts';
import type { AssetNode, FlowChange, GraphFacts } from '../store/facts.ts';
import type { Direction, FlowDetails, GraphEdge, GraphStore, HistoryKey, Level, Origin, RunKey, RunNode, View } from './index.ts';

export type ConformanceCase = {
  graph: () => GraphStore;
  /** Adds to what the graph knows. */
  apply: (facts: GraphFacts) => Promise<void>;
  /** Empties the graph. */
  clear: () => Promise<void>;
};

const minute = (number: number): Date => new Date(Date.UTC(2026, 0, 1, 0, number));
const minutesOf = (moment: Date): number => (moment.getTime() - minute(0).getTime()) / 60_000;

/** Classes of the nodes. */
const OPEN = 1;
const HIDDEN = 2;

export function describeGraph(title: string, { graph, apply, clear }: ConformanceCase): void {
  /** Of assets by their names, of columns by `asset.column`. */
  const ids = new Map<string, string>();
  const names = new Map<string, string>();
  const id = (name: string): string => ids.get(name)!;
  const named = (found: readonly string[]): string[] => found.map((each) => names.get(each)!).sort();
  const learn = (name: string, own: string): string => {
    // The first one stays: ids of assets are in the order of the names, as they are put.
    if (!ids.has(name)) ids.set(name, own);
    names.set(id(name), name);
    return id(name);
  };
  const node = (name: string, accessClass: number, isDeleted = false): AssetNode => ({
    id: learn(name, newId()),
    accessClass,
    namespace: 'test',
    name,
    isDeleted,
    seq: 1,
  });
  const put = (open: string, hidden = ''): Promise<void> =>
    apply({
      assets: [...words(open).map((name) => node(name, OPEN)), ...words(hidden).map((name) => node(name, HIDDEN))],
      changes: [],
    });
  type Saying = { origin?: Origin; details?: Partial<FlowDetails> };
  /** `a>b`, of columns `a.x>b.y`. */
  const change = (text: string, kind: FlowChange['change'], at: number, { origin = 'NATIVE', details = {} }: Saying = {}): FlowChange => {
    const [from, to] = text.split('>') as [string, string];
    return { fromId: id(from), toId: id(to), kind: from.includes('.') ? 'COLUMN' : 'TABLE', origin, change: kind, at: minute(at), details };
  };
  const open = async (flows: string, at = 1, saying?: Saying): Promise<void> => {
    const columns = [...new Set(words(flows).flatMap((flow) => flow.split('>')))].flatMap((end) => {
      const [asset, name] = end.split('.') as [string, string?];
      return name === undefined ? [] : [{ id: learn(end, columnNodeId(id(asset), name)), assetId: id(asset), name }];
    });
    await apply({ assets: [], columns, changes: words(flows).map((flow) => change(flow, 'opened', at, saying)) });
  };
  const close = (flows: string, at: number, saying?: Saying) =>
    apply({ assets: [], changes: words(flows).map((flow) => change(flow, 'closed', at, saying)) });
  const view = (direction: Direction, classes: VisibleClasses = 'all', at: Date | null = null, level: Level = 'ASSET'): View => ({
    level,
    direction,
    classes,
    at,
  });
  const all = () => [...ids.values()];
  const told = ({ fromId, toId, origin, validFrom, validTo }: GraphEdge): string =>
    `${names.get(fromId)}>${names.get(toId)} ${origin === 'NATIVE' ? '' : `${origin} `}${minutesOf(validFrom)}-${validTo ? minutesOf(validTo) : ''}`;
  const edges = async (at: number | null, direction: Direction = 'DOWNSTREAM') =>
    (await graph().findEdges(view(direction, 'all', at === null ? null : minute(at)), all(), all(), 1_000)).map(told);
  type Options = { depth?: number; maxNodes?: number; classes?: VisibleClasses; at?: number; level?: Level };
  const walk = async (
    root: string,
    direction: Direction,
    { depth = 20, maxNodes = 2_000, classes = 'all', at, level = 'ASSET' }: Options = {},
  ) => {
    const asOf = at === undefined ? null : minute(at);
    const found = await readLineage(graph(), classes, { rootId: id(root), level, direction, depth, maxNodes, asOf });
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

    it('tells of what flows between the two sides also where the budget is used up exactly', async () => {
      await put('root a b u v');
      await open('root>a a>b b>u u>root u>v root>v');
      const edges = 'a>b b>u root>a root>v u>root u>v';
      for (const maxNodes of [5, 6]) {
        const found = await walk('root', 'BOTH', { depth: 5, maxNodes });
        expect(found).toEqual({ nodes: 'root:0 a:1 u:1 v:1 b:2', edges, truncated: false });
      }
      // As far as the depth goes, and from what is shown only.
      expect(await walk('root', 'BOTH', { depth: 3, maxNodes: 5 })).toMatchObject({
        edges: 'a>b b>u root>a root>v u>root',
        truncated: false,
      });
      expect(await walk('root', 'BOTH', { depth: 5, maxNodes: 4 })).toEqual({
        nodes: 'root:0 a:1+1 u:1+1 v:1',
        edges: 'root>a root>v u>root',
        truncated: true,
      });
    });

    it('counts a neighbour of both sides once', async () => {
      await put('a b c');
      await open('a>b b>a');
      expect(await walk('a', 'BOTH', { maxNodes: 1 })).toEqual({ nodes: 'a:0+1', edges: '', truncated: true });
      await open('c>a');
      expect(await walk('a', 'BOTH', { maxNodes: 1 })).toMatchObject({ nodes: 'a:0+2' });
      expect(await walk('a', 'BOTH', { maxNodes: 2 })).toMatchObject({ nodes: 'a:0+1 b:1', edges: 'a>b b>a' });
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
      expect((await graph().findEdges(view('DOWNSTREAM'), from, null, 2)).map(({ toId }) => names.get(toId))).toEqual(['c', 'd']);
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

    it('has two origins of a flow side by side, each with its own intervals and details', async () => {
      await put('a b');
      const jobId = newId();
      await open('a>b', 1);
      await open('a>b', 2, { origin: 'DECLARED', details: { transformation: 'INDIRECT', confidence: 0.25, jobId } });
      await close('a>b', 3);
      await open('a>b', 5, { details: { transformation: 'CONDITIONAL' } });
      expect(await edges(null)).toEqual(['a>b DECLARED 2-', 'a>b 5-']);
      expect([await edges(1), await edges(2), await edges(4)]).toEqual([['a>b 1-3'], ['a>b DECLARED 2-', 'a>b 1-3'], ['a>b DECLARED 2-']]);
      expect(await edges(2, 'BOTH')).toEqual(['a>b DECLARED 2-', 'a>b 1-3']);
      const flow = { fromId: id('a'), toId: id('b'), kind: 'TABLE' };
      expect(await graph().findEdges(view('UPSTREAM'), [id('b')], [id('a')], 9)).toEqual([
        {
          ...flow,
          origin: 'DECLARED',
          transformation: 'INDIRECT',
          confidence: 0.25,
          jobId,
          runId: null,
          validFrom: minute(2),
          validTo: null,
        },
        {
          ...flow,
          origin: 'NATIVE',
          transformation: 'CONDITIONAL',
          confidence: 1,
          jobId: null,
          runId: null,
          validFrom: minute(5),
          validTo: null,
        },
      ]);
      // One neighbour, however many say so.
      expect(await graph().findNext(view('DOWNSTREAM'), [id('a')], [], 9)).toEqual([id('b')]);
      expect(await graph().findNeighbours(view('DOWNSTREAM'), [id('a')], 9)).toEqual(new Map([[id('a'), [id('b')]]]));
      expect(await graph().countNeighbours(view('BOTH'), [id('a')], [])).toEqual(new Map([[id('a'), 1]]));
      await close('a>b', 7, { origin: 'DECLARED' });
      expect(await edges(null)).toEqual(['a>b 5-']);
    });

    describe('of jobs', () => {
      const moves = async (name: string, flows: string, at = 1, origin: Origin = 'DECLARED') => {
        const jobId = learn(name, newId());
        await apply({ assets: [], jobs: [{ id: jobId, namespace: 'test', name }], changes: [] });
        await open(flows, at, { origin, details: { jobId } });
      };
      const jobs = async (classes: VisibleClasses = 'all') => (await graph().getJobs(all(), classes)).map(({ name }) => name).sort();
      const flowsOf = async (job: string, classes: VisibleClasses = 'all', after: HistoryKey | null = null, limit = 9) =>
        ((await graph().listJobFlows([id(job)], classes, after, limit)).get(id(job)) ?? []).map(told);

      it('shows those that move something between two nodes that are seen, now or once', async () => {
        await put('a b c', 'h i');
        await moves('nightly', 'a>b h>i');
        await moves('hourly', 'a>h');
        await moves('secret', 'h>i', 1, 'EVENT');
        await moves('columns', 'a.x>c.y');
        await moves('hidden columns', 'a.x>h.y');
        expect(await jobs()).toEqual(['columns', 'hidden columns', 'hourly', 'nightly', 'secret']);
        expect(await jobs([OPEN])).toEqual(['columns', 'nightly']);
        expect(await jobs([HIDDEN])).toEqual(['nightly', 'secret']);
        expect(await jobs([])).toEqual([]);
        await close('a>b', 3, { origin: 'DECLARED' });
        expect(await jobs([OPEN])).toEqual(['columns', 'nightly']);
        await put('h');
        expect(await jobs([OPEN])).toEqual(['columns', 'hidden columns', 'hourly', 'nightly']);
        expect(await graph().getJobs([id('nightly'), id('nightly'), newId()], [OPEN])).toEqual([
          { id: id('nightly'), namespace: 'test', name: 'nightly' },
        ]);
        expect(await graph().getJobs([], 'all')).toEqual([]);
      });

      it('does not know one by a flow that was none after all, or that another has taken over', async () => {
        await put('a b c');
        await moves('never', 'a>b', 2);
        await close('a>b', 1, { origin: 'DECLARED' });
        expect(await jobs()).toEqual([]);
        await moves('first', 'b>c', 1);
        await close('b>c', 2, { origin: 'DECLARED' });
        await moves('second', 'b>c', 3);
        expect([await flowsOf('never'), await flowsOf('first'), await flowsOf('second')]).toEqual([
          [],
          ['b>c DECLARED 1-2'],
          ['b>c DECLARED 3-'],
        ]);
        expect(await jobs()).toEqual(['first', 'second']);
      });

      it('tells what each moves and has moved page by page, the latest first, between nodes that are seen', async () => {
        await put('a b c', 'h');
        await moves('nightly', 'a>b b>c', 1);
        await close('a>b', 2, { origin: 'DECLARED' });
        await moves('nightly', 'a>b a>h', 4);
        await moves('nightly', 'a.x>b.y', 3, 'EVENT');
        await moves('other', 'a>c', 5);
        const found = ['a>h DECLARED 4-', 'a>b DECLARED 4-', 'a.x>b.y EVENT 3-', 'b>c DECLARED 1-', 'a>b DECLARED 1-2'];
        expect(await flowsOf('nightly')).toEqual(found);
        expect(await flowsOf('nightly', [OPEN])).toEqual(found.slice(1));
        expect(await flowsOf('nightly', [HIDDEN])).toEqual([]);
        expect(await flowsOf('nightly', [])).toEqual([]);
        const walked: string[] = [];
        for (let after: HistoryKey | null = null; ;) {
          const [edge]: GraphEdge[] = (await graph().listJobFlows([id('nightly')], 'all', after, 1)).get(id('nightly')) ?? [];
          if (!edge) break;
          expect(edge).toMatchObject({ jobId: id('nightly'), kind: names.get(edge.fromId)!.includes('.') ? 'COLUMN' : 'TABLE' });
          walked.push(told(edge));
          after = [edge.validFrom, edge.fromId, edge.toId, edge.origin];
        }
        expect(walked).toEqual(found);
        const both = await graph().listJobFlows([id('nightly'), id('other'), newId()], 'all', null, 2);
        expect(new Map([...both].map(([job, flows]) => [names.get(job), flows.map(told)]))).toEqual(
          new Map([
            ['nightly', found.slice(0, 2)],
            ['other', ['a>c DECLARED 5-']],
          ]),
        );
      });

      it('goes no way through one: what it reads does not flow into all that it writes', async () => {
        await put('a b c d');
        await moves('nightly', 'a>b c>d');
        expect(await walk('a', 'DOWNSTREAM')).toEqual({ nodes: 'a:0 b:1', edges: 'a>b', truncated: false });
        expect(await walk('nightly', 'DOWNSTREAM')).toBeNull();
        expect(await graph().findVisible([id('nightly')], 'ASSET', 'all')).toEqual([]);
        expect(await graph().countAssets('all')).toBe(4);
      });
    });

    describe('of runs', () => {
      /** `opens`: flows of its job, told by it. Without, only the run itself is told. */
      type Told = Partial<Omit<RunNode, 'id' | 'jobId' | 'runId'>> & { opens?: string; at?: number };
      const run = async (job: string, name: string, { opens = '', at = 1, ...told }: Told = {}): Promise<RunNode> => {
        const jobId = learn(job, newId());
        const runId = learn(name, newId());
        const startedAt = minute(at);
        const node = {
          id: runId,
          jobId,
          runId,
          state: 'COMPLETED',
          startedAt,
          endedAt: null,
          begunAt: told.startedAt ?? startedAt,
          ...told,
        } as const;
        await apply({ assets: [], jobs: [{ id: jobId, namespace: 'test', name: job }], runs: [node], changes: [] });
        if (opens) await open(opens, at, { origin: 'EVENT', details: { jobId, runId } });
        return node;
      };
      const get = async (classes: VisibleClasses = 'all') => named((await graph().getRuns(all(), classes)).map((each) => each.id));
      const list = async (job: string, classes: VisibleClasses = 'all', after: RunKey | null = null, limit = 9) =>
        ((await graph().listRuns([id(job)], classes, after, limit)).get(id(job)) ?? []).map((each) => names.get(each.id));

      it('shows each to who sees its job, whichever run told what flows', async () => {
        await put('a b c', 'h i');
        await run('nightly', 'first', { opens: 'a>b' });
        await run('nightly', 'second', { opens: 'h>i', at: 2 });
        await run('nightly', 'failed', { state: 'FAILED', at: 3 });
        await run('secret', 'hidden', { opens: 'a>h' });
        await run('of columns', 'fine', { opens: 'a.x>c.y' });
        await run('idle', 'nothing moved');
        expect(await get()).toEqual(['failed', 'fine', 'first', 'hidden', 'second']);
        expect(await get([OPEN])).toEqual(['failed', 'fine', 'first', 'second']);
        expect(await get([HIDDEN])).toEqual(['failed', 'first', 'second']);
        expect(await get([])).toEqual([]);
        expect([await list('nightly', [OPEN]), await list('secret', [OPEN]), await list('idle')]).toEqual([
          ['failed', 'second', 'first'],
          [],
          [],
        ]);
        expect(await list('nightly', [])).toEqual([]);
        // Of a flow that was once, too.
        await close('a>b', 4, { origin: 'EVENT' });
        expect(await list('nightly', [OPEN])).toEqual(['failed', 'second', 'first']);
        await put('h');
        expect([await list('secret', [OPEN]), (await get([OPEN])).includes('hidden')]).toEqual([['hidden'], true]);
        expect(await graph().getRuns([], 'all')).toEqual([]);
        expect(await graph().listRuns([], 'all', null, 9)).toEqual(new Map());
        expect(await graph().getRuns([newId(), id('a')], 'all')).toEqual([]);
      });

      it('has one as it was told last, with all that is known of it', async () => {
        await put('a b');
        await open('a>b', 1, { origin: 'EVENT', details: { jobId: learn('nightly', newId()) } });
        const begun = await run('nightly', 'one', { state: 'OTHER', startedAt: null, begunAt: minute(5), at: 5 });
        expect(await graph().getRuns([id('one'), id('one')], [OPEN])).toEqual([begun]);
        const done = await run('nightly', 'one', { state: 'ABORTED', startedAt: new Date(-1_500), endedAt: minute(9) });
        expect(await graph().getRuns([id('one')], [OPEN])).toEqual([done]);
        expect((await graph().listRuns([id('nightly')], 'all', null, 9)).get(id('nightly'))).toEqual([done]);
        const again = await run('nightly', 'one', { state: 'STARTED', startedAt: null, begunAt: minute(2) });
        expect(await graph().getRuns([id('one')], 'all')).toEqual([again]);
      });

      it('lists those of each job page by page, the latest begun first, however many begin at once', async () => {
        await put('a b');
        await run('nightly', 'r1', { opens: 'a>b', at: 3 });
        await run('nightly', 'r2', { at: 3 });
        await run('nightly', 'r3', { at: 1 });
        await run('nightly', 'r4', { at: 9, startedAt: new Date(-90_000) });
        await run('nightly', 'r6', { at: 9, startedAt: new Date(-80_000) });
        await run('hourly', 'r5', { opens: 'b>a', at: 2 });
        // Ids are in the order in which they were made.
        const found = ['r2', 'r1', 'r3', 'r6', 'r4'];
        expect(await list('nightly')).toEqual(found);
        const walked: (string | undefined)[] = [];
        for (let after: RunKey | null = null; ;) {
          const [next]: RunNode[] = (await graph().listRuns([id('nightly')], 'all', after, 1)).get(id('nightly')) ?? [];
          if (!next) break;
          walked.push(names.get(next.id));
          after = [next.begunAt, next.id];
        }
        expect(walked).toEqual(found);
        const both = await graph().listRuns([id('nightly'), id('hourly'), id('nightly'), newId()], [OPEN], null, 2);
        expect(new Map([...both].map(([job, runs]) => [names.get(job), runs.map((each) => names.get(each.id))]))).toEqual(
          new Map([
            ['nightly', ['r2', 'r1']],
            ['hourly', ['r5']],
          ]),
        );
      });

      it('is on what it opened, and not on what another one opens afterwards', async () => {
        await put('a b');
        await run('nightly', 'first', { opens: 'a>b a.x>b.y', at: 1 });
        // It flows already.
        await run('nightly', 'second', { opens: 'a>b', at: 2 });
        await close('a>b a.x>b.y', 4, { origin: 'EVENT' });
        await run('hourly', 'third', { opens: 'a>b', at: 4 });
        const told = async (flows: readonly GraphEdge[]) => flows.map((edge) => [names.get(edge.runId!), minutesOf(edge.validFrom)]);
        expect(await told(await graph().findEdges(view('DOWNSTREAM'), [id('a')], [id('b')], 9))).toEqual([['third', 4]]);
        expect(await told(await graph().findEdges(view('UPSTREAM', 'all', minute(3), 'COLUMN'), [id('b.y')], null, 9))).toEqual([
          ['first', 1],
        ]);
        expect(await told(await graph().listHistory('ASSET', [id('b')], 'all', null, 9))).toEqual([
          ['third', 4],
          ['first', 1],
        ]);
        const flows = await graph().listJobFlows([id('nightly'), id('hourly')], 'all', null, 9);
        expect((await told([...flows.values()].flat())).sort()).toEqual([
          ['first', 1],
          ['first', 1],
          ['third', 4],
        ]);
        expect(await get()).toEqual(['first', 'second', 'third']);
        // It turns out that another one was first.
        const { id: runId, jobId } = await run('nightly', 'fourth', { at: 4 });
        const retold = [
          change('a>b', 'closed', 4, { origin: 'EVENT' }),
          change('a>b', 'opened', 4, { origin: 'EVENT', details: { jobId, runId } }),
        ];
        await apply({ assets: [], changes: retold });
        const [edge] = await graph().findEdges(view('DOWNSTREAM'), [id('a')], [id('b')], 9);
        expect(edge).toMatchObject({ jobId, runId, validFrom: minute(4) });
      });

      it('is no node that data flows through, and no asset', async () => {
        await put('a b');
        await run('nightly', 'first', { opens: 'a>b' });
        for (const level of ['ASSET', 'COLUMN'] as const) expect(await graph().findVisible([id('first')], level, 'all')).toEqual([]);
        expect(await graph().getJobs([id('first')], 'all')).toEqual([]);
        expect(await graph().getColumns([id('first')], 'all')).toEqual([]);
        expect(await graph().findColumns(view('DOWNSTREAM', 'all', null, 'COLUMN'), id('nightly'), 9)).toEqual([]);
        expect(await graph().countAssets('all')).toBe(2);
      });
    });

    it('says anew what an interval is that begins where an empty one did', async () => {
      await put('a b');
      await open('a>b', 1);
      await apply({
        assets: [],
        changes: [
          change('a>b', 'closed', 1),
          change('a>b', 'opened', 1, { origin: 'NATIVE', details: { transformation: 'INDIRECT', confidence: 0.5 } }),
        ],
      });
      const [edge, ...more] = await graph().findEdges(view('DOWNSTREAM'), all(), all(), 9);
      expect([edge, more]).toMatchObject([{ transformation: 'INDIRECT', confidence: 0.5, validFrom: minute(1), validTo: null }, []]);
    });

    it('knows a flow into itself, and walks it nowhere', async () => {
      await put('a b');
      await open('a>a a>b b>a');
      expect(await edges(null, 'BOTH')).toEqual(['a>a 1-', 'a>b 1-', 'b>a 1-']);
      expect(await walk('a', 'DOWNSTREAM')).toEqual({ nodes: 'a:0 b:1', edges: 'a>a a>b b>a', truncated: false });
      expect(await walk('a', 'BOTH', { depth: 1 })).toEqual({ nodes: 'a:0 b:1', edges: 'a>a a>b b>a', truncated: false });
      expect(await walk('a', 'DOWNSTREAM', { maxNodes: 1 })).toEqual({ nodes: 'a:0+1', edges: '', truncated: true });
      expect(await graph().countNeighbours(view('BOTH'), [id('a')], [])).toEqual(new Map([[id('a'), 2]]));
      expect((await graph().listHistory('ASSET', [id('a')], 'all', null, 9)).map(told)).toEqual(['b>a 1-', 'a>b 1-', 'a>a 1-']);
    });

    it('walks between columns, of all columns of an asset', async () => {
      await put('a b c');
      await open('a>b a.x>b.x a.y>b.x b.x>c.z b.y>c.z');
      expect(await walk('a', 'DOWNSTREAM')).toMatchObject({ nodes: 'a:0 b:1' });
      const columns = await walk('a', 'DOWNSTREAM', { level: 'COLUMN' });
      expect(columns!.nodes.split(' ').sort().join(' ')).toBe('a.x:0 a.y:0 b.x:1 c.z:2');
      expect(columns).toMatchObject({ edges: 'a.x>b.x a.y>b.x b.x>c.z', truncated: false });
      expect((await walk('c', 'UPSTREAM', { level: 'COLUMN', depth: 1 }))!.edges).toBe('b.x>c.z b.y>c.z');
      expect(await walk('a', 'UPSTREAM', { level: 'COLUMN' })).toEqual({ nodes: '', edges: '', truncated: false });
      expect(await walk('a', 'DOWNSTREAM', { level: 'COLUMN', at: 0 })).toEqual({ nodes: '', edges: '', truncated: false });
      const within = async (maxNodes: number) => (await walk('a', 'DOWNSTREAM', { level: 'COLUMN', maxNodes }))!;
      expect([(await within(1)).truncated, (await within(2)).truncated, (await within(4)).truncated]).toEqual([true, true, false]);
    });

    it('shows a column to whoever sees its asset, also after that came to another class', async () => {
      await put('a b c', 'h');
      await open('a.x>b.x b.x>c.x a.x>h.x h.x>c.y');
      const sees = async (classes: VisibleClasses) => (await walk('a', 'DOWNSTREAM', { level: 'COLUMN', classes }))?.edges;
      expect([await sees([OPEN]), await sees([HIDDEN]), await sees([])]).toEqual(['a.x>b.x b.x>c.x', undefined, undefined]);
      expect(named(await graph().findVisible(all(), 'COLUMN', [OPEN]))).toEqual(['a.x', 'b.x', 'c.x', 'c.y']);
      expect(named(await graph().findVisible(all(), 'COLUMN', 'all'))).toEqual(['a.x', 'b.x', 'c.x', 'c.y', 'h.x']);
      expect(named(await graph().findVisible([...all(), ...all()], 'ASSET', [HIDDEN]))).toEqual(['h']);
      await open('a.w>h.x', 2);
      expect(await walk('a', 'BOTH', { level: 'COLUMN', classes: [OPEN] })).toMatchObject({ nodes: expect.not.stringContaining('a.w') });
      expect(await walk('a', 'BOTH', { level: 'COLUMN', classes: [OPEN], maxNodes: 3 })).toMatchObject({ truncated: false });
      await put('h', 'b');
      expect([await sees([OPEN]), await sees([OPEN, HIDDEN])]).toEqual([
        'a.w>h.x a.x>h.x h.x>c.y',
        'a.w>h.x a.x>b.x a.x>h.x b.x>c.x h.x>c.y',
      ]);
    });

    it("finds an asset's columns that have a flow, and what columns are", async () => {
      await put('a b', 'h');
      await open('a.x>b.x a.y>h.x', 1);
      await open('b.x>a.z', 3);
      await close('a.x>b.x', 5);
      const find = async (direction: Direction, at: number | null, classes: VisibleClasses = 'all', limit = 9) =>
        named(await graph().findColumns(view(direction, classes, at === null ? null : minute(at), 'COLUMN'), id('a'), limit));
      expect([await find('DOWNSTREAM', 2), await find('UPSTREAM', 2), await find('BOTH', 2)]).toEqual([['a.x', 'a.y'], [], ['a.x', 'a.y']]);
      expect([await find('DOWNSTREAM', null), await find('BOTH', null)]).toEqual([['a.y'], ['a.y', 'a.z']]);
      // A column whose flows are hidden is as one without any: who is not told of a flow does not learn that there is one, either.
      expect([await find('BOTH', null, [OPEN]), await find('BOTH', null, [HIDDEN]), await find('BOTH', null, [])]).toEqual([
        ['a.z'],
        [],
        [],
      ]);
      expect([await find('DOWNSTREAM', 2, [OPEN]), await find('DOWNSTREAM', null, [OPEN])]).toEqual([['a.x'], []]);
      expect([await find('DOWNSTREAM', null, [OPEN, HIDDEN]), await find('BOTH', 2, [OPEN], 1)]).toEqual([['a.y'], ['a.x']]);
      const ordered = await graph().findColumns(view('BOTH', 'all', minute(4), 'COLUMN'), id('a'), 9);
      expect(ordered).toEqual(['a.x', 'a.y', 'a.z'].map(id).sort());
      expect(await graph().findColumns(view('BOTH', 'all', minute(4), 'COLUMN'), id('a'), 2)).toEqual(ordered.slice(0, 2));
      const columns = await graph().getColumns([id('a.x'), id('h.x'), id('a'), newId(), id('a.x')], [OPEN]);
      expect(columns).toEqual([{ id: id('a.x'), assetId: id('a'), name: 'x' }]);
      expect(await graph().getColumns([id('h.x')], 'all')).toEqual([{ id: id('h.x'), assetId: id('h'), name: 'x' }]);
    });

    it('lists what was and is, the latest begun first, page by page', async () => {
      await put('a b c', 'h');
      await open('a>b', 1);
      await close('a>b', 3);
      await open('a>c h>a', 4);
      await open('a>b', 4, { origin: 'PARSED' });
      await open('a>b', 5);
      await open('b>c', 6);
      const list = async (of: string, classes: VisibleClasses, after: HistoryKey | null = null, limit = 9) =>
        await graph().listHistory('ASSET', words(of).map(id), classes, after, limit);
      const everything = await list('a', 'all');
      expect(everything.map(told)).toEqual(['a>b 5-', 'h>a 4-', 'a>c 4-', 'a>b PARSED 4-', 'a>b 1-3']);
      expect((await list('a', [OPEN])).map(told)).toEqual(['a>b 5-', 'a>c 4-', 'a>b PARSED 4-', 'a>b 1-3']);
      // An edge between two of them is one.
      expect((await list('a b c', [OPEN])).map(told)).toEqual(['b>c 6-', 'a>b 5-', 'a>c 4-', 'a>b PARSED 4-', 'a>b 1-3']);
      expect((await list('a', [])).map(told)).toEqual([]);
      for (const [index, { validFrom, fromId, toId, origin }] of everything.entries())
        expect(await list('a', 'all', [validFrom, fromId, toId, origin], 2)).toEqual(everything.slice(index + 1, index + 3));
    });

    it('tells of everything that flows between living assets that are seen, and how many there are', async () => {
      await put('a b c d', 'h');
      await open('a>b a>c b>b b>h h>c c>d a.x>b.x', 1);
      await open('a>b', 2, { origin: 'DECLARED' });
      await close('c>d', 3);
      const flows = async (classes: VisibleClasses) => {
        const found = new Set<string>();
        for await (const batch of graph().streamFlows(classes))
          for (const { fromId, toIds } of batch) for (const toId of toIds) found.add(`${names.get(fromId)}>${names.get(toId)}`);
        return [...found].sort().join(' ');
      };
      const count = (classes: VisibleClasses) => graph().countAssets(classes);
      expect([await flows('all'), await flows([OPEN]), await flows([])]).toEqual(['a>b a>c b>b b>h h>c', 'a>b a>c b>b', '']);
      expect([await count('all'), await count([OPEN]), await count([HIDDEN]), await count([])]).toEqual([5, 4, 1, 0]);
      await apply({ assets: [node('b', OPEN, true)], changes: [] });
      expect([await flows('all'), await flows([OPEN])]).toEqual(['a>c h>c', 'a>c']);
      expect([await count('all'), await count([OPEN])]).toEqual([4, 3]);
    });

    it('walks through what is deleted: what flows there still is so', async () => {
      await put('a b c');
      await open('a>b b>c');
      await apply({ assets: [node('b', OPEN, true)], changes: [] });
      expect(await walk('a', 'DOWNSTREAM', { classes: [OPEN] })).toMatchObject({ nodes: 'a:0 b:1 c:2' });
      await close('a>b b>c', 5);
      expect(await walk('b', 'BOTH', { classes: [OPEN] })).toMatchObject({ nodes: 'b:0' });
      expect(await walk('b', 'BOTH', { classes: [OPEN], at: 2 })).toMatchObject({ nodes: 'b:0 a:1 c:1' });
    });

    it('has nothing for who sees nothing, for unknown ids, and for none at all', async () => {
      await put('a b');
      await open('a>b a.x>b.x');
      const far = newId();
      for (const [classes, given] of [
        [[], [id('a'), id('b')]],
        ['all', [far]],
        [[OPEN], [far]],
        ['all', []],
      ] as [VisibleClasses, string[]][]) {
        for (const direction of ['UPSTREAM', 'DOWNSTREAM', 'BOTH'] as const) {
          const own = view(direction, classes);
          expect(await graph().findVisible(given, 'ASSET', classes)).toEqual([]);
          expect(await graph().findNext(own, given, [], 9)).toEqual([]);
          expect(await graph().findNeighbours(own, given, 9)).toEqual(new Map());
          expect(await graph().countNeighbours(own, given, [])).toEqual(new Map());
          expect(await graph().findColumns({ ...own, level: 'COLUMN' }, classes.length === 0 ? id('a') : far, 9)).toEqual([]);
        }
        expect(await graph().getColumns(classes.length === 0 ? [id('a.x')] : given, classes)).toEqual([]);
        expect(await graph().listHistory('ASSET', given, classes, null, 9)).toEqual([]);
      }
      expect(await graph().findVisible(all(), 'ASSET', [HIDDEN])).toEqual([]);
      expect(await graph().findEdges(view('BOTH'), [far], all(), 9)).toEqual([]);
      expect(await graph().findEdges(view('BOTH'), all(), [], 9)).toEqual([]);
    });

    it('has nothing before all, and in the future what is now', async () => {
      await put('a b');
      await open('a>b', 1);
      const at = (moment: Date) => graph().findNext(view('DOWNSTREAM', 'all', moment), [id('a')], [], 9);
      expect([await at(new Date(0)), await at(new Date(-1)), await at(new Date('0001-01-01T00:00:00Z'))]).toEqual([[], [], []]);
      expect([await at(new Date(minute(1).getTime() - 1)), await at(minute(1))]).toEqual([[], [id('b')]]);
      expect(await at(new Date(Date.UTC(9999, 0, 1)))).toEqual([id('b')]);
    });

    it('reads a hub as far as it is asked to, whatever else it was once', async () => {
      const leaves = Array.from({ length: 60 }, (_, index) => `leaf${String(index).padStart(2, '0')}`);
      await put(['hub', 'other', ...leaves].join(' '), 'h');
      await open(leaves.map((name) => `hub>${name}`).join(' '), 1);
      await open(leaves.map((name) => `${name}>other`).join(' '), 1);
      await open('hub>h hub>other h>other', 1);
      await open(
        leaves
          .slice(0, 10)
          .map((name) => `hub>${name}`)
          .join(' '),
        2,
        { origin: 'DECLARED' },
      );
      await close(
        leaves
          .slice(0, 5)
          .map((name) => `hub>${name}`)
          .join(' '),
        3,
      );
      await close(
        leaves
          .slice(0, 3)
          .map((name) => `hub>${name}`)
          .join(' '),
        4,
        { origin: 'DECLARED' },
      );
      await close(
        leaves
          .slice(20, 40)
          .map((name) => `${name}>other`)
          .join(' '),
        4,
      );
      const next = async (limit: number, { except = '', at = null as number | null, classes = 'all' as VisibleClasses } = {}) =>
        named(
          await graph().findNext(view('DOWNSTREAM', classes, at === null ? null : minute(at)), [id('hub')], words(except).map(id), limit),
        );
      expect(await next(3)).toEqual(['leaf03', 'leaf04', 'other']);
      expect(await next(3, { except: 'other leaf04' })).toEqual(['leaf03', 'leaf05', 'leaf06']);
      expect(await next(3, { at: 2 })).toEqual(['leaf00', 'leaf01', 'other']);
      expect(await next(99, { classes: [HIDDEN] })).toEqual(['h']);
      expect(await next(2, { classes: [OPEN] })).toEqual(['leaf03', 'other']);
      expect((await next(99)).length).toBe(59);
      const into = await graph().findNext(view('UPSTREAM'), [id('other')], [id('hub')], 25);
      expect(named(into)).toEqual([...leaves.slice(0, 20), ...leaves.slice(40, 45)]);
      expect(named((await graph().findNeighbours(view('DOWNSTREAM'), [id('hub'), id('leaf50')], 2)).get(id('hub'))!)).toEqual([
        'leaf03',
        'other',
      ]);
      expect(named((await graph().findNeighbours(view('BOTH', [OPEN]), [id('leaf50'), id('other')], 3)).get(id('leaf50'))!)).toEqual([
        'hub',
        'other',
      ]);
      expect(await graph().countNeighbours(view('DOWNSTREAM'), [id('hub')], [id('other')])).toEqual(new Map([[id('hub'), 58]]));
      expect(await graph().countNeighbours(view('UPSTREAM', [OPEN]), [id('other')], [])).toEqual(new Map([[id('other'), 41]]));
      // From a hub to others, to a hub from others, and from one to another.
      const between = async (from: string, to: string, direction: Direction = 'DOWNSTREAM') =>
        (await graph().findEdges(view(direction), words(from).map(id), words(to).map(id), 99)).map(told);
      expect(await between('hub', 'leaf00 leaf04 leaf07')).toEqual(['hub>leaf04 DECLARED 2-', 'hub>leaf07 DECLARED 2-', 'hub>leaf07 1-']);
      expect(await between('leaf00 leaf30 hub', 'other')).toEqual(['hub>other 1-', 'leaf00>other 1-']);
      expect(await between('other leaf50', 'hub leaf50', 'UPSTREAM')).toEqual(['hub>other 1-', 'hub>leaf50 1-', 'leaf50>other 1-']);
      expect(await walk('hub', 'DOWNSTREAM', { maxNodes: 4, classes: [OPEN] })).toEqual({
        nodes: 'hub:0+55 other:1 leaf03:1 leaf04:1',
        edges: 'hub>leaf03 hub>leaf04 hub>other leaf03>other leaf04>other',
        truncated: true,
      });
      expect((await graph().listHistory('ASSET', [id('hub')], 'all', null, 999)).length).toBe(72);
    });
  });
}

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
