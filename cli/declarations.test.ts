import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, isEnumType } from 'graphql';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { TRANSFORMATIONS } from './commands/declarations.ts';
import { PASSWORD, refuse, startTestServer, type TestServer } from './testing/server.ts';
import { pursight } from './testing/terminal.ts';

const edge = {
  from: 'a',
  to: 'b',
  kind: 'TABLE',
  origin: 'DECLARED',
  transformation: 'INDIRECT',
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: null as string | null,
};
const ended = { ...edge, validTo: '2026-02-01T00:00:00.000Z' };

let server: TestServer;
let home: string;
const asked: unknown[] = [];
const cli = (...args: string[]) => pursight(['lineage', ...args], { env: { XDG_CONFIG_HOME: home, PURSIGHT_URL: server.url } });
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
  asked.length = 0;
  server.fields = {
    declareLineage: ({ input }: { input: unknown }) => (asked.push(input), { edge, cursor: 'e.7' }),
    retractLineage: ({ input }: { input: unknown }) => (asked.push(input), { edge: ended, cursor: 'e.8' }),
    lineage: null,
  };
});

it('says and takes back that data flows, with a reason', async () => {
  expect(await cli('declare', 'a', 'b', '--reason', 'I know', '--transformation', 'indirect')).toEqual({
    code: 0,
    stdout: '',
    stderr: 'Declared, and valid since 2026-01-01T00:00:00.000Z.\n',
  });
  await cli('declare', 'a', 'b', '--reason', 'I know');
  expect(await cli('retract', 'a', 'b', '--reason', 'No more')).toEqual({
    code: 0,
    stdout: '',
    stderr: 'Retracted. It was valid from 2026-01-01T00:00:00.000Z to 2026-02-01T00:00:00.000Z.\n',
  });
  expect(asked).toEqual([
    { from: 'a', to: 'b', reason: 'I know', transformation: 'INDIRECT' },
    { from: 'a', to: 'b', reason: 'I know', transformation: 'DIRECT' },
    { from: 'a', to: 'b', reason: 'No more' },
  ]);
});

it('prints data only as JSON', async () => {
  const { stdout, stderr } = await cli('retract', 'a', 'b', '--reason', 'No more', '--json');
  expect([JSON.parse(stdout), stderr]).toEqual([{ edge: ended, cursor: 'e.8' }, '']);
});

it('says what is wrong, and tells a refusal by its code', async () => {
  for (const wrong of [
    ['declare', 'a', 'b'],
    ['declare', 'a', '--reason', 'x'],
    ['retract', 'a', 'b', '--reason'],
    ['declare', 'a', 'b', '--reason', 'x', '--transformation', 'sideways'],
  ]) {
    expect(await cli(...wrong), wrong.join(' ')).toMatchObject({ code: 2, stdout: '' });
  }
  server.fields['declareLineage'] = refuse('FORBIDDEN', 'This needs the role STEWARD.');
  expect(await cli('declare', 'a', 'b', '--reason', 'x')).toMatchObject({ code: 3, stderr: expect.stringContaining('STEWARD') });
  server.fields['retractLineage'] = refuse('NOT_FOUND', 'There is no declared lineage "a to b".');
  expect(await cli('retract', 'a', 'b', '--reason', 'x')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no declared lineage'),
  });
  // Any other word is an asset.
  expect(await cli('declared')).toMatchObject({ code: 1, stderr: expect.stringContaining('no asset "declared"') });
});

it('knows what the schema knows', () => {
  const type = buildSchema(readFileSync(new URL('../schema/api.graphql', import.meta.url), 'utf8')).getType('LineageTransformation');
  expect(TRANSFORMATIONS.toSorted()).toEqual(isEnumType(type) && type.getValues().map(({ name }) => name));
});
