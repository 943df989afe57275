/** How much script a browser loads for each route, gzipped: what the page itself names. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { BenchResult } from '../run.ts';

const CLIENT = fileURLToPath(new URL('../../client', import.meta.url));
const KB = 1024;
const LIMIT = 200 * KB;
/** Those with an editor or a canvas. */
const LARGE = /^\/(lineage|playground|policies\/(new|\[id\]\/edit))(\/|$)/;
const LARGE_LIMIT = 450 * KB;

/** As in `app/`, without the groups in brackets. */
function listRoutes(folder = join(CLIENT, 'src', 'app'), path = ''): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return listRoutes(join(folder, entry.name), entry.name.startsWith('(') ? path : `${path}/${entry.name}`);
    return entry.name === 'page.tsx' ? [path || '/'] : [];
  });
}

const size = (file: string): number => gzipSync(readFileSync(join(CLIENT, '.next', file))).length;

/** Of the client that serves at `url`. */
export async function measureSizes(url: string): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const route of listRoutes().toSorted()) {
    const page = await (await fetch(url + route.replaceAll(/\[[^\]]+\]/g, '0'))).text();
    // Old browsers alone load the first kind.
    const named = page.replaceAll(/<script[^>]* noModule[^>]*>/gi, '').matchAll(/static\/chunks\/[^"'\\]+\.js/g);
    const bytes = [...new Set([...named].map(([file]) => decodeURIComponent(file)))].reduce((sum, file) => sum + size(file), 0);
    const limit = LARGE.test(route) ? LARGE_LIMIT : LIMIT;
    results.push({
      name: `script of ${route}`,
      value: bytes / KB,
      unit: 'KB',
      ratio: bytes / limit,
      baseline: `limit of ${limit / KB} KB`,
    });
  }
  return results;
}
