/** Ids of nodes that nobody gives one: the same name has the same id wherever it is met first. */
import { v5 } from 'uuid';

/** Of PurSight's jobs; any UUID of our own will do. */
const JOBS = '0b7d1a52-6f0c-5c1e-9a3e-7d1f2f6b8c41';

/** A column that is dropped and added again under its name is the same one, as in the catalog. */
export const columnNodeId = (assetId: string, name: string): string => v5(name, assetId);
export const jobNodeId = (namespace: string, name: string): string => v5(JSON.stringify([namespace, name]), JOBS);
