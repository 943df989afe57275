/** What a page asks first comes with its session: over a slow network each round trip counts. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from './chromium.ts';
import { createShop } from './shop.ts';
import { startSite, type Site } from './site.ts';

const found = findChromium();
const title = 'missing' in found ? ` (NOT CHECKED: ${found.missing})` : '';

type Body = { page?: string; operationName?: string };

/** What the page asks while `load` runs: of the session, and by the names of its operations. */
async function listen(page: Page, load: () => Promise<unknown>): Promise<{ refreshes: number; operations: string[]; answered: string[] }> {
  const asked = { refreshes: 0, operations: [] as string[], answered: [] as string[] };
  page.on('request', (request) => {
    const path = new URL(request.url()).pathname;
    if (path === '/session/refresh') asked.refreshes++;
    if (path === '/graphql' && request.method() === 'POST') asked.operations.push((request.postDataJSON() as Body).operationName!);
  });
  page.on('response', (response) => {
    if (new URL(response.url()).pathname !== '/session/refresh') return;
    void response.json().then(({ answers }: { answers: { name: string }[] }) => asked.answered.push(...answers.map(({ name }) => name)));
  });
  await load();
  return asked;
}

describe(`first answers${title}`, { skip: 'missing' in found, timeout: 120_000 }, () => {
  let site: Site;
  let table: string;
  beforeAll(async () => {
    if (!('program' in found)) return;
    site = await startSite(found.program);
    table = await (await createShop(site.world)).idOf('sales.orders');
  }, 240_000);
  afterAll(() => site?.stop());
  afterEach((context) => site?.closePages(context));

  it('come with the one question for the session, and are not asked for again', async () => {
    const page = await site.open('/sign-in');
    await site.signIn(page);
    for (const [path, ready, count] of [
      ['/', 'main h2', 7],
      [`/assets/${table}`, 'main tr[data-index]', 5],
    ] as const) {
      const visit = async () => {
        const { refreshes, operations, answered } = await listen(page, async () => {
          await page.goto(site.url + path);
          await page.locator(ready).first().waitFor();
          await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'));
        });
        page.removeAllListeners('request').removeAllListeners('response');
        return { path, refreshes, count: answered.length, again: operations.filter((name) => answered.includes(name)) };
      };
      // A busy machine answers them too late at first; and what happens meanwhile has the page ask again.
      await expect.poll(visit, { timeout: 40_000 }).toEqual({ path, refreshes: 1, count, again: [] });
    }
  });
});
