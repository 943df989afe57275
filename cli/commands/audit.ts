/** The event log's evidence: whether it is as it was sealed and signed. */
import type { AuditVerification } from '#deploy/auditTools.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { printJson, printLine } from '../output.ts';
import { reaching } from '../reaching.ts';
import { findServerKey, withServerDatabase } from '../serverDatabase.ts';
import { drawBar, drawLine } from '../terminal.ts';

/** No other command waits for what these need. */
const loadTools = () => import('#deploy/auditTools.ts');

export const addAuditCommands: AddCommands = (program, context) => {
  const audit = program.command('audit').description("the event log's evidence (needs the database, not the API)").helpCommand(false);
  audit
    .command('verify')
    .description(
      'recompute the whole log and the audit of reads, and compare the log with its signed checkpoints. Exit code 1 where something was changed',
    )
    .option('--file <path>', "another file of checkpoints than the product's: a copy that is kept elsewhere")
    .option('--no-file', 'only the checkpoints of the table: the file is on another machine')
    .action(({ file }: { file?: string | false }, command) => verify(context(command), file));
  audit
    .command('key')
    .description('the public half of the key that signs checkpoints, for who verifies them with other tools')
    .action((_options, command) => printKey(context(command)));
};

/** `file`: a copy; false: none. */
async function verify({ terminal, json }: CommandContext, file: string | false | undefined): Promise<void> {
  const { verifyAudit } = await loadTools();
  const found = await reaching(() =>
    withServerDatabase((place) =>
      verifyAudit(place, {
        file: file === false ? null : file,
        onProgress: ({ done, total }) => drawLine(terminal, `audit  ${drawBar(done, total)}  events`),
      }),
    ).finally(() => drawLine(terminal, '')),
  );
  if (json) printJson(terminal, found);
  else for (const line of linesOf(found)) printLine(terminal, line);
  if (found.reads.fault !== null && found.faultCount === 0)
    throw new CliError('The audit of reads is not as it was written. Keep everything as it is, and compare it with a backup.');
  if (found.faultCount > 0)
    throw new CliError('The event log is not as it was sealed. Keep everything as it is, and compare it with a backup.');
}

function linesOf(found: AuditVerification): string[] {
  const {
    firstSeq,
    lastSeq,
    verifiedSeq,
    anchoredSeq,
    anchoredAt,
    firstBrokenSeq,
    erased,
    checkpoints,
    epochs,
    faults,
    faultCount,
    reads,
  } = found;
  const more = faultCount > faults.length ? [`${faultCount - faults.length} more are not shown.`] : [];
  const counted = `${checkpoints.table} in the table, ${checkpoints.file === null ? 'no file looked at' : `${checkpoints.file} in the file`}`;
  const events = lastSeq === 0 ? 'no events' : `events ${firstSeq} to ${lastSeq}`;
  return [
    ...faults.map(({ message }) => message),
    ...more,
    ...(firstSeq > 1
      ? [`The events before ${firstSeq} are no more: retention drops the oldest by the million, after the checkpoint of their end.`]
      : []),
    firstBrokenSeq === null
      ? `Looked at ${events}: as they were sealed.`
      : `First broken: event ${firstBrokenSeq}. Intact up to event ${verifiedSeq}.`,
    anchoredSeq === null
      ? `No checkpoint vouches for them (${counted}).`
      : `Vouched for by a checkpoint up to event ${anchoredSeq}, signed at ${anchoredAt!.toISOString()} (${counted}).`,
    ...(erased > 0 ? [`${erased} of them were erased, as event.erased tells.`] : []),
    ...epochs.map(
      ({ epoch, seq, time }) => `A backup was restored: the epoch ${epoch} began at event ${seq}, signed at ${time.toISOString()}.`,
    ),
    ...(checkpoints.void > 0 ? [`${checkpoints.void} checkpoints are of events that a restored backup did not have.`] : []),
    ...readLines(reads),
  ];
}

function readLines({ batches, reads, lost, fault }: AuditVerification['reads']): string[] {
  if (fault !== null) return [fault];
  if (batches === 0) return [];
  const missing = lost > 0 ? ` ${lost} reads had no room while the database was away.` : '';
  return [
    `Looked at ${batches} ${batches === 1 ? 'batch' : 'batches'} of the audit of reads, with ${reads} kept: as they were written.${missing}`,
  ];
}

async function printKey({ terminal, json }: CommandContext): Promise<void> {
  const rootKey = findServerKey();
  const { auditPublicKey } = await loadTools();
  const publicKey = auditPublicKey(rootKey);
  if (json) printJson(terminal, { publicKey });
  else terminal.stdout.write(publicKey);
}
