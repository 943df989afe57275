/**
 * The web client as people meet it: the script of each route, and in a browser with the real product behind it how soon pages are there, how they
 * answer in a list of 10,000 rows, what a frame costs while a graph of 500 nodes is moved, and all that over a slow network. Fails where a route's
 * script is above its limit; times say too much of the machine for that.
 */
import { findChromium } from '../tests/browser/chromium.ts';
import { fillCatalog } from './client/catalog.ts';
import { measureInteractions } from './client/interactions.ts';
import { measureNetwork } from './client/network.ts';
import { measurePanning } from './client/panning.ts';
import { startSite, startVisitor } from './client/site.ts';
import { measureSizes } from './client/sizes.ts';
import { measureVitals } from './client/vitals.ts';
import type { BenchContext, BenchResult } from './run.ts';

const IN_A_BROWSER = { measureVitals, measureInteractions, measurePanning, measureNetwork };

export async function run(context: BenchContext): Promise<BenchResult[]> {
  const site = await startSite(context);
  try {
    const results = await measureSizes(site.url);
    const over = results.filter(({ ratio }) => ratio! > 1);
    for (const { name, value, baseline } of over) context.say(`${name} is ${value.toFixed(0)} KB, above its ${baseline}`);
    if (over.length > 0) process.exitCode = 1;

    const found = findChromium();
    if ('missing' in found) {
      context.say(`Nothing but the script was measured: ${found.missing}.`);
      return results;
    }
    const catalog = await fillCatalog(context, site.admin);
    const visitor = await startVisitor(found.program, site.url);
    try {
      for (const [name, measure] of Object.entries(IN_A_BROWSER)) {
        context.say(`${name.replace('measure', '').toLowerCase()} …`);
        results.push(...(await measure(context, visitor, catalog)));
      }
    } finally {
      await visitor.stop();
    }
    return results;
  } finally {
    await site.stop();
  }
}
