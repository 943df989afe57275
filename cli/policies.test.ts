import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SEVERITIES, STATUSES } from './commands/violations.ts';
import { PASSWORD, startTestServer, type TestServer } from './testing/server.ts';
import { pursight } from './testing/terminal.ts';

const policy = {
  id: 'p1',
  name: 'Small letters',
  description: null,
  severity: 'ERROR',
  status: 'PUBLISHED',
  version: 3,
  params: {},
  scope: {},
  ruleType: { name: 'namingConvention' },
  draft: null,
  evaluation: { done: 7, total: 7, requestedAt: '2026-01-01T00:00:00.000Z', startedAt: null, finishedAt: '2026-01-01T00:00:01.000Z' },
  violations: { totalCount: 2 },
};
const draft = {
  ...policy,
  id: 'p2',
  name: 'Owners',
  draft: { updatedAt: '2026-01-02T00:00:00.000Z' },
  evaluation: { ...policy.evaluation, done: 3, total: null, finishedAt: null },
};
const violation = {
  id: 'v1',
  severity: 'ERROR',
  status: 'OPEN',
  message: '"Orders" is not written so.',
  raisedAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  waivedUntil: null,
  waivedBecause: null,
  policy: { id: 'p1', name: 'Small letters' },
  assetId: 'a1',
  asset: { namespace: 'postgres://db:5432', name: 'crm.public.Orders' },
  column: null,
};
const source = { id: 's1', name: 'crm', namespace: 'postgres://db:5432', connector: { id: 'postgres' }, assetCount: 3, lastRun: null };
const page = (nodes: unknown[], more: object = {}) => ({ nodes, pageInfo: { hasNextPage: false, endCursor: null, ...more } });

describe('policies and violations', () => {
  let server: TestServer;
  let home: string;
  let asked: Record<string, any>[];
  const cli = (...args: string[]) => pursight(args, { env: { XDG_CONFIG_HOME: home, PURSIGHT_URL: server.url } });
  beforeAll(async () => {
    server = await startTestServer();
    home = mkdtempSync(join(tmpdir(), 'pursight-cli-'));
    const env = { XDG_CONFIG_HOME: home, PURSIGHT_URL: server.url };
    await pursight(['signin', '--email', 'a@example.com', '--password-stdin'], { stdin: PASSWORD, env });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(home, { recursive: true });
  });
  beforeEach(() => {
    asked = [];
    server.fields = {
      policies: page([draft, policy]),
      sources: page([source]),
      violations: (args: Record<string, unknown>) => (
        asked.push(args),
        { totalCount: 3, ...page([violation], { hasNextPage: true, endCursor: 'next' }) }
      ),
    };
  });

  it('are listed, with how far each policy is and what is open', async () => {
    expect((await cli('policies')).stdout).toBe(
      [
        'NAME           RULE              SEVERITY  STATUS                    VERSION  EVALUATED  OPEN',
        'Owners         namingConvention  ERROR     PUBLISHED (with a draft)        3  3 of ?        2',
        'Small letters  namingConvention  ERROR     PUBLISHED                       3  all           2',
        '',
      ].join('\n'),
    );
    expect(JSON.parse((await cli('policies', '--json')).stdout)).toEqual([draft, policy]);
  });

  it('are listed, the newest violations first, unless they are settled', async () => {
    const { stdout, stderr, code } = await cli('violations', '--first', '1');
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout:
        'SEVERITY  STATUS  RAISED (UTC)         POLICY         ASSET              COLUMN  MESSAGE\n' +
        'ERROR     OPEN    2026-01-01 00:00:00  Small letters  crm.public.Orders  -       "Orders" is not written so.\n',
      stderr: '1 of 3. Go on with --after next\n',
    });
    expect(asked).toEqual([{ first: 1, filter: { statuses: ['OPEN', 'ACKNOWLEDGED'] } }]);
    expect(JSON.parse((await cli('violations', '--json')).stdout).nodes).toEqual([violation]);
  });

  it('are narrowed by status, severity, policy and source', async () => {
    await cli('violations', '--status', 'waived,resolved', '--severity', 'error', '--policy', 'Owners', '--source', 'crm', '--after', 'x');
    expect(asked[0]).toEqual({
      first: 50,
      after: 'x',
      filter: { statuses: ['WAIVED', 'RESOLVED'], severities: ['ERROR'], policyIds: ['p2'], sourceIds: ['s1'] },
    });
    expect(await cli('violations', '--policy', 'Nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('npx pursight policies'),
    });
    for (const args of [
      ['--status', 'GONE'],
      ['--severity', 'bad'],
      ['--first', '201'],
    ])
      expect(await cli('violations', ...args)).toMatchObject({ code: 2, stdout: '' });
    server.fields.violations = { totalCount: 0, ...page([]) };
    expect((await cli('violations')).stderr).toBe('There are none.\n');
  });

  it('know every status and severity of the schema', () => {
    const schema = readFileSync(new URL('../schema/api.graphql', import.meta.url), 'utf8');
    const valuesOf = (name: string) => new RegExp(`enum ${name} \\{([^}]+)\\}`).exec(schema)![1]!.trim().split(/\s+/);
    expect([STATUSES.toSorted(), SEVERITIES.toSorted()]).toEqual([valuesOf('ViolationStatus'), valuesOf('Severity')]);
  });
});
