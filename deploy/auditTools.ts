/** What an operator does with the event log's evidence, beside the product that runs or without it. */
import { resolve } from 'node:path';
import { checkRootKey } from '#platform/auth/routerKeys.ts';
import type { Settings } from '#platform/config.ts';
import { connect, type Database } from '#platform/database/index.ts';
import { roleUrl } from '#platform/database/roles.ts';
import { CannotStart } from '#platform/errors.ts';
import { recordVerification } from '#platform/events/audit/auditor.ts';
import { deriveCheckpointKey } from '#platform/events/audit/checkpoint.ts';
import { refillFile } from '#platform/events/audit/checkpointer.ts';
import { verifyLog, type Verification } from '#platform/events/audit/verify.ts';
import { createLogger } from '#platform/logger.ts';
import { verifyReads, type ReadVerification } from '#subgraphs/identity/domain/readAudit.ts';
import { locateDatabase, withPool } from './database.ts';

export type Place = { settings: Settings; ownerUrl: string; rootKey: Uint8Array };

/** Where checkpoints are kept outside of the database. */
export const checkpointFile = ({ AUDIT_FILE, DATA_DIR }: Pick<Settings, 'AUDIT_FILE' | 'DATA_DIR'>): string =>
  resolve(AUDIT_FILE ?? `${DATA_DIR}/checkpoints.jsonl`);

type Options = {
  /** A copy of the product's file, which may lack the newest; null: no file. Only what is found with the product's own becomes `auditStatus`. */
  file: string | null | undefined;
  onProgress: (progress: { done: number; total: number }) => void;
};

/** Of the event log, and of the audit of reads. */
export type AuditVerification = Verification & { reads: ReadVerification };

/** Throws CannotStart where the database cannot be used. */
export async function verifyAudit({ settings, ownerUrl, rootKey }: Place, { file, onProgress }: Options): Promise<AuditVerification> {
  const location = await locateDatabase(ownerUrl, rootKey);
  await withPool(ownerUrl, async (owner) => {
    const [found] = await owner<{ any: boolean; current: boolean }[]>`
      select to_regclass('events.log') is not null as any, to_regclass('events.verifications') is not null as current`;
    if (!found!.any) throw new CannotStart('There is no PurSight in this database: nothing to verify. Look at DATABASE_URL and DATA_DIR.');
    if (!found!.current)
      throw new CannotStart('The database is not of this version of PurSight. Start PurSight once, which brings it there.');
    await checkRootKey(owner, rootKey);
  });
  const [sql, identity] = (['events', 'identity'] as const).map((part) =>
    connect({ url: roleUrl(location, part), name: 'audit', max: 3, statementTimeoutMs: 300_000 }),
  ) as [Database, Database];
  try {
    const startedAt = new Date();
    const source =
      file === undefined ? { path: checkpointFile(settings), isCopy: false } : file === null ? null : { path: file, isCopy: true };
    const found = await verifyLog({ sql, key: deriveCheckpointKey(rootKey), file: source, onProgress });
    if (file === undefined) await sql.begin((tx) => recordVerification(tx, found, { startedAt, finishedAt: new Date() }));
    return { ...found, reads: await verifyReads(identity, rootKey) };
  } finally {
    await Promise.all([sql, identity].map((pool) => pool.end({ timeout: 5 })));
  }
}

/** After a restore: the file has what the table has, so that both can be verified before PurSight starts. `copy`: where the file of before is, if another log had signed in it. Throws what the file system does. */
export async function fillCheckpointFile(
  { settings, ownerUrl, rootKey }: Place,
  { seq, replacedEpochs }: { seq: number; replacedEpochs: readonly string[] },
): Promise<{ copy: string | undefined }> {
  const [file, key] = [checkpointFile(settings), deriveCheckpointKey(rootKey)];
  let copy: string | undefined;
  await withPool(ownerUrl, async (sql) => {
    copy = await refillFile(sql, { file, key, logger: createLogger({ level: 'silent', format: 'json' }), seq, replacedEpochs });
  });
  return { copy };
}

/** The public half of the key that signs checkpoints, as PEM. */
export const auditPublicKey = (rootKey: Uint8Array): string => deriveCheckpointKey(rootKey).publicKey;
