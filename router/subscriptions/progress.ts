/** How far a run was at one of its events, as `ScanRun.progress` told it then. */
import type { LiveEvent } from './logEvents.ts';

export type Progress = { phase: string; done: number; total: number | null; message: string | null };

/** What of the data of `scan.*` is read; absent in what was written by older versions, or erased. */
type Told = Partial<Progress> & { status?: string; added?: number; changed?: number; unchanged?: number };

/** The phase that a run has from an event on, where its data does not say. */
const PHASES: Readonly<Record<string, string>> = {
  'scan.queued': 'queued',
  'scan.started': 'connecting',
  'scan.progressed': 'reading',
  'scan.held': 'needs_review',
  'scan.reviewed': 'reviewed',
  'scan.completed': 'completed',
  'scan.failed': 'failed',
  'scan.cancelled': 'cancelled',
};

export function progressAt({ type, data }: Pick<LiveEvent, 'type' | 'data'>): Progress {
  const told = (data ?? {}) as Told;
  const counted = (told.added ?? 0) + (told.changed ?? 0) + (told.unchanged ?? 0);
  return {
    phase: told.phase ?? told.status?.toLowerCase() ?? PHASES[type] ?? type.slice('scan.'.length),
    done: told.done ?? counted,
    total: told.total ?? null,
    message: told.message ?? null,
  };
}
