/** What people say of lineage, checked. */
import { InvalidInput, NotFound } from '#platform/errors.ts';
import { checkText } from '#platform/graphql/inputs.ts';
import { isId } from '#platform/ids.ts';
import type { Transformation } from '../graph/index.ts';

const MAX_REASON = 2_000;
const MAX_JOB_NAME = 1_000;

export type JobName = { namespace: string; name: string };
export type Words = { from: string; to: string; reason: string };
export type DeclarationWords = Words & { transformation: Transformation; job?: JobName | null };

/** The reason without space around it, and ids in lower case. What cannot be an id is one that there is not: NOT_FOUND. */
export function checkWords<Given extends Words>(given: Given): Given {
  const [from, to] = [given.from.toLowerCase(), given.to.toLowerCase()];
  if (from === to) throw toItself();
  const reason = checkText(given.reason.trim(), 'input.reason', { min: 1, max: MAX_REASON });
  for (const id of [from, to]) if (!isId(id)) throw noSuchEnd(id);
  return { ...given, from, to, reason };
}

export function checkJob(job: JobName | null | undefined): JobName | null {
  if (!job) return null;
  const part = (name: keyof JobName) => checkText(job[name].trim(), `input.job.${name}`, { min: 1, max: MAX_JOB_NAME });
  return { namespace: part('namespace'), name: part('name') };
}

export const toItself = (): InvalidInput =>
  new InvalidInput('Nothing flows from a thing to itself. Give the ids of two assets, or of two columns.', 'input.to');

export const noSuchEnd = (id: string): NotFound => new NotFound('asset or column', id);
