/** `pursight audit verify` right after `pursight restore`, before the product has started once: it passes, and finds whatever was changed. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadRouterKeys } from '#platform/auth/routerKeys.ts';
import { createCheckpointer } from '#platform/events/audit/checkpointer.ts';
import { createAuditedLog, logger, rechain, type AuditedLog } from '#platform/testing/auditedLog.ts';
import { createEmptyDatabase, TEST_ROOT_KEY } from '#platform/testing/database.ts';
import { pursight, type Outcome } from '../cli/testing/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'pursight-restored-'));
const [backup, before] = [join(folder, 'log.backup'), join(folder, 'before.jsonl')];
let log: AuditedLog;
let made: Awaited<ReturnType<typeof createEmptyDatabase>>;
/** Of checkpoints, on the machine that is restored to. */
let file: string;

async function onDatabase(url: string, args: string[]): Promise<Outcome> {
  const settings = { DATABASE_URL: url, SECRET_KEY: Buffer.from(TEST_ROOT_KEY).toString('base64'), AUDIT_FILE: file };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  try {
    return await pursight(args);
  } finally {
    vi.unstubAllEnvs();
  }
}

async function restore(from = backup): Promise<void> {
  const { code, stderr } = await onDatabase(made.url, ['restore', from, '--replace', '--yes']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

async function verify() {
  const { code, stdout } = await onDatabase(made.url, ['--json', 'audit', 'verify']);
  const { faults, ...found } = JSON.parse(stdout);
  return { code, messages: faults.map(({ message }: { message: string }) => message) as string[], ...found };
}

/** The file of before is still there. */
function keepFile(): void {
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(before, file);
}

/** As somebody does who has no key. */
async function cut(seq: number): Promise<void> {
  await made.sql`delete from events.log where seq > ${seq}`;
  await made.sql`update events.head set seq = ${seq}, hash = (select hash from events.log where seq = ${seq})`;
}

/** What the product does first. */
const start = (): Promise<void> => createCheckpointer({ sql: made.sql, key: log.key, file, logger }).write();

/** A backup of 8 events, whose last checkpoint is of its last event; the log went on to 12, which the file has, too. */
beforeAll(async () => {
  log = await createAuditedLog();
  file = log.file;
  await loadRouterKeys(log.test.connect('router'), TEST_ROOT_KEY);
  await log.write(5);
  await log.sign();
  await log.write(3);
  await log.sign();
  expect(await onDatabase(log.test.location.ownerUrl, ['backup', backup])).toMatchObject({ code: 0 });
  await log.write(4);
  await log.sign();
  copyFileSync(log.file, before);
}, 60_000);
afterAll(async () => {
  await log?.drop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  made = await createEmptyDatabase();
  file = join(mkdtempSync(join(folder, 'machine-')), 'data', 'checkpoints.jsonl');
  return () => made.drop();
});

describe('after a restore', { timeout: 60_000 }, () => {
  it('the log verifies at once on a machine without a file of checkpoints, again after a start, and after another restore', async () => {
    await restore();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await verify()).toMatchObject({
      code: 0,
      messages: [],
      lastSeq: 8,
      anchoredSeq: 8,
      checkpoints: { table: 3, file: 3, void: 0 },
    });
    await start();
    expect(await verify()).toMatchObject({ code: 0, messages: [] });
    await restore();
    expect(await verify()).toMatchObject({ code: 0, messages: [], epochs: [{ seq: 8 }] });
  });

  it('and where the file of before goes on beyond the backup, or lacks what it has', async () => {
    mkdirSync(dirname(file), { recursive: true });
    for (const lines of [3, 2, 1, 0]) {
      const kept = readFileSync(before, 'utf8').split('\n').slice(0, lines);
      writeFileSync(file, kept.map((line) => `${line}\n`).join(''));
      await restore();
      expect(await verify(), `${lines} lines`).toMatchObject({ code: 0, messages: [], anchoredSeq: 8 });
    }
  });

  it('and where it replaces a log that somebody else began, by a start on an empty database or by another backup', async () => {
    await restore();
    // As of a PurSight that was started once: it has a log of its own, in the same file.
    await made.sql`update events.head set epoch = 'fresh', hash = ${Buffer.alloc(32, 7)}, seq = 3`;
    await made.sql`delete from events.checkpoints`;
    keepFile();
    await start();
    expect(readFileSync(file, 'utf8')).toContain('"fresh"');
    const filed = readFileSync(file, 'utf8');
    await restore();
    expect(await verify()).toMatchObject({ code: 0, messages: [], checkpoints: { void: 1 } });
    // Nothing is lost of what was signed.
    expect(readFileSync(file, 'utf8')).not.toContain('"fresh"');
    const [aside = ''] = readdirSync(dirname(file)).filter((name) => name !== 'checkpoints.jsonl');
    expect(readFileSync(join(dirname(file), aside), 'utf8')).toBe(filed);
    expect(statSync(join(dirname(file), aside)).mode & 0o777).toBe(0o600);
    await start();
    expect(await verify()).toMatchObject({ code: 0, messages: [] });
  });

  it('a file that cannot be written is told, and the next start makes up for it', async () => {
    file = join(folder, 'log.backup', 'no folder');
    const { code, stdout, stderr } = await onDatabase(made.url, ['restore', backup]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/AUDIT_FILE.*ENOTDIR/s) });
    expect(stdout).toContain('It is restored.');
    file = join(folder, 'can-be-written.jsonl');
    await start();
    expect(await verify()).toMatchObject({ code: 0, messages: [] });
  });

  it.each<[string, RegExp, () => Promise<unknown>]>([
    ['a changed event', /Event 4 was changed/, () => made.sql`update events.log set data = '{}' where seq = 4`],
    [
      'one whose hashes were made to fit',
      /Event 5 is not the one that was signed/,
      async () => {
        await made.sql`update events.log set data = '{}' where seq = 4`;
        await rechain(made.sql, 4);
      },
    ],
    [
      'a checkpoint that was deleted',
      /The table lacks the checkpoint of event 5/,
      () => made.sql`delete from events.checkpoints where seq = 5`,
    ],
    ['the end that was cut', /The log ends with event 6, but event 8 was signed/, () => cut(6)],
    [
      'an end that was cut with its checkpoints',
      /The table lacks the checkpoint of event 8/,
      async () => {
        await cut(6);
        await made.sql`delete from events.checkpoints where seq > 6`;
      },
    ],
  ])('%s is found, at once and after a start', async (_what, message, tamper) => {
    keepFile();
    await restore();
    await tamper();
    const wrong = { code: 1, messages: expect.arrayContaining([expect.stringMatching(message)]) };
    expect(await verify()).toMatchObject(wrong);
    await start().catch(() => {}); // it signs nothing where an epoch's beginning was taken away
    expect(await verify()).toMatchObject(wrong);
  });

  it('a file that is missing or was shortened is told', async () => {
    await restore();
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, lines.slice(1).join('\n'));
    expect(await verify()).toMatchObject({ code: 1, messages: ['The file lacks the checkpoint of event 5 that the table has.'] });
    rmSync(file);
    expect(await verify()).toMatchObject({ code: 1, messages: [expect.stringMatching(/There is no file/)] });
  });

  it('a backup of a log that was cut does not make up for it', async () => {
    keepFile();
    await restore();
    await cut(6);
    const again = join(folder, 'cut.backup');
    expect(await onDatabase(made.url, ['backup', again])).toMatchObject({ code: 0 });
    await restore(again);
    const ended = 'The log ends with event 6, but event 8 was signed.';
    expect(await verify()).toMatchObject({ code: 1, messages: expect.arrayContaining([ended]) });
  });

  it('nor does one of a log that was made to fit, and signed anew as another one', async () => {
    keepFile();
    await restore();
    await made.sql`update events.log set data = '{}' where seq = 4`;
    await rechain(made.sql, 4);
    await made.sql`delete from events.checkpoints`;
    await made.sql`update events.head set epoch = 'another'`;
    await start();
    const again = join(folder, 'another.backup');
    expect(await onDatabase(made.url, ['backup', again])).toMatchObject({ code: 0 });
    await restore(again);
    const changed = expect.stringMatching(/Event 5 is not the one that was signed/);
    expect(await verify()).toMatchObject({ code: 1, messages: expect.arrayContaining([changed]) });
  });

  it('nor does one of a log that began an epoch by hand', async () => {
    keepFile();
    await restore();
    await made.sql`update events.head set epoch = 'another'`;
    const again = join(folder, 'by-hand.backup');
    expect(await onDatabase(made.url, ['backup', again])).toMatchObject({ code: 0 });
    await restore(again);
    expect(await verify()).toMatchObject({ code: 1, messages: [expect.stringMatching(/no restore has signed that/)] });
  });
});
