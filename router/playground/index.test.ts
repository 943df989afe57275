import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRouter, type TestRouter } from '../testing/router.ts';
import { bundlePlayground, type Bundle } from './bundle.ts';

let started: TestRouter;
let bundle: Bundle;
beforeAll(async () => {
  started = await startTestRouter();
  bundle = await bundlePlayground();
}, 60_000);
afterAll(() => started.router.stop());

describe('GET /playground', () => {
  it('is a page that may load from its own origin only', async () => {
    const response = await fetch(`${started.url}/playground`);
    const page = await response.text();
    expect(response.headers.get('content-type')).toMatch('text/html');
    const { host } = new URL(started.url);
    expect(response.headers.get('content-security-policy')).not.toMatch(/https?:|unsafe-eval/);
    expect(response.headers.get('content-security-policy')).toContain(`connect-src 'self' ws://${host} wss://${host};`);
    const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
    expect(loaded.filter((url) => !url.startsWith('/playground/assets/') && !url.startsWith('data:'))).toEqual([]);
    for (const url of loaded.filter((each) => each.startsWith('/'))) {
      const asset = await fetch(started.url + url);
      expect(asset.status, url).toBe(200);
      expect(asset.headers.get('cache-control')).toContain('immutable');
    }
  });
  it('has the example operations', async () => {
    const page = await (await fetch(`${started.url}/playground`)).text();
    const examples = JSON.parse(/<script type="application\/json" id="examples">(.*?)<\/script>/s.exec(page)![1]!) as { query: string }[];
    expect(examples[0]!.query).toContain('sources {');
  });
  it('has the editor and its workers in its bundle, and no address of a CDN', () => {
    const files = readdirSync(bundle.folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(js|css)$/.test(file));
    expect(files).toEqual(expect.arrayContaining(['app.js', 'style.css', 'editor.worker.js', 'json.worker.js', 'graphql.worker.js']));
    for (const file of files)
      expect(readFileSync(join(bundle.folder, file), 'utf8'), file).not.toMatch(/esm\.sh|unpkg\.com|jsdelivr|cdnjs|fonts\.googleapis/);
  });
  it('answers 404 for files that are not in the bundle', async () => {
    expect((await fetch(`${started.url}/playground/assets/${bundle.version}/../../package.json`)).status).toBe(404);
    expect((await fetch(`${started.url}/playground/assets/${bundle.version}/nothing.js`)).status).toBe(404);
    expect((await fetch(`${started.url}/playground/assets/old/app.js`)).status).toBe(404);
  });
});
