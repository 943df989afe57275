/** Largest contentful paint of each page, met for the first time, and what moved meanwhile. */
import type { Page } from 'playwright-core';
import type { BenchContext, BenchResult } from '../run.ts';
import type { Catalog } from './catalog.ts';
import { mainRoutes, untilReady, type Route } from './pages.ts';
import type { Visitor } from './site.ts';

const LCP_LIMIT_MS = 1_500;
const ROUNDS = 3;
const SETTLED_MS = 700;
export const SHIFT_LIMIT = 0.1;

type Vitals = { paint: number; shift: number };

/** Runs in the page, before anything of it. */
export function watchVitals(): void {
  const vitals: Vitals = { paint: 0, shift: 0 };
  Object.assign(globalThis, { vitals });
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) vitals.paint = startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  // Of the whole visit, without windows: not less than what is called CLS.
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
      if (!entry.hadRecentInput) vitals.shift += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}

/** Once nothing more comes. */
export async function readVitals(page: Page): Promise<Vitals> {
  await page.waitForTimeout(SETTLED_MS);
  return page.evaluate(() => (globalThis as unknown as { vitals: Vitals }).vitals);
}

async function visit(visitor: Visitor, route: Route): Promise<Vitals> {
  const page = await visitor.enter();
  try {
    await page.addInitScript(watchVitals);
    await page.goto(route.path);
    await untilReady(page, route);
    return await readVitals(page);
  } finally {
    await visitor.leave(page);
  }
}

export async function measureVitals({ quick, say }: BenchContext, visitor: Visitor, catalog: Catalog): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  let shift = 0;
  for (const route of mainRoutes(catalog)) {
    const visits: Vitals[] = [];
    for (let round = 0; round < (quick ? 1 : ROUNDS); round++) visits.push(await visit(visitor, route));
    const paints = visits.map(({ paint }) => paint).toSorted((a, b) => a - b);
    shift = Math.max(shift, ...visits.map((each) => each.shift));
    say(`  ${route.name}: LCP ${paints.map(Math.round).join(', ')} ms, moved ${visits.map((each) => each.shift.toFixed(3)).join(', ')}`);
    const figures = { median: paints[Math.floor(paints.length / 2)]!, worst: paints.at(-1)! };
    for (const [which, value] of Object.entries(figures))
      results.push({
        name: `LCP of ${route.name}, ${which}`,
        value,
        unit: 'ms',
        ratio: value / LCP_LIMIT_MS,
        baseline: `limit of ${LCP_LIMIT_MS} ms`,
      });
  }
  return [
    ...results,
    { name: 'what moves by itself (CLS), worst', value: shift, unit: '', ratio: shift / SHIFT_LIMIT, baseline: `limit of ${SHIFT_LIMIT}` },
  ];
}
