/** A log to be tampered with, for tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../database/index.ts';
import { createLogger } from '../logger.ts';
import { createTestDatabase, TEST_ROOT_KEY, type TestDatabase } from './database.ts';
import { append } from '../events/append.ts';
import { canonicalJson, chainHash, leafOf, type Envelope } from '../events/leaf.ts';
import { createSequencer } from '../events/sequencer.ts';
import type { NewEvent } from '../events/types.ts';
import { deriveCheckpointKey, type CheckpointKey } from '../events/audit/checkpoint.ts';
import { createCheckpointer } from '../events/audit/checkpointer.ts';
import { verifyLog, type Verification } from '../events/audit/verify.ts';

export const logger = createLogger({ level: 'silent', format: 'json' });

export type AuditedLog = {
  test: TestDatabase;
  /** As the role `events`. */
  sql: Database;
  owner: Database;
  key: CheckpointKey;
  file: string;
  /** Appends events and seals them. */
  write(count: number): Promise<void>;
  append(events: readonly NewEvent[]): Promise<void>;
  /** Signs the end of the log, `ms` later than now. */
  sign(ms?: number): Promise<void>;
  verify(options?: Partial<Parameters<typeof verifyLog>[0]>): Promise<Verification>;
  /** What somebody does who can write to the database, and has no key: all leaves and hashes from this number on are made to fit. */
  rechain(from: number): Promise<void>;
  drop(): Promise<void>;
};

export async function createAuditedLog(): Promise<AuditedLog> {
  const test = await createTestDatabase();
  const sql = test.connect('events');
  const folder = mkdtempSync(join(tmpdir(), 'pursight-audit-'));
  const file = join(folder, 'checkpoints.jsonl');
  const key = deriveCheckpointKey(TEST_ROOT_KEY);
  const sequencer = createSequencer({ sql, logger });
  const appendAndSeal = async (events: readonly NewEvent[]): Promise<void> => {
    await sql.begin((tx) => append(tx, 'catalog', events));
    while ((await sequencer.sealOnce()) > 0);
  };
  return {
    test,
    sql,
    owner: test.owner,
    key,
    file,
    append: appendAndSeal,
    write: (count) =>
      appendAndSeal(
        Array.from({ length: count }, (_, index) => ({
          type: 'source.removed',
          subject: `source ${index}`,
          actorId: null,
          attributes: { name: `${index}` },
          data: { name: `n ${index}` },
        })),
      ),
    sign: (ms = 0) => createCheckpointer({ sql, key, file, logger, now: () => new Date(Date.now() + ms) }).write(),
    verify: (options = {}) => verifyLog({ sql, key, file: { path: file, isCopy: false }, page: 3, ...options }),
    rechain: (from) => rechain(test.owner, from),
    drop: async () => {
      await test.drop();
      rmSync(folder, { recursive: true });
    },
  };
}

type Row = Envelope & { seq: number; hash: Buffer; salt: Buffer; data: unknown };

/** All leaves and hashes from this number on fit what the rows say by now. */
export async function rechain(owner: Database, from: number): Promise<void> {
  const [before] = await owner<{ hash: Buffer }[]>`select hash from events.log where seq = ${from - 1}`;
  let previous = before?.hash ?? Buffer.alloc(32);
  for (const row of await owner<Row[]>`select * from events.log where seq >= ${from} order by seq`) {
    const leaf = leafOf(row, row.salt, canonicalJson(row.data));
    previous = chainHash(previous, leaf);
    await owner`update events.log set leaf = ${leaf}, hash = ${previous} where seq = ${row.seq}`;
  }
  await owner`update events.head set hash = ${previous}`;
}
