/** Finding the embedded PostgreSQL of a product that runs, from another process. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { derivePassword } from '../secrets.ts';
import { findServer } from './embeddedServer.ts';

/** The superuser's URL of the server that runs on this data folder; undefined when none does. Starts and makes nothing. */
export function findEmbeddedUrl(dataDir: string, rootKey: Uint8Array): string | undefined {
  const product = resolve(dataDir);
  for (const folder of [join(product, 'postgresql'), ...placedElsewhere(product)]) {
    const server = findServer(join(folder, 'data'));
    if (server) return `postgres://pursight:${derivePassword(rootKey, 'postgresql superuser')}@127.0.0.1:${server.port}/pursight`;
  }
  return undefined;
}

/** Where the server's system user cannot reach the data folder, a note in it names the other place. */
function placedElsewhere(product: string): string[] {
  try {
    return [readFileSync(join(product, 'postgresql.place'), 'utf8').trim()];
  } catch {
    return []; // no note: it is in the data folder
  }
}
