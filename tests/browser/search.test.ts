/** What the search offers beside what it finds: what may have been meant, and what was searched for before. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from './chromium.ts';
import { createShop } from './shop.ts';
import { findBarriers, startSite, type Site } from './site.ts';

const found = findChromium();
const title = 'missing' in found ? ` (NOT CHECKED: ${found.missing})` : '';

describe(`a search${title}`, { skip: 'missing' in found, timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    if (!('program' in found)) return;
    site = await startSite(found.program);
    await createShop(site.world);
  }, 300_000);
  afterAll(() => site?.stop());
  afterEach((context) => site?.closePages(context));

  it('asks what was meant, and is kept until its person signs out', async () => {
    const page = await site.open('/sign-in', { reducedMotion: 'reduce' });
    await site.signIn(page);
    const kept = () => page.evaluate(() => Object.keys(localStorage).filter((name) => name.includes('searches')));
    const box = page.getByRole('textbox', { name: 'Search assets' });
    const recent = page.getByRole('list', { name: 'Recent searches' });
    const suggestion = page.getByRole('button', { name: 'customers', exact: true });

    await page.goto(`${site.url}/search?q=custmers`);
    await suggestion.waitFor();
    await page.getByRole('status').filter({ hasText: 'Did you mean customers?' }).waitFor({ state: 'attached' });
    expect(await findBarriers(page)).toEqual([]);
    await suggestion.click();
    await page.waitForURL((at) => at.searchParams.get('q') === 'customers');
    const results = page.getByRole('list', { name: 'Results for customers' });
    await results.waitFor();
    await suggestion.waitFor({ state: 'detached' });
    expect(await box.inputValue()).toBe('customers');
    await results
      .getByRole('link', { name: /customers/ })
      .first()
      .click();
    await page.waitForURL(/\/assets\//);

    await page.goto(`${site.url}/search`);
    await page.getByRole('list', { name: 'Assets' }).waitFor();
    expect(await recent.count()).toBe(0);
    await box.click();
    await recent.getByRole('button', { name: 'customers' }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await recent.waitFor({ state: 'detached' });
    await box.click();
    await recent.waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL((at) => at.searchParams.get('q') === 'customers');
    await results.waitFor();

    await page.keyboard.press('ControlOrMeta+k');
    const palette = page.getByRole('combobox', { name: 'Search or run a command' });
    await page.getByRole('group', { name: 'Recent searches' }).getByRole('option', { name: 'customers' }).waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await palette.fill('custmers');
    await page.getByRole('group', { name: 'Did you mean' }).getByRole('option', { name: 'customers' }).click();
    await page.waitForURL((at) => at.searchParams.get('q') === 'customers');
    expect(await kept()).toHaveLength(1);

    await page.keyboard.press('ControlOrMeta+k');
    await palette.fill('>sign out');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/sign-in/);
    expect(await kept()).toEqual([]);
  });

  it('is forgotten at a click', async () => {
    const page = await site.open('/sign-in');
    await site.signIn(page);
    await page.goto(`${site.url}/search?q=orders`);
    await page
      .getByRole('list', { name: 'Results for orders' })
      .getByRole('link', { name: /orders/ })
      .first()
      .click();
    await page.getByRole('heading', { level: 1, name: /orders/ }).waitFor();
    await page.goto(`${site.url}/search`);
    await page.getByRole('list', { name: 'Assets' }).waitFor();
    await page.getByRole('textbox', { name: 'Search assets' }).click();
    const recent = page.getByRole('list', { name: 'Recent searches' });
    await recent.waitFor();
    await page.getByRole('button', { name: 'Clear recent searches' }).click();
    await recent.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('list', { name: 'Assets' }).waitFor();
    await page.getByRole('textbox', { name: 'Search assets' }).click();
    await page.keyboard.press('ControlOrMeta+k');
    await page.getByRole('group', { name: 'Recent', exact: true }).waitFor();
    expect(await page.getByRole('group', { name: 'Recent searches' }).count()).toBe(0);
  });
});
