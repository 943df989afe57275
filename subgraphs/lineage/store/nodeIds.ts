/** Ids of nodes that nobody gives one: the same name has the same id wherever it is met first. */
import { hash } from 'node:crypto';

/** Of PurSight's jobs, and of their runs; any UUIDs of our own will do. */
const JOBS = '0b7d1a52-6f0c-5c1e-9a3e-7d1f2f6b8c41';
const RUNS = '6c1f4e0a-93b7-5d28-8f55-2a9be7c403d6';
/** Of what is told of runs, and of names of datasets, which are no nodes. */
const TOLD = 'e2b0c6d4-1a57-5f39-b8c1-94d07a6e35f2';
const DATASETS = '3f9a7c15-d86e-5b04-a27d-c05e81b94f6a';

/** A column that is dropped and added again under its name is the same one, as in the catalog. */
export const columnNodeId = (assetId: string, name: string): string => nameId(assetId, name);
/** Whether it can be such an id: catalog's own are of another version. */
export const isNodeId = (id: string): boolean => id[14] === '5';
export const jobNodeId = (namespace: string, name: string): string => nameId(JOBS, JSON.stringify([namespace, name]));
/** Of its job's name too: who tells of runs of one job cannot write over another one's. `runId`: a UUID, in any case. */
export const runNodeId = (job: { namespace: string; name: string }, runId: string): string =>
  nameId(RUNS, JSON.stringify([job.namespace, job.name, runId.toLowerCase()]));
/** `part`: a run's id, or the moment at which a job was told of; `scope`: of what who tells it may tell. */
export const toldRunId = (jobId: string, part: string, scope: string): string => nameId(TOLD, JSON.stringify([jobId, part, scope]));
export const datasetNameId = ({ namespace, name }: { namespace: string; name: string }): string =>
  nameId(DATASETS, JSON.stringify([namespace, name]));

/** A UUID of version 5 (RFC 9562): a first scan makes hundreds of thousands of them, which takes the package `uuid` five times as long. */
function nameId(namespace: string, name: string): string {
  const digest = hash('sha1', Buffer.concat([Buffer.from(namespace.replaceAll('-', ''), 'hex'), Buffer.from(name)]), 'hex');
  const variant = ((parseInt(digest[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
