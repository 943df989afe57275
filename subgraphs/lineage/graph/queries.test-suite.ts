/** What impact, paths, differences, histories and statistics are over every graph: called by each implementation's own tests, as the conformance suite. */
import { randomInt } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { VisibleClasses } from '#platform/auth/access.ts';
import { newId } from '#platform/ids.ts';
import { readDiff } from '../domain/diff.ts';
import { readReached } from '../domain/impact.ts';
import { readHistory } from '../domain/lineageHistory.ts';
import { columnNodeId } from '../store/nodeIds.ts';
import { readPaths, type PathsRequest } from '../domain/paths.ts';
import { readStatistics } from '../domain/statistics.ts';
import type { FlowChange } from '../store/facts.ts';
import type { ConformanceCase } from './conformance.test-suite.ts';
import type { Direction, GraphEdge, HistoryKey, Level, Origin } from './index.ts';
import { createQueryOracle, randomFacts, type Facts } from './testing/queryOracle.ts';
import { createRandom, type Random } from './testing/randomHistory.ts';

const DIRECTIONS: readonly Direction[] = ['UPSTREAM', 'DOWNSTREAM', 'BOTH'];
const minute = (number: number): Date => new Date(Date.UTC(2026, 0, 1, 0, number));
/** A machine that is busy must not make answers shorter. */
const deadline = { isOver: () => false };
/** A clock on which time is over after some looks. */
const after = (looks: number) => ({ isOver: () => looks-- <= 0 });

const OPEN = 1;
const HIDDEN = 2;

export function describeQueries(title: string, { graph, apply, clear }: ConformanceCase): void {
  /** By name; a column's is `asset.column`. */
  const ids = new Map<string, string>();
  const names = new Map<string, string>();
  const id = (name: string): string => ids.get(name)!;
  const nameOf = (each: string): string => names.get(each)!;

  /** Assets and flows in one writing: `a>b`, of columns `a.x>b.y`; a capital is hidden. */
  async function put(assets: string, flows = '', { at = 1, origin = 'NATIVE' as Origin, deleted = '' } = {}): Promise<void> {
    const learn = (name: string, own: string): string => {
      ids.set(name, ids.get(name) ?? own);
      names.set(id(name), name);
      return id(name);
    };
    const nodes = words(assets).map((name) => ({
      id: learn(name, newId()),
      accessClass: name === name.toLowerCase() ? OPEN : HIDDEN,
      namespace: 'test',
      name,
      isDeleted: words(deleted).includes(name),
      seq: 1,
    }));
    const ends = words(flows).flatMap((flow) => flow.split('>'));
    const columns = [...new Set(ends.filter((end) => end.includes('.')))].map((end) => {
      const [asset, name] = end.split('.') as [string, string];
      return { id: learn(end, columnNodeId(id(asset), name)), assetId: id(asset), name };
    });
    await apply({ assets: nodes, columns, changes: words(flows).map((flow) => change(flow, 'opened', at, origin)) });
  }
  function change(flow: string, kind: FlowChange['change'], at: number, origin: Origin = 'NATIVE'): FlowChange {
    const [from, to] = flow.split('>') as [string, string];
    return { fromId: id(from), toId: id(to), kind: from.includes('.') ? 'COLUMN' : 'TABLE', origin, change: kind, at: minute(at) };
  }
  const close = (flows: string, at: number) => apply({ assets: [], changes: words(flows).map((flow) => change(flow, 'closed', at)) });
  const flowsOf = (edges: readonly GraphEdge[]): string => edges.map(({ fromId, toId }) => `${nameOf(fromId)}>${nameOf(toId)}`).join(' ');

  const reach = async (root: string, direction: Direction, options: Partial<Parameters<typeof readReached>[2]> & Seen = {}) => {
    const { classes = 'all', ...rest } = options;
    const level: Level = root.includes('.') ? 'COLUMN' : 'ASSET';
    const request = {
      level,
      rootId: id(root),
      assetId: id(root.split('.')[0]!),
      direction,
      depth: 20,
      maxNodes: 5_000,
      asOf: null,
      deadline,
    };
    const found = await readReached(graph(), classes, { ...request, ...rest });
    return found && `${found.assetIds.map(nameOf).join(' ')}${found.truncated ? ' …' : ''}`;
  };
  const paths = async (from: string, to: string, options: Partial<PathsRequest> & Seen = {}) => {
    const { classes = 'all', ...rest } = options;
    const level: Level = from.includes('.') ? 'COLUMN' : 'ASSET';
    const request = { level, fromId: id(from), toId: id(to), maxLength: 20, limit: 100, asOf: null, deadline };
    const found = await readPaths(graph(), classes, { ...request, ...rest });
    return `${found.paths.map(({ nodeIds }) => nodeIds.map(nameOf).join('')).join(' ')}${found.truncated ? ' …' : ''}`;
  };

  describe(`${title} answers questions about the graph`, () => {
    beforeEach(async () => {
      await clear();
      ids.clear();
      names.clear();
    });

    describe('impact', () => {
      it('is of the assets that are reached, the nearest first, the root left out', async () => {
        await put('a b c d e', 'a>b b>c c>d e>c d>b a>a');
        expect(await reach('b', 'DOWNSTREAM')).toBe('c d');
        expect(await reach('b', 'DOWNSTREAM', { depth: 1 })).toBe('c');
        expect(await reach('c', 'UPSTREAM')).toBe('b e a d');
        expect(await reach('a', 'UPSTREAM')).toBe('');
        expect(await reach('d', 'BOTH', { depth: 1 })).toBe('b c');
        expect(await reach('a', 'DOWNSTREAM', { asOf: minute(0) })).toBe('');
      });

      it('keeps to its budgets of nodes and of time', async () => {
        await put('a b c d e', 'a>b a>c c>d d>e');
        expect(await reach('a', 'DOWNSTREAM', { maxNodes: 4 })).toBe('b c d e');
        expect(await reach('a', 'DOWNSTREAM', { maxNodes: 3 })).toBe('b c d …');
        expect(await reach('a', 'DOWNSTREAM', { maxNodes: 1 })).toBe('b …');
        expect(await reach('a', 'DOWNSTREAM', { maxNodes: 3, depth: 2 })).toBe('b c d');
        expect(await reach('a', 'DOWNSTREAM', { deadline: after(2) })).toBe('b c d …');
        expect(await reach('a', 'DOWNSTREAM', { deadline: after(4) })).toBe('b c d e');
      });

      it('of a column is only what its own lineage reaches, each asset once', async () => {
        await put('a b c d', 'a.x>b.x a.x>b.y b.y>c.x a.y>d.x c.x>a.y a>d');
        expect(await reach('a.x', 'DOWNSTREAM')).toBe('b c d');
        expect(await reach('a.x', 'DOWNSTREAM', { depth: 2 })).toBe('b c');
        expect(await reach('b.x', 'DOWNSTREAM')).toBe('');
        expect(await reach('d.x', 'UPSTREAM')).toBe('a c b');
        // Known to nobody here, and still a column of its asset.
        expect(await reach('a.x', 'DOWNSTREAM', { rootId: columnNodeId(id('a'), 'unknown') })).toBe('');
      });

      it('ends at what is hidden, which is not counted', async () => {
        await put('a b c H', 'a>H H>c a>b a.x>H.x H.x>c.x a.x>b.x');
        for (const root of ['a', 'a.x']) {
          expect(await reach(root, 'DOWNSTREAM', { classes: [OPEN] })).toBe('b');
          expect((await reach(root, 'DOWNSTREAM'))!.split(' ').sort().join('')).toBe('Hbc');
          expect(await reach(root, 'DOWNSTREAM', { classes: [] })).toBeNull();
        }
        expect(await reach('H', 'UPSTREAM', { classes: [OPEN] })).toBeNull();
        expect(await reach('H.x', 'UPSTREAM', { classes: [OPEN] })).toBeNull();
      });
    });

    describe('paths', () => {
      it('are all the simple ways with the flow, the shortest first, then by their nodes', async () => {
        await put('a b c d e', 'a>b b>c c>d a>c b>d d>a c>b e>a');
        expect(await paths('a', 'd')).toBe('abd acd abcd acbd');
        expect(await paths('a', 'd', { maxLength: 2 })).toBe('abd acd');
        expect(await paths('a', 'd', { maxLength: 1 })).toBe('');
        expect(await paths('a', 'd', { limit: 3 })).toBe('abd acd abcd …');
        expect(await paths('d', 'a')).toBe('da');
        expect(await paths('d', 'e')).toBe('');
        expect(await paths('a', 'd', { asOf: minute(0) })).toBe('');
      });

      it('have the edges of every origin for each step', async () => {
        await put('a b c', 'a>b b>c');
        await put('', 'a>b', { origin: 'DECLARED' });
        const { paths: found } = await readPaths(graph(), 'all', {
          level: 'ASSET',
          fromId: id('a'),
          toId: id('c'),
          maxLength: 5,
          limit: 5,
          asOf: null,
        });
        expect(found.map(({ edges }) => edges.map(({ fromId, origin }) => `${nameOf(fromId)} ${origin}`))).toEqual([
          ['a DECLARED', 'a NATIVE', 'b NATIVE'],
        ]);
      });

      it('are found between columns, and not through other columns of the same assets', async () => {
        await put('a b c', 'a.x>b.x b.y>c.x a.y>b.y');
        expect(await paths('a.y', 'c.x')).toBe('a.yb.yc.x');
        expect(await paths('a.x', 'c.x')).toBe('');
      });

      it('do not go through what is hidden', async () => {
        await put('a b c H', 'a>H H>c a>b b>c');
        expect(await paths('a', 'c', { classes: [OPEN] })).toBe('abc');
        expect((await paths('a', 'c')).split(' ').sort()).toEqual(['aHc', 'abc']);
      });

      it('are found between a hub and what is far from it, without reading all that the hub has', async () => {
        const many = Array.from({ length: 3_000 }, (_, index) => `r${index}`);
        await put(`h a b c ${many.join(' ')}`, `${many.map((name) => `h>${name}`).join(' ')} ${many.at(-1)}>a a>b b>c`);
        expect(await paths('h', 'c')).toBe(`h${many.at(-1)}abc`);
        // Two hubs: what lies between is complete up to a length, and what may be beyond is said.
        await put('', many.map((name) => `${name}>c`).join(' '));
        expect(await paths('h', 'c', { limit: 2 })).toBe(' …');
        await put('', 'h>c');
        expect(await paths('h', 'c', { limit: 2 })).toBe('hc …');
      });

      it('cost little where there are billions of them', async () => {
        const layers = Array.from({ length: 9 }, (_, layer) => Array.from({ length: 30 }, (__, index) => `${layer}_${index}`));
        const flows = layers.flatMap((layer, index) => layer.flatMap((from) => (layers[index + 1] ?? ['z']).map((to) => `${from}>${to}`)));
        await put(`a z ${layers.flat().join(' ')}`, `${layers[0]!.map((to) => `a>${to}`).join(' ')} ${flows.join(' ')}`);
        const found = await paths('a', 'z', { limit: 100 });
        expect(found.split(' ')).toHaveLength(101);
        expect(found.endsWith(' …')).toBe(true);
      });

      it('end with the time that there is', async () => {
        await put('a b c d e', 'a>b b>c c>d d>e');
        expect(await paths('a', 'e', { deadline: after(0) })).toBe(' …');
        expect(await paths('a', 'b', { deadline: after(1), limit: 1, maxLength: 1 })).toBe('ab');
      });
    });

    describe('a difference', () => {
      const diff = async (root: string, from: number, to: number, options: Partial<Parameters<typeof readDiff>[2]> & Seen = {}) => {
        const { classes = 'all', ...rest } = options;
        const request = { rootId: id(root), level: 'ASSET' as Level, direction: 'BOTH' as Direction, depth: 20, maxNodes: 5_000 };
        const found = await readDiff(graph(), classes, { ...request, from: minute(from), to: minute(to), ...rest });
        if (!found) return found;
        const { added, removed, addedNodes, removedNodes } = found;
        const nodes = (list: readonly { id: string }[]): string => list.map((node) => nameOf(node.id)).join(' ');
        const texts = [flowsOf(added), flowsOf(removed), nodes(addedNodes), nodes(removedNodes)];
        return `+ ${texts[0]} - ${texts[1]} + ${texts[2]} - ${texts[3]}${found.truncated ? ' …' : ''}`.replaceAll(/ +/g, ' ').trim();
      };

      it('names edges and nodes that came and went; what came back meanwhile is none', async () => {
        await put('a b c d', 'a>b b>c', { at: 1 });
        await close('b>c', 3);
        await put('', 'b>d', { at: 3 });
        await close('a>b', 5);
        await put('', 'a>b', { at: 7 });
        expect(await diff('b', 2, 4)).toBe('+ b>d - b>c + d - c');
        expect(await diff('b', 2, 6)).toBe('+ b>d - a>b b>c + d - a c');
        expect(await diff('b', 4, 8)).toBe('+ - + -');
        expect(await diff('b', 0, 5_000_000)).toBe('+ a>b b>d - + a d -');
        // Of nothing to something, and of the future to itself.
        expect(await diff('b', -5, 2)).toBe('+ a>b b>c - + a c -');
        expect(await diff('b', 5_000_000, 6_000_000)).toBe('+ - + -');
      });

      it('tells two origins of one edge apart, and is of columns too', async () => {
        await put('a b', 'a>b a.x>b.x', { at: 1 });
        await put('', 'a>b a.y>b.x', { at: 5, origin: 'DECLARED' });
        expect(await diff('a', 2, 6)).toBe('+ a>b - + -');
        expect(await diff('a', 2, 6, { level: 'COLUMN' })).toBe('+ a.y>b.x - + a.y -');
      });

      it('takes what a budget cut off for nothing that came or went', async () => {
        await put('a b c d', 'a>c a>d', { at: 1 });
        await put('', 'a>b', { at: 5 });
        // `d` has no place any more, and is still there.
        expect(await diff('a', 2, 6, { maxNodes: 3 })).toBe('+ a>b - + b - …');
        expect(await diff('a', 2, 6, { maxNodes: 4 })).toBe('+ a>b - + b -');
        expect(await diff('a', 2, 6, { deadline: after(0) })).toBe('+ - + - …');
      });

      it('names no edge that only came into reach or fell out of it, and each node that did, whatever the budget', async () => {
        await put('a b c d', 'a>b b>c', { at: 1 });
        await close('b>c', 3);
        await put('', 'd>b c>d', { at: 5 });
        // `a>b` is as it was, and is nothing of `c`'s any more.
        expect(await diff('c', 2, 4, { direction: 'UPSTREAM' })).toBe('+ - b>c + - b a');
        expect(await diff('c', 2, 4, { direction: 'UPSTREAM', maxNodes: 2 })).toBe('+ - b>c + - b …');
        expect(await diff('b', 2, 6)).toBe('+ c>d d>b - b>c + d -');
        await put('', 'b>c', { at: 7 });
        expect(await diff('c', 6, 8, { direction: 'UPSTREAM' })).toBe('+ b>c - + b a d -');
      });

      it('is of what the viewer sees', async () => {
        await put('a b H', 'a>b', { at: 1 });
        await put('', 'a>H H>b', { at: 5 });
        expect(await diff('a', 2, 6, { classes: [OPEN] })).toBe('+ - + -');
        expect(await diff('H', 2, 6, { classes: [OPEN] })).toBeNull();
        expect(await diff('a', 2, 6)).toBe('+ a>H H>b - + H -');
      });
    });

    describe('a history', () => {
      const page = (root: string, after: HistoryKey | null, limit: number, { classes = 'all' }: Seen = {}, level: Level = 'ASSET') => {
        const columnIds = [...ids].flatMap(([name, own]) => (name.startsWith(`${root}.`) ? [own] : []));
        return readHistory(graph(), classes, { assetId: id(root), level, columnIds, after, limit });
      };
      const told = (edges: readonly GraphEdge[] | null) =>
        edges?.map(
          ({ fromId, toId, validFrom, validTo }) =>
            `${nameOf(fromId)}>${nameOf(toId)} ${(validFrom.getTime() - minute(0).getTime()) / 60_000}-${validTo ? (validTo.getTime() - minute(0).getTime()) / 60_000 : ''}`,
        );

      it('has an edge for each interval, the latest first, page by page', async () => {
        await put('a b c', 'a>b b>c', { at: 1 });
        await close('a>b', 3);
        await put('', 'a>b', { at: 5 });
        await put('', 'a>b', { at: 6, origin: 'DECLARED' });
        const all = ['a>b 6-', 'a>b 5-', 'b>c 1-', 'a>b 1-3'];
        expect(told(await page('b', null, 9))).toEqual(all);
        const walked: GraphEdge[] = [];
        for (let key: HistoryKey | null = null; ;) {
          const [next]: GraphEdge[] = (await page('b', key, 1))!;
          if (!next) break;
          walked.push(next);
          key = [next.validFrom, next.fromId, next.toId, next.origin];
        }
        expect(told(walked)).toEqual(all);
        expect(told(await page('c', null, 9))).toEqual(['b>c 1-']);
      });

      it('of columns is of all of an asset, and hides what is hidden', async () => {
        await put('a b H', 'a.x>b.x', { at: 1 });
        await put('', 'a.y>H.x a>H', { at: 2 });
        expect(told(await page('a', null, 9, {}, 'COLUMN'))).toEqual(['a.y>H.x 2-', 'a.x>b.x 1-']);
        expect(told(await page('a', null, 9, { classes: [OPEN] }, 'COLUMN'))).toEqual(['a.x>b.x 1-']);
        expect(await page('a', null, 9, { classes: [OPEN] })).toEqual([]);
        expect(await page('H', null, 9, { classes: [OPEN] })).toBeNull();
        expect(await page('a', null, 9, { classes: [] })).toBeNull();
      });
    });

    describe('statistics', () => {
      const statistics = async (classes: VisibleClasses = 'all', options: Parameters<typeof readStatistics>[2] = {}) => {
        const { cycles, mostDependedUpon, ...counts } = await readStatistics(graph(), classes, options);
        return {
          ...counts,
          cycles: cycles.map(({ size, assetIds }) => `${size} ${assetIds.map(nameOf).join(' ')}`),
          mostDependedUpon: mostDependedUpon.map(({ assetId, readers }) => `${nameOf(assetId)} ${readers}`),
        };
      };

      it('count what lives and what flows now, whatever the origins and however often', async () => {
        await put('a b c d e lone self gone', 'a>b b>c c>b a>d d>e e>a self>self gone>a', { deleted: 'gone' });
        await put('', 'a>b', { origin: 'DECLARED' });
        await put('', 'lone>c', { at: 2 });
        await close('lone>c', 3);
        expect(await statistics()).toEqual({
          assets: 7,
          flows: 6,
          orphans: 2,
          roots: 0,
          leaves: 0,
          cycleCount: 2,
          cycles: ['3 a d e', '2 b c'],
          mostDependedUpon: ['a 2', 'b 1', 'c 1', 'd 1', 'e 1'],
          truncated: false,
        });
        await put('f g', 'f>a b>g');
        expect(await statistics()).toMatchObject({ roots: 1, leaves: 1, orphans: 2 });
      });

      it('are of what the viewer sees: a hidden one makes no circle, and no reader', async () => {
        await put('a b H', 'a>b b>H H>a a>H');
        expect(await statistics([OPEN])).toMatchObject({ assets: 2, flows: 1, cycles: [], cycleCount: 0, mostDependedUpon: ['a 1'] });
        expect(await statistics('all')).toMatchObject({ cycles: ['3 a b H'] });
        expect(await statistics([])).toEqual({
          assets: 0,
          flows: 0,
          orphans: 0,
          roots: 0,
          leaves: 0,
          cycleCount: 0,
          cycles: [],
          mostDependedUpon: [],
          truncated: false,
        });
      });

      it('list a hundred at most, of large circles too, and stop at their budgets', async () => {
        const ring = Array.from({ length: 250 }, (_, index) => `n${index}`);
        const pairs = Array.from({ length: 120 }, (_, index) => [`p${index}`, `q${index}`] as const);
        await put(
          `${ring.join(' ')} ${pairs.flat().join(' ')}`,
          [
            ...ring.map((name, index) => `${name}>${ring[(index + 1) % ring.length]}`),
            ...pairs.flatMap(([one, other]) => [`${one}>${other}`, `${other}>${one}`]),
          ].join(' '),
        );
        const found = await readStatistics(graph(), 'all');
        expect(found).toMatchObject({ flows: 490, cycleCount: 121 });
        expect([found.cycles.length, found.mostDependedUpon.length]).toEqual([100, 100]);
        expect(found.cycles[0]).toEqual({ size: 250, assetIds: ring.map(id).sort().slice(0, 100) });
        expect(found.cycles.slice(1).map(({ assetIds }) => assetIds[0])).toEqual(
          pairs
            .map((pair) => pair.map(id).sort()[0]!)
            .sort()
            .slice(0, 99),
        );
        expect(await readStatistics(graph(), 'all', { maxFlows: 490 })).toEqual(found);
        expect(await readStatistics(graph(), 'all', { maxFlows: 489 })).toMatchObject({ flows: 489, truncated: true });
        expect(await readStatistics(graph(), 'all', { deadline: after(0) })).toMatchObject({ assets: 490, truncated: true });
      });
    });

    const seed = Number(process.env['SEED'] ?? randomInt(1_000_000));
    it(`answers as an oracle does over random histories (SEED=${seed})`, { timeout: 600_000 }, async () => {
      const random = createRandom(seed);
      for (let round = 0; round < 8; round++) {
        await clear();
        const facts = randomFacts(random, newId, columnNodeId);
        for (let from = 0; from === 0 || from < facts.changes.length;) {
          const to = from + random.between(1, 40);
          const known = from === 0 ? facts : { assets: [], columns: [] };
          await apply({ assets: known.assets, columns: known.columns, changes: facts.changes.slice(from, to) });
          from = to;
        }
        for (let question = 0; question < 25; question++) await compare(random, facts);
      }
    });

    async function compare(random: Random, facts: Facts): Promise<void> {
      const oracle = createQueryOracle(facts);
      const classes = random.one<VisibleClasses>(['all', 'all', [1, 2], [1], [3], []]);
      const level: Level = facts.columns.length > 1 ? random.one<Level>(['ASSET', 'COLUMN']) : 'ASSET';
      const last = facts.changes.at(-1)?.at ?? minute(0);
      const moment = (): Date => new Date(random.between(minute(-5).getTime(), last.getTime() + 60_000));
      const asOf = random.chance(0.5) ? null : moment();
      const nodes = level === 'ASSET' ? facts.assets.map(({ id: own }) => ({ id: own, assetId: own })) : facts.columns;
      const [root, to, other] = [random.one(nodes), random.one(nodes), random.one(facts.assets)];
      const direction = random.one(DIRECTIONS);
      const depth = random.between(1, 5);

      const impact = {
        level,
        rootId: root.id,
        assetId: root.assetId,
        direction,
        depth,
        maxNodes: random.one([1, 2, 5, 5_000]),
        asOf,
      };
      expect(await readReached(graph(), classes, { ...impact, deadline }), JSON.stringify({ impact, classes })).toEqual(
        oracle.reached(classes, impact),
      );

      const visible = await graph().findVisible([root.id, to.id], level, classes);
      if (root.id !== to.id && visible.length === 2) {
        const asked = { level, fromId: root.id, toId: to.id, maxLength: random.between(1, 6), limit: random.one([1, 3, 100]), asOf };
        expect(await readPaths(graph(), classes, { ...asked, deadline }), JSON.stringify({ asked, classes })).toEqual(
          oracle.paths(classes, asked),
        );
      }

      const [from, until] = [moment(), moment()].sort((a, b) => a.getTime() - b.getTime()) as [Date, Date];
      const difference = { rootId: other.id, level, direction, depth, maxNodes: 5_000, from, to: until };
      const found = await readDiff(graph(), classes, { ...difference, deadline });
      const placed = (list: readonly { id: string; depth: number }[]) => list.map((node) => ({ id: node.id, depth: node.depth }));
      expect(
        found && {
          added: found.added,
          removed: found.removed,
          addedNodes: placed(found.addedNodes),
          removedNodes: placed(found.removedNodes),
        },
        JSON.stringify({ difference, classes }),
      ).toEqual(oracle.diff(classes, difference));

      const columnIds = facts.columns.filter(({ assetId }) => assetId === other.id).map((column) => column.id);
      const told = await readHistory(graph(), classes, { assetId: other.id, level, columnIds, after: null, limit: 500 });
      const ofLevel = level === 'ASSET' ? [other.id] : columnIds;
      expect(told ?? [], JSON.stringify({ level, classes })).toEqual(told ? oracle.history(classes, level, ofLevel) : []);

      expect(await readStatistics(graph(), classes, { deadline }), JSON.stringify(classes)).toEqual(oracle.statistics(classes));
    }
  });
}

type Seen = { classes?: VisibleClasses };

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
