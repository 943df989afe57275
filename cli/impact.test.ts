import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, startTestServer, type TestServer } from './testing/server.ts';
import { pursight } from './testing/terminal.ts';

const anna = { id: 'anna', name: 'Anna', email: 'anna@example.org' };
const impact = {
  rootId: 'orders',
  totalCount: 3,
  truncated: true,
  withoutOwner: 1,
  byKind: [
    { kind: 'VIEW', count: 2 },
    { kind: 'TABLE', count: 1 },
  ],
  byOwner: [
    { user: null, team: { id: 'team', name: 'Analysts' }, count: 2 },
    { user: anna, team: null, count: 1 },
  ],
  byDomain: [
    { domain: { id: 'sales', name: 'Sales' }, count: 2 },
    { domain: null, count: 1 },
  ],
  peopleToTell: [anna, null],
};

describe('impact', () => {
  let server: TestServer;
  let home: string;
  const cli = (...args: string[]) => pursight(['impact', ...args], { env: { XDG_CONFIG_HOME: home, PURSIGHT_URL: server.url } });
  const asked: Record<string, unknown>[] = [];
  beforeAll(async () => {
    server = await startTestServer();
    home = mkdtempSync(join(tmpdir(), 'pursight-cli-'));
    await pursight(['signin', '--email', 'a@example.com', '--password-stdin'], {
      stdin: PASSWORD,
      env: { XDG_CONFIG_HOME: home, PURSIGHT_URL: server.url },
    });
    server.fields = {
      impact: (args: Record<string, unknown>) => (
        asked.push(args),
        ['orders', 'c-id'].includes((args['assetId'] ?? args['columnId']) as string) ? impact : null
      ),
      assetByName: ({ name }: { name: string }) => (name === 'shop.public.orders' ? { id: 'orders' } : null),
      asset: ({ id }: { id: string }) =>
        id === 'orders' ? { columns: { nodes: [{ id: 'c-id', name: 'id' }], pageInfo: { hasNextPage: false, endCursor: null } } } : null,
    };
  });
  afterAll(async () => {
    await server.stop();
    rmSync(home, { recursive: true });
  });

  it('counts whom a change reaches, and says whom to tell', async () => {
    expect(await cli('orders')).toEqual({
      code: 0,
      stdout: `BY      VALUE            ASSETS
all     -                     3
kind    VIEW                  2
kind    TABLE                 1
owner   Analysts (team)       2
owner   Anna                  1
owner   nobody                1
domain  Sales                 2
domain  none                  1
Tell: Anna <anna@example.org>
`,
      stderr: 'Only the nearest 3 are counted; there are more.\n',
    });
    const { rootId, ...rest } = JSON.parse((await cli('orders', '--json')).stdout) as typeof impact;
    expect([rootId, rest.totalCount, rest.peopleToTell]).toEqual(['orders', 3, [{ name: 'Anna', email: anna.email }, null]]);
    // That nothing was counted is not that there is nothing.
    server.fields['impact'] = { ...impact, totalCount: 0 };
    expect(await cli('orders')).toMatchObject({ stdout: '', stderr: expect.stringMatching(/^Nothing could be counted .* there is more/) });
    server.fields['impact'] = { ...impact, totalCount: 0, truncated: false };
    const told = async (direction: string) => (await cli('orders', '--direction', direction)).stderr;
    expect([await told('downstream'), await told('upstream'), await told('both')]).toEqual([
      'It reaches nothing, as far as you may see.\n',
      'It rests on nothing, as far as you may see.\n',
      'It reaches nothing and rests on nothing, as far as you may see.\n',
    ]);
  });

  it('is asked for by id or by name, of a column, in a direction, to a depth and at a moment', async () => {
    server.fields['impact'] = (args: Record<string, unknown>) => (asked.push(args), args['assetId'] === 'nothing' ? null : impact);
    asked.length = 0;
    await cli('postgres://db:5432', 'shop.public.orders', '--direction', 'upstream', '--depth', '2', '--as-of', '2026-02-01');
    await cli('orders', '--column', 'id');
    expect(asked).toEqual([
      { assetId: 'orders', direction: 'UPSTREAM', depth: 2, maxNodes: 5000, asOf: '2026-02-01T00:00:00.000Z' },
      { columnId: 'c-id', direction: 'DOWNSTREAM', depth: 20, maxNodes: 5000 },
    ]);
  });

  it('says when there is no such asset or column, and what is wrong with an option', async () => {
    expect(await cli('nothing')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no asset "nothing"') });
    expect(await cli('postgres://db:5432', 'nothing')).toMatchObject({ code: 1, stderr: expect.stringContaining('source list') });
    expect(await cli('orders', '--column', 'none')).toMatchObject({ code: 1, stderr: expect.stringContaining('no column "none"') });
    for (const wrong of [[], ['x', '--depth', '0'], ['x', '--direction', 'up'], ['x', '--as-of', 'yesterday']]) {
      expect(await cli(...wrong), wrong.join(' ')).toMatchObject({ code: 2, stdout: '' });
    }
  });
});
