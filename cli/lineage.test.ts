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
});
const edge = (from: string, to: string) => ({
  from,
  to,
  kind: 'TABLE',
  origin: 'NATIVE',
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: null,
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

  it('says when there is no such asset, and what is wrong with an option', async () => {
    expect(await cli('nothing')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no asset "nothing"') });
    expect(await cli('postgres://db:5432', 'nothing')).toMatchObject({ code: 1, stderr: expect.stringContaining('source list') });
    for (const wrong of [[], ['x', '--depth', '0'], ['x', '--depth', '21'], ['x', '--direction', 'up'], ['x', '--as-of', 'yesterday']]) {
      expect(await cli(...wrong), wrong.join(' ')).toMatchObject({ code: 2, stdout: '' });
    }
  });
});
