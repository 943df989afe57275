/** The pages that are looked at, and when a person can begin to use each. */
import type { Page } from 'playwright-core';
import type { Catalog } from './catalog.ts';

/** `ready`: what is there as soon as the page can be used. */
export type Route = { name: string; path: string; ready: string };

const SIGN_IN: Route = { name: 'sign-in', path: '/sign-in', ready: 'button[type="submit"]:enabled' };
const ROW = 'main tr[data-index]';

export const signInRoute = SIGN_IN;
export const homeRoute: Route = { name: 'home', path: '/', ready: 'main h2' };
export const assetRoute = ({ tableId }: Catalog): Route => ({ name: 'an asset', path: `/assets/${tableId}`, ready: ROW });

export const mainRoutes = (catalog: Catalog): Route[] => [
  SIGN_IN,
  homeRoute,
  { name: 'search', path: '/search?q=booking', ready: 'main li[data-index]' },
  { name: 'browse', path: `/search?view=browse&at=${catalog.sourceId}`, ready: 'main [role="treeitem"]' },
  { name: 'sources', path: '/sources', ready: 'main [href^="/sources/"]' },
  { name: 'a source', path: `/sources/${catalog.sourceId}`, ready: 'main h1' },
  assetRoute(catalog),
  { name: 'a lineage', path: `/lineage/${catalog.rootId}?depth=2`, ready: '.react-flow__node' },
  { name: 'violations', path: '/violations', ready: ROW },
  { name: 'policies', path: '/policies', ready: ROW },
  { name: 'glossary', path: '/glossary', ready: 'main h1' },
  { name: 'playground', path: '/playground', ready: 'main .cm-content' },
];

/** Milliseconds from the beginning of the navigation. */
export async function untilReady(page: Page, { ready }: Route): Promise<number> {
  const handle = await page.waitForFunction(
    (selector) => document.querySelector(selector) && !document.querySelector('main [aria-busy="true"]') && performance.now(),
    ready,
  );
  return Number(await handle.jsonValue());
}
