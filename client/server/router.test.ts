import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { connectRouter } from './router.ts';

it("asks for the router's own certificate, whatever the page calls this server", async () => {
  const { promise: asked, resolve } = Promise.withResolvers<string>();
  const upstream = createServer({
    SNICallback(name, done) {
      resolve(name);
      done(new Error('enough is known'));
    },
  }).listen(0);
  await once(upstream, 'listening');
  const router = connectRouter({ url: new URL(`https://localhost:${(upstream.address() as AddressInfo).port}`), secret: undefined });
  router
    .request({ method: 'POST', headers: { host: 'pursight.example' } })
    .on('error', () => {})
    .end();
  expect(await asked).toBe('localhost');
  router.close();
  upstream.close();
});
