/** From a system that nobody knows yet to one of its assets that is found and opened: with the mouse, and by keyboard alone. */
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createEmptyDatabase } from '#platform/testing/database.ts';
import { startSlowProxy } from '#platform/testing/slowProxy.ts';
import { findChromium } from './chromium.ts';
import { publish, SHOP } from './shop.ts';
import { startSite, type Site } from './site.ts';

const found = findChromium();
const title = 'missing' in found ? ` (NOT CHECKED: ${found.missing})` : '';

describe(`a new source${title}`, { skip: 'missing' in found, timeout: 120_000 }, () => {
  let site: Site;
  beforeAll(async () => {
    if ('program' in found) site = await startSite(found.program);
  }, 240_000);
  afterAll(() => site?.stop());
  afterEach((context) => site?.closePages(context));

  it('is registered, tested and scanned, and what it holds is found by a word', async () => {
    const database = await createEmptyDatabase();
    await database.sql.unsafe(SHOP);
    const address = new URL(database.url);
    const proxy = await startSlowProxy({ host: address.hostname, port: Number(address.port) });
    onTestFinished(() => proxy.stop());
    address.port = String(proxy.port);
    const page = await site.open('/sign-in');
    await site.signIn(page);
    await page.goto(`${site.url}/sources`);
    await page
      .getByRole('link', { name: /Register/ })
      .first()
      .click();
    await page.getByLabel(/^URL/).fill(address.href);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Continue/ }).click();
    await page.getByRole('heading', { name: /What and when/ }).waitFor();
    // What is typed is tried out on the source as it is.
    const read = page.getByRole('region', { name: 'What is read' });
    await read.getByText('All 4 tables and views are read.').waitFor();
    await page.getByLabel(/^Exclude/).fill('sales.order*');
    await page.getByLabel(/^Exclude/).press('Enter');
    await read.getByText('2 of 4 tables and views are read.').waitFor();
    await read.getByText('sales.customers').waitFor();
    await page.getByLabel(/^Exclude/).press('Backspace');
    await read.getByText('All 4 tables and views are read.').waitFor();
    await page.getByRole('button', { name: /^Continue/ }).click();
    await page.getByLabel(/^Name/).fill('Web shop');
    // The password of the address is nowhere on the page.
    expect(await page.locator('main').innerText()).not.toContain(address.password);
    // The scan takes its time, until it was seen on its way.
    proxy.delayMs = 400;
    await page.getByRole('button', { name: 'Register and scan now' }).click();

    await page.waitForURL(/\/runs\//);
    await page.getByRole('heading', { level: 1, name: /^Run of/ }).waitFor();
    await page.getByText('Running', { exact: true }).first().waitFor();
    await page.getByRole('progressbar', { name: 'Assets' }).waitFor();
    await page.getByTitle('Live, up to date').waitFor();
    proxy.delayMs = 0;
    await page.getByText('Completed', { exact: true }).first().waitFor();
    const log = page.getByRole('log', { name: 'What was found' });
    await log
      .getByRole('link', { name: /customers/ })
      .first()
      .waitFor();

    await page.getByRole('link', { name: 'Web shop' }).first().click();
    await page.waitForURL(/\/sources\//);
    await page.getByRole('heading', { level: 1 }).waitFor();

    await page.getByRole('link', { name: 'Search', exact: true }).click();
    await page.getByLabel('Search assets').fill('bought');
    const results = page.getByRole('list', { name: 'Results for bought' });
    await results.getByRole('link', { name: /orders/ }).click();
    await page.waitForURL(/\/assets\//);
    await page.getByRole('heading', { level: 1, name: /orders/ }).waitFor();
    await page.getByRole('cell', { name: 'customer_id' }).first().waitFor();
  });

  it('is registered, scanned, described and judged without a mouse', async () => {
    const database = await createEmptyDatabase();
    await database.sql.unsafe('create table ledger (id int primary key, amount numeric)');
    await publish(site.world, {
      name: 'Ledgers have owners',
      ruleType: 'ownerRequired',
      scope: { namePrefix: new URL(database.url).pathname.slice(1), kinds: ['TABLE'] },
    });
    const page = await site.open('/sign-in');
    await page.getByLabel('Email').waitFor();
    const { keyboard } = page;
    /** As one who looks for it with the Tab key. */
    const tabTo = async (role: string, name: RegExp): Promise<void> => {
      for (let step = 0; step < 150; step++) {
        if (
          await page
            .locator(':focus')
            .and(page.getByRole(role as 'button', { name }))
            .count()
        )
          return;
        await keyboard.press('Tab');
      }
      throw new Error(`No ${role} ${name} is reached by Tab.`);
    };
    const write = async (label: RegExp, text: string): Promise<void> => {
      await tabTo('textbox', label);
      await keyboard.type(text);
    };
    await write(/Email/, 'admin@example.org');
    await write(/Password/, 'a password of the tests');
    await keyboard.press('Enter');
    await page.waitForURL((at) => at.pathname === '/');
    await page.getByRole('heading', { level: 1 }).waitFor();

    await keyboard.press('g');
    await keyboard.press('o');
    await page.waitForURL(/\/sources$/);
    await page.getByRole('table', { name: 'Sources' }).waitFor();
    await tabTo('link', /Register/);
    await keyboard.press('Enter');
    await page.getByLabel(/^URL/).waitFor();
    await write(/^URL/, database.url);
    await tabTo('button', /^Test$/);
    await keyboard.press('Enter');
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByLabel(/^URL/).press('Enter');
    // Where the next step begins, the focus is.
    await page
      .locator(':focus')
      .and(page.getByLabel(/^Include/))
      .waitFor();
    await tabTo('button', /^Continue/);
    await keyboard.press('Enter');
    await page.locator(':focus').and(page.getByLabel(/^Name/)).waitFor();
    await write(/^Name/, 'Ledgers');
    await keyboard.press('Enter');
    await page.waitForURL(/\/runs\//);
    await page.getByText('Completed', { exact: true }).first().waitFor();
    await tabTo('link', /ledger$/);
    await keyboard.press('Enter');
    await page.waitForURL(/\/assets\//);
    await page.getByRole('heading', { level: 1, name: 'ledger' }).waitFor();

    await tabTo('button', /^Edit$/);
    await keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('textbox', { name: 'Description' }).waitFor();
    await keyboard.type('What was booked, and when');
    await keyboard.press('ControlOrMeta+Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('What was booked, and when').first().waitFor();

    await site.world.consumed();
    await keyboard.press('g');
    await keyboard.press('v');
    await page.waitForURL(/\/violations/);
    await page.getByRole('table', { name: 'Violations' }).waitFor();
    await keyboard.press('j');
    await keyboard.press('w');
    await page.getByRole('dialog').waitFor();
    await write(/^Reason/, 'The ledger is closed at the end of the year');
    await keyboard.press('ControlOrMeta+Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect
      .poll(
        async () =>
          (await site.world.admin('{ violations(first: 5, filter: { statuses: [WAIVED] }) { totalCount } }')).violations.totalCount,
      )
      .toBe(1);
  });
});
