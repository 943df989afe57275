import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { configFolder, createSessionStore } from './session.ts';
import { PASSWORD, startTestServer, type TestServer } from './testing/server.ts';
import { pursight, type RunOptions } from './testing/terminal.ts';

describe('signing in', () => {
  let server: TestServer;
  let home: string;
  const cli = (args: string[], options: RunOptions = {}) =>
    pursight(args, { ...options, env: { XDG_CONFIG_HOME: home, PURSIGHT_URL: server.url, ...options.env } });
  const signIn = () => cli(['signin', '--email', 'a@example.com', '--password-stdin'], { stdin: `${PASSWORD}\n` });
  const list = () => cli(['source', 'list', '--json']);
  const file = () => join(home, 'pursight', 'session.json');

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'pursight-cli-'));
    Object.assign(server, {
      lifetime: 300,
      refreshes: 0,
      fields: { sources: { nodes: [], pageInfo: { hasNextPage: false } }, signOut: { signedOut: true } },
    });
    return () => rmSync(home, { recursive: true });
  });

  it('keeps the session in a file that only its user can read', async () => {
    expect(await signIn()).toEqual({ code: 0, stdout: `Signed in to ${server.url} as a@example.com.\n`, stderr: '' });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'pursight')).mode & 0o777).toBe(0o700);
    expect(readFileSync(file(), 'utf8')).not.toContain(PASSWORD);
    expect(await list()).toMatchObject({ code: 0, stdout: '[]\n' });
  });

  it('asks on a terminal and shows nothing of the password', async () => {
    const { code, stderr } = await cli(['signin'], { tty: true, stdin: `a@example.com\n${PASSWORD}` });
    expect(code).toBe(0);
    expect(stderr).toContain('Password: ');
    expect(stderr).not.toContain(PASSWORD);
  });

  it('takes the password from the environment, and never as an argument', async () => {
    expect(await cli(['signin', '--email', 'a@example.com'], { env: { PURSIGHT_PASSWORD: PASSWORD } })).toMatchObject({ code: 0 });
    expect(await cli(['signin', '--email', 'a@example.com', '--password', PASSWORD])).toMatchObject({ code: 2 });
    expect(await cli(['signin', '--email', 'a@example.com'])).toMatchObject({
      code: 2,
      stderr: 'There is no password on standard input.\n',
    });
    expect(await cli(['signin'])).toMatchObject({ code: 2, stderr: 'There is no email and password on standard input.\n' });
  });

  it('reads what it would ask for from a script, a line each', async () => {
    expect(await cli(['signin'], { stdin: `a@example.com\n${PASSWORD}\n` })).toMatchObject({ code: 0 });
    expect(await cli(['signin', '--email', 'a@example.com'], { stdin: `${PASSWORD}\n` })).toMatchObject({ code: 0 });
    expect(await cli(['signin'], { stdin: 'a@example.com\n' })).toMatchObject({ code: 2, stderr: expect.stringContaining('--email') });
  });

  it('says when the password is wrong, and what to do when nobody is signed in', async () => {
    const wrong = await cli(['signin', '--email', 'a@example.com', '--password-stdin'], { stdin: 'wrong' });
    expect(wrong).toEqual({ code: 3, stdout: '', stderr: 'The email or the password is wrong.\n' });
    expect(await list()).toEqual({ code: 3, stdout: '', stderr: 'Sign in first: npx pursight signin\n' });
  });

  it('renews the session once when several commands find it ended at the same time', async () => {
    server.lifetime = 1;
    await signIn();
    server.lifetime = 300;
    const outcomes = await Promise.all(Array.from({ length: 8 }, list));
    expect(outcomes.map(({ code }) => code)).toEqual(Array(8).fill(0));
    expect(server.refreshes).toBe(1);
  });

  it('renews the session when the server no longer takes a token that looks good', async () => {
    await signIn();
    server.expire();
    expect(await list()).toMatchObject({ code: 0 });
    expect(server.refreshes).toBe(1);
  });

  it('forgets a session that has ended at the server', async () => {
    await signIn();
    server.revoke();
    expect(await list()).toEqual({ code: 3, stdout: '', stderr: 'Your sign-in has ended. Sign in again: npx pursight signin\n' });
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({});
  });

  it('uses PURSIGHT_TOKEN as it is', async () => {
    await signIn();
    const outcome = await cli(['source', 'list'], { env: { PURSIGHT_TOKEN: 'nonsense' } });
    expect(outcome).toEqual({ code: 3, stdout: '', stderr: 'The token in PURSIGHT_TOKEN is not valid, or no longer.\n' });
  });

  it('takes PURSIGHT_TOKEN as a file gave it, and says when it can be none', async () => {
    const { accessToken } = (await signIn(), JSON.parse(readFileSync(file(), 'utf8'))[server.url]);
    const token = (text: string) => cli(['source', 'list', '--json'], { env: { PURSIGHT_TOKEN: text, XDG_CONFIG_HOME: '/nowhere' } });
    expect(await token(`${accessToken}\n`)).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
    const broken = await token(`${accessToken}\nmore`);
    expect(broken).toMatchObject({ code: 2, stdout: '' });
    expect(broken.stderr).not.toContain(accessToken);
  });

  it('signs out of the session, whatever PURSIGHT_TOKEN is', async () => {
    await signIn();
    let signedOut = 0;
    server.fields.signOut = () => (signedOut++, { signedOut: true });
    expect(await cli(['signout'], { env: { PURSIGHT_TOKEN: 'nonsense' } })).toMatchObject({ code: 0 });
    expect([signedOut, JSON.parse(readFileSync(file(), 'utf8'))]).toEqual([1, {}]);
  });

  it('keeps a session for each server, and forgets it when signing out', async () => {
    await signIn();
    const other = await startTestServer();
    other.fields = { signOut: { signedOut: true } };
    const there = { env: { PURSIGHT_URL: `${other.url}/graphql` } };
    await cli(['signin', '--email', 'b@example.com', '--password-stdin'], { ...there, stdin: PASSWORD });
    expect(Object.keys(JSON.parse(readFileSync(file(), 'utf8')))).toEqual([server.url, other.url]);
    expect(await cli(['signout'], there)).toMatchObject({ code: 0, stdout: `Signed out of ${other.url}.\n` });
    expect(Object.keys(JSON.parse(readFileSync(file(), 'utf8')))).toEqual([server.url]);
    expect(await cli(['signout'], there)).toMatchObject({ code: 0, stdout: `Nobody was signed in to ${other.url}.\n` });
    await other.stop();
  });

  it('goes past the lock of a command that was killed', async () => {
    const store = createSessionStore(join(home, 'pursight'));
    await store.exclusively(async () => undefined);
    writeFileSync(`${file()}.lock`, '999999999');
    await store.exclusively(async () => undefined);
    writeFileSync(`${file()}.lock`, String(process.pid));
    utimesSync(`${file()}.lock`, 0, 0);
    expect(await store.exclusively(async () => 'done')).toBe('done');
  });
});

it('finds the configuration folder as its specification says', () => {
  expect(configFolder({ XDG_CONFIG_HOME: '/etc/me', HOME: '/home/me' })).toBe('/etc/me/pursight');
  expect(configFolder({ XDG_CONFIG_HOME: 'relative', HOME: '/home/me' })).toBe('/home/me/.config/pursight');
});
