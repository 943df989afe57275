/** All that PurSight knows, in a file and back. */
import { resolve } from 'node:path';
import type { Progress, Summary } from '#deploy/backup/backup.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { CliError, EXIT } from '../errors.ts';
import { printFacts, printJson, printLine } from '../output.ts';
import { reaching } from '../reaching.ts';
import { findServerKey, withServerDatabase } from '../serverDatabase.ts';
import { drawBar, drawLine, isInteractive, plain, prompt, type Terminal } from '../terminal.ts';

/** No other command waits for what these need. */
const loadBackup = () => import('#deploy/backup/backup.ts');
const loadRestore = () => import('#deploy/backup/restore.ts');
const loadAuditTools = () => import('#deploy/auditTools.ts');

type RestoreOptions = { replace: boolean; check: boolean; yes: boolean };

export const addBackupCommands: AddCommands = (program, context) => {
  program
    .command('backup')
    .description(
      'write all of the database, as of one moment, to a new file, and read that again; PurSight may run (needs the database, not the API). The root key is not in it: keep that apart',
    )
    .argument('<file>', 'which must not exist yet')
    .action((file: string, _options, command) => backup(context(command), resolve(file)));
  program
    .command('restore')
    .description('make the database what a backup says, all of it or nothing; PurSight must not run (needs the database, not the API)')
    .argument('<file>')
    .option('--replace', 'also where there is a PurSight already: all of that is lost', false)
    .option('--check', 'only read the file whole and say what is in it', false)
    .option('--yes', 'do not ask', false)
    .action((file: string, options: RestoreOptions, command) => restore(context(command), resolve(file), options));
};

async function backup({ terminal, json }: CommandContext, file: string): Promise<void> {
  const { makeBackup } = await loadBackup();
  const stopping = new AbortController();
  const goOn = terminal.onInterrupt(() => stopping.abort());
  try {
    const made = await working(terminal, () =>
      withServerDatabase((place) => makeBackup(place, file, { onProgress: progressOn(terminal), signal: stopping.signal })),
    );
    if (json) return printJson(terminal, made);
    tell(terminal, made);
    printLine(
      terminal,
      `It is ${sizeOf(made.bytes)}, and was read again and found whole. What it needs besides is the root key, which is not in it.`,
    );
  } catch (error) {
    throw stopping.signal.aborted ? new CliError('Stopped. Nothing was written.') : error;
  } finally {
    goOn();
  }
}

async function restore({ terminal, json }: CommandContext, file: string, { replace, check, yes }: RestoreOptions): Promise<void> {
  const { inspectBackup, restoreBackup } = await loadRestore();
  const { summaryOf } = await loadBackup();
  const onProgress = progressOn(terminal);
  if (check) {
    const found = summaryOf(file, await working(terminal, () => inspectBackup(file, findServerKey(), onProgress)));
    if (json) return printJson(terminal, found);
    tell(terminal, found);
    return printLine(terminal, 'It is whole, and belongs to this root key.');
  }
  const confirm = async (found: Summary): Promise<void> => {
    drawLine(terminal, '');
    if (yes || !replace) return;
    if (!isInteractive(terminal))
      throw new CliError('--replace loses what is in the database. Add --yes to do that without being asked.', EXIT.usage);
    const answer = await prompt(terminal, `Lose all that is in the database, for the backup of ${found.createdAt}? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('Nothing was changed.');
  };
  const { checkpointFile, fillCheckpointFile } = await loadAuditTools();
  const restored = await working(terminal, () =>
    withServerDatabase(async (place) => {
      const done = await restoreBackup(place, file, { replace, confirm, onProgress });
      const filled = await fillCheckpointFile(place, done).catch((error: Error) => {
        drawLine(terminal, '');
        terminal.stderr.write(
          `${plain(`The file of checkpoints, ${checkpointFile(place.settings)} (AUDIT_FILE, DATA_DIR), was not written: ${error.message}. PurSight writes it when it starts; "pursight audit verify" misses it until then.`)}\n`,
        );
      });
      return { ...done, keptCheckpoints: filled?.copy ?? null };
    }),
  );
  if (json) return printJson(terminal, restored);
  tell(terminal, restored);
  if (restored.keptCheckpoints)
    printLine(terminal, `The checkpoints of the log that it replaces are in ${restored.keptCheckpoints}, with those of before.`);
  printLine(terminal, 'It is restored. Start PurSight; everybody signs in again. Positions in the event log of before are CURSOR_EXPIRED.');
}

function tell(terminal: Terminal, { file, productVersion, createdAt, seq, tables, rows }: Summary): void {
  printFacts(terminal, [
    ['File', plain(file)],
    ['As of', createdAt],
    ['Events', seq],
    ['Tables', tables],
    ['Rows', rows],
    ['PurSight', productVersion],
  ]);
}

const progressOn =
  (terminal: Terminal) =>
  ({ step, done, total }: Progress): void =>
    drawLine(terminal, total === 0 ? `${step} …` : `${step}  ${drawBar(done, total)}  rows`);

const sizeOf = (bytes: number): string => (bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} KB` : `${Math.round(bytes / 1_000_000)} MB`);

const working = <Result>(terminal: Terminal, task: () => Promise<Result>): Promise<Result> =>
  reaching(task).finally(() => drawLine(terminal, ''));
