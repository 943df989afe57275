/** Ids of nodes that nobody gives one: the same name has the same id wherever it is met first. */
import { hash } from 'node:crypto';

/** Of PurSight's jobs; any UUID of our own will do. */
const JOBS = '0b7d1a52-6f0c-5c1e-9a3e-7d1f2f6b8c41';

/** A column that is dropped and added again under its name is the same one, as in the catalog. */
export const columnNodeId = (assetId: string, name: string): string => nameId(assetId, name);
/** Whether it can be such an id: catalog's own are of another version. */
export const isNodeId = (id: string): boolean => id[14] === '5';
export const jobNodeId = (namespace: string, name: string): string => nameId(JOBS, JSON.stringify([namespace, name]));

/** A UUID of version 5 (RFC 9562): a first scan makes hundreds of thousands of them, which takes the package `uuid` five times as long. */
function nameId(namespace: string, name: string): string {
  const digest = hash('sha1', Buffer.concat([Buffer.from(namespace.replaceAll('-', ''), 'hex'), Buffer.from(name)]), 'hex');
  const variant = ((parseInt(digest[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
