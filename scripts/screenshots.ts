/** `npm run screenshots`: pictures of the product with its demo for the README, in both themes, on a desktop and on a telephone. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { parseSettings } from '#platform/config.ts';
import { createLogger } from '#platform/logger.ts';
import { freePort } from '#platform/testing/freePort.ts';
import { startProduct } from '#deploy/allInOne/product.ts';
import { findChromium } from '../tests/browser/chromium.ts';

const FOLDER = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
const EMAIL = 'data.steward@example.org';
const PASSWORD = 'only for these pictures';
const SETTLED_MS = 1_500;

const SIZES = {
  desktop: { viewport: { width: 1440, height: 900 }, isMobile: false, hasTouch: false },
  telephone: { viewport: { width: 360, height: 760 }, isMobile: true, hasTouch: true },
};
/** Where each picture is taken; `<table>` is a table of the demo. */
const PICTURES: Record<string, string> = {
  home: '/',
  search: '/search?q=customer',
  asset: '/assets/<table>',
  history: '/assets/<table>?tab=history',
  lineage: '/lineage/<view>',
  violations: '/violations',
  policies: '/policies',
  sources: '/sources',
  components: '/components',
};

const found = findChromium();
if ('missing' in found) {
  console.error(`No pictures: ${found.missing}.`);
  process.exit(1);
}

const dataDir = mkdtempSync(join(tmpdir(), 'pursight-screenshots-'));
const settings = parseSettings({
  PORT: String(await freePort()),
  CLIENT_PORT: String(await freePort()),
  ADMIN_EMAIL: EMAIL,
  ADMIN_PASSWORD: PASSWORD,
  // Otherwise it has no page of all components.
  NODE_ENV: 'test',
});
const product = await startProduct({
  settings,
  dataDir,
  demo: true,
  client: true,
  logger: createLogger({ level: 'error', format: 'json' }),
  say: (sentence) => console.log(sentence),
  onLost: (sentence) => console.error(sentence),
});
const browser = await chromium.launch({ executablePath: found.program, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
try {
  mkdirSync(FOLDER, { recursive: true });
  const url = `http://${settings.HOST}:${settings.CLIENT_PORT}`;
  const ids = await findAssets(product.url);
  for (const [size, options] of Object.entries(SIZES)) {
    for (const theme of ['light', 'dark'] as const) {
      const page = await (await browser.newContext({ ...options, colorScheme: theme, locale: 'en-GB', timezoneId: 'UTC' })).newPage();
      await signIn(page, url);
      for (const [name, path] of Object.entries(PICTURES)) {
        await page.goto(url + path.replace('<table>', ids.table).replace('<view>', ids.view));
        await page.locator('main').waitFor();
        await page.waitForTimeout(SETTLED_MS);
        await page.locator('[aria-busy="true"]:not([data-stays] *)').first().waitFor({ state: 'detached' });
        if (name === 'components') await showWhole(page);
        await page.screenshot({ path: join(FOLDER, `${name}-${size}-${theme}.png`) });
        await page.setViewportSize(options.viewport);
      }
      await page.context().close();
      console.log(`${Object.keys(PICTURES).length} pictures: ${size}, ${theme}`);
    }
  }
} finally {
  await browser.close();
  await product.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

/** What is out of view is not drawn to its end: an editor of code measures its lines when it is seen. */
async function showWhole(page: Page): Promise<void> {
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ ...page.viewportSize()!, height });
  await page.waitForTimeout(SETTLED_MS);
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('Email').fill(EMAIL);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((at) => at.pathname !== '/sign-in');
}

/** A table of the demo with personal data, and a view with much upstream. */
async function findAssets(router: string): Promise<{ table: string; view: string }> {
  const ask = async (query: string, token?: string) => {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const response = await fetch(`${router}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return ((await response.json()) as { data: Record<string, unknown> }).data;
  };
  const { signIn: signed } = (await ask(
    `mutation { signIn(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { session { accessToken } } }`,
  )) as {
    signIn: { session: { accessToken: string } };
  };
  const token = signed.session.accessToken;
  const first = async (kind: string, query: string): Promise<string> => {
    const { search } = (await ask(
      `{ search(query: "${query}", first: 1, filter: { kinds: [${kind}] }) { nodes { asset { id } } } }`,
      token,
    )) as {
      search: { nodes: { asset: { id: string } }[] };
    };
    const [hit] = search.nodes;
    if (!hit) throw new Error(`The demo has no ${kind} for ${query}.`);
    return hit.asset.id;
  };
  return { table: await first('TABLE', 'customers'), view: await first('VIEW', 'customer') };
}
