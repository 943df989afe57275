import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ASSET_KINDS } from './commands/search.ts';
import { PASSWORD, refuse, startTestServer, type TestServer } from './testing/server.ts';
import { pursight, type RunOptions } from './testing/terminal.ts';

const source = {
  id: 's1',
  name: 'crm',
  namespace: 'postgres://db:5432',
  connector: { id: 'postgres' },
  assetCount: 3,
  lastRun: null as null | Record<string, unknown>,
};
const run = {
  id: 'r1',
  status: 'QUEUED',
  progress: { phase: 'reading', done: 0, total: null, message: null },
  queuedAt: '2026-01-01T00:00:00.000Z',
  startedAt: null as null | string,
  finishedAt: null as null | string,
  added: 0,
  changed: 0,
  unchanged: 0,
  removed: 0,
  warnings: [] as unknown[],
  error: null as null | string,
};
const finished = { ...run, status: 'COMPLETED', startedAt: '2026-01-01T00:00:01.000Z', finishedAt: '2026-01-01T00:00:03.500Z', added: 3 };
const page = (nodes: unknown[]) => ({ nodes, pageInfo: { hasNextPage: false } });

describe('the command line', () => {
  let server: TestServer;
  let home: string;
  const cli = (args: string[], options: RunOptions = {}) =>
    pursight(args, { ...options, env: { XDG_CONFIG_HOME: home, PURSIGHT_URL: server.url, ...options.env } });

  beforeAll(async () => {
    server = await startTestServer();
    home = mkdtempSync(join(tmpdir(), 'pursight-cli-'));
    await cli(['signin', '--email', 'a@example.com', '--password-stdin'], { stdin: PASSWORD });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(home, { recursive: true });
  });
  beforeEach(() => {
    server.fields = { sources: page([source]) };
  });

  it('ends with 2 on wrong usage, and 0 when asked for help', async () => {
    for (const args of [
      [],
      ['nonsense'],
      ['source'],
      ['source', 'add', 'postgres'],
      ['scan'],
      ['runs', 'crm', '--limit', 'x'],
      ['events', '--follow', '--limit', '3'],
      ['search'],
      ['search', 'x', '--first', '0'],
      ['search', 'x', '--kind', 'TABLES'],
      ['token'],
      ['token', 'create', 'x'],
      ['token', 'create', 'x', '--scope', 'OWNER'],
      ['token', 'create', 'x', '--scope', 'READER', '--expires', 'soon'],
      ['token', 'create', 'x', '--scope', 'READER', '--expires', '2027-01-31T12:00'],
      ['source', 'list', '--nonsense'],
    ]) {
      expect(await cli(args), args.join(' ')).toMatchObject({ code: 2, stdout: '' });
    }
    expect(await cli(['--help'])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('Usage: pursight') });
    expect(await cli(['source', 'list'], { env: { PURSIGHT_URL: 'not a url' } })).toMatchObject({ code: 2 });
  });

  it('ends with 3 when something is not allowed', async () => {
    server.fields.registerSource = refuse('FORBIDDEN', 'Only an administrator may register sources.', { policy: 'roles' });
    expect(await cli(['source', 'add', 'postgres', '--name', 'x', '--url', 'postgres://db/x'])).toEqual({
      code: 3,
      stdout: '',
      stderr: 'Only an administrator may register sources.\n',
    });
  });

  it('ends with 4 when PurSight cannot be reached, or something else answers', async () => {
    const other = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const token = { PURSIGHT_TOKEN: 't' };
    expect(await cli(['source', 'list'], { env: { ...token, PURSIGHT_URL: address } })).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('does not answer as PurSight does'),
    });
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
    expect(await cli(['source', 'list'], { env: { ...token, PURSIGHT_URL: address } })).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('npm start'),
    });
  });

  it('ends with 1 and one line when the server refuses', async () => {
    server.fields.registerSource = refuse('CONFLICT', 'There is a source named "crm" already.');
    expect(await cli(['source', 'add', 'postgres', '--name', 'crm', '--url', 'postgres://db/x'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'There is a source named "crm" already.\n',
    });
    server.fields.registerSource = refuse('INTERNAL_SERVER_ERROR', 'Internal server error', { requestId: 'abc' });
    expect(await cli(['source', 'add', 'postgres', '--name', 'crm', '--url', 'postgres://db/x'])).toMatchObject({
      code: 1,
      stderr: 'PurSight failed at this; its log says why under abc.\n',
    });
  });

  it('suggests the list when a source is unknown', async () => {
    expect(await cli(['scan', 'cmr'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'There is no source "cmr". See which there are: npx pursight source list\n',
    });
  });

  it('prints aligned tables, and as JSON data only', async () => {
    expect((await cli(['source', 'list'])).stdout).toBe(
      'NAME  CONNECTOR  NAMESPACE           ASSETS  LAST SCAN  AT (UTC)\ncrm   postgres   postgres://db:5432       3  -          -\n',
    );
    const { stdout, stderr } = await cli(['source', 'list', '--json']);
    expect(JSON.parse(stdout)).toEqual([source]);
    expect(stderr).toBe('');
  });

  it('lets no control character of a scanned system reach the terminal', async () => {
    server.fields.sources = page([{ ...source, name: 'a\u001b[31mb\u0007' }]);
    expect((await cli(['source', 'list'])).stdout).toContain('a [31mb ');
  });

  it('adds a source with its URL, and never repeats the password', async () => {
    const inputs: unknown[] = [];
    server.fields.registerSource = ({ input }: { input: unknown }) => (
      inputs.push(input),
      { source: { id: 's1', name: 'crm', namespace: 'postgres://db:5432' } }
    );
    const url = 'postgres://me:hunter2hunter2@db/crm';
    const open = await cli([
      'source',
      'add',
      'postgres',
      '--name',
      'crm',
      '--url',
      url,
      '--databases',
      'crm,billing',
      '--schedule',
      '0 3 * * *',
    ]);
    const hidden = await cli(['source', 'add', 'postgres', '--name', 'crm', '--url-stdin'], { stdin: `${url}\n` });
    expect(inputs).toEqual([
      { name: 'crm', connector: 'postgres', config: { url, databases: ['crm', 'billing'] }, schedule: '0 3 * * *' },
      { name: 'crm', connector: 'postgres', config: { url } },
    ]);
    expect(open.stderr).toContain('--url-stdin');
    expect(hidden).toEqual({ code: 0, stderr: '', stdout: 'Added crm (postgres://db:5432).\nScan it: npx pursight scan crm\n' });
    expect(open.stdout + open.stderr).not.toContain('hunter2');
  });

  it('tests a source by name or by URL, and fails when it cannot be scanned', async () => {
    const inputs: unknown[] = [];
    const test = { ok: false, message: 'The password is wrong.', latencyMs: 12, serverVersion: null, missingPermissions: [] };
    server.fields.testSource = ({ input }: { input: unknown }) => (inputs.push(input), { test });
    expect(await cli(['source', 'test', 'crm'])).toMatchObject({ code: 1, stdout: expect.stringContaining('The password is wrong.') });
    test.ok = true;
    expect(await cli(['source', 'test', '--url', 'postgres://db/x'])).toMatchObject({ code: 0 });
    expect(inputs).toEqual([{ id: 's1' }, { connector: 'postgres', config: { url: 'postgres://db/x' } }]);
    expect(await cli(['source', 'test'])).toMatchObject({ code: 2 });
  });

  it('asks before it removes a source on a terminal', async () => {
    const inputs: unknown[] = [];
    server.fields.removeSource = ({ input }: { input: unknown }) => (inputs.push(input), { source });
    expect(await cli(['source', 'remove', 'crm'], { tty: true, stdin: 'n' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing was removed.'),
    });
    expect(await cli(['source', 'remove', 'crm'], { tty: true, stdin: 'y' })).toMatchObject({ code: 0, stdout: 'Removed crm.\n' });
    expect(await cli(['source', 'remove', 'crm'])).toMatchObject({ code: 0 });
    expect(inputs).toEqual([{ id: 's1' }, { id: 's1' }]);
  });

  describe('scan', () => {
    const steps =
      (...runs: object[]) =>
      () =>
        runs.length > 1 ? runs.shift() : runs[0];

    it('waits on a terminal behind a progress bar, elsewhere only when told to', async () => {
      server.fields.startScan = { run };
      const running = { ...run, status: 'RUNNING', progress: { phase: 'columns', done: 1, total: 4, message: null } };
      server.fields.scanRun = steps(running, finished);
      const onTerminal = await cli(['scan', 'crm'], { tty: true });
      expect(onTerminal.stderr).toContain('crm  [######------------------]  1/4  columns');
      expect(onTerminal).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/status +COMPLETED\ntook +2\.5 s\nadded +3\nchanged +0\nunchanged +0\nremoved +0\nwarnings +0\n/),
      });
      expect(await cli(['scan', 'crm'])).toEqual({ code: 0, stderr: '', stdout: 'The scan of crm goes on. See: npx pursight runs crm\n' });
      const waited = await cli(['scan', 'crm', '--wait', '--json']);
      expect(waited.stderr).toBe('');
      expect(JSON.parse(waited.stdout)).toEqual(finished);
    });

    it('fails when the scan fails', async () => {
      server.fields.startScan = { run: { ...finished, status: 'FAILED', error: 'The connection was refused.' } };
      expect(await cli(['scan', 'crm', '--wait'])).toMatchObject({ code: 1, stderr: 'The scan failed: The connection was refused.\n' });
    });

    it('lists warnings', async () => {
      server.fields.startScan = {
        run: {
          ...finished,
          status: 'COMPLETED_WITH_WARNINGS',
          warnings: [{ code: 'LOCKED', subject: 'crm.public.a', message: 'It was locked.' }],
        },
      };
      expect((await cli(['scan', 'crm', '--wait'])).stdout).toContain('  LOCKED  crm.public.a: It was locked.\n');
    });

    it('says how to decide about deletions that were held back, and decides', async () => {
      const held = { ...finished, status: 'NEEDS_REVIEW' };
      server.fields.startScan = { run: held };
      expect(await cli(['scan', 'crm', '--wait'])).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('npx pursight scan review crm'),
      });
      expect(await cli(['scan', 'review', 'crm', '--accept'])).toMatchObject({
        code: 1,
        stderr: 'The last scan of crm held nothing back.\n',
      });

      const inputs: unknown[] = [];
      server.fields = {
        sources: page([{ ...source, lastRun: { ...held } }]),
        scanRun: { pendingDeletions: page([{ id: 'a1', kind: 'TABLE', name: 'crm.public.old' }]) },
        reviewScanRun: ({ input }: { input: unknown }) => (inputs.push(input), { run: finished }),
      };
      expect((await cli(['scan', 'review', 'crm'])).stdout).toContain('TABLE  crm.public.old');
      expect(await cli(['scan', 'review', 'crm', '--accept'])).toMatchObject({ code: 0 });
      expect(await cli(['scan', 'review', 'crm', '--reject'])).toMatchObject({ code: 0 });
      expect(await cli(['scan', 'review', 'crm', '--accept', '--reject'])).toMatchObject({ code: 2 });
      expect(inputs).toEqual([
        { id: 'r1', acceptDeletions: true },
        { id: 'r1', acceptDeletions: false },
      ]);
    });
  });

  it('lists the runs of a source', async () => {
    server.fields.source = { runs: page([finished]) };
    expect((await cli(['runs', 'crm'])).stdout).toContain('2026-01-01 00:00:00  COMPLETED  2.5 s      3        0');
  });

  it('shows an asset although a part of the answer is missing', async () => {
    server.fields.assetByName = {
      id: 'a1',
      kind: 'TABLE',
      namespace: 'postgres://db:5432',
      name: 'crm.public.people',
      tags: ['pii'],
      terms: [{ name: 'Customer' }, { name: 'Person' }],
      domain: { name: 'Sales' },
      version: 1,
      updatedAt: '2026-01-01T00:00:00.000Z',
      source: refuse('UPSTREAM_UNAVAILABLE', 'The part "identity" does not answer.'),
      owners: [],
      table: { primaryKey: ['id'], partitioned: false, foreignKeys: [], uniqueKeys: [], checks: [] },
    };
    server.fields.asset = {
      columns: page([
        { id: 'c1', name: 'id', ordinal: 1, nativeType: 'bigint', nullable: false, generated: true, sourceDescription: 'A number' },
      ]),
    };
    const { code, stdout, stderr } = await cli(['asset', 'postgres://db:5432', 'crm.public.people']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/primary key +id/);
    expect(stdout).toMatch(/domain +Sales\ntags +pii\nterms +Customer, Person\n/);
    expect(stdout).toMatch(/id +bigint +no +- +A number/);
    expect(stderr).toBe('A part of the answer is missing: The part "identity" does not answer.\n');
    server.fields.assetByName = null;
    expect(await cli(['asset', 'postgres://db:5432', 'nothing'])).toMatchObject({ code: 1 });
  });

  describe('search', () => {
    const hit = (name: string, highlights: string[]) => ({
      score: 1,
      highlights,
      asset: { id: name, kind: 'TABLE', namespace: 'postgres://db:5432', name, description: null, source: { name: 'crm' } },
    });
    const found = {
      totalCount: 3,
      totalIsCapped: false,
      facets: [{ name: 'kind', values: [{ value: 'TABLE', count: 3 }] }],
      nodes: [hit('crm.public.orders', ['<em>orders</em>', 'a &lt;b&gt; &amp;amp; <em>order</em>']), hit('crm.public.people', [])],
      pageInfo: { hasNextPage: true, endCursor: 'c2' },
    };

    it('prints what was found as a table, and beside it how many there are and how to go on', async () => {
      const asked: unknown[] = [];
      server.fields.search = (args: unknown) => (asked.push(args), found);
      expect(
        await cli(['search', 'order', '--first', '2', '--kind', 'table,view', '--kind', 'TOPIC', '--source', 'crm', '--after', 'c1']),
      ).toEqual({
        code: 0,
        stdout:
          'KIND   NAME               SOURCE  MATCHED\nTABLE  crm.public.orders  crm     *orders* … a <b> &amp; *order*\nTABLE  crm.public.people  crm     -\n',
        stderr: '2 of 3. Go on with --after c2\n',
      });
      await cli(['search', 'order']);
      expect(asked).toEqual([
        { query: 'order', first: 2, after: 'c1', filter: { kinds: ['TABLE', 'VIEW', 'TOPIC'], sourceIds: ['s1'] } },
        { query: 'order', first: 20, filter: {} },
      ]);
      const { stdout, stderr } = await cli(['search', 'order', '--json']);
      expect([JSON.parse(stdout), stderr]).toEqual([found, '']);
    });

    it('says when there is nothing, when there is more than was counted, and when the source is unknown', async () => {
      server.fields.search = { ...found, totalCount: 0, nodes: [], pageInfo: { hasNextPage: false } };
      expect(await cli(['search', 'nothing'])).toEqual({
        code: 0,
        stdout: 'KIND  NAME  SOURCE  MATCHED\n',
        stderr: 'Nothing was found.\n',
      });
      server.fields.search = { ...found, totalCount: 10_000, totalIsCapped: true, pageInfo: { hasNextPage: false } };
      expect((await cli(['search', 'x'])).stderr).toBe('2 of more than 10000.\n');
      expect(await cli(['search', 'x', '--source', 'cmr'])).toMatchObject({ code: 1, stdout: '' });
    });

    it('knows every kind of asset that the API has', () => {
      const schema = readFileSync(new URL('../schema/catalog.graphql', import.meta.url), 'utf8');
      expect(ASSET_KINDS).toEqual(/enum AssetKind \{([^}]+)\}/.exec(schema)![1]!.trim().split(/\s+/));
    });
  });

  describe('token', () => {
    const token = {
      id: 't1',
      name: 'nightly',
      scopes: ['READER'],
      createdAt: '2026-01-01T00:00:00.000Z',
      expiresAt: null as null | string,
      lastUsedAt: null,
      revokedAt: null as null | string,
    };

    it('is made, with its secret alone on stdout', async () => {
      const inputs: { expiresAt?: Date }[] = [];
      server.fields.createApiToken = ({ input }: { input: { expiresAt?: Date } }) => (
        inputs.push(input),
        { secret: 'pursight_abc', token }
      );
      const made = await cli(['token', 'create', 'nightly', '--scope', 'reader', '--scope', 'STEWARD,READER']);
      expect(made).toEqual({ code: 0, stdout: 'pursight_abc\n', stderr: expect.stringContaining('shown only this once') });
      expect(made.stderr).toContain('npx pursight token revoke t1');
      expect(made.stderr).not.toContain('pursight_abc');
      const before = Date.now();
      await cli(['token', 'create', 'x', '--scope', 'READER', '--expires', '30d']);
      await cli(['token', 'create', 'x', '--scope', 'READER', '--expires', '2999-01-31T12:00:00+02:00']);
      await cli(['token', 'create', 'x', '--scope', 'READER', '--expires', '2999-01-31']);
      expect(inputs[0]).toEqual({ name: 'nightly', scopes: ['READER', 'STEWARD'] });
      const ends = inputs.slice(1).map(({ expiresAt }) => Number(new Date(expiresAt!)));
      expect(ends[0]).toBeGreaterThanOrEqual(before + 30 * 86_400_000);
      expect(ends[0]).toBeLessThan(before + 31 * 86_400_000);
      expect(ends.slice(1)).toEqual([Date.parse('2999-01-31T10:00:00Z'), Date.parse('2999-01-31T00:00:00Z')]);
      const { stdout, stderr } = await cli(['token', 'create', 'x', '--scope', 'READER', '--json']);
      expect([JSON.parse(stdout), stderr]).toEqual([{ ...token, secret: 'pursight_abc' }, '']);
    });

    it('is listed while it lives, or at all', async () => {
      const gone = [
        { ...token, id: 't2', revokedAt: '2026-01-02T00:00:00.000Z' },
        { ...token, id: 't3', expiresAt: '2026-01-02T00:00:00.000Z' },
      ];
      server.fields.apiTokens = page([token, ...gone]);
      expect((await cli(['token', 'list'])).stdout).toBe(
        'ID  NAME     SCOPES  STATE   CREATED (UTC)        EXPIRES  LAST USED\nt1  nightly  READER  active  2026-01-01 00:00:00  -        -\n',
      );
      const { stdout } = await cli(['token', 'list', '--all']);
      expect(stdout).toMatch(/t2 +nightly +READER +revoked /);
      expect(stdout).toMatch(/t3 +nightly +READER +expired /);
      expect(JSON.parse((await cli(['token', 'list', '--json'])).stdout)).toEqual([token]);
    });

    it('is revoked by its id', async () => {
      server.fields.revokeApiToken = ({ input }: { input: { id: string } }) =>
        input.id === 't1' ? { token } : refuse('NOT_FOUND', 'There is no API token "x".')();
      expect(await cli(['token', 'revoke', 't1'])).toEqual({
        code: 0,
        stdout: 'Revoked nightly, and what was made with it.\n',
        stderr: '',
      });
      expect(await cli(['token', 'revoke', 'x'])).toEqual({ code: 1, stdout: '', stderr: 'There is no API token "x".\n' });
    });
  });

  it('lists events with the cursor to go on from', async () => {
    const asked: unknown[] = [];
    server.fields.events = (args: unknown) => (
      asked.push(args),
      {
        edges: [
          {
            cursor: '1.7',
            node: {
              id: 'e',
              seq: 7,
              type: 'scan.completed',
              source: 'catalog',
              subject: 'r1',
              time: '2026-01-01T00:00:00.000Z',
              data: {},
              hash: 'h',
            },
          },
        ],
      }
    );
    expect((await cli(['events', '--type', 'scan.*', '--type', 'asset.created', '--after', '1.2'])).stdout).toContain(
      '1.7     2026-01-01 00:00:00  scan.completed  r1',
    );
    expect(asked).toEqual([{ first: 50, after: '1.2', direction: 'ASC', types: ['scan.*', 'asset.created'] }]);
    expect(JSON.parse((await cli(['events', '--json'])).stdout)).toMatchObject([{ cursor: '1.7', type: 'scan.completed' }]);
  });

  it('says that there is no embedded database before the first start, and makes none', async () => {
    vi.stubEnv('DATA_DIR', join(home, 'nothing'));
    vi.stubEnv('DATABASE_URL', '');
    vi.stubEnv('SECRET_KEY', '');
    const { code, stdout, stderr } = await cli(['database', 'url']);
    vi.unstubAllEnvs();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('not from the API');
    expect(existsSync(join(home, 'nothing'))).toBe(false);
  });
});
