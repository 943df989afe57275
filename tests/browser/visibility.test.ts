/** A viewer who may see one source of two finds no trace of the other, on no page and in no answer that a page got. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from './chromium.ts';
import { createShop, publish, type Shop } from './shop.ts';
import { startSite, type Site } from './site.ts';

const found = findChromium();
const title = 'missing' in found ? ` (NOT CHECKED: ${found.missing})` : '';
const UNKNOWN = '01a20000-0000-7000-8000-000000000000';
const HIDDEN = /payroll|salaries|wages/i;

describe(`what a viewer may not see${title}`, { skip: 'missing' in found, timeout: 180_000 }, () => {
  let site: Site;
  let shop: Shop;
  let payroll: Shop;
  beforeAll(async () => {
    if (!('program' in found)) return;
    site = await startSite(found.program);
    shop = await createShop(site.world);
    payroll = await createShop(
      site.world,
      'Payroll',
      'create table salaries (id int primary key, wages numeric); create view salaries_by_year as select * from salaries',
    );
  }, 300_000);
  afterAll(() => site?.stop());
  afterEach((context) => site?.closePages(context));

  it('leaves no trace', async () => {
    const { world } = site;
    const orders = await shop.idOf('sales.orders');
    const salaries = await payroll.idOf('public.salaries');
    const policy = await publish(world, { name: 'Tables have owners', ruleType: 'ownerRequired', scope: { kinds: ['TABLE'] } });
    const declared = await world.ask('mutation ($input: DeclareLineageInput!) { declareLineage(input: $input) { cursor } }', {
      input: { from: salaries, to: orders, reason: 'A nightly job' },
    });
    expect(declared.errors).toBeUndefined();
    await world.consumed();
    const { violations } = await world.admin('query ($ids: [ID!]) { violations(first: 10, filter: { assetIds: $ids }) { nodes { id } } }', {
      ids: [salaries],
    });
    const { assets } = await world.admin('query ($ids: [ID!]) { assets(filter: { sourceIds: $ids }) { totalCount } }', { ids: [shop.id] });
    const { email } = await world.createUser([{ role: 'READER', sourceId: shop.id }]);

    const page = await site.open('/sign-in');
    const told: string[] = [];
    let answers = 0;
    page.on('response', (response) => {
      if (!response.url().endsWith('/graphql')) return;
      void response.text().then(
        (text) => {
          answers++;
          if (HIDDEN.test(text)) told.push(`${page.url()}: ${text}`);
        },
        () => {},
      );
    });
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => void (HIDDEN.test(String(payload)) && told.push(String(payload)))),
    );
    await site.signIn(page, email);
    /** The page as it is when it shows this. */
    const look = async (path: string, text: string | RegExp): Promise<void> => {
      await page.goto(site.url + path);
      await page.getByRole('main').getByText(text).first().waitFor();
      await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
      expect(await page.locator('body').innerText(), path).not.toMatch(HIDDEN);
    };
    await look('/', 'Shop');
    await look('/search', `${assets.totalCount} assets`);
    // Of the sources one is offered to filter by, and its count is the whole.
    await page.getByRole('checkbox', { name: `Shop, ${assets.totalCount}` }).waitFor();
    await look('/search?q=salar', /No(thing| results| asset)/);
    await look('/search?view=browse', 'Shop');
    await look('/sources', 'Shop');
    await look('/violations?tab=all', 'orders');
    await page.getByRole('link', { name: 'Violations 2', exact: true }).waitFor();
    await look(`/policies/${policy}`, 'Tables have owners');
    await look('/lineage', 'Flows');
    await look(`/lineage/${orders}?view=table`, 'order_totals');
    await look(`/assets/${orders}?tab=lineage`, 'order_totals');
    await page.getByRole('button', { name: 'Beside Shop' }).click();
    await page.getByRole('menu').getByText('Nothing else beside it').waitFor();

    await page.goto(`${site.url}/`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('ControlOrMeta+k');
    const answered = page.waitForResponse((response) => response.request().postData()?.includes('salar') ?? false);
    await page.getByRole('combobox', { name: 'Search or run a command' }).fill('salar');
    await answered;
    await page.getByRole('option', { name: /^All results/ }).waitFor();
    expect(await page.getByRole('option').count()).toBe(1);
    expect(await page.locator('body').innerText()).not.toMatch(HIDDEN);

    /** What stands there for something that is not there; of the inbox the details only, beside its list. */
    const textOf = async (path: string): Promise<string> => {
      await page.goto(site.url + path);
      const place = path.startsWith('/violations') ? page.getByRole('complementary', { name: 'The violation' }) : page.getByRole('main');
      await place.getByText(/does not exist, or you may not see it/).waitFor();
      return (await place.innerText()).replaceAll(/\s+/g, ' ');
    };
    for (const [path, id] of [
      ['/assets/', salaries],
      ['/lineage/', salaries],
      ['/sources/', payroll.id],
      ['/runs/', payroll.runId],
      ['/violations?violation=', violations.nodes[0].id],
    ] as const)
      expect(await textOf(path + id), path).toBe(await textOf(path + UNKNOWN));
    expect(told).toEqual([]);
    expect(answers).toBeGreaterThan(20);
  });
});
