import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, startTestServer, type TestServer } from './testing/server.ts';
import { pursight } from './testing/terminal.ts';

const node = (id: string, depth: number, unexpanded = 0) => ({
  id,
  depth,
  unexpanded,
  asset: { id, kind: depth === 2 ? 'TABLE' : 'VIEW', namespace: 'postgres://db:5432', name: `shop.public.${id}` },
  column: null,
  job: null,
  run: null,
});
const column = (asset: string, name: string, depth: number) => ({
  ...node(asset, depth),
  id: `${asset}.${name}`,
  column: { id: `${asset}.${name}`, name },
});
const edge = (from: string, to: string, origin = 'NATIVE') => ({
  from,
  to,
  kind: 'TABLE',
  origin,
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: null,
  job: null,
  run: null,
});
const graph = {
  rootId: 'report',
  truncated: true,
  nodes: [
    node('report', 0),
    node('customers', 1),
    node('orders', 1),
    node('top', 1, 4),
    node('base', 2),
    { ...node('raw', 3), asset: null },
  ],
  edges: [
    edge('orders', 'report'),
    edge('customers', 'report'),
    edge('report', 'top'),
    edge('base', 'orders'),
    edge('base', 'customers'),
    edge('raw', 'base'),
  ],
};

describe('lineage', () => {
  let server: TestServer;
  let home: string;
  const cli = (...args: string[]) => pursight(['lineage', ...args], { env: { XDG_CONFIG_HOME: home, PURSIGHT_URL: server.url } });
  const asked: Record<string, unknown>[] = [];
  beforeAll(async () => {
    server = await startTestServer();
    home = mkdtempSync(join(tmpdir(), 'pursight-cli-'));
    await pursight(['signin', '--email', 'a@example.com', '--password-stdin'], {
      stdin: PASSWORD,
      env: { XDG_CONFIG_HOME: home, PURSIGHT_URL: server.url },
    });
    server.fields = {
      lineage: (args: Record<string, unknown>) => (asked.push(args), args['assetId'] === 'report' ? graph : null),
      assetByName: ({ name }: { name: string }) => (name === 'shop.public.report' ? { id: 'report' } : null),
    };
  });
  afterAll(async () => {
    await server.stop();
    rmSync(home, { recursive: true });
  });

  it('is drawn as a tree, each asset with its branches once', async () => {
    expect(await cli('report')).toEqual({
      code: 0,
      stdout: `shop.public.report  VIEW
├─ -> shop.public.top  VIEW  +4
├─ <- shop.public.customers  VIEW
│  └─ <- shop.public.base  TABLE
│     └─ <- raw
└─ <- shop.public.orders  VIEW
   └─ <- shop.public.base  TABLE  (see above)
`,
      stderr: 'Only the nearest 6 are shown; "+n" tells how many more there are at a place.\n',
    });
    server.fields['lineage'] = { ...graph, truncated: false, nodes: [node('report', 0)], edges: [] };
    expect(await cli('report')).toMatchObject({ stdout: 'shop.public.report  VIEW\n', stderr: expect.stringContaining('Nothing flows') });
    server.fields['lineage'] = (args: Record<string, unknown>) => (asked.push(args), args['assetId'] === 'report' ? graph : null);
  });

  it('names what several tell of once, and says what only people do', async () => {
    const nodes = [node('report', 0), node('orders', 1), node('export', 1)];
    const edges = [edge('orders', 'report'), edge('orders', 'report', 'DECLARED'), edge('report', 'export', 'DECLARED')];
    server.fields['lineage'] = { rootId: 'report', truncated: false, nodes, edges };
    expect(await cli('report')).toEqual({
      code: 0,
      stdout: `shop.public.report  VIEW
├─ -> shop.public.export  VIEW  declared
└─ <- shop.public.orders  VIEW
`,
      stderr: '',
    });
    server.fields['lineage'] = (args: Record<string, unknown>) => (asked.push(args), args['assetId'] === 'report' ? graph : null);
  });

  it('names the jobs that move the data, and draws neither them nor their runs as assets', async () => {
    const job = (name: string) => ({ namespace: 'airflow', name });
    const run = { runId: '01a20000-0000-7000-8000-000000000000', state: 'COMPLETED' };
    const nodes = [
      column('report', 'a', 0),
      column('report', 'b', 0),
      column('orders', 'id', 1),
      { ...node('j', 0), asset: null, job: job('nightly') },
      { ...node('r', 0), asset: null, run },
    ];
    const edges = [
      { ...edge('orders.id', 'report.a', 'DECLARED'), job: job('nightly') },
      { ...edge('orders.id', 'report.a', 'EVENT'), job: job('hourly'), run },
      { ...edge('report.a', 'report.b'), job: job('nightly') },
    ];
    server.fields['lineage'] = { rootId: 'report', truncated: true, nodes, edges };
    expect(await cli('report', '--level', 'column')).toEqual({
      code: 0,
      stdout: `shop.public.report.a
└─ <- shop.public.orders.id  by hourly  by nightly
shop.public.report.b
`,
      stderr: 'Only the nearest 3 are shown; "+n" tells how many more there are at a place.\n',
    });
    server.fields['lineage'] = (args: Record<string, unknown>) => (asked.push(args), args['assetId'] === 'report' ? graph : null);
  });

  it('is asked for by id or by name, in a direction, to a depth and at a moment; --json prints data only', async () => {
    asked.length = 0;
    const { stdout, stderr } = await cli('report', '--json');
    expect([JSON.parse(stdout), stderr]).toEqual([graph, '']);
    await cli(
      'postgres://db:5432',
      'shop.public.report',
      '--direction',
      'upstream',
      '--depth',
      '5',
      '--as-of',
      '2026-02-01T12:00:00+01:00',
    );
    expect(asked).toEqual([
      { assetId: 'report', direction: 'BOTH', depth: 3, maxNodes: 500, level: 'ASSET' },
      { assetId: 'report', direction: 'UPSTREAM', depth: 5, maxNodes: 500, level: 'ASSET', asOf: '2026-02-01T11:00:00.000Z' },
    ]);
  });

  it('is drawn from each column of the asset at the level of columns', async () => {
    const nodes = [column('report', 'total', 0), column('report', 'id', 0), column('orders', 'id', 1), column('orders', 'amount', 1)];
    const edges = [edge('orders.id', 'report.id'), edge('orders.amount', 'report.total'), edge('report.id', 'report.total')];
    server.fields['lineage'] = (args: Record<string, unknown>) => (asked.push(args), { rootId: 'report', truncated: false, nodes, edges });
    asked.length = 0;
    expect(await cli('report', '--level', 'column')).toEqual({
      code: 0,
      stdout: `shop.public.report.id
└─ <- shop.public.orders.id
shop.public.report.total
└─ <- shop.public.orders.amount
`,
      stderr: '',
    });
    expect(asked).toMatchObject([{ level: 'COLUMN' }]);
    server.fields['lineage'] = { rootId: 'report', truncated: false, nodes: [], edges: [] };
    expect(await cli('report', '--level', 'column')).toMatchObject({ stdout: '', stderr: expect.stringContaining('Nothing flows') });
    server.fields['lineage'] = (args: Record<string, unknown>) => (asked.push(args), args['assetId'] === 'report' ? graph : null);
  });

  it('tells its history page by page, by names where there still are some', async () => {
    const closed = { ...edge('orders', 'report'), validTo: '2026-02-01T00:00:00.000Z' };
    server.fields['assetsById'] = ({ ids }: { ids: string[] }) => ids.map((id) => (id === 'gone' ? null : { id, name: `shop.${id}` }));
    server.fields['lineageHistory'] = ({ assetId, after }: { assetId: string; after: string | null }) =>
      assetId === 'report'
        ? { nodes: after ? [closed] : [edge('gone', 'report')], pageInfo: { hasNextPage: !after, endCursor: 'next' } }
        : null;
    expect(await cli('report', '--history')).toEqual({
      code: 0,
      stdout: `FROM         TO           ORIGIN  SINCE                UNTIL
gone         shop.report  NATIVE  2026-01-01 00:00:00  -
shop.orders  shop.report  NATIVE  2026-01-01 00:00:00  2026-02-01 00:00:00
`,
      stderr: '',
    });
    expect(JSON.parse((await cli('report', '--history', '--json')).stdout)).toEqual([edge('gone', 'report'), closed]);
    expect(await cli('nothing', '--history')).toMatchObject({ code: 1, stderr: expect.stringContaining('no asset "nothing"') });
    server.fields['lineageHistory'] = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
    expect(await cli('report', '--history')).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('Nothing ever flowed') });
  });

  it('tells what became different between two moments', async () => {
    const moments: Record<string, unknown>[] = [];
    const diff = { rootId: 'report', from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z', truncated: true };
    const answer = { ...diff, added: [edge('customers', 'report')], removed: [edge('orders', 'report')] };
    server.fields['lineageDiff'] = (args: Record<string, unknown>) => (moments.push(args), args['assetId'] === 'report' ? answer : null);
    expect(await cli('report', '--since', '2026-01-01', '--until', '2026-02-01', '--direction', 'upstream')).toEqual({
      code: 0,
      stdout: '+ shop.customers -> shop.report  NATIVE\n- shop.orders -> shop.report  NATIVE\n',
      stderr: 'Only the nearest are compared; there is more.\n',
    });
    expect(moments).toEqual([
      { assetId: 'report', from: diff.from, to: diff.to, direction: 'UPSTREAM', depth: 3, maxNodes: 500, level: 'ASSET' },
    ]);
    // Until now, as the server has it: the future is as now.
    expect(await cli('nothing', '--since', '2026-01-01')).toMatchObject({ code: 1 });
    expect(moments[1]!['to']).toBe('9999-12-31T23:59:59.999Z');
    server.fields['lineageDiff'] = { ...diff, truncated: false, added: [], removed: [] };
    expect(await cli('report', '--since', '2026-01-01')).toMatchObject({ stdout: '', stderr: 'Nothing is different.\n' });
  });

  it('says when there is no such asset, and what is wrong with an option', async () => {
    expect(await cli('nothing')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no asset "nothing"') });
    expect(await cli('postgres://db:5432', 'nothing')).toMatchObject({ code: 1, stderr: expect.stringContaining('source list') });
    for (const wrong of [
      [],
      ['x', '--depth', '0'],
      ['x', '--depth', '21'],
      ['x', '--direction', 'up'],
      ['x', '--as-of', 'yesterday'],
      ['x', '--level', 'row'],
      ['x', '--since', 'yesterday'],
      ['x', '--until', '2026-01-01'],
      ['x', '--since', '2026-01-01', '--as-of', '2026-01-01'],
      ['x', '--since', '2026-01-01', '--history'],
      ['x', '--history', '--level', 'column'],
      ['x', '--history', '--direction', 'upstream'],
      ['x', '--history', '--depth', '3'],
      ['x', '--history', '--as-of', '2026-01-01'],
    ]) {
      expect(await cli(...wrong), wrong.join(' ')).toMatchObject({ code: 2, stdout: '' });
    }
  });
});
