/** Violations as they come: live, over a lost connection, and over a restart of the product. */
import type { Page, WebSocketRoute } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from './chromium.ts';
import { createShop, publish, type Shop } from './shop.ts';
import { findBarriers, startSite, type Site } from './site.ts';

const found = findChromium();
const title = 'missing' in found ? ` (NOT CHECKED: ${found.missing})` : '';

describe(`violations${title}`, { skip: 'missing' in found, timeout: 120_000 }, () => {
  let site: Site;
  let shop: Shop;
  beforeAll(async () => {
    if (!('program' in found)) return;
    site = await startSite(found.program);
    shop = await createShop(site.world);
    await publish(site.world, { name: 'Tables have owners', ruleType: 'ownerRequired', scope: { kinds: ['TABLE'] } });
  }, 300_000);
  afterAll(() => site?.stop());
  afterEach((context) => site?.closePages(context));

  const addTable = (...names: string[]) => shop.change(names.map((name) => `create table sales.${name} (id int primary key);`).join(''));
  const rows = (page: Page) =>
    page
      .getByRole('table', { name: 'Violations' })
      .getByRole('row')
      .filter({ has: page.getByRole('cell') });
  const rowOf = (page: Page, name: string) => rows(page).filter({ hasText: name });
  /** The navigation's count; the rows stay as they are until they are asked for. */
  const counted = (page: Page, count: number) => page.getByRole('link', { name: `Violations ${count}`, exact: true }).waitFor();
  const show = async (page: Page, bar: string, total: number) => {
    await page.getByRole('button', { name: bar }).click();
    await expect.poll(() => rows(page).count(), { timeout: 30_000 }).toBe(total);
  };
  const openInbox = async (count: number, prepare?: (page: Page) => Promise<void>): Promise<Page> => {
    const page = await site.open('/sign-in');
    await site.signIn(page);
    await prepare?.(page);
    await page.goto(`${site.url}/violations`);
    await rows(page).first().waitFor();
    await page.getByTitle('Live, up to date').waitFor();
    await counted(page, count);
    return page;
  };

  const focusAfterTab = async (page: Page): Promise<string | undefined> => {
    await page.keyboard.press('Tab');
    return page.evaluate(() => document.activeElement?.closest('label')?.textContent ?? undefined);
  };

  it('wait behind a bar when they come, and the counts follow', async () => {
    const page = await openInbox(2);
    await addTable('refunds');
    await page.getByRole('button', { name: /^1 new violation/ }).waitFor();
    expect(await rows(page).count()).toBe(2);
    await counted(page, 3);
    await show(page, '1 new violation', 3);
    expect(await rowOf(page, 'refunds').count()).toBe(1);
  });

  it('that were raised while the connection was lost are told after it, each once', async () => {
    let isDown = false;
    const sockets: WebSocketRoute[] = [];
    const page = await openInbox(3, (each) =>
      each.routeWebSocket(/graphql/, async (socket) => {
        if (isDown) return await socket.close();
        socket.connectToServer();
        sockets.push(socket);
      }),
    );
    isDown = true;
    for (const socket of sockets) await socket.close();
    await page.getByTitle(/^Connecting again/).waitFor();
    await addTable('returns', 'coupons', 'visits');
    await site.world.consumed();
    const caughtUp = page.getByTitle(/^Catching up, \d+ events?$/).waitFor();
    isDown = false;
    await page.getByRole('button', { name: /^3 new violations/ }).waitFor();
    await caughtUp;
    await page.getByTitle('Live, up to date').waitFor();
    await show(page, '3 new violations', 6);
    for (const name of ['returns', 'coupons', 'visits']) expect(await rowOf(page, name).count()).toBe(1);
    await counted(page, 6);
  });

  it('go on after the product was started again, without a hand on the page', async () => {
    site.expectNoise(/WebSocket connection .* failed/);
    // What the page asks for in between.
    site.expectNoise(/status of 502 .*\/graphql/);
    const page = await openInbox(6);
    await site.world.restart(async () => {
      await page.getByTitle(/^Connecting/).waitFor();
      expect(await rows(page).count()).toBe(6);
    });
    await page.getByTitle('Live, up to date').waitFor();
    await addTable('parcels');
    await page.getByRole('button', { name: /^1 new violation/ }).waitFor();
    await counted(page, 7);
    await show(page, '1 new violation', 7);
  });

  it('are narrowed to those of a domain, by the keyboard alone, and by the address', async () => {
    const domains: Record<string, string> = {};
    for (const [name, parent] of [['Trade'], ['Europe', 'Trade']] as const) {
      const { createDomain } = await site.world.admin(
        'mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { id } } }',
        { input: { name, parentId: parent && domains[parent] } },
      );
      domains[name] = createDomain.domain.id;
    }
    const { asset } = await site.world.admin('query ($id: ID!) { asset(id: $id) { id version } }', {
      id: await shop.idOf('sales.refunds'),
    });
    await site.world.admin('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { asset { id } } }', {
      input: { ...asset, domainId: domains.Europe },
    });
    await site.world.consumed();

    const page = await openInbox(7);
    await page.getByRole('button', { name: 'Domain', exact: true }).focus();
    await page.keyboard.press('Enter');
    const europe = page.getByRole('checkbox', { name: 'Europe in Trade' });
    await europe.waitFor();
    await expect.poll(() => focusAfterTab(page), { timeout: 10_000 }).toBe('Europe in Trade');
    await page.keyboard.press('Space');
    await page.waitForURL(new RegExp(`domain=${domains.Europe}`));
    await page.keyboard.press('Escape');
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(await rowOf(page, 'refunds').count()).toBe(1);
    // Its name is known to who comes by the address, too.
    await page.reload();
    await page.getByRole('button', { name: 'Domain Europe in Trade' }).waitFor();
    expect(await findBarriers(page)).toEqual([]);

    // Of the domain alone, not of those below it.
    await page.goto(`${site.url}/violations?domain=${domains.Trade}`);
    await page.getByText('No violation matches these filters').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).last().click();
    await expect.poll(() => rows(page).count()).toBe(7);
    expect(new URL(page.url()).search).toBe('');
  });
});
