/**
 * Takes OpenLineage events: runs of jobs become nodes, and what the last run of a job read and wrote is what flows now. What is answered for is
 * committed; an event may come again, and later than those after it.
 */
import { visibleClasses, includesClass, type VisibleClasses } from '#platform/auth/access.ts';
import { requireIngestor, scopesFor } from '#platform/auth/viewer.ts';
import type { Database, Transaction } from '#platform/database/index.ts';
import { beginAgain } from '#platform/database/retry.ts';
import { InvalidInput } from '#platform/errors.ts';
import { logPosition } from '#platform/events/append.ts';
import type { LogCursor } from '#platform/events/types.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { nameKey, readEvent, type JobEvent, type Name } from '../openLineage/event.ts';
import { addEvent, type Telling, type ToldDataset } from '../openLineage/telling.ts';
import { lockFacts } from '../store/declarations.ts';
import { datasetNameId, jobNodeId, runNodeId, toldRunId } from '../store/nodeIds.ts';
import { listJobsNaming, listNamed, type Named, type ToldRun } from '../store/told.ts';
import { covers } from './intakeFlows.ts';
import { namesOf, openLedger, type Ledger } from './intakeLedger.ts';

export const MOST_EVENTS = 1_000;

/** `field`: in the event. */
export type RefusedEvent = { index: number; field: string | null; message: string };
/** `cursor`: where the log ended before. */
export type Ingested = { accepted: number; failed: RefusedEvent[]; cursor: LogCursor };
/** Whom an event comes from. `scope` tells apart who may tell of different assets: what they tell of one run is kept apart. */
type Teller = { classes: VisibleClasses; scope: string };

export type Intake = { ingest(context: RequestContext, events: readonly unknown[]): Promise<Ingested> };

type Deps = { sql: Database; onCommit: () => void; now?: () => Date };

export function createIntake({ sql, onCommit, now = () => new Date() }: Deps): Intake {
  return {
    async ingest({ viewer: asking }, events) {
      const viewer = requireIngestor(asking);
      if (events.length > MOST_EVENTS) {
        throw new InvalidInput(`At most ${MOST_EVENTS} events are possible at a time. Send the others after them.`, 'input.events', {
          max: MOST_EVENTS,
        });
      }
      const failed: RefusedEvent[] = [];
      const read: Read[] = [];
      for (const [index, given] of events.entries()) {
        const event = accept(failed, index, () => readEvent(given, now()));
        if (event) read.push({ index, event });
      }
      const classes = await visibleClasses(sql, viewer, 'ingest');
      const { sourceIds, domainIds } = scopesFor(viewer, 'ingest');
      const scope = classes === 'all' ? '' : JSON.stringify([[...new Set(sourceIds)].sort(), [...new Set(domainIds)].sort()]);
      const cursor = await logPosition(sql);
      for (const part of partsOf(read)) {
        const refused = await beginAgain(sql, async (tx) => {
          await lockFacts(tx);
          return await tell(tx, part, { classes, scope });
        });
        failed.push(...refused);
        onCommit();
      }
      return { accepted: events.length - failed.length, failed: failed.sort((a, b) => a.index - b.index), cursor };
    },
  };
}

type Read = { index: number; event: JobEvent };

/** Undefined where the event is refused, and null where there is nothing to do. */
function accept<Result>(failed: RefusedEvent[], index: number, work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    failed.push({ index, field: String(error.details['field']) || null, message: error.message });
    return undefined;
  }
}

/** Of one transaction, while which nobody else writes lineage: events, and flows that lie between what they name. */
const EVENTS_AT_ONCE = 100;
const FLOWS_AT_ONCE = 50_000;

function partsOf(read: readonly Read[]): Read[][] {
  const parts: Read[][] = [];
  let weight = Infinity;
  for (const each of read) {
    const { inputs, outputs, columns } = each.event;
    const own = inputs.length * outputs.length + columns.length;
    if (weight + own > FLOWS_AT_ONCE || parts.at(-1)!.length === EVENTS_AT_ONCE) {
      parts.push([]);
      weight = 0;
    }
    parts.at(-1)!.push(each);
    weight += own;
  }
  return parts;
}

async function tell(tx: Transaction, read: readonly Read[], teller: Teller): Promise<RefusedEvent[]> {
  const failed: RefusedEvent[] = [];
  const names = new Map<string, Name>();
  for (const { event } of read) {
    const columns = event.columns.map(({ from }) => ({ ...from, symlinks: [] }));
    for (const dataset of [...event.inputs, ...event.outputs, ...columns])
      for (const name of namesOf(dataset)) names.set(nameKey(name), name);
  }
  const named = await listNamed(tx, [...names.values()]);
  const jobIds = [...new Set(read.map(({ event: { job } }) => jobNodeId(job.namespace, job.name)))];
  const ledger = await openLedger(tx, jobIds, named);
  const restrict = restrictTo(teller, named);
  for (const { index, event } of read) accept(failed, index, () => tellOne(ledger, restrict(event), teller));
  await ledger.write();
  return failed;
}

/** What may be told of it: outputs that the role does not cover are as good as unknown, and so is what flows into their columns. */
function restrictTo({ classes }: Teller, named: readonly Named[]): (event: JobEvent) => JobEvent {
  if (classes === 'all') return (event) => event;
  const covered = new Set(named.filter(({ accessClass }) => includesClass(classes, accessClass)).map(nameKey));
  return (event) => {
    const outputs = event.outputs.filter((output) => namesOf(output).some((name) => covered.has(nameKey(name))));
    const kept = new Set(outputs.map(nameKey));
    return { ...event, outputs, columns: event.columns.filter(({ to }) => kept.has(nameKey(to))) };
  };
}

function tellOne(ledger: Ledger, event: JobEvent, { classes, scope }: Teller): void {
  const { job, at } = event;
  const jobId = jobNodeId(job.namespace, job.name);
  const runId = event.runId === null ? null : runNodeId(job, event.runId);
  const id = toldRunId(jobId, event.runId ?? at.toISOString(), scope);
  const known = ledger.runsOf(jobId).get(id);
  const told = addEvent(known?.told, event);
  ledger.resolve(told.datasets, { id, jobId });
  const run: ToldRun = { id, jobId, runId, classes: classes === 'all' ? null : [...classes].sort((a, b) => a - b), told, names: [] };
  // It comes again.
  if (known && JSON.stringify([known.told, known.classes]) === JSON.stringify([told, run.classes])) return;
  // Who may tell of some assets only tells of a job, and of its runs, only where it tells of one of these.
  if (classes === 'all' || hasOutput(told))
    ledger.tellNode({ id: jobId, ...job }, runId === null ? null : { id: runId, runId: event.runId!, times: told });
  ledger.put(run);
}

const hasOutput = ({ datasets }: Telling): boolean => datasets.some(({ output, assets }) => output !== null && assets.length > 0);

/** An asset that has a name from `at` on. */
export type Arrival = Named & { at: Date };

/** As many as are looked at together. */
const JOBS_AT_ONCE = 200;

/** What was told of datasets of these names flows from now on. The caller has written the assets, and so has the lock on the facts. */
export async function openArrived(tx: Transaction, arrivals: readonly Arrival[]): Promise<void> {
  if (arrivals.length === 0) return;
  const byName = Map.groupBy(arrivals, nameKey);
  const naming = await listJobsNaming(tx, [...new Set(arrivals.map(datasetNameId))]);
  for (let from = 0; from < naming.length; from += JOBS_AT_ONCE) {
    const jobIds = naming.slice(from, from + JOBS_AT_ONCE);
    const ledger = await openLedger(tx, jobIds, arrivals);
    for (const jobId of jobIds) {
      // Runs are forgotten meanwhile.
      const runs = [...ledger.runsOf(jobId).values()];
      for (const run of runs) {
        const datasets = run.told.datasets.map((dataset) => withArrivals(run, dataset, byName));
        if (datasets.some((dataset, place) => dataset !== run.told.datasets[place]))
          ledger.put({ ...run, told: { ...run.told, datasets } });
      }
    }
    await ledger.write();
  }
}

function withArrivals(run: ToldRun, dataset: ToldDataset, byName: ReadonlyMap<string, readonly Arrival[]>): ToldDataset {
  const known = new Set(dataset.assets.map(([id]) => id));
  const isOutputOnly = dataset.output !== null && dataset.input === null;
  const mayFlow = ({ accessClass }: Arrival): boolean => !isOutputOnly || covers(run, accessClass);
  const isNew = (arrival: Arrival): boolean => !known.has(arrival.id) && mayFlow(arrival);
  const found = namesOf(dataset).flatMap((name) => (byName.get(nameKey(name)) ?? []).filter(isNew));
  const first = new Map(found.toReversed().map(({ id, at }) => [id, at.getTime()]));
  return first.size === 0 ? dataset : { ...dataset, assets: [...dataset.assets, ...first] };
}
