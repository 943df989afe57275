/** Each page in both themes, on a desk and on a phone: no barrier, nothing that overflows, a quiet console. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from './chromium.ts';
import { createShop, publish } from './shop.ts';
import { findBarriers, startSite, type Site } from './site.ts';

const found = findChromium();
const title = 'missing' in found ? ` (NOT CHECKED: ${found.missing})` : '';
const WIDTHS = [1440, 360];
const THEMES = ['light', 'dark'] as const;

const NOWHERE = '/no/such/page';

/** It has its heading and its theme, and nothing of it is still being loaded. */
const settled = async (page: Page, theme: string): Promise<void> => {
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await page.waitForFunction(
    // Some parts of the page of all components are there to be busy.
    (wanted) => document.documentElement.dataset.theme === wanted && !document.querySelector('[aria-busy=true]:not([data-stays] *)'),
    theme,
  );
};

describe(`every page${title}`, { skip: 'missing' in found, timeout: 400_000 }, () => {
  let site: Site;
  let routes: string[];
  beforeAll(async () => {
    if (!('program' in found)) return;
    site = await startSite(found.program);
    const { world } = site;
    const shop = await createShop(world);
    const policy = await publish(world, { name: 'Everything has an owner', ruleType: 'ownerRequired' });
    const { createDomain, createGlossaryTerm, violations, me } = await world
      .admin(
        `mutation { createDomain(input: { name: "Commerce", description: "What is **sold**" }) { domain { id } }
        createGlossaryTerm(input: { name: "Customer", definition: "Who bought something" }) { term { id } } }`,
      )
      .then(async (made) => ({ ...made, ...(await world.admin('{ me { id } violations(first: 1) { nodes { id } } }')) }));
    const [orders, view, schema] = await Promise.all(['sales.orders', 'sales.order_totals', 'sales'].map(shop.idOf));
    routes = [
      '/', '/search', '/search?q=customers', '/search?q=custmers', '/search?view=browse', `/search?view=browse&at=${schema}`,
      ...['', 'lineage', 'violations', 'history', 'definition', 'activity'].map((tab) => `/assets/${view}${tab && `?tab=${tab}`}`),
      `/assets/${schema}`, '/lineage', `/lineage/${view}`, `/lineage/${orders}?view=table`,
      '/violations', `/violations?violation=${violations.nodes[0].id}`,
      '/policies', '/policies/new', `/policies/${policy}`, `/policies/${policy}/edit`,
      '/sources', '/sources/new', `/sources/${shop.id}`, `/runs/${shop.runId}`,
      '/glossary', `/glossary/${createGlossaryTerm.term.id}`, '/domains', `/domains/${createDomain.domain.id}`, '/tags',
      '/playground', '/tokens', '/admin/users', `/admin/users?user=${me.id}`, '/admin/audit', '/admin/audit?tab=reads', '/admin/dead-letters',
      `/assets/${shop.id}`, '/components', NOWHERE,
    ]; // prettier-ignore
  }, 300_000);
  afterAll(() => site?.stop());
  afterEach((context) => site?.closePages(context));

  it('has no barriers in either theme, and fits into a desk and a phone', async () => {
    site.expectNoise(/status of 404 .*no.such.page/);
    const page = await site.open('/sign-in', { reducedMotion: 'reduce' });
    await site.signIn(page);
    const problems: string[] = [];
    for (const route of routes) {
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme });
        // Open pages follow the system's theme, but for the one without any script.
        if (theme === THEMES[0] || route === NOWHERE) await page.goto(site.url + route);
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 800 });
          await settled(page, theme);
          const where = `${route} at ${width} px, ${theme}: `;
          // Each theme and each width once: what axe finds hangs on one of them, not on both together.
          const isLookedAt = (theme === 'light') === (width === Math.max(...WIDTHS));
          if (isLookedAt) problems.push(...(await findBarriers(page)).map((barrier) => where + barrier));
          const wide = await page.evaluate(() => document.documentElement.scrollWidth);
          if (wide > width) problems.push(`${where}${wide} px wide`);
        }
      }
    }
    expect(problems).toEqual([]);
  });

  it('is made of components that hold the focus over a page and give it back, and leave the last part of a name whole', async () => {
    const page = await site.open('/components', { reducedMotion: 'reduce' });
    const over = page.locator('[role=dialog], [role=menu]');
    const openers = page.getByRole('button', { name: /^Open (a|one|the) / });
    await openers.first().waitFor();
    for (const opener of await openers.all()) {
      await opener.click();
      await over.waitFor();
      expect(await over.evaluate((element) => element.contains(document.activeElement))).toBe(true);
      await page.keyboard.press('Escape');
      await over.waitFor({ state: 'detached' });
      expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true);
    }
    const parts = page.getByTitle(/^warehouse\.marts\./).locator('span');
    expect(await parts.evaluateAll((found) => found.map((part) => part.scrollWidth > part.clientWidth))).toEqual([true, false]);
  });
});
