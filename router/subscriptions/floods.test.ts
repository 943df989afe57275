/** What one peer, or one user, can take of a router. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Unauthenticated } from '#platform/errors.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { newId } from '#platform/ids.ts';
import { openSocket } from '#platform/testing/liveClient.ts';
import { assetEvent, reader, startLiveRouter, type LiveRouter } from '../testing/live.ts';

let live: LiveRouter;
/** Sub-queries for assets that never come. */
let hanging: RequestContext[] = [];
beforeAll(async () => {
  live = await startLiveRouter({ onHang: (context) => void hanging.push(context) });
});
afterAll(() => live.stop());

const CURSORS = 'subscription { assetChanged { cursor } }';
const HANG = '{ asset(id: "hang") { id } }';
const subscribe = (id: string, query: string, variables?: object) => ({ id, type: 'subscribe', payload: { query, variables } });
const underWay = (): number => hanging.filter(({ signal }) => !signal!.aborted).length;

/** A text message, as clients send it. */
function frame(text: string): Buffer {
  const head = Buffer.alloc(14); // with a mask of zeros
  head[0] = 0x81;
  head[1] = 0xff;
  head.writeBigUInt64BE(BigInt(text.length), 2);
  return Buffer.concat([head, Buffer.from(text)]);
}

/** A peer that answers nothing by itself. */
async function openRaw(url: string, path = '/graphql'): Promise<{ socket: Socket; said: string; closed: Promise<unknown> }> {
  const port = Number(new URL(url).port);
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const closed = new Promise((resolve) => socket.once('close', resolve).once('end', resolve));
  socket.on('error', () => {});
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [said] = await once(socket, 'data');
  return { socket, said: said.toString('latin1'), closed };
}

describe('a peer that does not read', () => {
  it('is not read either, and does not last when it has not signed in', async () => {
    const { socket } = await openRaw(live.url);
    socket.pause();
    const gone = new Promise<void>((resolve) => socket.once('close', resolve));
    const ping = frame(JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(100_000) } }));
    const sent = 1_000;
    let taken = 0;
    for (let count = 0; count < sent; count++) socket.write(ping, (error) => (taken += error ? 0 : 1));
    await gone; // the server has cut it while there was more to send
    // What the system keeps on the way comes to some megabytes.
    expect(taken).toBeLessThan(sent / 2);
  });

  it('gets all that it asked for once it reads', async () => {
    const socket = await openSocket(live.url);
    await socket.init('reader');
    socket.ws.pause();
    const text = 'x'.repeat(100_000);
    for (let count = 0; count < 200; count++) socket.send({ type: 'ping', payload: { text, count } });
    socket.send(subscribe('last', '{ me { id } }'));
    socket.ws.resume();
    await socket.message('next', 'last');
    expect(socket.messages.flatMap(({ type, payload }) => (type === 'pong' ? [payload.count] : []))).toEqual(
      Array.from({ length: 200 }, (_, count) => count),
    );
    socket.ws.close();
  });
});

describe('a connection that is refused', () => {
  it('ends, whatever the peer does, and holds up no stop', async () => {
    const other = await startLiveRouter();
    const { said, closed } = await openRaw(other.url, '/playground');
    expect(said).toMatch(/^HTTP\/1.1 404 /);
    await closed;
    await other.stop();
  });

  it('because there are too many is told so by its close code, and does not last', async () => {
    const few = await startLiveRouter({ live: { maxPerAddress: 1 } });
    try {
      const first = await openSocket(few.url);
      const second = await openRaw(few.url);
      expect(second.said).toContain(' 101 Switching Protocols');
      // As many as may be open are told so; one more costs nothing.
      const third = await openRaw(few.url);
      expect(third.said).toMatch(/^HTTP\/1.1 429 .*RATE_LIMITED/s);
      await second.closed;
      expect(await (await openSocket(few.url)).closeCode()).toBe(1013);
      expect(first.ws.readyState).toBe(WebSocket.OPEN);
    } finally {
      await few.stop();
    }
  });

  it('as its token has ended takes its executions along, before it says goodbye', async () => {
    hanging = [];
    const tokenId = newId();
    live.tokens.set('ending', { ...reader, token: { id: tokenId, scopes: ['READER'], expiresAt: null } });
    const socket = await openSocket(live.url);
    await socket.init('ending');
    socket.send(subscribe('q', HANG));
    socket.send(subscribe('s', 'subscription { assetChanged { cursor asset { id } } }'));
    socket.send(subscribe('ready', '{ me { id } }'));
    const other = await live.subscribe(CURSORS);
    await socket.message('next', 'ready');
    await live.publish(assetEvent('hang'));
    await other.next();
    await expect.poll(underWay, { timeout: 10_000 }).toBe(2);
    socket.ws.pause(); // it does not answer
    live.tokens.set('ending', new Unauthenticated('It has ended.', 'ended'));
    await live.publish({ type: 'token.revoked', subject: tokenId, actorId: null, data: { name: 'nightly' } });
    await expect.poll(underWay, { timeout: 10_000 }).toBe(0);
    socket.ws.resume();
    expect(await socket.closeCode()).toBe(4403);
    other.stop();
  });
});

describe('an operation that is completed', () => {
  it('is executed no further, and none of a flood of them', async () => {
    hanging = [];
    const socket = await openSocket(live.url);
    await socket.init('reader');
    socket.send(subscribe('a', HANG));
    await expect.poll(underWay, { timeout: 10_000 }).toBe(1);
    socket.send({ type: 'complete', id: 'a' });
    await expect.poll(underWay, { timeout: 10_000 }).toBe(0);
    for (let count = 0; count < 500; count++) {
      socket.send(subscribe(`f${count}`, HANG));
      socket.send({ type: 'complete', id: `f${count}` });
    }
    socket.send({ type: 'ping' });
    await socket.message('pong');
    expect(underWay()).toBeLessThanOrEqual(200);
    await expect.poll(underWay, { timeout: 10_000 }).toBe(0);
    socket.ws.close();
  });

  it('says nothing to a later one with its id', async () => {
    const socket = await openSocket(live.url);
    await socket.init('reader');
    socket.send(subscribe('a', HANG));
    socket.send({ type: 'complete', id: 'a' });
    socket.send(subscribe('a', '{ me { id } }'));
    await socket.message('complete', 'a');
    expect(socket.messages.slice(1)).toEqual([
      { id: 'a', type: 'next', payload: { data: { me: { id: reader.userId } } } },
      { id: 'a', type: 'complete' },
    ]);
    socket.messages.length = 0;
    const active = await live.subscribe(CURSORS);
    for (let count = 0; count < 3; count++) {
      socket.send(subscribe('b', CURSORS));
      socket.send(subscribe(`ready${count}`, '{ me { id } }'));
      await socket.message('complete', `ready${count}`);
      if (count < 2) socket.send({ type: 'complete', id: 'b' });
    }
    await live.publish(assetEvent(newId()));
    await active.next();
    await socket.message('next', 'b');
    expect(socket.messages.filter(({ id, type }) => id === 'b' && type !== 'next')).toEqual([]);
    active.stop();
    socket.ws.close();
  });
});

it('a user has at most 500 subscriptions, over all sockets', async () => {
  live.tokens.set('many', { ...reader, userId: newId() });
  const sockets = await Promise.all(Array.from({ length: 6 }, () => openSocket(live.url)));
  for (const socket of sockets) await socket.init('many');
  const last = sockets.pop()!;
  for (const [number, socket] of sockets.entries()) {
    for (let count = 0; count < 99; count++) socket.send(subscribe(`s${count}`, CURSORS));
    socket.send(subscribe('ready', '{ me { id } }'));
    await socket.message('next', 'ready');
    last.send(subscribe(`more${number}`, CURSORS));
  }
  last.send(subscribe('above', CURSORS));
  expect((await last.message('error')).payload).toMatchObject([{ extensions: { code: 'RATE_LIMITED', limit: 500 } }]);
  expect(last.messages.filter(({ type }) => type === 'error').map(({ id }) => id)).toEqual(['above']);
  sockets[0]!.ws.close();
  await sockets[0]!.closeCode();
  await expect
    .poll(
      async () => {
        last.messages.length = 0;
        last.send(subscribe('again', CURSORS));
        last.send(subscribe('ready', '{ me { id } }'));
        await last.message('complete', 'ready');
        return last.messages.some(({ type }) => type === 'error');
      },
      { timeout: 10_000 },
    )
    .toBe(false);
  for (const { ws } of [...sockets, last]) ws.close();
});
