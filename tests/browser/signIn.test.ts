/** Signing in and out as people do it: in a browser, on the built client. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EMAIL, PASSWORD } from '../world.ts';
import { findChromium } from './chromium.ts';
import { findBarriers, startSite, type Site } from './site.ts';

const found = findChromium();
const title = 'missing' in found ? ` (NOT CHECKED: ${found.missing})` : '';

describe(`signing in${title}`, { skip: 'missing' in found, timeout: 60_000 }, () => {
  let site: Site;
  // It may have to be built.
  beforeAll(async () => {
    if ('program' in found) site = await startSite(found.program);
  }, 240_000);
  afterAll(() => site?.stop());
  afterEach((context) => site?.closePages(context));

  it('leads home, stays after a reload, and ends with signing out', async () => {
    const page = await site.open('/');
    await page.waitForURL(/\/sign-in/);
    expect(await findBarriers(page)).toEqual([]);
    await site.signIn(page);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');
    expect(await findBarriers(page)).toEqual([]);
    // What a script of the page could read tells no token.
    expect(await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toMatch(
      /eyJ|pursight_session/,
    );

    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/');

    await page.getByRole('button', { name: /sign out/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
    await page.waitForURL(/\/sign-in/);
    await page.goto(`${site.url}/`);
    await page.waitForURL(/\/sign-in/);
  });

  it('says that a password is wrong, and lets nobody in', async () => {
    const page = await site.open('/sign-in');
    await page.getByLabel('Email').fill(EMAIL);
    await page.getByLabel('Password').fill(`${PASSWORD} or not`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Email or password is wrong.').waitFor();
    expect(new URL(page.url()).pathname).toBe('/sign-in');
  });

  it('gives back what was typed when a session ends, and has a change wait for the network', async () => {
    site.expectNoise(/ERR_INTERNET_DISCONNECTED/);
    const page = await site.open('/sign-in');
    await site.signIn(page);
    await page.goto(`${site.url}/tokens`);
    const live = page.getByText('Live, up to date').first();
    await live.waitFor();
    await page.getByRole('button', { name: 'New token' }).first().click();
    await page.getByLabel('Name').fill('Half typed');
    // As somewhere else: the page hears of it by its socket.
    await page.evaluate(() => fetch('/session/sign-out', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }));
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.getByLabel('Email').fill(EMAIL);
    await dialog.getByLabel('Password').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'detached' });
    await live.waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('Half typed');

    await page.context().setOffline(true);
    await page.getByText(/^Offline, shown as of/).waitFor();
    await page.getByRole('button', { name: 'Create token' }).click();
    await page.getByText('1 change not sent').waitFor();
    await page.context().setOffline(false);
    await page.getByRole('dialog', { name: 'Copy the token now' }).waitFor();
  });

  it('makes a token for a program, shows its secret once, and revokes it', async () => {
    const page = await site.open('/sign-in', { permissions: ['clipboard-read', 'clipboard-write'] });
    await site.signIn(page);
    await page.goto(`${site.url}/tokens`);
    await page.getByRole('button', { name: 'New token' }).first().click();
    await page.getByLabel('Name').fill('Nightly export');
    await page.getByRole('button', { name: 'Create token' }).click();
    const dialog = page.getByRole('dialog', { name: 'Copy the token now' });
    const secret = await dialog.getByTestId('secret').innerText();
    await dialog.getByRole('button', { name: 'Copy', exact: true }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });
    const row = page.getByRole('row', { name: /Nightly export/ });
    await row.getByText('Active').waitFor();
    expect(await page.content()).not.toContain(secret);
    await page.reload();
    await row.waitFor();
    expect(await page.content()).not.toContain(secret);

    expect((await site.world.as(secret)('{ me { email } }')).data).toEqual({ me: { email: EMAIL } });
    await row.getByRole('button', { name: 'Revoke…' }).click();
    await page.getByRole('button', { name: 'Revoke token' }).click();
    await row.getByText('Revoked').waitFor();
    expect((await site.world.as(secret)('{ me { email } }')).errors![0]!.extensions.code).toBe('UNAUTHENTICATED');
  });
});
