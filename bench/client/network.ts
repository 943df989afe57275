/** Over a slow network (400 ms, 1 Mbit/s): when a page can be used, first and again, that nothing is lost on the way, and that nothing jumps. */
import type { CDPSession, Page } from 'playwright-core';
import type { BenchContext, BenchResult } from '../run.ts';
import type { Catalog } from './catalog.ts';
import { assetRoute, homeRoute, signInRoute, untilReady, type Route } from './pages.ts';
import { signIn, type Visitor } from './site.ts';
import { readVitals, SHIFT_LIMIT, watchVitals } from './vitals.ts';

const LATENCY_MS = 400;
const BYTES_PER_MS = 1_000_000 / 8 / 1_000;
const SLOW = { offline: false, latency: LATENCY_MS, downloadThroughput: BYTES_PER_MS * 1_000, uploadThroughput: BYTES_PER_MS * 1_000 };

type Wire = { bytes: number; failed: string[] };

/** Slows the page down, and counts what goes over the wire. */
async function slowDown(page: Page): Promise<Wire> {
  const session: CDPSession = await page.context().newCDPSession(page);
  const wire: Wire = { bytes: 0, failed: [] };
  const names = new Map<string, string>();
  session.on('Network.requestWillBeSent', ({ requestId, request }) => names.set(requestId, request.url));
  session.on('Network.loadingFinished', ({ encodedDataLength }) => (wire.bytes += encodedDataLength));
  // What a page no longer needs it gives up by itself.
  session.on('Network.loadingFailed', ({ requestId, errorText, canceled }) => {
    if (!canceled) wire.failed.push(`${names.get(requestId)}: ${errorText}`);
  });
  session.on('Network.responseReceived', ({ response }) => {
    if (response.status >= 400) wire.failed.push(`${response.url}: ${response.status}`);
  });
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', SLOW);
  return wire;
}

export async function measureNetwork({ say }: BenchContext, visitor: Visitor, catalog: Catalog): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  const failed: string[] = [];
  let shift = 0;
  const load = async (page: Page, wire: Wire, route: Route, which: string, go: () => Promise<unknown>): Promise<void> => {
    wire.bytes = 0;
    const startedAt = performance.now();
    await go();
    // A page that is gone to without a new document has its time from here.
    const ready = await untilReady(page, route).then((ms) => Math.min(ms, performance.now() - startedAt));
    const { bytes } = wire;
    shift = Math.max(shift, (await readVitals(page)).shift);
    const least = LATENCY_MS + bytes / BYTES_PER_MS;
    say(`  ${route.name}, ${which}: ${Math.round(ready)} ms, ${Math.round(bytes / 1024)} KB`);
    results.push({
      name: `400 ms, 1 Mbit/s: ${route.name}, ${which}`,
      value: ready,
      unit: 'ms',
      ratio: ready / least,
      baseline: `its ${Math.round(bytes / 1024)} KB in one round trip`,
    });
  };

  for (const route of [signInRoute, homeRoute, assetRoute(catalog)]) {
    const page = await visitor.enter();
    try {
      await page.addInitScript(watchVitals);
      const wire = await slowDown(page);
      for (const which of ['first', 'again']) await load(page, wire, route, which, () => page.goto(route.path, { waitUntil: 'commit' }));
      if (route === signInRoute) await load(page, wire, homeRoute, 'from the sign-in', () => signIn(page));
      failed.push(...wire.failed);
    } finally {
      await visitor.leave(page);
    }
  }
  for (const each of failed) say(`  failed: ${each}`);
  const clean = { name: '400 ms, 1 Mbit/s: requests that fail', value: failed.length, unit: '' };
  const still = { value: shift, unit: '', ratio: shift / SHIFT_LIMIT, baseline: `limit of ${SHIFT_LIMIT}` };
  return [...results, clean, { name: '400 ms, 1 Mbit/s: what moves by itself (CLS), worst', ...still }];
}
