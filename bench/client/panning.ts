/** What a frame costs while a graph of 500 nodes is moved: by the hand of a pointer and by the wheel, near and as a whole. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { at } from '../fixtures/timing.ts';
import type { BenchContext, BenchResult } from '../run.ts';
import type { Catalog } from './catalog.ts';
import type { Visitor } from './site.ts';
import { traceFrames } from './trace.ts';

const FRAME_LIMIT_MS = 16;
const MOVES = 180;
const EVERY_MS = 16;
const SETTLED_MS = 1_000;

/** Evenly, however long a single step takes. */
async function steps(work: (index: number) => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  for (let index = 0; index < MOVES; index++) {
    await sleep(Math.max(0, startedAt + index * EVERY_MS - performance.now()));
    await work(index);
  }
}

/** To and fro: the graph stays in view. */
const swing = (index: number): { x: number; y: number } => ({
  x: Math.round(240 * Math.sin((index / MOVES) * 4 * Math.PI)),
  y: Math.round(140 * Math.sin((index / MOVES) * 6 * Math.PI)),
});

async function drag(page: Page, from: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await steps((index) => page.mouse.move(from.x + swing(index).x, from.y + swing(index).y));
  await page.mouse.up();
}

async function wheel(page: Page, from: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await steps((index) => page.mouse.wheel(index % 90 < 45 ? 12 : -12, index % 60 < 30 ? 8 : -8));
}

/** Where nothing but the pane is under the pointer. */
const findEmpty = (page: Page): Promise<{ x: number; y: number }> =>
  page.evaluate(() => {
    const { left, top, width, height } = document.querySelector('.react-flow__pane')!.getBoundingClientRect();
    for (let step = 0; step < 400; step++) {
      const [x, y] = [left + width * (0.3 + 0.02 * (step % 20)), top + height * (0.3 + 0.02 * Math.floor(step / 20))];
      if (document.elementFromPoint(x, y)?.classList.contains('react-flow__pane')) return { x, y };
    }
    throw new Error('The graph leaves no place to take hold of.');
  });

export async function measurePanning({ say }: BenchContext, visitor: Visitor, { rootId, steps: depth }: Catalog): Promise<BenchResult[]> {
  const page = await visitor.enter();
  const results: BenchResult[] = [];
  try {
    await page.goto(`/lineage/${rootId}?depth=${depth}`);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.locator('.react-flow__node').first().waitFor();
    const shown = await page.getByRole('application', { name: 'Lineage of' }).getAttribute('aria-label');
    if (!shown?.includes('500 assets')) throw new Error(`The graph is not of 500 nodes: ${shown}.`);
    const measure = async (name: string): Promise<void> => {
      await page.waitForTimeout(SETTLED_MS);
      const from = await findEmpty(page);
      for (const [how, move] of Object.entries({ drag, wheel })) {
        const frames = (await traceFrames(page, () => move(page, from))).toSorted((a, b) => a - b);
        if (frames.length < MOVES / 4) throw new Error(`Only ${frames.length} frames were drawn.`);
        const p95 = at(frames, 0.95);
        say(
          `  ${name}, ${how}: p50 ${at(frames, 0.5).toFixed(1)}, p95 ${p95.toFixed(1)}, worst ${frames.at(-1)!.toFixed(1)} ms of ${frames.length} frames`,
        );
        results.push({
          name: `frame while panning 500 nodes, ${name}, ${how}: p95`,
          value: p95,
          unit: 'ms',
          ratio: p95 / FRAME_LIMIT_MS,
          baseline: `limit of ${FRAME_LIMIT_MS} ms`,
        });
      }
    };
    const zoomOut = async (below: number): Promise<void> => {
      const zoom = async () => Number(/\d+/.exec((await page.getByLabel(/^Zoom is/).getAttribute('aria-label')) ?? '')?.[0]);
      for (let press = 0; press < 12 && (await zoom()) >= below; press++) {
        await page.keyboard.press('-');
        await page.waitForTimeout(300);
      }
    };
    await measure('near');
    // As it is drawn below each of these.
    await zoomOut(35);
    await measure('their names alone');
    await zoomOut(20);
    await measure('all of them in view');
    return results;
  } finally {
    await visitor.leave(page);
  }
}
