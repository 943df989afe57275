/**
 * What earlier versions of PurSight left in their databases, and what they answered then. `<stage>.txt` is the text of a backup, without the digest at its end,
 * of a database that such a version filled and was killed on; `<stage>.jsonl` what it had answered to its administrator. They are never made anew.
 * The root key is that of the tests.
 *
 *   first   the first version that ran whole: sources, scans, people's edits
 *   live    with search, domains, terms, labels, policies, violations and lineage, before lineage was a graph with columns and jobs
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeBackup, type BackupHeader } from '#deploy/backup/file.ts';
import { TEST_ROOT_KEY } from '#platform/testing/database.ts';

export const STAGES = ['first', 'live'] as const;
export type Stage = (typeof STAGES)[number];

export const ADMINISTRATOR = { email: 'admin@example.org', password: 'a password of the tests' };

const read = (name: string): string => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8').trimEnd();

export const answersOf = (stage: Stage): { query: string; data: any }[] =>
  read(`${stage}.jsonl`)
    .split('\n')
    .map((line) => JSON.parse(line));

/** Writes a stage as the backup that it was. */
export async function packStage(stage: Stage, file: string): Promise<void> {
  const [header, ...rows] = read(`${stage}.txt`).split('\n');
  const { format: _format, formatVersion: _version, keyId: _key, ...content } = JSON.parse(header!) as BackupHeader;
  await writeBackup(file, TEST_ROOT_KEY, content, async function* (table) {
    for (const row of rows.splice(0, table.rows)) yield Buffer.from(`${row}\n`);
  });
}
