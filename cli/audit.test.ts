import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { loadRouterKeys } from '#platform/auth/routerKeys.ts';
import { createAuditedLog, type AuditedLog } from '#platform/testing/auditedLog.ts';
import { createSequencer } from '#platform/events/sequencer.ts';
import { pursightBeside } from './testing/terminal.ts';

describe('audit', { timeout: 60_000 }, () => {
  let log: AuditedLog;
  let folder: string;
  beforeAll(async () => {
    log = await createAuditedLog();
    folder = mkdtempSync(join(tmpdir(), 'pursight-audit-'));
    await log.write(6);
    await log.sign();
    await log.write(2);
  });
  afterAll(async () => {
    await log.drop();
    rmSync(folder, { recursive: true });
  });

  const pursight = (args: string[], settings: Record<string, string> = {}) =>
    pursightBeside(log.test, args, { AUDIT_FILE: log.file, ...settings });

  it('verify tells that the log is intact, and up to where it was signed', async () => {
    expect(await pursight(['audit', 'verify'])).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^Looked at events 1 to 8: as they were sealed\.\nVouched for by a checkpoint up to event 6, signed at \S+Z \(1 in the table, 1 in the file\)\.\n$/,
      ),
      stderr: '',
    });
    expect((await pursight(['audit', 'verify', '--no-file'])).stdout).toContain('(1 in the table, no file looked at)');
    const [row] = await log.sql`select verified_seq, anchored_seq, first_broken_seq, fault from events.verifications`;
    expect(row).toEqual({ verifiedSeq: 8, anchoredSeq: 6, firstBrokenSeq: null, fault: null });
  });

  it('verify has exit code 1 where an event was changed, and names it', async () => {
    const copy = join(folder, 'copy.jsonl');
    copyFileSync(log.file, copy);
    await log.owner`update events.log set data = '{"name": "another"}' where seq = 4`;
    const found = await pursight(['audit', 'verify']);
    expect(found.code).toBe(1);
    expect(found.stdout.split('\n')).toEqual([
      'Event 4 was changed: its leaf is another one.',
      'First broken: event 4. Intact up to event 3.',
      'No checkpoint vouches for them (1 in the table, 1 in the file).',
      '',
    ]);
    expect(found.stderr).toContain('The event log is not as it was sealed.');
    await createSequencer({ sql: log.sql, logger: pino({ level: 'silent' }) }).sealOnce();
    expect(await log.sql`select data from events.log where type = 'audit.failed'`).toEqual([
      { data: { fault: 'Event 4 was changed: its leaf is another one.', firstBrokenSeq: 4, anchoredSeq: null } },
    ]);
    // All hashes made to fit, and no checkpoint left but in the copy.
    await log.rechain(4);
    await log.owner`delete from events.checkpoints`;
    rmSync(log.file);
    await log.sign();
    expect((await pursight(['audit', 'verify'])).code).toBe(0);
    const json = await pursight(['audit', 'verify', '--file', copy, '--json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      firstBrokenSeq: 6,
      anchoredSeq: null,
      faultCount: 2,
      checkpoints: { table: 1, file: 1 },
      faults: [{ seq: 6, message: expect.stringContaining('before it was changed and the hashes made anew') }, { seq: null }],
    });
  });

  it('key prints the public key', async () => {
    const { code, stdout } = await pursight(['audit', 'key']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: log.key.publicKey });
    expect(JSON.parse((await pursight(['audit', 'key', '--json'])).stdout)).toEqual({ publicKey: log.key.publicKey });
  });

  it('cannot be asked without the database or with another root key', async () => {
    expect((await pursight(['audit', 'verify'], { DATABASE_URL: 'postgres://127.0.0.1:1/none' })).code).toBe(4);
    expect((await pursight(['audit', 'verify', '--nonsense'])).code).toBe(2);
    await loadRouterKeys(log.test.connect('router'), log.test.location.rootKey);
    const { code, stderr } = await pursight(['audit', 'verify'], { SECRET_KEY: Buffer.alloc(32, 9).toString('base64') });
    expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining('SECRET_KEY is not the root key') });
  });
});
