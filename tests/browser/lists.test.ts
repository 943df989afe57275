/** Lists that are longer than a page: known to their end, told where they are not, and narrowed by what stands in the address. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from './chromium.ts';
import { createShop, publish, type Shop } from './shop.ts';
import { findBarriers, startSite, type Site } from './site.ts';

const found = findChromium();
const title = 'missing' in found ? ` (NOT CHECKED: ${found.missing})` : '';
/** The API gives 200 at most. */
const MANY = 205;
const LAST = String(MANY - 1);
const CREATE_TEAM = 'mutation ($input: CreateTeamInput!) { createTeam(input: $input) { cursor } }';
const CREATE_POLICY = 'mutation ($input: CreatePolicyInput!) { createPolicy(input: $input) { cursor } }';
const names = (noun: string): string[] => Array.from({ length: MANY }, (_, index) => `${noun} ${String(index).padStart(3, '0')}`);

describe(`long lists${title}`, { skip: 'missing' in found, timeout: 120_000 }, () => {
  let site: Site;
  let shop: Shop;
  let steward: { id: string; email: string };
  beforeAll(async () => {
    if (!('program' in found)) return;
    site = await startSite(found.program);
    shop = await createShop(site.world);
    steward = await site.world.createUser([{ role: 'STEWARD' }]);
    for (const name of names('Team')) await site.world.admin(CREATE_TEAM, { input: { name } });
    for (const name of names('Rule')) {
      await site.world.admin(CREATE_POLICY, { input: { name, ruleType: 'ownerRequired', severity: 'INFO', params: {} } });
    }
    await publish(site.world, { name: 'Tables have owners', ruleType: 'ownerRequired', scope: { kinds: ['TABLE'] } });
  }, 300_000);
  afterAll(() => site?.stop());
  afterEach((context) => site?.closePages(context));

  async function open(path: string, options?: Parameters<Site['open']>[1]): Promise<Page> {
    const page = await site.open('/sign-in', options);
    await site.signIn(page);
    await page.goto(site.url + path);
    return page;
  }

  it('are known to their end where one chooses from them', async () => {
    const page = await open('/violations');
    await page.getByRole('button', { name: 'Policy', exact: true }).click();
    await page.getByRole('textbox', { name: 'Find in Policy' }).fill(`Rule ${LAST}`);
    await page.getByRole('checkbox', { name: `Rule ${LAST}` }).click();
    await page.waitForURL(/policy=/);
    await page.getByText('No violation matches these filters').waitFor();
    await page.getByRole('button', { name: `Policy Rule ${LAST}` }).waitFor();
    // Its name is known to who comes by the address, too.
    await page.reload();
    await page.getByRole('button', { name: `Policy Rule ${LAST}` }).waitFor();

    await page.goto(`${site.url}/assets/${await shop.idOf('sales.orders')}`);
    await page.getByRole('button', { name: 'Edit', exact: true }).first().click();
    const owners = page.getByRole('dialog').getByRole('combobox', { name: 'People' });
    await owners.fill(`Team ${LAST}`);
    await page.getByRole('option', { name: new RegExp(`Team ${LAST}`) }).click();
    await page.getByRole('combobox', { name: `Role of Team ${LAST}` }).waitFor();
  });

  it('say that a page of them did not come, and ask for it again', async () => {
    site.expectNoise(/status of 502/);
    const page = await open('/');
    let isAway = true;
    await page.route('**/graphql', async (route) => {
      const { operationName, variables } = route.request().postDataJSON() as { operationName?: string; variables?: { after?: string } };
      if (operationName !== 'AuditLog' || !variables?.after || !isAway) return route.continue();
      const errors = [{ message: 'Identity does not answer.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }];
      await route.fulfill({ status: 502, contentType: 'application/json', body: JSON.stringify({ errors }) });
    });
    await page.goto(`${site.url}/admin/audit?type=team`);
    const table = page.getByRole('table', { name: /^Events/ });
    await table.getByText(`Team ${LAST}`).waitFor();
    await table.getByRole('row').nth(1).press('End');
    await page.getByText('The rest could not be loaded.').waitFor();
    await page.getByText(`50 of ${MANY}`).waitFor();
    isAway = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => table.getAttribute('aria-rowcount')).toBe(String(MANY));
    await page.getByText('The rest could not be loaded.').waitFor({ state: 'detached' });
    await page.getByText(`100 of ${MANY}`).waitFor();
  });

  it('of the audit are narrowed by who, what and when, in the address', async () => {
    const page = await open('/admin/audit');
    await page.getByRole('combobox', { name: 'Actor' }).fill('User 1');
    await page.getByRole('option', { name: /User 1/ }).click();
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.waitForURL(new RegExp(`actor=${steward.id}`));
    const rows = page.getByRole('table', { name: /^Events/ }).getByRole('row');
    await rows.filter({ hasText: 'identity.signedIn' }).first().waitFor();
    await rows
      .filter({ hasNotText: /User 1|Actor/ })
      .first()
      .waitFor({ state: 'detached' });
    expect(await findBarriers(page)).toEqual([]);

    // By the address alone, and back.
    await page.reload();
    await page.getByRole('button', { name: 'Remove User 1' }).waitFor();
    await rows.filter({ hasText: 'User 1' }).first().waitFor();
    await page.getByLabel('Before').fill('2020-01-01T00:00');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByText('No event matches these filters').waitFor();
    await page.goBack();
    await rows.filter({ hasText: 'User 1' }).first().waitFor();
    expect(await page.getByLabel('Before').inputValue()).toBe('');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('button', { name: 'Remove User 1' }).waitFor({ state: 'detached' });
    await page.getByLabel('Type').fill('source.registered');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByText('1 of 1').waitFor();
    // What happens now is told if it is asked for.
    await site.world.addSource('Later', { url: shop.url.replace(/[^/]*$/, 'later') });
    await page.getByRole('button', { name: /1 new event/ }).click();
    await page.getByText('2 of 2').waitFor();
  });

  it('of the audit stand below what is known of the log itself', async () => {
    const page = await open('/admin/audit');
    const state = page.getByRole('region', { name: 'The state of the chain' });
    await state.getByText(/^checkpoint [\d,]+ signed/).waitFor();
    const found = {
      verifiedSeq: 1204,
      verifiedAt: '2026-03-01T12:00:00.000Z',
      checkpointSeq: 1300,
      checkpointAt: '2026-03-01T12:10:00.000Z',
    };
    await page.route('**/graphql', async (route) => {
      if ((route.request().postDataJSON() as { operationName?: string }).operationName !== 'AuditState') return route.continue();
      const fault = 'Event 1205 was changed: its leaf is another one.';
      const auditStatus = { __typename: 'AuditStatus', sealedSeq: 1310, hash: 'ab', ...found, firstBrokenSeq: 1205, fault };
      await route.fulfill({ contentType: 'application/json', body: JSON.stringify({ data: { auditStatus } }) });
    });
    await page.reload();
    await state
      .getByRole('alert')
      .getByText(/broken at event 1,205\. Event 1205 was changed/)
      .waitFor();
    await state.getByText(/^Intact up to event 1,204/).waitFor();
    expect(await findBarriers(page)).toEqual([]);
  });

  it('fit a narrow screen', async () => {
    const page = await open('/admin/audit', { viewport: { width: 360, height: 780 } });
    await page.getByRole('button', { name: /^Filters/ }).click();
    await page.getByRole('dialog').getByLabel('Type').fill('policy.published');
    await page.getByRole('dialog').getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('button', { name: 'Filters 1' }).waitFor();
    await page.getByText('1 of 1').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  it('of violations are counted on an asset by what is open', async () => {
    const orders = await shop.idOf('sales.orders');
    const OPEN = 'query ($ids: [ID!]) { violations(filter: { assetIds: $ids, statuses: [OPEN] }) { nodes { id } } }';
    const { violations } = await site.world.admin(OPEN, { ids: [orders] });
    const page = await open(`/assets/${orders}`);
    await page.getByText('1 open', { exact: true }).waitFor();
    await site.world.admin('mutation ($input: AcknowledgeViolationsInput!) { acknowledgeViolations(input: $input) { cursor } }', {
      input: { ids: violations.nodes.map(({ id }: { id: string }) => id) },
    });
    await page.getByText('1 acknowledged', { exact: true }).waitFor();
    await page.getByText('No open violations', { exact: true }).waitFor();
    await page.getByRole('link', { name: /^Violations 1/ }).waitFor();
  });

  it('take in a change that was made while the server was away, once it is there', async () => {
    site.expectNoise(/WebSocket connection .* failed/);
    site.expectNoise(/status of 502/);
    const page = await open('/admin/users?tab=teams');
    await page.getByTitle('Live, up to date').waitFor();
    await page
      .getByRole('button', { name: /^New team|^Add a team|^Create/ })
      .first()
      .click();
    await page.getByRole('dialog').getByRole('textbox', { name: /^Name/ }).fill('Night shift');
    await site.world.restart(async () => {
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^(Create|Add|Save)/ })
        .click();
      await page.getByTitle(/1 change not sent/).waitFor();
    });
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByTitle('Live, up to date').waitFor();
    const { teams } = await site.world.admin('{ teams(first: 1) { nodes { name } totalCount } }');
    expect([teams.nodes[0].name, teams.totalCount]).toEqual(['Night shift', MANY + 1]);
  });
});
