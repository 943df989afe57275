/** What is known of an asset: edited by two at once, its lineage now and then, and names and words that mean harm. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tellRun } from '../runs.ts';
import { findChromium } from './chromium.ts';
import { createShop, publish, type Shop } from './shop.ts';
import { findBarriers, startSite, type Site } from './site.ts';

const found = findChromium();
const title = 'missing' in found ? ` (NOT CHECKED: ${found.missing})` : '';

describe(`an asset${title}`, { skip: 'missing' in found, timeout: 120_000 }, () => {
  let site: Site;
  let shop: Shop;
  beforeAll(async () => {
    if (!('program' in found)) return;
    site = await startSite(found.program);
    shop = await createShop(site.world);
    await site.world.consumed();
  }, 300_000);
  afterAll(() => site?.stop());
  afterEach((context) => site?.closePages(context));

  const openAs = async (email: string | undefined, path: string): Promise<Page> => {
    const page = await site.open('/sign-in');
    await site.signIn(page, email);
    await page.goto(site.url + path);
    return page;
  };

  it('that two describe at once has the words that the second one chose, and both had seen', async () => {
    const { email } = await site.world.createUser([{ role: 'STEWARD' }]);
    const path = `/assets/${await shop.idOf('sales.orders')}`;
    const [mine, theirs] = [await openAs(undefined, path), await openAs(email, path)];
    const description = (page: Page) => page.getByRole('dialog').getByRole('textbox', { name: 'Description' });
    const save = (page: Page) => page.getByRole('dialog').getByRole('button', { name: /^Save/ }).click();
    for (const page of [mine, theirs]) await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await description(mine).fill('Orders of the web shop');
    await description(theirs).fill('Orders of all our shops');
    // As fast as one types, whatever the list still shows.
    for (const [page, tags] of [
      [theirs, ['kept', 'ours']],
      [mine, ['kept', 'web']],
    ] as const) {
      for (const tag of tags) {
        await page.getByRole('combobox', { name: 'Tags' }).fill(tag);
        await page.getByRole('combobox', { name: 'Tags' }).press('Enter');
      }
    }
    await save(theirs);
    await theirs.getByRole('dialog').waitFor({ state: 'detached' });
    await mine.getByText(/changed this at/).waitFor();

    await save(mine);
    const conflict = mine.getByRole('dialog', { name: 'Someone saved this first' });
    await conflict.getByText('Orders of all our shops').waitFor();
    await conflict.getByText('Orders of the web shop').waitFor();
    const tags = conflict.getByRole('region', { name: 'Tags' });
    expect(await tags.locator('del, ins').allInnerTexts()).toEqual(['ours', 'web']);
    await conflict.getByRole('button', { name: 'Keep editing' }).click();
    expect(await description(mine).inputValue()).toBe('Orders of the web shop');
    await save(mine);
    await conflict.getByRole('button', { name: 'Save mine' }).click();
    await mine.getByRole('dialog').waitFor({ state: 'detached' });
    for (const page of [mine, theirs]) await page.getByRole('main').getByText('Orders of the web shop').first().waitFor();

    await mine.getByRole('button', { name: 'Undo' }).click();
    for (const page of [mine, theirs]) await page.getByRole('main').getByText('Orders of all our shops').first().waitFor();
  });

  it('has a lineage that is opened step by step, and is told as it was before a change', async () => {
    const id = await shop.idOf('sales.best_customers');
    const page = await openAs(undefined, `/lineage/${id}?depth=1`);
    const node = (name: string) => page.locator('[data-node]').filter({ hasText: name });
    await node('order_totals').waitFor();
    expect(await node('orders').count()).toBe(0);
    await page.getByRole('button', { name: 'Show 2 folded neighbours of order_totals' }).click();
    await node('orders').waitFor();

    const row = (name: string) => page.getByRole('row').filter({ hasText: name });
    // It is pressed as soon as it was pressed, and not when the address and the table are there.
    expect(await page.getByRole('radio', { name: 'Table' }).evaluate((radio: HTMLInputElement) => (radio.click(), radio.checked))).toBe(
      true,
    );
    await row('orders').waitFor();

    await shop.change('create or replace view sales.best_customers as select id, email from sales.customers');
    await site.world.consumed();
    await page.goto(`${site.url}/lineage/${id}?depth=1&view=table`);
    await row('customers').nth(1).waitFor();
    expect(await row('order_totals').count()).toBe(0);
    const before = page.getByRole('button', { name: 'The change before' });
    await before.click();
    await page.waitForURL(/asOf=/);
    const last = page.url();
    await before.click();
    await page.waitForURL((at) => at.href !== last);
    await row('order_totals').waitFor();
    await page.getByRole('button', { name: 'Now', exact: true }).click();
    await page.waitForURL((at) => !at.searchParams.has('asOf'));
    await row('order_totals').waitFor({ state: 'detached' });
  });

  it('shows on its page what flows directly into it and out of it, as a graph and as a table, and leads on from there', async () => {
    const [id, nextId] = await Promise.all(['sales.customers', 'sales.order_totals'].map(shop.idOf));
    const page = await openAs(undefined, `/assets/${id}?tab=lineage`);
    const graph = page.getByRole('application', { name: /^Lineage of customers/ });
    const node = (name: string) => page.locator('[data-node]').filter({ hasText: name });
    const row = (name: string) => page.getByRole('row').filter({ hasText: name });
    await node('order_totals').waitFor();
    await row('order_totals').waitFor();
    await page.getByText('Direct neighbours: 0 upstream,').waitFor();
    expect((await page.getByRole('region', { name: 'Lineage as a graph' }).boundingBox())?.height).toBe(360);
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole('link', { name: 'Skip to the table' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('#lineage-table') !== null)).toBe(true);

    await page.locator(`[data-node="${id}"]`).focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction((root) => ![undefined, root].includes((document.activeElement as HTMLElement).dataset.node), id);
    await node('order_totals').press('Enter');
    await page.waitForURL((at) => at.pathname === `/assets/${nextId}` && at.searchParams.get('tab') === 'lineage');
    await node('orders').waitFor();

    // A wheel over it moves the page, and not the graph.
    await page.setViewportSize({ width: 1440, height: 600 });
    const viewport = page.locator('.react-flow__viewport');
    await node('orders').hover();
    const before = await viewport.getAttribute('style');
    await page.mouse.wheel(0, 60);
    await page.waitForFunction(() => document.querySelector('#lineage-table')!.parentElement!.scrollTop > 0);
    expect(await viewport.getAttribute('style')).toBe(before);

    await page.setViewportSize({ width: 360, height: 800 });
    await page.goto(`${site.url}/assets/${id}?tab=lineage`);
    await row('order_totals').waitFor();
    expect(await graph.count()).toBe(0);
    await page.getByRole('button', { name: 'Show the graph' }).click();
    await node('order_totals').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await findBarriers(page)).toEqual([]);

    await shop.change('create table sales.notes (id int)');
    await site.world.consumed();
    await page.goto(`${site.url}/assets/${await shop.idOf('sales.notes')}?tab=lineage`);
    await page.getByText('No lineage is known.').waitFor();
    await page.getByRole('link', { name: 'Open explorer' }).waitFor();
  });

  it('lies in schemas and sources whose siblings are a key away', async () => {
    await shop.change('create schema if not exists crm; create table if not exists crm.leads (id int)');
    const page = await openAs(undefined, `/assets/${await shop.idOf('sales.customers')}`);
    const opener = page.getByRole('button', { name: 'Beside sales' });
    const items = page.getByRole('menu').getByRole('menuitem');
    await opener.focus();
    await page.keyboard.press('Enter');
    await items.filter({ hasText: 'crm' }).waitFor();
    expect(await items.allInnerTexts()).toEqual(['crm', 'public', 'sales']);
    expect(await page.getByRole('menuitem', { name: 'sales' }).getAttribute('aria-current')).toBe('true');
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);

    await page.getByRole('button', { name: 'Beside Shop' }).press('Enter');
    await items.filter({ hasText: 'Shop' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    await opener.press('Enter');
    await items.filter({ hasText: 'crm' }).waitFor();
    // By its letters, as in every menu: nobody goes on before an item has the focus, nor waits for it for ever.
    const crm = page.getByRole('menuitem', { name: 'crm' });
    const hasFocus = (): Promise<boolean> => crm.evaluate((item) => item === document.activeElement);
    for (let tries = 0; tries < 50 && !(await hasFocus()); tries++) {
      await page.keyboard.press('c');
      await page.waitForTimeout(100);
    }
    expect(await hasFocus()).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'crm' }).waitFor();
    await page.getByRole('link', { name: 'leads' }).waitFor();
  });

  it('has a definition in which its columns lead to the schema', async () => {
    const page = await openAs(undefined, `/assets/${await shop.idOf('sales.order_totals')}?tab=definition`);
    const code = page.getByRole('region', { name: 'Definition' });
    await code.getByRole('link').first().waitFor();
    // Each once, where the query gives it: not where it joins or groups by others that are called the same.
    expect(await code.getByRole('link').allInnerTexts()).toEqual(['id', 'email', 'total']);
    await code.getByRole('link', { name: 'email' }).click();
    await page.waitForURL(/[?&]column=/);
    await page.getByRole('complementary', { name: 'Column email' }).waitFor();
  });

  it('has links past the navigation, to what the page has', async () => {
    const page = await openAs(undefined, `/assets/${await shop.idOf('sales.customers')}`);
    const skips = page.getByRole('link', { name: /^Go to the / });
    await page.locator('#details').waitFor();
    expect(await skips.allInnerTexts()).toEqual(['Go to the content', 'Go to the filters', 'Go to the details']);
    await skips.last().press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('#details') !== null)).toBe(true);
    await page.goto(`${site.url}/tags`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await skips.allInnerTexts()).toEqual(['Go to the content']);
  });

  it('has a lineage that runs of a job told, which are shown with their job and by themselves', async () => {
    const [fromId, toId] = [await shop.idOf('sales.customers'), await shop.idOf('sales.orders')];
    const nightly = { namespace: 'airflow', name: 'nightly' };
    const day = (number: number): Date => new Date(Date.UTC(2026, 0, number, 2));
    const opens = [{ fromId, toId }];
    await tellRun(site.world.owner, nightly, { startedAt: day(1), endedAt: day(2), opens });
    for (let number = 2; number <= 12; number++) await tellRun(site.world.owner, nightly, { startedAt: day(number), state: 'FAILED' });

    const page = await openAs(undefined, `/lineage/${toId}?depth=1&direction=UPSTREAM`);
    const node = (name: string) => page.locator('[data-node]').filter({ hasText: name });
    const panel = page.getByRole('complementary').last();
    await node('Run of').click();
    await panel.getByText('Completed').waitFor();
    await panel.getByRole('button', { name: 'nightly' }).click();
    await panel.getByText('Failed').first().waitFor();
    expect(await panel.getByText('Failed').count()).toBe(10);
    await panel.getByRole('button', { name: 'Earlier runs' }).click();
    await panel.getByText('Completed').waitFor();
    expect(await panel.getByText('Failed').count()).toBe(11);
    expect(await findBarriers(page)).toEqual([]);

    await panel.getByRole('button', { name: 'customers' }).click();
    await panel.getByRole('heading', { name: 'Told by a run' }).waitFor();
    await panel.getByRole('button', { name: 'Run of' }).click();
    await panel.getByText('Of the job').waitFor();
  });

  it('is edited with E, unless a column of it has the focus', async () => {
    const page = await openAs(undefined, `/assets/${await shop.idOf('sales.customers')}`);
    const row = page.getByRole('row').filter({ hasText: 'email' });
    await row.waitFor();
    await page.getByRole('heading', { level: 1 }).focus();
    await page.keyboard.press('e');
    const sheet = page.getByRole('dialog', { name: 'Edit customers' });
    await sheet.waitFor();
    // What lies under it hears no keys.
    await sheet.getByRole('button', { name: 'Cancel' }).focus();
    await page.keyboard.press('2');
    expect(new URL(page.url()).search).toBe('');
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await row.focus();
    await page.keyboard.press('e');
    await page.getByRole('textbox', { name: 'Description of email' }).waitFor();
    expect(await sheet.count()).toBe(0);
  });

  it('has a name that is copied in one line when it is marked', async () => {
    const page = await openAs(undefined, `/assets/${await shop.idOf('sales.customers')}`);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const button = page.getByRole('button', { name: /^Copy the name/ });
    const name = (await button.getAttribute('aria-label'))!.replace('Copy the name ', '');
    const copied = async (from: [part: number, at: number], to: [part: number, at: number]): Promise<string> => {
      await button.locator('bdi').evaluate(
        (element, [[fromPart, fromAt], [toPart, toAt]]) => {
          const texts = [...element.childNodes].map((part) => part.firstChild!);
          getSelection()!.setBaseAndExtent(texts[fromPart]!, fromAt, texts[toPart]!, toAt);
        },
        [from, to] as const,
      );
      await page.keyboard.press('ControlOrMeta+c');
      return page.evaluate(() => navigator.clipboard.readText());
    };
    const head = name.length - '.customers'.length;
    await expect.poll(() => copied([0, 0], [1, '.customers'.length]), { timeout: 20_000 }).toBe(name);
    expect(await copied([0, 2], [1, '.cust'.length])).toBe(name.slice(2, head + '.cust'.length));
    expect(await copied([0, 0], [0, head])).toBe(name.slice(0, head));
  });

  it('whose names and words mean harm does none', async () => {
    const names = ['🦊 table', 'ß'.repeat(31) + 'x', 'טבלה של לקוחות', `<img src=x onerror="harm()">`];
    const words = '<script>harm()</script> <img src=x onerror="harm()"> [press](javascript:harm()) [this](https://example.org/)';
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const hostile = await createShop(
      site.world,
      '<script>harm()</script>',
      names.map((name) => `create table ${quoted(name)} (${quoted(name)} int); comment on table ${quoted(name)} is '${words}';`).join('\n'),
    );
    await publish(site.world, { name: '<b onclick="harm()">Harm</b>', ruleType: 'ownerRequired', scope: { kinds: ['TABLE'] } });
    const ids = await Promise.all(names.map((name) => hostile.idOf(name)));
    const { asset } = await site.world.admin('query ($id: ID!) { asset(id: $id) { version } }', { id: ids[3] });
    await site.world.admin('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor } }', {
      input: { id: ids[3], version: asset.version, description: words, tags: ['<i>tag</i>'] },
    });
    await site.world.consumed();

    const page = await openAs(undefined, '/');
    await page.getByRole('heading', { level: 1 }).waitFor();
    const harm: string[] = [];
    await page.exposeFunction('harm', () => harm.push(page.url()));
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => harm.push(dialog.message())));
    const look = async (path: string, text: string): Promise<void> => {
      await page.goto(site.url + path);
      await page.getByRole('main').getByText(text).first().waitFor();
      expect(await page.locator('a[href^="javascript:" i], main script, main img, main [onclick], main [onerror]').count(), path).toBe(0);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide, path).toBeLessThanOrEqual(0);
    };
    await look('/sources', '<script>harm()</script>');
    await look(`/sources/${hostile.id}`, '<script>harm()</script>');
    await look('/search?q=harm', '<script>harm()</script>');
    await look('/policies', '<b onclick="harm()">Harm</b>');
    await look('/violations', names[0]!);
    for (const [index, id] of ids.entries()) {
      await look(`/assets/${id}`, names[index]!);
      await look(`/lineage/${id}?view=table`, names[index]!);
    }
    await look(`/assets/${ids[3]}`, '<script>harm()</script>');
    await page.getByRole('link', { name: 'this' }).first().waitFor();
    expect(await page.getByRole('link', { name: 'this' }).first().getAttribute('rel')).toContain('noopener');
    expect(harm).toEqual([]);
  });
});
