/** The product with its web client, built once for all tests, and a browser that looks at it as people do. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';
import { expect, type TestContext } from 'vitest';
import { makeClientSecret, startClientProcess } from '#deploy/allInOne/client.ts';
import { parseSettings } from '#platform/config.ts';
import { createLogger } from '#platform/logger.ts';
import { freePort } from '#platform/testing/freePort.ts';
import { createWorld, EMAIL, PASSWORD, type World } from '../world.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** What our own pages make of these is told by their texts; a browser notes each in its console, too. */
const EXPECTED = /^Failed to load resource: the server responded with a status of (401|429)/;

export type Site = {
  url: string;
  world: World;
  /** A page of a browser of its own, without any cookie. */
  open: (path?: string, options?: Parameters<Browser['newContext']>[0]) => Promise<Page>;
  /** The administrator, unless said otherwise; resolves when the sign-in is over. */
  signIn: (page: Page, email?: string) => Promise<void>;
  /** After each test: closes its pages, and throws for what they have written to their consoles, errors and warnings; for a test that failed with what they showed. */
  closePages: (context: TestContext) => Promise<void>;
  /** In this test a browser says this, and is right. */
  expectNoise: (words: RegExp) => void;
  stop: () => Promise<void>;
};

export async function startSite(program: string): Promise<Site> {
  const secret = makeClientSecret();
  const world = await createWorld({ environment: { CLIENT_SECRET: secret } });
  const settings = parseSettings({
    PORT: new URL(world.url).port,
    CLIENT_PORT: String(await freePort()),
    CLIENT_SECRET: secret,
    LOG_LEVEL: 'warn',
    NODE_ENV: 'test',
  });
  const client = startClientProcess({
    settings,
    logger: createLogger({ level: 'warn', format: 'json' }),
    say: () => {},
  });
  let browser: Browser | undefined;
  const stop = async (): Promise<void> => {
    await browser?.close();
    await client.stop();
    await world.stop();
  };
  try {
    const url = await client.ready;
    // Without a user of its own (in a container) Chromium has no sandbox.
    browser = await chromium.launch({ executablePath: program, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
    const started = browser;
    let noise: string[] = [];
    let expected: RegExp[] = [];
    return {
      url,
      world,
      async open(path = '/', options = {}) {
        const page = await (await started.newContext({ viewport: { width: 1440, height: 900 }, ...options })).newPage();
        page.on('console', (message) => {
          const isLoud = ['error', 'warning'].includes(message.type()) && !EXPECTED.test(message.text());
          if (isLoud) noise.push(`${new URL(page.url()).pathname}: ${message.text()} ${message.location().url}`);
        });
        page.on('pageerror', (error) => noise.push(`${new URL(page.url()).pathname}: ${error.stack ?? error.message}`));
        await page.goto(url + path);
        return page;
      },
      async signIn(page, email = EMAIL) {
        await page.getByLabel('Email').fill(email);
        await page.getByLabel('Password').fill(PASSWORD);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.waitForURL((at) => at.pathname !== '/sign-in');
      },
      async closePages({ task }) {
        const contexts = started.contexts();
        const shown = task.result?.state === 'fail' ? await Promise.all(contexts.flatMap((each) => each.pages()).map(show)) : [];
        for (const context of contexts) await context.close();
        const heard = noise.filter((each) => !expected.some((words) => words.test(each)));
        noise = [];
        expected = [];
        if (shown.length > 0) throw new Error([...shown, ...heard].join('\n\n'));
        expect(heard).toEqual([]);
      },
      expectNoise: (words) => void expected.push(words),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** As a screen reader would tell it. */
const show = async (page: Page): Promise<string> =>
  `${page.url()} showed:\n${await page
    .locator('body')
    .ariaSnapshot({ timeout: 5_000 })
    .catch((error: unknown) => String(error))}`;

/** What axe finds wrong with the page as it is now: each rule with where. */
export async function findBarriers(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run: (options: object) => Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      resultTypes: ['violations'],
      preload: false,
    });
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id} (${help}): ${html.slice(0, 300)}`));
  });
}
