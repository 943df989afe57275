/** `npx pursight events --follow`, in this process, against the whole product. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '#platform/testing/freePort.ts';
import { pursight, type Outcome } from '../cli/testing/terminal.ts';
import { createWorld, EMAIL, PASSWORD, type World } from './world.ts';

let world: World;
let home: string;
beforeAll(async () => {
  world = await createWorld();
  home = mkdtempSync(join(tmpdir(), 'pursight-follow-'));
});
afterAll(async () => {
  await world?.stop();
  rmSync(home, { recursive: true });
});

const env = (more: Record<string, string> = {}) => ({ XDG_CONFIG_HOME: home, PURSIGHT_URL: world.url, ...more });
let teams = 0;
/** Gives the cursor of before. */
const createTeam = async (): Promise<string> =>
  (
    await world.admin('mutation ($input: CreateTeamInput!) { createTeam(input: $input) { cursor } }', {
      input: { name: `Team ${++teams}` },
    })
  ).createTeam.cursor;

/** Runs until Ctrl-C. */
function start(args: string[], more: Record<string, string> = {}) {
  const interrupt = new AbortController();
  let printed = '';
  const outcome: Promise<Outcome> = pursight(['events', '--follow', ...args], {
    env: env(more),
    interrupt: interrupt.signal,
    onOutput: (text) => (printed = text),
  });
  return {
    lines: () => printed.split('\n').filter(Boolean),
    outcome,
    stop: () => (interrupt.abort(), outcome),
  };
}

/** A way to the product that can be cut. */
async function openTunnel(): Promise<{ url: string; cut: () => void; stop: () => void }> {
  const sockets = new Set<Socket>();
  const port = await freePort();
  const server: Server = createServer((inner) => {
    const outer = connect(Number(new URL(world.url).port), '127.0.0.1');
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => (sockets.delete(socket), inner.destroy(), outer.destroy()));
    }
    inner.pipe(outer).pipe(inner);
  }).listen(port, '127.0.0.1');
  const cut = () => sockets.forEach((socket) => socket.destroy());
  return { url: `http://127.0.0.1:${port}`, cut, stop: () => (server.close(), cut()) };
}

describe('events --follow', () => {
  it('goes on from a cursor, prints an object a line, and ends with 0 at Ctrl-C', async () => {
    const { secret } = await world.createToken(world.ask, ['ADMIN']);
    const after = await createTeam();
    const running = start(['--json', '--after', after, '--type', 'team.*'], { PURSIGHT_TOKEN: secret });
    await expect.poll(() => running.lines().length, { timeout: 10_000 }).toBe(1);
    await createTeam();
    await expect.poll(() => running.lines().length, { timeout: 10_000 }).toBe(2);
    const { code, stdout, stderr } = await running.stop();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events.map(({ type, data }) => [type, data.name])).toEqual([
      ['team.created', `Team ${teams - 1}`],
      ['team.created', `Team ${teams}`],
    ]);
    expect(events[0].cursor.split('.')[1]).toBe(String(events[0].seq));
  });

  it('comes back when the connection is cut, also before anything came, and leaves nothing out', async () => {
    expect(await pursight(['signin', '--email', EMAIL, '--password-stdin'], { stdin: PASSWORD, env: env() })).toMatchObject({ code: 0 });
    const tunnel = await openTunnel();
    expect(
      await pursight(['signin', '--email', EMAIL, '--password-stdin'], { stdin: PASSWORD, env: env({ PURSIGHT_URL: tunnel.url }) }),
    ).toMatchObject({ code: 0 });
    const running = start(['--type', 'team.created'], { PURSIGHT_URL: tunnel.url });
    const open = () =>
      fetch(`${world.url}/metrics`).then(async (response) => /pursight_subscriptions_active (\d+)/.exec(await response.text())![1]);
    await expect.poll(open, { timeout: 10_000 }).toBe('1');
    const from = teams;
    tunnel.cut();
    await createTeam();
    await expect.poll(() => running.lines().length, { timeout: 20_000 }).toBe(1);
    tunnel.cut();
    await createTeam();
    await createTeam();
    await expect.poll(() => running.lines().length, { timeout: 20_000 }).toBe(3);
    const { code, stdout, stderr } = await running.stop();
    tunnel.stop();
    expect(code).toBe(0);
    expect(stderr).toContain('The connection was lost; going on where it was.');
    const seqs = stdout
      .trim()
      .split('\n')
      .map((line) => Number(/\.(\d+) /.exec(line)![1]));
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(teams - from).toBe(3);
    expect(stdout).toMatch(/^\w+\.\d+ {2}\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} {2}team\.created +[0-9a-f-]{36}\n/);
  });

  it('ends with 3 when its sign-in is signed out', async () => {
    expect(await pursight(['signin', '--email', EMAIL, '--password-stdin'], { stdin: PASSWORD, env: env() })).toMatchObject({ code: 0 });
    const running = start(['--type', 'team.created']);
    const active = () =>
      fetch(`${world.url}/metrics`).then(async (response) => /pursight_subscriptions_active (\d+)/.exec(await response.text())![1]);
    await expect.poll(active, { timeout: 10_000 }).toBe('1');
    expect(await pursight(['signout'], { env: env() })).toMatchObject({ code: 0 });
    expect(await running.outcome).toMatchObject({ code: 3, stderr: expect.stringContaining('npx pursight signin') });
  });

  it('says in a sentence why it cannot begin', async () => {
    const { secret, id } = await world.createToken(world.ask, ['ADMIN']);
    const ingestor = await world.createUser([{ role: 'INGESTOR' }]);
    const poor = await world.createToken(ingestor, ['INGESTOR']);
    expect(await start([], { PURSIGHT_URL: 'http://127.0.0.1:1' }).outcome).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('npm start'),
    });
    expect(await start([], { PURSIGHT_TOKEN: 'nonsense' }).outcome).toMatchObject({ code: 3 });
    expect(await start([], { PURSIGHT_TOKEN: poor.secret }).outcome).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('reading role'),
    });
    expect(await start(['--after', 'x'], { PURSIGHT_TOKEN: secret }).outcome).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('"after"'),
    });
    expect(await start(['--type', '*'], { PURSIGHT_TOKEN: secret }).outcome).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('asset.updated'),
    });
    const running = start([], { PURSIGHT_TOKEN: secret });
    const active = () =>
      fetch(`${world.url}/metrics`).then(async (response) => /pursight_subscriptions_active (\d+)/.exec(await response.text())![1]);
    await expect.poll(active, { timeout: 10_000 }).toBe('1');
    await world.admin('mutation ($id: ID!) { revokeApiToken(input: { id: $id }) { token { id } } }', { id });
    expect(await running.outcome).toMatchObject({ code: 3, stderr: expect.stringContaining('PURSIGHT_TOKEN') });
  });
});
