/** The command line as a process of its own: what its streams do to it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';

const PROGRAM = fileURLToPath(new URL('./pursight.mjs', import.meta.url));

/** Every write to it fails as on a full disk. Linux has it. */
const FULL = '/dev/full';

describe.skipIf(!existsSync(FULL))('output that cannot be written', () => {
  it('is told of in a sentence, with the exit code of a failure', () => {
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, '--help'], {
      stdio: ['ignore', openSync(FULL, 'w'), 'pipe'],
      encoding: 'utf8',
      env: {},
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/^The output cannot be written: ENOSPC.*\n$/) });
  });
});

it('ends at Ctrl-C, also when nobody is at the other end of its socket any more', async () => {
  const http = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end('{"data":{"__typename":"Query"}}'),
  );
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const sockets = new WebSocketServer({ server: http, path: '/graphql' });
  const { promise: isFollowing, resolve: onFollowing } = Promise.withResolvers<void>();
  sockets.on('connection', (ws) =>
    ws.on('message', (data: Buffer) => {
      const { type } = JSON.parse(data.toString()) as { type: string };
      if (type === 'connection_init') return ws.send('{"type":"connection_ack"}');
      if (type !== 'subscribe') return;
      ws.pause();
      onFollowing();
    }),
  );
  const child = spawn(process.execPath, [fileURLToPath(new URL('./index.ts', import.meta.url)), 'events', '--follow'], {
    stdio: 'ignore',
    env: { PURSIGHT_URL: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, PURSIGHT_TOKEN: 'any' },
  });
  const ended = once(child, 'exit');
  await isFollowing;
  child.kill('SIGINT');
  const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
  expect(await ended).toEqual([0, null]);
  clearTimeout(patience);
  for (const ws of sockets.clients) ws.terminate();
  sockets.close();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});
