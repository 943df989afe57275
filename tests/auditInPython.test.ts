/** What docs/audit.md says is enough to verify the log in another language: the program beside it, and the statement that gives it what it reads. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuditedLog, type AuditedLog } from '#platform/testing/auditedLog.ts';
import { newId } from '#platform/ids.ts';
import { readSnippets } from './docs.ts';

const PROGRAM = fileURLToPath(new URL('../docs/verify_log.py', import.meta.url));
const python = (...args: string[]) => spawnSync('python3', args, { encoding: 'utf8', timeout: 60_000 });
const hasPython = python('--version').status === 0;
const canVerifySignatures = hasPython && python('-c', 'import cryptography').status === 0;
const missing = !hasPython ? 'there is no python3' : !canVerifySignatures ? 'python3 has no package "cryptography"' : undefined;

/** As the shell would read it. */
const EXPORT = /--command "(.*)" > events.jsonl/
  .exec(readSnippets(['docs/audit.md']).commands.find(({ text }) => text.startsWith('psql'))!.text)![1]!
  .replaceAll('\\"', '"');

describe(`a program that follows the documents${missing ? ` (NOT WHOLLY CHECKED: ${missing})` : ''}`, { skip: !hasPython }, () => {
  let log: AuditedLog;
  let folder: string;
  beforeEach(async () => {
    log = await createAuditedLog();
    folder = mkdtempSync(join(tmpdir(), 'pursight-python-'));
    await log.write(5);
    // All kinds of names, numbers and letters.
    const words = {
      '😀': 1e21,
      ﬀ: 1e-7,
      é: [0.1, -1.5, 123456789012345680000, 5e-324, 100, 0.000001],
      e: { 10: null, 9: true, '': '"\\\n\u001f\u007f€' },
    };
    await log.append([
      {
        type: 'policy.created',
        subject: newId(),
        actorId: newId(),
        data: { name: 'ä "é" \u2028', ruleType: 'x', params: words, scope: [], severity: 'INFO' },
      },
    ]);
    await log.sign();
    await log.write(4);
    const [erased] = await log.sql<{ eventId: string }[]>`select event_id from events.log where seq = 3`;
    await log.owner`update events.log set data = null, salt = null where seq = 3`;
    await log.append([{ type: 'event.erased', subject: erased!.eventId, actorId: null, data: { type: 'source.removed' } }]);
  });
  afterEach(async () => {
    await log.drop();
    rmSync(folder, { recursive: true });
  });

  async function verify(withCheckpoints: boolean): Promise<{ status: number | null; stdout: string; stderr: string }> {
    const [events, key] = [join(folder, 'events.jsonl'), join(folder, 'public.pem')];
    // As psql prints it: as text, which nothing has parsed.
    const lines = await log.owner.unsafe<{ line: string }[]>(`select line::text from (${EXPORT}) as export (line)`);
    writeFileSync(events, lines.map(({ line }) => `${line}\n`).join(''));
    writeFileSync(key, log.key.publicKey);
    const { status, stdout, stderr } = python(PROGRAM, events, ...(withCheckpoints ? [log.file, key] : []));
    return { status, stdout, stderr };
  }

  it('finds the same hashes, and what was changed', async () => {
    expect(await verify(false)).toEqual({ status: 0, stdout: 'Intact up to event 11, signed up to event 0.\n', stderr: '' });
    await log.owner`update events.log set data = null, salt = null where seq = 9`;
    expect(await verify(false)).toMatchObject({ status: 1, stdout: 'Event 9 has lost its data, and no event.erased tells of it.\n' });
    await log.owner`update events.log set subject = 'other' where seq = 8`;
    expect(await verify(false)).toMatchObject({ status: 1, stdout: 'Event 8 was changed.\n' });
    await log.owner`delete from events.log where seq = 7`;
    expect(await verify(false)).toMatchObject({ status: 1, stdout: 'Event 7 is missing.\n' });
  });

  it.skipIf(!canVerifySignatures)('finds the checkpoints signed, and what does not fit them', async () => {
    expect(await verify(true)).toEqual({ status: 0, stdout: 'Intact up to event 11, signed up to event 6.\n', stderr: '' });
    const line = readFileSync(log.file, 'utf8');
    writeFileSync(log.file, `${line.slice(0, 60)}\n${line}`);
    expect(await verify(true)).toMatchObject({ status: 0 });
    writeFileSync(log.file, line.replace('"seq":6', '"seq":7'));
    expect(await verify(true)).toMatchObject({ status: 1, stdout: 'The checkpoint of event 7 was not signed with this key.\n' });
    writeFileSync(log.file, line);
    await log.owner`update events.log set subject = 'other' where seq = 5`;
    await log.rechain(5);
    expect(await verify(true)).toMatchObject({ status: 1, stdout: 'Event 6 is not the one that was signed.\n' });
  });
});
