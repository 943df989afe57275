/** How long a page takes to answer keys and clicks in a list of 10,000 rows. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { BenchContext, BenchResult } from '../run.ts';
import type { Catalog } from './catalog.ts';
import type { Visitor } from './site.ts';

const INP_LIMIT_MS = 200;
const ROWS = 10_000;
/** Without what was asked for only to load it. */
const SCROLL_PATIENCE_MS = 240_000;
const BETWEEN_MS = 60;
const SETTLED_MS = 500;

type Interaction = { id: number; kind: string; ms: number };

/** Runs in the page: every key and click that took longer than a frame, until its next paint. */
function watchInteractions(): void {
  const seen = new Map<number, Interaction>();
  Object.assign(globalThis, { interactions: seen });
  new PerformanceObserver((list) => {
    for (const { interactionId, name, duration } of list.getEntries() as (PerformanceEntry & { interactionId: number })[]) {
      if (!interactionId || (seen.get(interactionId)?.ms ?? 0) >= duration) continue;
      seen.set(interactionId, { id: interactionId, kind: name, ms: duration });
    }
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
}

/** Of a number of interactions: the longest, without one of each fifty, as web-vitals counts. Shorter ones than a frame are not told. */
async function take(page: Page, count: number): Promise<{ inp: number; worst: number }> {
  await page.waitForTimeout(SETTLED_MS);
  const slow = await page.evaluate(() => {
    const { interactions } = globalThis as unknown as { interactions: Map<number, Interaction> };
    const all = [...interactions.values()];
    interactions.clear();
    return all;
  });
  const longest = slow.map(({ ms }) => ms).toSorted((a, b) => b - a);
  return { inp: longest[Math.floor(count / 50)] ?? 16, worst: longest[0] ?? 16 };
}

async function press(page: Page, keys: readonly string[]): Promise<number> {
  for (const key of keys) {
    await page.keyboard.press(key);
    await sleep(BETWEEN_MS);
  }
  return keys.length;
}

const repeat = (key: string, times: number): string[] => Array<string>(times).fill(key);

/** By the wheel, as far as there are so many rows. */
async function scrollTo(page: Page, row: number): Promise<void> {
  const table = page.getByRole('table', { name: 'Violations' });
  await table.hover();
  const last = () => table.locator('tr[data-index]').last().getAttribute('data-index');
  for (const end = Date.now() + SCROLL_PATIENCE_MS; Number(await last()) < row; await sleep(20)) {
    if (Date.now() > end) throw new Error(`Row ${row} did not come: the last one is ${await last()}.`);
    await page.mouse.wheel(0, 4_000);
  }
}

export async function measureInteractions({ quick, say }: BenchContext, visitor: Visitor, _: Catalog): Promise<BenchResult[]> {
  const rows = quick ? ROWS / 10 : ROWS;
  const page = await visitor.enter();
  const results: BenchResult[] = [];
  const tell = async (name: string, count: number): Promise<void> => {
    const { inp, worst } = await take(page, count);
    say(`  ${name}: ${inp} ms, worst ${worst} ms of ${count}`);
    const compared = { unit: 'ms', baseline: `limit of ${INP_LIMIT_MS} ms` };
    results.push({ name: `INP, ${rows} rows, ${name}`, value: inp, ratio: inp / INP_LIMIT_MS, ...compared });
  };
  try {
    await page.addInitScript(watchInteractions);
    await page.goto('/violations');
    const drawn = page.locator('main tr[data-index]');
    await drawn.first().waitFor();
    const startedAt = performance.now();
    await scrollTo(page, rows - 1);
    const perPage = (performance.now() - startedAt) / (rows / 50);
    results.push({ name: `scrolling to row ${rows}, each 50 of them`, value: perPage, unit: 'ms' });
    await take(page, 1);

    const row = page.locator(`main tr[data-index="${rows - 10}"]`);
    await row.click();
    await page.waitForTimeout(SETTLED_MS);
    await page.keyboard.press('Escape');
    await row.click();
    await tell('clicking a row', 3);
    await tell('J and K', await press(page, [...repeat('j', 20), ...repeat('k', 20)]));
    await tell('X', await press(page, ['x', ...repeat('j x', 5).flatMap((keys) => keys.split(' ')), 'Shift+X', 'Escape']));
    await page.getByRole('button', { name: 'Asset', exact: true }).click();
    await page.getByLabel('Find an asset').waitFor();
    await tell('typing in a filter', 1 + (await press(page, [...'booking_77', ...repeat('Backspace', 5), 'Escape'])));
    await page.getByLabel('Select all that are loaded').click();
    await tell('choosing all', 1);
    const count = await drawn.count();
    results.push({ name: `rows in the document of ${rows}`, value: count, unit: '' });
    return results;
  } finally {
    await visitor.leave(page);
  }
}
