/** The product with its built web client and something to show, and browsers that look at it. */
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { makeClientSecret, startClientProcess } from '#deploy/allInOne/client.ts';
import { ADMINISTRATOR } from '#deploy/testing/inProcess.ts';
import { parseSettings } from '#platform/config.ts';
import { createLogger } from '#platform/logger.ts';
import { freePort } from '#platform/testing/freePort.ts';
import { startBenchProduct, type Ask } from '../fixtures/product.ts';
import type { BenchContext } from '../run.ts';

const PATIENCE_MS = 60_000;
const VIEWPORT = { width: 1440, height: 900 };

export type Site = { url: string; admin: Ask; stop(): Promise<void> };

export async function startSite(context: BenchContext): Promise<Site> {
  const secret = makeClientSecret();
  const product = await startBenchProduct(await context.createDatabase(), { CLIENT_SECRET: secret });
  const settings = parseSettings({
    PORT: new URL(product.url).port,
    CLIENT_PORT: String(await freePort()),
    CLIENT_SECRET: secret,
    LOG_LEVEL: 'warn',
    // The page of all components is measured, too.
    NODE_ENV: 'test',
  });
  const client = startClientProcess({ settings, logger: createLogger({ level: 'warn', format: 'json' }), say: context.say });
  const stop = async (): Promise<void> => {
    await client.stop();
    await product.stop();
  };
  try {
    return { url: await client.ready, admin: product.admin, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export type Visitor = {
  /** As this visitor left off, with nothing kept of the pages themselves. */
  enter(): Promise<Page>;
  /** Keeps the session for the next `enter`. */
  leave(page: Page): Promise<void>;
  stop(): Promise<void>;
};

export async function signIn(page: Page): Promise<void> {
  await page.getByLabel('Email').fill(ADMINISTRATOR.email);
  await page.getByLabel('Password').fill(ADMINISTRATOR.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((at) => at.pathname !== '/sign-in');
}

/** The machine's browser, with the administrator signed in. */
export async function startVisitor(program: string, url: string): Promise<Visitor> {
  // Without a user of its own (in a container) Chromium has no sandbox.
  const browser: Browser = await chromium.launch({ executablePath: program, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  let kept: Awaited<ReturnType<BrowserContext['storageState']>> | undefined;
  const enter = async (): Promise<Page> => {
    const page = await (await browser.newContext({ viewport: VIEWPORT, baseURL: url, storageState: kept })).newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    return page;
  };
  const leave = async (page: Page): Promise<void> => {
    kept = await page.context().storageState();
    await page.context().close();
  };
  try {
    const page = await enter();
    await page.goto('/sign-in');
    await signIn(page);
    await leave(page);
  } catch (error) {
    await browser.close();
    throw error;
  }
  return { enter, leave, stop: () => browser.close() };
}
