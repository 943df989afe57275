/** The disk of PostgreSQL is full: writes are refused with what to do, reads go on, and after space was made nothing has to be started again. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync, writeSync, openSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { addSource, findLosses, say, startOnOwnServer, startScan, type OwnServer } from './ownServer.ts';

const DISK_MEGABYTES = 420;
const EDIT = 'mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { version } } }';

/** Some containers do not let even root mount. */
function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'pursight-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
const isPossible = mayMount();
if (!isPossible) say('\nNOT TESTED: a full disk. That needs the right to mount a file system (root, outside of most containers).\n');

describe.skipIf(!isPossible)('the disk is full', () => {
  let product: OwnServer;
  let source: Awaited<ReturnType<typeof createEmptyDatabase>>;
  let ballast: string;
  beforeAll(async () => {
    // Room for the log of transactions is taken beforehand: it is the files of tables that cannot grow.
    const settings = { min_wal_size: '128MB', max_wal_size: '192MB', wal_recycle: 'on' };
    [product, source] = await Promise.all([startOnOwnServer({ diskMegabytes: DISK_MEGABYTES, settings }), createEmptyDatabase()]);
    await source.sql`create table orders (id int)`;
    ballast = join(product.folder, 'ballast');
  }, 60_000);
  afterAll(async () => {
    await product?.stop();
    await source?.drop();
  });

  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(product.folder);
    return bavail * bsize;
  };
  /** Leaves less than a page. */
  const fill = (): void => {
    const file = openSync(ballast, 'a');
    const chunk = Buffer.alloc(1024 * 1024);
    try {
      for (;;) writeSync(file, chunk.subarray(0, Math.max(1, Math.min(chunk.length, freeBytes()))));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  };
  const makeRoom = (): void => truncateSync(ballast, 0);

  it('edits are refused, reads go on, and after space was made edits are made again', { timeout: 120_000 }, async () => {
    const run = await startScan(product, await addSource(product, 'shop', source.url));
    const status = async () => (await product.ask('query ($id: ID!) { scanRun(id: $id) { status } }', { id: run })).data?.scanRun.status;
    await expect.poll(status, { timeout: 30_000 }).toBe('COMPLETED');
    const { assets } = await product.admin('{ assets(filter: { kinds: [TABLE] }) { nodes { id } } }');
    const [{ id }] = assets.nodes;
    const read = async () => (await product.admin('query ($id: ID!) { asset(id: $id) { version description } }', { id })).asset;
    const edit = async (description: string) => {
      const { version } = await read();
      return await product.ask(EDIT, { input: { id, version, description } });
    };
    await product.owner`checkpoint`;
    for (let n = 0; n < 6; n++) await product.owner`select pg_switch_wal(), pg_logical_emit_message(true, 'test', 'a segment more')`;
    await product.owner`checkpoint`;

    writeFileSync(ballast, '');
    fill();
    const pid = product.pid();
    let confirmed = 0;
    let answer: Awaited<ReturnType<typeof edit>>;
    // Each needs eight pages and more: of a text that cannot be packed.
    do {
      answer = await edit(randomBytes(24_000).toString('base64'));
      if (!answer.errors) confirmed++;
    } while (!answer.errors && confirmed < 1_000);
    say(`${confirmed} edits had room; then: ${JSON.stringify(answer.errors?.[0])}`);
    expect(answer.errors).toMatchObject([
      {
        message: 'The disk of the database is full: nothing can be written. What it has can still be read.',
        extensions: { code: 'UPSTREAM_UNAVAILABLE', system: 'database', check: 'Free space on the disk of PostgreSQL' },
      },
    ]);
    expect(await read()).toMatchObject({ version: 1 + confirmed });
    expect((await fetch(`${product.url}/health/ready`)).status).toBe(200);

    makeRoom();
    await expect.poll(async () => (await edit('after')).errors, { timeout: 10_000 }).toBeUndefined();
    expect(product.pid()).toBe(pid);
    expect(await read()).toMatchObject({ description: 'after' });
    await expect.poll(() => product.owner`select 1 from events.outbox`, { timeout: 30_000 }).toEqual([]);
    expect(await findLosses(product.owner)).toEqual([]);
  });

  it(
    'where even the log of transactions has no room, PostgreSQL ends and comes again once there is some',
    { timeout: 120_000 },
    async () => {
      const { assets } = await product.admin('{ assets(filter: { kinds: [TABLE] }) { nodes { id version } } }');
      const [{ id }] = assets.nodes;
      fill();
      const pid = product.pid();
      // Uses up what was made beforehand.
      for (;;) {
        try {
          await product.owner`select pg_switch_wal(), pg_logical_emit_message(true, 'test', 'a segment more')`;
        } catch {
          break;
        }
      }
      const { errors } = await product.ask(EDIT, { input: { id, version: assets.nodes[0].version, description: 'without room' } });
      say(`without room for the log of transactions: ${JSON.stringify(errors?.[0])}`);
      expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE', system: 'database' } }]);

      makeRoom();
      const version = async () => (await product.ask('query ($id: ID!) { asset(id: $id) { version } }', { id })).data?.asset?.version;
      await expect.poll(version, { timeout: 60_000 }).toBe(assets.nodes[0].version);
      say(product.pid() === pid ? 'the server went on by itself' : 'the server was started again');
      const { data } = await product.ask(EDIT, { input: { id, version: assets.nodes[0].version, description: 'with room again' } });
      expect(data.updateAsset.asset.version).toBe(assets.nodes[0].version + 1);
      await expect.poll(() => product.owner`select 1 from events.outbox`, { timeout: 30_000 }).toEqual([]);
      expect(await findLosses(product.owner)).toEqual([]);
    },
  );
});
