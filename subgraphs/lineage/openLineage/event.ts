/**
 * One event of OpenLineage (specification 2-0-2), as far as lineage is made of it. What else there is in it, facets of other kinds above all, is
 * left out unread: producers send what they like, and refusing it would lose the flows.
 */
import { z } from 'zod';
import { parseMoment } from '#platform/dateTime.ts';
import { InvalidInput } from '#platform/errors.ts';
import { isId } from '#platform/ids.ts';
import type { Transformation } from '../graph/index.ts';

export const EVENT_TYPES = ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export type Name = { namespace: string; name: string };
/** `symlinks`: other names of the same. */
export type Dataset = Name & { symlinks: readonly Name[] };
/** From a column of a dataset, which need not be among the inputs, to one of an output. */
export type ColumnTold = { from: Name; fromColumn: string; to: Name; toColumn: string; transformation: Transformation };
/** `runId` null: told of the job itself, as if a run had just completed. Each dataset, and each pair of columns, once. */
export type JobEvent = {
  at: Date;
  type: EventType;
  job: Name;
  runId: string | null;
  inputs: readonly Dataset[];
  outputs: readonly Dataset[];
  columns: readonly ColumnTold[];
};

const MAX_NAME = 2_000;
/** Of the inputs, and of the outputs. */
export const MAX_DATASETS = 1_000;
export const MAX_SYMLINKS = 20;
/** Pairs of an input and an output, and pairs of columns, together. */
export const MAX_FLOWS = 50_000;

const name = z
  .string('This must be a text.')
  .min(1, 'This must not be empty.')
  .max(MAX_NAME, `At most ${MAX_NAME} characters are possible here.`)
  // PostgreSQL takes neither.
  .refine((text) => !text.includes('\0') && text.isWellFormed(), 'This text holds a NUL or half of a surrogate pair. Send it without.');
const names = { namespace: name, name };
/** Producers write null for what they do not have. */
const optional = <Type extends z.ZodType>(type: Type) => type.nullish().transform((value) => value ?? undefined);
const isDeleted = optional(z.boolean());

const inputField = z.object({
  ...names,
  field: name,
  transformations: optional(z.array(z.object({ type: optional(z.string()), subtype: optional(z.string()) }))),
});
const symlinks = z.object({
  _deleted: isDeleted,
  identifiers: optional(z.array(z.object(names)).max(MAX_SYMLINKS, `At most ${MAX_SYMLINKS} other names of a dataset are possible.`)),
});
const columnLineage = z.object({
  _deleted: isDeleted,
  fields: optional(z.record(name, z.object({ inputFields: optional(z.array(inputField)) }))),
});
const dataset = z.object({ ...names, facets: optional(z.object({ symlinks: optional(symlinks) })) });
const output = z.object({
  ...names,
  facets: optional(z.object({ symlinks: optional(symlinks), columnLineage: optional(columnLineage) })),
});
const listOf = <Type extends z.ZodType>(item: Type) =>
  optional(z.array(item, 'This must be a list.').max(MAX_DATASETS, `At most ${MAX_DATASETS} datasets are possible here.`));

const time = z.string('This must be a time.').transform((text, context) => {
  const at = parseMoment(text);
  if (at && at.getUTCFullYear() >= 1 && at.getUTCFullYear() <= 9999) return at;
  context.addIssue({
    code: 'custom',
    message: 'This must be a time of a day that there is, in ISO 8601 with a zone, such as "2026-03-01T12:00:00Z".',
  });
  return z.NEVER;
});
const about = { eventTime: time };
const job = z.object(names, 'This must be an object with "namespace" and "name".');
const moved = { job, inputs: listOf(dataset), outputs: listOf(output) };

const runEvent = z.object({
  ...about,
  ...moved,
  eventType: optional(z.enum(EVENT_TYPES, `This must be one of ${EVENT_TYPES.join(', ')}.`)),
  run: z.object({ runId: z.string('This must be a UUID.').refine(isId, 'This must be a UUID.') }, 'This must be an object with "runId".'),
});
const jobEvent = z.object({ ...about, ...moved });
const datasetEvent = z.object({ ...about, dataset: z.object(names, 'This must be an object with "namespace" and "name".') });

type Moved = z.infer<typeof jobEvent>;

/**
 * Null of an event that tells only what a dataset is: no flow comes of it. BAD_USER_INPUT names the field, from the event on. What is told for the
 * future is told of now: clocks differ.
 */
export function readEvent(event: unknown, now: Date): JobEvent | null {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw new InvalidInput('An event is a JSON object, as OpenLineage has it.', '');
  }
  const has = (field: string): boolean => Object.hasOwn(event, field) && (event as Record<string, unknown>)[field] != null;
  const clamp = (at: Date): Date => (at > now ? now : at);
  if (has('run')) {
    const { eventTime, eventType = 'OTHER', run, ...told } = parse(runEvent, event);
    return { at: clamp(eventTime), type: eventType, runId: run.runId.toLowerCase(), ...flowsOf(told) };
  }
  if (has('job')) {
    const { eventTime, ...told } = parse(jobEvent, event);
    return { at: clamp(eventTime), type: 'COMPLETE', runId: null, ...flowsOf(told) };
  }
  if (has('dataset')) {
    parse(datasetEvent, event);
    return null;
  }
  throw new InvalidInput(
    'An event tells of a run ("run" and "job"), of a job ("job") or of a dataset ("dataset"). This has none of them.',
    'run',
  );
}

function parse<Type extends z.ZodType>(type: Type, event: object): z.infer<Type> {
  const { data, error } = type.safeParse(event);
  if (!error) return data;
  const { path, message } = error.issues[0]!;
  throw new InvalidInput(message, fieldOf(path));
}

/** `outputs[0].facets.symlinks`. Names of columns are the sender's: cut. */
const fieldOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (field, step) => (typeof step === 'number' ? `${field}[${step}]` : `${field}${field && '.'}${String(step).slice(0, 100)}`),
    '',
  );

function flowsOf({
  job: of,
  inputs = [],
  outputs = [],
}: Pick<Moved, 'job' | 'inputs' | 'outputs'>): Pick<JobEvent, 'job' | 'inputs' | 'outputs' | 'columns'> {
  const columns = new Map<string, ColumnTold>();
  for (const { namespace, name: of, facets } of outputs) {
    const facet = facets?.columnLineage;
    if (!facet || facet._deleted) continue;
    for (const [toColumn, { inputFields = [] }] of Object.entries(facet.fields ?? {})) {
      for (const { field, transformations = [], ...from } of inputFields) {
        const told: ColumnTold = {
          from: { namespace: from.namespace, name: from.name },
          fromColumn: field,
          to: { namespace, name: of },
          toColumn,
          transformation: transformationOf(transformations),
        };
        const key = JSON.stringify([from.namespace, from.name, field, namespace, of, toColumn]);
        const known = columns.get(key);
        columns.set(key, known ? { ...told, transformation: stronger(told.transformation, known.transformation) } : told);
      }
    }
  }
  const told = { job: { namespace: of.namespace, name: of.name }, inputs: datasetsOf(inputs), outputs: datasetsOf(outputs) };
  checkFlows(told.inputs.length * told.outputs.length + columns.size);
  return { ...told, columns: [...columns.values()] };
}

/** Also of all that was told of a run. */
export function checkFlows(count: number): void {
  if (count <= MAX_FLOWS) return;
  const message = `Between these inputs and outputs, and between their columns, ${count} flows would lie; ${MAX_FLOWS} of a run are possible.`;
  throw new InvalidInput(message, 'outputs', { max: MAX_FLOWS });
}

type Given = z.infer<typeof dataset>;

function datasetsOf(given: readonly Given[]): Dataset[] {
  const found = new Map<string, Dataset>();
  for (const { namespace, name: of, facets } of given) {
    const others = facets?.symlinks && !facets.symlinks._deleted ? (facets.symlinks.identifiers ?? []) : [];
    const key = nameKey({ namespace, name: of });
    found.set(key, { namespace, name: of, symlinks: mergeSymlinks(found.get(key)?.symlinks ?? [], others) });
  }
  return [...found.values()];
}

export const nameKey = ({ namespace, name: of }: Name): string => JSON.stringify([namespace, of]);

/** The first in their order, so that it does not matter which came first. */
export const mergeSymlinks = (some: readonly Name[], others: readonly Name[]): Name[] =>
  [...new Map([...some, ...others].map((each) => [nameKey(each), { namespace: each.namespace, name: each.name }]))]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .slice(0, MAX_SYMLINKS)
    .map(([, each]) => each);

const STRENGTHS: readonly Transformation[] = ['INDIRECT', 'CONDITIONAL', 'DIRECT'];
export const stronger = (one: Transformation, other: Transformation): Transformation =>
  STRENGTHS.indexOf(one) > STRENGTHS.indexOf(other) ? one : other;

/** Without a word of it (as before version 1-1 of the facet, which knew IDENTITY and MASKED only) the value is made of the other one. */
function transformationOf(given: readonly { type?: string | undefined; subtype?: string | undefined }[]): Transformation {
  const all = given.map(({ type, subtype }): Transformation =>
    subtype?.toUpperCase() === 'CONDITIONAL' ? 'CONDITIONAL' : type?.toUpperCase() === 'INDIRECT' ? 'INDIRECT' : 'DIRECT',
  );
  return all.length === 0 ? 'DIRECT' : all.reduce(stronger);
}
