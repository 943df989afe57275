import { CliError, EXIT } from '../errors.ts';
import type { AddCommands, CommandContext } from '../context.ts';
import { formatDuration, formatTime, printFacts, printJson, printLine, printTable } from '../output.ts';
import { listAll, type Connection } from '../paging.ts';
import { isFinished, RUN_FIELDS, waitForRun, type Run } from '../runs.ts';
import { getSource } from '../sources.ts';
import { say } from '../terminal.ts';

const START = `mutation StartScan($input: StartScanInput!) { startScan(input: $input) { run { ${RUN_FIELDS} } } }`;
const REVIEW = `mutation ReviewScan($input: ReviewScanRunInput!) { reviewScanRun(input: $input) { run { ${RUN_FIELDS} } } }`;
const PENDING = `query PendingDeletions($id: ID!, $after: String) {
  scanRun(id: $id) { pendingDeletions(first: 200, after: $after) { nodes { id kind name } pageInfo { hasNextPage endCursor } } }
}`;
const RUNS = `query Runs($id: ID!, $first: Int!) { source(id: $id) { runs(first: $first) { nodes { ${RUN_FIELDS} } } } }`;

export const addScanCommands: AddCommands = (program, context) => {
  const scan = program
    .command('scan <source>')
    .description('read a source again; waits for the end on a terminal')
    .option('--wait', 'wait, also without a terminal')
    .option('--no-wait', 'do not wait')
    .helpCommand(false)
    .action((source: string, options: { wait?: boolean }, command) => start(context(command), source, options.wait));
  scan
    .command('review <source>')
    .description('show the deletions that the last scan held back; accept or reject them')
    .option('--accept', 'mark them as deleted')
    .option('--reject', 'keep them; the next scan asks again')
    .action((source: string, options: { accept?: boolean; reject?: boolean }, command) => review(context(command), source, options));
  program
    .command('runs <source>')
    .description('the last scans of a source, newest first')
    .option('--limit <number>', 'how many, at most 200', '20')
    .action((source: string, options: { limit: string }, command) => runs(context(command), source, options.limit));
};

async function start(context: CommandContext, name: string, wait: boolean | undefined): Promise<void> {
  const { terminal } = context;
  const client = context.client();
  const source = await getSource(client, name);
  const { startScan } = await client.request<{ startScan: { run: Run } }>(START, { input: { sourceId: source.id } });
  const waits = wait ?? Boolean(terminal.stderr.isTTY);
  const run = waits ? await waitForRun({ client, terminal, run: startScan.run, label: source.name }) : startScan.run;
  printRun(context, source.name, run);
}

async function review(context: CommandContext, name: string, { accept, reject }: { accept?: boolean; reject?: boolean }): Promise<void> {
  if (accept && reject) throw new CliError('Give either --accept or --reject.', EXIT.usage);
  const client = context.client();
  const source = await getSource(client, name);
  if (source.lastRun?.status !== 'NEEDS_REVIEW') throw new CliError(`The last scan of ${source.name} held nothing back.`);
  const id = source.lastRun.id;
  if (accept || reject) {
    const { reviewScanRun } = await client.request<{ reviewScanRun: { run: Run } }>(REVIEW, {
      input: { id, acceptDeletions: Boolean(accept) },
    });
    return printRun(context, source.name, reviewScanRun.run);
  }
  type Pending = { id: string; kind: string; name: string };
  const pending = await listAll(
    client,
    PENDING,
    { id },
    (data: { scanRun: { pendingDeletions: Connection<Pending> } | null }) => data.scanRun?.pendingDeletions,
  );
  if (context.json) return printJson(context.terminal, { runId: id, pendingDeletions: pending });
  printTable(
    context.terminal,
    ['KIND', 'NAME'],
    pending.map((asset) => [asset.kind, asset.name]),
  );
  say(context.terminal, howToReview(source.name));
}

async function runs(context: CommandContext, name: string, limit: string): Promise<void> {
  const first = Number(limit);
  if (!Number.isInteger(first) || first < 1 || first > 200) throw new CliError('--limit takes a number from 1 to 200.', EXIT.usage);
  const client = context.client();
  const { id } = await getSource(client, name);
  const data = await client.request<{ source: { runs: { nodes: Run[] } } | null }>(RUNS, { id, first });
  const nodes = data.source?.runs.nodes ?? [];
  if (context.json) return printJson(context.terminal, nodes);
  printTable(
    context.terminal,
    ['QUEUED (UTC)', 'STATUS', 'TOOK', 'ADDED', 'CHANGED', 'UNCHANGED', 'REMOVED', 'WARNINGS', 'ERROR'],
    nodes.map((run) => [
      formatTime(run.queuedAt),
      run.status,
      formatDuration(run.startedAt, run.finishedAt),
      run.added,
      run.changed,
      run.unchanged,
      run.removed,
      run.warnings.length,
      run.error,
    ]),
  );
}

const howToReview = (name: string): string =>
  `More would be deleted than usual, so nothing is deleted yet. Look: npx pursight scan review ${name}; then add --accept or --reject.`;

/** The outcome, and its exit code. */
function printRun(context: CommandContext, name: string, run: Run): void {
  const { terminal } = context;
  if (context.json) printJson(terminal, run);
  else if (!isFinished(run)) printLine(terminal, `The scan of ${name} goes on. See: npx pursight runs ${name}`);
  else {
    printFacts(terminal, [
      ['status', run.status],
      ['took', formatDuration(run.startedAt, run.finishedAt)],
      ['added', run.added],
      ['changed', run.changed],
      ['unchanged', run.unchanged],
      ['removed', run.removed],
      ['warnings', run.warnings.length],
    ]);
    for (const { code, subject, message } of run.warnings) printLine(terminal, `  ${code}  ${subject ? `${subject}: ` : ''}${message}`);
  }
  if (run.status === 'NEEDS_REVIEW') say(terminal, howToReview(name));
  if (run.status === 'FAILED') throw new CliError(`The scan failed: ${run.error ?? 'no reason was given'}`);
  if (run.status === 'CANCELLED') throw new CliError('The scan was cancelled.');
}
