/** What administrators and stewards see of others' work: what roles let one see, what happened, who read what, and what somebody else changes. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from './chromium.ts';
import { createShop, type Shop } from './shop.ts';
import { startSite, type Site } from './site.ts';

const found = findChromium();
const title = 'missing' in found ? ` (NOT CHECKED: ${found.missing})` : '';

describe(`the pages about others${title}`, { skip: 'missing' in found, timeout: 120_000 }, () => {
  let site: Site;
  let shop: Shop;
  let sales: string;
  let europe: string;
  beforeAll(async () => {
    if (!('program' in found)) return;
    site = await startSite(found.program);
    shop = await createShop(site.world);
    await createShop(site.world, 'Other', 'create schema s; create table s.only (id int)');
    const domain = async (name: string, parentId?: string): Promise<string> =>
      (
        await site.world.admin('mutation ($input: CreateDomainInput!) { createDomain(input: $input) { domain { id } } }', {
          input: { name, parentId },
        })
      ).createDomain.domain.id;
    sales = await domain('Sales');
    europe = await domain('Europe', sales);
    await site.world.admin('mutation ($input: UpdateAssetInput!) { updateAsset(input: $input) { cursor } }', {
      input: { id: await shop.idOf('sales.orders'), version: 1, domainId: europe },
    });
  }, 300_000);
  afterAll(() => site?.stop());
  afterEach((context) => site?.closePages(context));

  const open = async (path: string, email?: string): Promise<Page> => {
    const page = await site.open('/sign-in');
    await site.signIn(page, email);
    await page.goto(site.url + path);
    return page;
  };

  it('tell what a user would see of each source before the roles are saved', async () => {
    const { assets, of } = await site.world.admin(
      'query ($ids: [ID!]) { assets { totalCount } of: assets(filter: { sourceIds: $ids }) { totalCount } }',
      { ids: [shop.id] },
    );
    const reader = await site.world.createUser([{ role: 'READER', sourceId: shop.id }]);
    const page = await open(`/admin/users?user=${reader.id}`);
    const seen = page.getByRole('dialog').getByRole('region', { name: /^What this user sees/ });
    await seen.getByText(`${of.totalCount} of ${assets.totalCount} assets.`).waitFor();
    expect(await seen.getByRole('listitem').allInnerTexts()).toEqual([expect.stringMatching(/^Shop\s+\d+$/)]);

    const over = page.getByRole('dialog').getByRole('combobox', { name: 'Over what' });
    await over.selectOption(`domain:${sales}`);
    await seen.getByText(`1 of ${assets.totalCount} assets.`).waitFor();
    expect(await seen.getByRole('listitem').allInnerTexts()).toEqual([
      expect.stringMatching(new RegExp(`^Shop\\s+1 of ${of.totalCount}$`)),
    ]);
    await over.selectOption('');
    await seen.getByText(`All ${assets.totalCount} assets.`).waitFor();
    expect(await seen.getByRole('listitem').count()).toBe(2);
    await page.getByRole('dialog').getByRole('combobox', { name: 'Role', exact: true }).selectOption('INGESTOR');
    await seen.getByText('No asset.').waitFor();
    // Nothing of this is stored.
    const { user } = await site.world.admin('query ($id: ID!) { user(id: $id) { roles { role sourceId } } }', { id: reader.id });
    expect(user.roles).toEqual([{ role: 'READER', sourceId: shop.id }]);
  });

  it('tell what an event is about and what it says, and lead from there to what it is about', async () => {
    const orders = await shop.idOf('sales.orders');
    const page = await open(`/admin/audit?subject=${orders}`);
    const table = page.getByRole('table', { name: /^Events/ });
    const edited = table.getByRole('row').filter({ hasText: 'asset.updated' });
    await edited.getByText('Changed domain: version 2').waitFor();
    await table.getByRole('columnheader', { name: /^Time, / }).waitFor();
    await edited.press('Enter');
    const panel = page.getByRole('complementary', { name: 'The event' });
    await panel.getByText(/"path": "\/domainId"/).waitFor();
    await panel.getByText(/^[0-9a-f]{64}$/).waitFor();
    await edited.getByRole('link', { name: 'sales.orders' }).click();
    await page.waitForURL(`**/assets/${orders}`);
  });

  it('tell who read what, once it is written, and narrow it by who and what', async () => {
    const orders = await shop.idOf('sales.orders');
    const reader = await site.world.createUser([{ role: 'READER' }]);
    const { user } = await site.world.admin('query ($id: ID!) { user(id: $id) { name } }', { id: reader.id });
    for (let times = 0; times < 3; times++) await reader('query OneAsset($id: ID!) { asset(id: $id) { name } }', { id: orders });
    await reader('query Everything { tags { totalCount } }');
    // What a process has gathered it writes when it stops.
    await site.world.restart();
    const page = await open(`/admin/audit?tab=reads&actor=${reader.id}`);
    const table = page.getByRole('table', { name: /^Reads/ });
    await page.getByText(/^\d+ of \d+$/).waitFor();
    const one = table.getByRole('row').filter({ hasText: 'OneAsset' });
    await one.getByText(user.name).waitFor();
    expect((await one.getByRole('cell').last().innerText()).trim()).toBe('3');
    await table.getByRole('row').filter({ hasText: 'Everything' }).waitFor();

    await one.press('Enter');
    const panel = page.getByRole('complementary', { name: 'The read' });
    await panel.getByRole('link', { name: /orders$/ }).waitFor();
    await panel.getByRole('link', { name: 'Its reads' }).click();
    await page.waitForURL(new RegExp(`subject=${orders}`));
    await table.getByRole('row').filter({ hasText: 'Everything' }).waitFor({ state: 'detached' });
    await one.waitFor();
    // Who and what stay chosen on the way to what was changed.
    await page.getByRole('navigation', { name: 'Audit' }).getByRole('link', { name: 'Events' }).click();
    await page.getByText('No event matches these filters').waitFor();
    expect(new URL(page.url()).search).toBe(`?actor=${reader.id}&subject=${orders}`);
  });

  it('tell above a form of a term what somebody else changed of it meanwhile, and keep what is typed', async () => {
    const { createGlossaryTerm } = await site.world.admin(
      'mutation { createGlossaryTerm(input: { name: "Customer", definition: "Who bought something" }) { term { id version } } }',
    );
    const term = createGlossaryTerm.term;
    const steward = await site.world.createUser([{ role: 'STEWARD' }]);
    const page = await open(`/glossary/${term.id}`);
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    const sheet = page.getByRole('dialog');
    const definition = sheet.getByRole('textbox', { name: 'Definition' });
    await definition.fill('Who bought something from us');
    await steward('mutation ($input: UpdateGlossaryTermInput!) { updateGlossaryTerm(input: $input) { cursor } }', {
      input: { ...term, definition: 'Who bought or rented something' },
    });
    const line = sheet.getByRole('status').filter({ hasText: /changed this at \d/ });
    await line.waitFor();
    await line.getByRole('button', { name: 'See it' }).click();
    expect(await line.locator('ins').allInnerTexts()).toEqual([expect.stringContaining('rented')]);
    expect(await definition.inputValue()).toBe('Who bought something from us');
    await sheet.getByRole('button', { name: /^Save/ }).click();
    await page
      .getByRole('dialog', { name: 'Someone saved this first' })
      .getByText(/rented/)
      .waitFor();
  });

  it('tell of a column that a draft finds which labels it has', async () => {
    const { asset } = await site.world.admin(
      'query ($id: ID!) { asset(id: $id) { columns { nodes { id name labels { label { name } state } } } } }',
      {
        id: await shop.idOf('sales.customers'),
      },
    );
    const email = asset.columns.nodes.find(({ name }: { name: string }) => name === 'email');
    expect(email.labels).toMatchObject([{ label: { name: 'EMAIL' }, state: 'SUGGESTED' }]);
    const { createPolicy } = await site.world.admin(
      'mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { policy { id } } }',
      {
        input: {
          name: 'Columns are upper case',
          ruleType: 'namingConvention',
          params: { pattern: '^[A-Z]+$', target: 'column' },
          scope: { kinds: ['TABLE'], sourceIds: [shop.id] },
          severity: 'INFO',
        },
      },
    );
    const page = await open(`/policies/${createPolicy.policy.id}/edit`);
    const findings = page.getByRole('list', { name: 'What would be found' }).getByRole('listitem');
    await findings
      .filter({ hasText: 'email' })
      .getByText(/^EMAIL/)
      .waitFor();
    expect(
      await findings
        .filter({ hasText: 'customer_id' })
        .getByText(/^EMAIL/)
        .count(),
    ).toBe(0);
  });
});
