/** Waiting for a scan run, with a progress bar on a terminal. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import { CliError, EXIT } from './errors.ts';
import { drawBar, drawLine, type Terminal } from './terminal.ts';

export type Run = {
  id: string;
  status: 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'COMPLETED_WITH_WARNINGS' | 'NEEDS_REVIEW' | 'FAILED' | 'CANCELLED';
  progress: { phase: string; done: number; total: number | null; message: string | null };
  queuedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  added: number;
  changed: number;
  unchanged: number;
  removed: number;
  warnings: { code: string; subject: string | null; message: string }[];
  error: string | null;
};

export const RUN_FIELDS = `id status progress { phase done total message } queuedAt startedAt finishedAt
  added changed unchanged removed warnings { code subject message } error`;
const RUN = `query Run($id: ID!) { scanRun(id: $id) { ${RUN_FIELDS} } }`;

const POLL_MS = 400;
/** A server that restarts goes on with the run under the same id. */
const AWAY_MS = 60_000;

export const isFinished = ({ status }: Run): boolean => status !== 'QUEUED' && status !== 'RUNNING';

export async function waitForRun(options: { client: Client; terminal: Terminal; run: Run; label: string }): Promise<Run> {
  const { client, terminal, label } = options;
  const draw = (line: string): void => drawLine(terminal, line);
  let run = options.run;
  let awaySince: number | undefined;
  try {
    while (!isFinished(run)) {
      draw(progressLine(label, run));
      await sleep(POLL_MS);
      try {
        const { scanRun } = await client.request<{ scanRun: Run | null }>(RUN, { id: run.id });
        if (!scanRun) throw new CliError('The scan is gone: its source was removed.');
        run = scanRun;
        awaySince = undefined;
      } catch (error) {
        if (!(error instanceof CliError) || error.exitCode !== EXIT.unreachable) throw error;
        awaySince ??= performance.now();
        if (performance.now() - awaySince > AWAY_MS) throw error;
        draw(`${label}  PurSight does not answer; waiting for it`);
      }
    }
    return run;
  } finally {
    draw('');
  }
}

/** `crm  [##########--------------]  120/320  columns` */
function progressLine(label: string, { status, progress }: Run): string {
  const { phase, done, total, message } = progress;
  if (status === 'QUEUED') return `${label}  waiting for its turn`;
  return `${label}  ${drawBar(done, total)}  ${phase}${message ? `  ${message}` : ''}`;
}
