/**
 * Whom a change reaches, on which ways, what became different, what has been, and what lineage is like: over real views, for each viewer,
 * and the same wherever lineage is read from.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { findNativeDifferences } from '#subgraphs/lineage/store/native.ts';
import { createWorld, type Ask, type World } from '../world.ts';
import { mutate } from './mutate.ts';

const STATEMENTS = `
  create table orders (id int, customer int); create table customers (id int, email text);
  create view clean as select id, customer from orders;
  create view report as select c.id, k.email from clean c join customers k on k.id = c.customer join orders o on o.id = c.id;
  create materialized view best as select email, count(*) from report group by email;
  create table feed (a int, b int); create table store (a int, b int); create table shelf (a int);`;

const EDGE = 'from to kind origin validFrom validTo';
const NODE = 'id depth unexpanded asset { id displayName } column { id name }';
const IMPACT = `query ($assetId: ID, $columnId: ID, $direction: LineageDirection, $depth: Int, $maxNodes: Int, $asOf: DateTime) {
  impact(assetId: $assetId, columnId: $columnId, direction: $direction, depth: $depth, maxNodes: $maxNodes, asOf: $asOf) {
    rootId totalCount truncated withoutOwner byKind { kind count } byOwner { user { name } team { name } count } byDomain { domain { name } count }
    peopleToTell { id name } } }`;
const PATHS = `query ($from: ID!, $to: ID!, $maxLength: Int, $limit: Int, $asOf: DateTime) {
  paths(from: $from, to: $to, maxLength: $maxLength, limit: $limit, asOf: $asOf) { truncated paths { length nodes { ${NODE} } edges { ${EDGE} } } } }`;
const DIFF = `query ($assetId: ID!, $from: DateTime!, $to: DateTime!, $depth: Int, $direction: LineageDirection, $maxNodes: Int, $level: LineageLevel) {
  lineageDiff(assetId: $assetId, from: $from, to: $to, depth: $depth, direction: $direction, maxNodes: $maxNodes, level: $level) {
    rootId from to truncated added { ${EDGE} } removed { ${EDGE} } addedNodes { ${NODE} } removedNodes { ${NODE} } } }`;
const HISTORY = `query ($assetId: ID!, $first: Int, $after: String, $level: LineageLevel) {
  lineageHistory(assetId: $assetId, first: $first, after: $after, level: $level) {
    edges { cursor node { ${EDGE} } } nodes { ${EDGE} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const STATISTICS = `query ($first: Int) { lineageStatistics(first: $first) { assets flows orphans roots leaves cycleCount truncated
  cycles { size assets { id displayName } } mostDependedUpon { asset { id displayName } readers } } }`;

const NOWHERE = '01a20000-0000-7000-8000-000000000000';

type Store = {
  /** What the product is told of it. */
  environment: () => Record<string, string>;
  /** Waits until it has all facts. */
  settled: (world: World) => Promise<void>;
};

export function describeLineageQueries(name: string, { environment, settled }: Store): void {
  describe(`questions about lineage, answered by ${name}`, () => {
    let world: World;
    let shop: { id: string; sql: World['owner'] };
    let assets: Map<string, string>;
    let columns: Map<string, string>;
    let anna: Ask & { id: string };
    let bert: Ask & { id: string };
    /** Sees what is in the domain Sales. */
    let some: Ask & { id: string };
    let nobody: Ask & { id: string };
    let ingestor: Ask & { id: string };

    const id = (name: string): string => (name.includes('.') ? columns : assets).get(name)!;
    const nameOf = (wanted: string): string | undefined => [...assets, ...columns].find(([, each]) => each === wanted)?.[0];

    const get = async (query: string, variables: object, ask: Ask = world.ask): Promise<any> => {
      const { data, errors } = await ask(query, variables as Record<string, unknown>);
      expect(errors).toBeUndefined();
      return Object.values(data)[0];
    };
    const problem = async (query: string, variables: object, ask: Ask = world.ask): Promise<[string, unknown]> => {
      const { errors } = await ask(query, variables as Record<string, unknown>);
      expect(errors).toHaveLength(1);
      return [errors![0]!.extensions.code, errors![0]!.extensions.field];
    };
    const declare = async (from: string, to: string) => {
      await mutate(world.admin, 'declareLineage', { from: id(from), to: id(to), reason: 'Told' });
      await settled(world);
    };
    const retract = async (from: string, to: string) => {
      await mutate(world.admin, 'retractLineage', { from: id(from), to: id(to), reason: 'Wrong' });
      await settled(world);
    };

    const fed = async (): Promise<void> => {
      await world.sealed();
      const upToDate = () =>
        world.owner`select from events.cursors where consumer = 'lineage.graph' and seq >= (select seq from events.head)`;
      while ((await upToDate()).length === 0) await sleep(20);
      await settled(world);
    };
    async function scan(): Promise<void> {
      expect(await world.scan(shop.id)).toMatchObject({ status: 'COMPLETED' });
      await fed();
      const { assets: found } = await world.admin(
        '{ assets(first: 200, filter: { includeDeleted: true }) { nodes { id displayName columns { nodes { id name } } } } }',
      );
      assets = new Map(found.nodes.map((node: any) => [node.displayName, node.id]));
      columns = new Map(
        found.nodes.flatMap((node: any) => node.columns.nodes.map((column: any) => [`${node.displayName}.${column.name}`, column.id])),
      );
    }
    /** A moment that nothing else happens in. */
    const moment = async (): Promise<string> => {
      await sleep(5);
      const now = new Date().toISOString();
      await sleep(5);
      return now;
    };
    async function edit(name: string, words: object): Promise<void> {
      const { asset } = await world.admin('query ($id: ID!) { asset(id: $id) { version } }', { id: id(name) });
      await mutate(world.admin, 'updateAsset', { id: id(name), version: asset.version, ...words });
    }

    beforeAll(async () => {
      world = await createWorld({ environment: environment() });
      await settled(world);
      const { url, sql } = await createEmptyDatabase();
      await sql.unsafe(STATEMENTS);
      shop = { id: (await world.addSource('shop', { url })).id, sql };
      await scan();
      const { domain } = await mutate(world.admin, 'createDomain', { name: 'Sales' }, 'domain { id }');
      anna = await world.createUser([{ role: 'READER' }]);
      bert = await world.createUser([{ role: 'READER' }]);
      some = await world.createUser([{ role: 'READER', domainId: domain.id }]);
      nobody = await world.createUser([{ role: 'READER', sourceId: NOWHERE }]);
      ingestor = await world.createUser([{ role: 'INGESTOR' }]);
      const { team } = await mutate(world.admin, 'createTeam', { name: 'Analysts', memberIds: [anna.id, bert.id] }, 'team { id }');
      await edit('report', {
        domainId: domain.id,
        owners: [
          { userId: bert.id, role: 'OWNER' },
          { userId: bert.id, role: 'EXPERT' },
          { teamId: team.id, role: 'OWNER' },
        ],
      });
      await edit('best', { owners: [{ teamId: team.id, role: 'OWNER' }] });
      const { team: others } = await mutate(world.admin, 'createTeam', { name: 'Auditors' }, 'team { id }');
      await edit('store', { owners: [{ teamId: others.id, role: 'OWNER' }] });
      for (const name of ['orders', 'customers']) await edit(name, { domainId: domain.id });
      await fed();
    }, 180_000);
    afterAll(() => world?.stop());

    describe('impact', () => {
      const nothing = { totalCount: 0, truncated: false, withoutOwner: 0, byKind: [], byOwner: [], byDomain: [], peopleToTell: [] };

      it('counts what a change reaches by kind, owner and domain, and says whom to tell', async () => {
        expect(await get(IMPACT, { assetId: id('orders').toUpperCase() })).toEqual({
          rootId: id('orders'),
          totalCount: 3,
          truncated: false,
          withoutOwner: 1,
          byKind: [
            { kind: 'VIEW', count: 2 },
            { kind: 'MATERIALIZED_VIEW', count: 1 },
          ],
          byOwner: [
            { user: null, team: { name: 'Analysts' }, count: 2 },
            { user: { name: 'User 2' }, team: null, count: 1 },
          ],
          byDomain: [
            { domain: null, count: 2 },
            { domain: { name: 'Sales' }, count: 1 },
          ],
          // An owner first, and once, though a member, too.
          peopleToTell: [
            { id: bert.id, name: 'User 2' },
            { id: anna.id, name: 'User 1' },
          ],
        });
        expect(await get(IMPACT, { assetId: id('orders'), depth: 1 })).toMatchObject({ totalCount: 2 });
        expect(await get(IMPACT, { assetId: id('orders'), maxNodes: 2 })).toMatchObject({ totalCount: 2, truncated: true });
        expect(await get(IMPACT, { assetId: id('best'), direction: 'UPSTREAM' })).toMatchObject({ totalCount: 4 });
        expect(await get(IMPACT, { assetId: id('report'), direction: 'BOTH', depth: 1 })).toMatchObject({ totalCount: 4 });
        expect(await get(IMPACT, { assetId: id('orders'), asOf: '2001-01-01T00:00:00Z' })).toEqual({ rootId: id('orders'), ...nothing });
        expect(await get(IMPACT, { assetId: id('best') })).toEqual({ rootId: id('best'), ...nothing });
      });

      it('of a column counts the assets that its own lineage reaches', async () => {
        await declare('feed.a', 'store.a');
        await declare('feed.a', 'store.b');
        await declare('store.b', 'shelf.a');
        await declare('shelf.a', 'feed.b');
        expect(await get(IMPACT, { columnId: id('feed.a').toUpperCase() })).toMatchObject({
          rootId: id('feed.a'),
          totalCount: 2,
          byKind: [{ kind: 'TABLE', count: 2 }],
          byOwner: [{ team: { name: 'Auditors' }, count: 1 }],
          peopleToTell: [],
        });
        expect(await get(IMPACT, { columnId: id('store.a') })).toEqual({ rootId: id('store.a'), ...nothing });
        expect(await get(IMPACT, { columnId: id('feed.b'), direction: 'UPSTREAM', depth: 1 })).toMatchObject({ totalCount: 1 });
        // A column that nothing ever flowed into or out of.
        expect(await get(IMPACT, { columnId: id('customers.email'), asOf: '2001-01-01T00:00:00Z' })).toMatchObject({ totalCount: 0 });
        // What flows between columns flows between their assets.
        expect(await get(IMPACT, { assetId: id('feed') })).toMatchObject({ totalCount: 2 });
      });

      it('takes exactly one id within bounds, and knows nothing of what there is not', async () => {
        expect(await problem(IMPACT, {})).toEqual(['BAD_USER_INPUT', 'assetId']);
        expect(await problem(IMPACT, { assetId: id('orders'), columnId: id('feed.a') })).toEqual(['BAD_USER_INPUT', 'columnId']);
        for (const [field, wrong] of [
          ['depth', 0],
          ['depth', 21],
          ['maxNodes', 0],
          ['maxNodes', 5_001],
        ] as const) {
          expect(await problem(IMPACT, { assetId: 'nonsense', [field]: wrong })).toEqual(['BAD_USER_INPUT', field]);
        }
        for (const unknown of ['nonsense', NOWHERE]) {
          expect(await get(IMPACT, { assetId: unknown })).toBeNull();
          expect(await get(IMPACT, { columnId: unknown })).toBeNull();
        }
        expect(await get(IMPACT, { assetId: id('feed.a') })).toBeNull();
        expect(await get(IMPACT, { columnId: id('feed') })).toBeNull();
      });

      it('neither counts nor goes through what the viewer may not see', async () => {
        // `clean` and `best` are hidden.
        expect(await get(IMPACT, { assetId: id('orders') }, some)).toMatchObject({
          totalCount: 1,
          withoutOwner: 0,
          byKind: [{ kind: 'VIEW', count: 1 }],
          byDomain: [{ domain: { name: 'Sales' }, count: 1 }],
          byOwner: [{ count: 1 }, { count: 1 }],
        });
        expect(await get(IMPACT, { assetId: id('clean') }, some)).toBeNull();
        expect(await get(IMPACT, { columnId: id('feed.a') }, some)).toBeNull();
        expect(await get(IMPACT, { assetId: id('orders') }, nobody)).toBeNull();
        expect((await problem(IMPACT, { depth: 99 }, world.anonymous))[0]).toBe('UNAUTHENTICATED');
        expect((await problem(IMPACT, { depth: 99 }, ingestor))[0]).toBe('FORBIDDEN');
      });
    });

    describe('paths', () => {
      const told = ({ paths, truncated }: any): string =>
        `${paths.map(({ nodes }: any) => nodes.map((node: any) => node.asset.displayName).join('>')).join(' ')}${truncated ? ' …' : ''}`;

      it('lead from one to the other, the shortest first', async () => {
        const found = await get(PATHS, { from: id('orders').toUpperCase(), to: id('best') });
        expect(told(found)).toBe('orders>report>best orders>clean>report>best');
        expect(found.paths[1]).toMatchObject({
          length: 3,
          nodes: [{ id: id('orders'), depth: 0 }, { depth: 1 }, { depth: 2 }, { id: id('best'), depth: 3, unexpanded: 0, column: null }],
          edges: [
            { from: id('orders'), to: id('clean'), origin: 'NATIVE' },
            { from: id('clean'), to: id('report') },
            { from: id('report'), to: id('best'), validTo: null },
          ],
        });
        expect(told(await get(PATHS, { from: id('orders'), to: id('best'), maxLength: 2 }))).toBe('orders>report>best');
        expect(told(await get(PATHS, { from: id('orders'), to: id('best'), limit: 1 }))).toBe('orders>report>best …');
        expect(told(await get(PATHS, { from: id('best'), to: id('orders') }))).toBe('');
        expect(told(await get(PATHS, { from: id('orders'), to: id('best'), asOf: '2001-01-01T00:00:00Z' }))).toBe('');
      });

      it('lead from column to column', async () => {
        const { paths } = await get(PATHS, { from: id('feed.a'), to: id('feed.b') });
        expect(paths).toHaveLength(1);
        expect(paths[0].nodes.map((node: any) => [node.id, node.column.name, node.asset.displayName])).toEqual([
          [id('feed.a'), 'a', 'feed'],
          [id('store.b'), 'b', 'store'],
          [id('shelf.a'), 'a', 'shelf'],
          [id('feed.b'), 'b', 'feed'],
        ]);
        expect(paths[0].edges[0]).toMatchObject({ from: id('feed.a'), to: id('store.b'), kind: 'COLUMN', origin: 'DECLARED' });
        // Of a column that nothing flows into.
        expect(await get(PATHS, { from: id('feed.b'), to: id('feed.a') })).toEqual({ paths: [], truncated: false });
      });

      it('take two ends of a kind within bounds, and know nothing of what there is not', async () => {
        const ends = { from: id('orders'), to: id('best') };
        expect(await problem(PATHS, { from: id('orders'), to: id('orders').toUpperCase() })).toEqual(['BAD_USER_INPUT', 'to']);
        expect(await problem(PATHS, { from: id('feed'), to: id('store.a') })).toEqual(['BAD_USER_INPUT', 'to']);
        for (const [field, wrong] of [
          ['limit', 0],
          ['limit', 101],
          ['maxLength', 0],
          ['maxLength', 21],
        ] as const) {
          expect(await problem(PATHS, { ...ends, [field]: wrong })).toEqual(['BAD_USER_INPUT', field]);
        }
        for (const unknown of ['nonsense', NOWHERE]) {
          expect(await get(PATHS, { ...ends, to: unknown })).toBeNull();
          expect(await get(PATHS, { from: unknown, to: id('feed.a') })).toBeNull();
        }
      });

      it('end where the viewer may not see on', async () => {
        expect(told(await get(PATHS, { from: id('orders'), to: id('report') }, some))).toBe('orders>report');
        expect(await get(PATHS, { from: id('orders'), to: id('best') }, some)).toBeNull();
        expect(await get(PATHS, { from: id('orders'), to: id('feed.a') }, some)).toBeNull();
        expect(await get(PATHS, { from: id('orders'), to: id('report') }, nobody)).toBeNull();
        expect((await problem(PATHS, { from: 'x', to: 'x' }, world.anonymous))[0]).toBe('UNAUTHENTICATED');
        expect((await problem(PATHS, { from: 'x', to: 'x' }, ingestor))[0]).toBe('FORBIDDEN');
      });
    });

    describe('statistics', () => {
      const statistics = async (ask: Ask = world.ask, first?: number) => {
        const found = await get(STATISTICS, { first }, ask);
        return {
          ...found,
          cycles: found.cycles.map(({ size, assets: members }: any) => [size, ...members.map((each: any) => each.displayName)]),
          mostDependedUpon: found.mostDependedUpon.map(({ asset, readers }: any) => [asset.displayName, readers]),
        };
      };

      it('tell of all that flows, and of a change at once', async () => {
        const { totalCount } = (await world.admin('{ assets(first: 1) { totalCount } }')).assets;
        const before = await statistics();
        const declaredCycle = ['feed', 'store', 'shelf'].toSorted(byId);
        expect(before).toMatchObject({
          assets: totalCount,
          flows: 8,
          orphans: totalCount - 8,
          roots: 2,
          leaves: 1,
          cycleCount: 1,
          // Declared between their columns only.
          cycles: [[3, ...declaredCycle]],
          truncated: false,
        });
        expect(before.mostDependedUpon[0]).toEqual(['orders', 2]);
        expect(before.mostDependedUpon).toHaveLength(7);
        await declare('best', 'clean');
        const cycles = [['best', 'clean', 'report'].toSorted(byId), declaredCycle].toSorted(([a], [b]) => byId(a!, b!));
        expect(await statistics()).toMatchObject({ flows: 9, leaves: 0, cycleCount: 2, cycles: cycles.map((members) => [3, ...members]) });
        // The same two assets, and the way back.
        await declare('feed', 'store');
        await declare('store', 'feed');
        const first = await statistics(world.ask, 1);
        expect(first).toMatchObject({ flows: 10, cycleCount: 2, cycles: [[3, ...cycles[0]!]] });
        expect(first.mostDependedUpon).toHaveLength(1);
        for (const [from, to] of [
          ['best', 'clean'],
          ['feed', 'store'],
          ['store', 'feed'],
        ] as const)
          await retract(from, to);
        expect(await statistics()).toEqual(before);
      });

      it('are of what the viewer sees', async () => {
        expect(await statistics(some)).toMatchObject({ assets: 3, flows: 2, orphans: 0, roots: 2, leaves: 1, cycles: [] });
        expect(await statistics(nobody)).toMatchObject({ assets: 0, flows: 0, orphans: 0, mostDependedUpon: [] });
        for (const first of [0, 101]) expect(await problem(STATISTICS, { first })).toEqual(['BAD_USER_INPUT', 'first']);
        expect((await problem(STATISTICS, { first: 0 }, world.anonymous))[0]).toBe('UNAUTHENTICATED');
        expect((await problem(STATISTICS, { first: 0 }, ingestor))[0]).toBe('FORBIDDEN');
      });
    });

    describe('over time', () => {
      const named = (edges: readonly { from: string; to: string }[]): string =>
        edges
          .map(({ from, to }) => `${nameOf(from)}>${nameOf(to)}`)
          .toSorted()
          .join(' ');
      const nodesOf = (nodes: readonly any[]): string =>
        nodes
          .map(({ asset }) => asset.displayName)
          .toSorted()
          .join(' ');
      let moments: string[];

      it('a view that is redefined twice has three intervals, each with its difference', async () => {
        const start = await moment();
        await shop.sql.unsafe('create or replace view clean as select id, id as customer from customers');
        await scan();
        const second = await moment();
        await shop.sql.unsafe('create or replace view clean as select id, customer from orders');
        await scan();
        moments = [start, second, await moment()];

        const [first, last] = [
          await get(DIFF, { assetId: id('clean').toUpperCase(), from: moments[0], to: moments[1], direction: 'UPSTREAM' }),
          await get(DIFF, { assetId: id('clean'), from: moments[1], to: '2999-01-01T00:00:00.000Z', direction: 'UPSTREAM' }),
        ];
        expect(first).toMatchObject({ rootId: id('clean'), from: moments[0], to: moments[1], truncated: false });
        expect([named(first.added), named(first.removed)]).toEqual(['customers>clean', 'orders>clean']);
        expect([nodesOf(first.addedNodes), nodesOf(first.removedNodes)]).toEqual(['customers', 'orders']);
        expect([named(last.added), named(last.removed)]).toEqual(['orders>clean', 'customers>clean']);
        expect(last.to).toBe('2999-01-01T00:00:00.000Z');
        const all = await get(DIFF, { assetId: id('clean'), from: moments[0], to: moments[2], direction: 'UPSTREAM' });
        expect([all.added, all.removed, all.addedNodes, all.removedNodes]).toEqual([[], [], [], []]);
        expect(await get(DIFF, { assetId: id('clean'), from: moments[0], to: moments[1], maxNodes: 1 })).toMatchObject({ truncated: true });

        const { nodes, edges, pageInfo } = await get(HISTORY, { assetId: id('clean').toUpperCase() });
        const upstream = nodes.filter(({ to, origin }: any) => to === id('clean') && origin === 'NATIVE');
        expect(upstream.map(({ from }: any) => nameOf(from))).toEqual(['orders', 'customers', 'orders']);
        expect(upstream.map(({ validTo }: any) => validTo === null)).toEqual([true, false, false]);
        expect(upstream[1].validTo).toBe(upstream[0].validFrom);
        expect([pageInfo.hasNextPage, pageInfo.hasPreviousPage, edges.map((edge: any) => edge.node)]).toEqual([false, false, nodes]);

        const walked: unknown[] = [];
        for (let after: string | null = null, more = true; more;) {
          const page: any = await get(HISTORY, { assetId: id('clean'), first: 1, after });
          walked.push(...page.nodes);
          ({ endCursor: after, hasNextPage: more } = page.pageInfo);
        }
        expect(walked).toEqual(nodes);
      });

      it('columns have their differences and histories, too', async () => {
        await retract('shelf.a', 'feed.b');
        const found = await get(DIFF, {
          assetId: id('feed'),
          from: moments[2],
          to: await moment(),
          direction: 'UPSTREAM',
          level: 'COLUMN',
        });
        // What flowed on to there still flows, and is nothing of the asset's any more.
        expect([named(found.added), named(found.removed)]).toEqual(['', 'shelf.a>feed.b']);
        expect(found.removedNodes.map(({ column, depth }: any) => [column.name, depth])).toEqual(
          expect.arrayContaining([
            ['b', 0],
            ['a', 1],
            ['b', 2],
          ]),
        );
        const { nodes } = await get(HISTORY, { assetId: id('feed'), level: 'COLUMN' });
        expect(nodes.map(({ from, to, validTo }: any) => [nameOf(from), nameOf(to), validTo === null])).toEqual([
          ['shelf.a', 'feed.b', false],
          ['feed.a', 'store.b', true],
          ['feed.a', 'store.a', true],
        ]);
        // Of the assets: for as long as it was declared of the columns, and meanwhile of the assets themselves.
        const ofAssets = (await get(HISTORY, { assetId: id('feed') })).nodes;
        expect(ofAssets.map(({ from, to, kind, validTo }: any) => [nameOf(from), nameOf(to), kind, validTo === null])).toEqual([
          ['feed', 'store', 'TABLE', true],
          ['store', 'feed', 'TABLE', false],
          ['feed', 'store', 'TABLE', false],
          ['shelf', 'feed', 'TABLE', false],
          ['feed', 'store', 'TABLE', false],
        ]);
        expect([ofAssets[0].validFrom, ofAssets[2].validFrom]).toEqual([ofAssets[2].validTo, ofAssets[4].validTo]);
      });

      it('take moments in their order, bounds and cursors of their own, and know nothing of what there is not', async () => {
        const [from, to] = moments;
        expect(await problem(DIFF, { assetId: id('clean'), from: to, to: from })).toEqual(['BAD_USER_INPUT', 'from']);
        expect(await problem(DIFF, { assetId: id('clean'), from, to: from })).toEqual(['BAD_USER_INPUT', 'from']);
        expect(await problem(DIFF, { assetId: id('clean'), from, to, depth: 0 })).toEqual(['BAD_USER_INPUT', 'depth']);
        expect(await problem(DIFF, { assetId: id('clean'), from, to, maxNodes: 5_001 })).toEqual(['BAD_USER_INPUT', 'maxNodes']);
        const { pageInfo } = await get(HISTORY, { assetId: id('clean'), first: 1 });
        for (const other of [{ assetId: id('report') }, { assetId: id('clean'), level: 'COLUMN' }]) {
          expect(await problem(HISTORY, { ...other, after: pageInfo.endCursor })).toEqual(['BAD_USER_INPUT', 'after']);
        }
        expect(await problem(HISTORY, { assetId: id('clean'), first: 201 })).toEqual(['BAD_USER_INPUT', 'first']);
        for (const assetId of ['nonsense', NOWHERE, id('feed.a')]) {
          expect(await get(DIFF, { assetId, from, to })).toBeNull();
          expect(await get(HISTORY, { assetId })).toBeNull();
        }
      });

      it('say nothing of what the viewer may not see', async () => {
        const [from, to] = moments;
        const seen = await get(DIFF, { assetId: id('orders'), from: '2001-01-01T00:00:00Z', to }, some);
        expect([named(seen.added), nodesOf(seen.addedNodes)]).toEqual(['orders>report', 'report']);
        expect(named((await get(HISTORY, { assetId: id('orders') }, some)).nodes)).toBe('orders>report');
        for (const [ask, name] of [
          [some, 'clean'],
          [nobody, 'orders'],
        ] as const) {
          expect(await get(DIFF, { assetId: id(name), from, to }, ask)).toBeNull();
          expect(await get(HISTORY, { assetId: id(name) }, ask)).toBeNull();
        }
        for (const [query, variables] of [
          [DIFF, { assetId: 'x', from: to, to: from }],
          [HISTORY, { assetId: 'x', first: 0 }],
        ] as const) {
          expect((await problem(query, variables, world.anonymous))[0]).toBe('UNAUTHENTICATED');
          expect((await problem(query, variables, ingestor))[0]).toBe('FORBIDDEN');
        }
      });

      it('what was deleted counts in what it was reached by then, and no more now', async () => {
        const before = await moment();
        await shop.sql.unsafe('drop materialized view best');
        await scan();
        expect(await get(IMPACT, { assetId: id('orders') })).toMatchObject({ totalCount: 2 });
        expect(await get(IMPACT, { assetId: id('orders'), asOf: before })).toMatchObject({ totalCount: 3 });
        const { totalCount } = (await world.admin('{ assets(first: 1) { totalCount } }')).assets;
        expect(await get(STATISTICS, {})).toMatchObject({ assets: totalCount, flows: 6 });
      });
    });

    describe('what is renamed', () => {
      const names = ['base', 'first', 'second', 'best_of', 'outside'];
      let renamed: { id: string; sql: World['owner'] };
      let known: Map<string, string>;

      /** The ids of what lives, by name. */
      const scanRenamed = async (): Promise<Map<string, string>> => {
        expect(await world.scan(renamed.id)).toMatchObject({ status: 'COMPLETED', added: 0, removed: 0 });
        await fed();
        const found = await get('query ($ids: [ID!]) { assets(first: 100, filter: { sourceIds: $ids }) { nodes { id displayName } } }', {
          ids: [renamed.id],
        });
        return new Map(found.nodes.map((node: any) => [node.displayName, node.id]));
      };
      const histories = async () =>
        await Promise.all(
          names.flatMap((name) =>
            ['ASSET', 'COLUMN'].map(async (level) => (await get(HISTORY, { assetId: known.get(name), first: 100, level })).nodes),
          ),
        );

      beforeAll(async () => {
        const { url, sql } = await createEmptyDatabase();
        await sql.unsafe(`create schema raw; create schema mart;
          create table raw.base (id int, email text);
          create view mart.first as select id, lower(email) as email from raw.base;
          create view mart.second as select f.email, b.id from mart.first f join raw.base b on b.id = f.id;
          create materialized view mart.best_of as select upper(email) as email from mart.second;
          create view public.outside as select f.email, b.id from mart.first f join mart.best_of o on o.email = f.email join raw.base b on true`);
        renamed = { id: (await world.addSource('renamed', { url })).id, sql };
        expect(await world.scan(renamed.id)).toMatchObject({ status: 'COMPLETED' });
        known = await scanRenamed();
        expect(names.every((name) => known.has(name))).toBe(true);
      });

      it.each([
        ['a table', 'alter table raw.base rename to grounds', { base: 'grounds' }],
        ['a table that moves to another schema', 'alter table raw.grounds set schema mart', { base: 'grounds' }],
        ['a view that others read', 'alter view mart.first rename to initial', { base: 'grounds', first: 'initial' }],
        ['a schema', 'alter schema mart rename to market', { base: 'grounds', first: 'initial' }],
        [
          'all at once',
          `alter schema market rename to mart; create schema deep; alter table mart.grounds set schema deep; alter table deep.grounds rename to base;
            alter view mart.initial rename to first; alter materialized view mart.best_of rename to cream; alter view mart.second set schema deep`,
          { best_of: 'cream' },
        ],
      ] as [string, string, Record<string, string>][])(
        'has one interval for each flow, and its id: %s',
        async (_, statements, newNames) => {
          const before = await histories();
          expect(before.flat().length).toBeGreaterThan(20);
          expect(before.flat().every(({ validTo }) => validTo === null)).toBe(true);
          await renamed.sql.unsafe(statements);
          if (statements.includes('create schema')) expect(await world.scan(renamed.id)).toMatchObject({ status: 'COMPLETED', added: 1 });
          const now = await scanRenamed();
          for (const name of names) expect(now.get(newNames[name] ?? name)).toBe(known.get(name));
          expect(await histories()).toEqual(before);
          const { first } = await findNativeDifferences(world.owner, 10);
          expect(first).toEqual([]);
        },
      );
    });

    const byId = (a: string, b: string): number => (id(a) < id(b) ? -1 : 1);
  });
}
