import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Unauthenticated } from '#platform/errors.ts';
import { newId } from '#platform/ids.ts';
import { openSocket } from '#platform/testing/liveClient.ts';
import { assetEvent, reader, startLiveRouter, type LiveRouter } from '../testing/live.ts';

let live: LiveRouter;
beforeAll(async () => {
  live = await startLiveRouter();
});
afterAll(() => live.stop());

const subscribe = (id: string, query: string, variables?: object) => ({
  id,
  type: 'subscribe',
  payload: { query, ...(variables && { variables }) },
});
const CURSORS = 'subscription { assetChanged { cursor } }';

/** An error message's codes and fields. */
async function refusal(query: string, { as = 'reader', variables }: { as?: string; variables?: object } = {}) {
  const socket = await openSocket(live.url);
  await socket.init(as);
  socket.send(subscribe('1', query, variables));
  const { payload } = await socket.message('error');
  socket.ws.close();
  return payload.map(({ extensions: { code, field } }: { extensions: { code: string; field?: string } }) =>
    field === undefined ? code : [code, field],
  );
}

/** What the server says to an upgrade, raw. */
function upgrade(path: string, headers: Record<string, string>): Promise<string> {
  const { port } = new URL(live.url);
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(Number(port), '127.0.0.1');
  const lines = Object.entries({
    Host: `127.0.0.1:${port}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
  });
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  socket.once('data', (data) => (resolve(data.toString().split('\r\n')[0]!), socket.destroy()));
  return promise;
}

describe('a socket is opened', () => {
  it('at /graphql only, and not by a page of another origin', async () => {
    const own = live.url;
    expect(await upgrade('/graphql', {})).toBe('HTTP/1.1 101 Switching Protocols');
    expect(await upgrade('/graphql?x=1', { Origin: own })).toBe('HTTP/1.1 101 Switching Protocols');
    expect(await upgrade('/playground', {})).toBe('HTTP/1.1 404 Not Found');
    for (const Origin of [
      'https://evil.example',
      own.replace('127.0.0.1', '127.0.0.2'),
      own.replace(/:\d+$/, ':1'),
      'null',
      'chrome-extension://abcdefgh',
      `${own}.evil.example`,
    ]) {
      expect(await upgrade('/graphql', { Origin }), Origin).toBe('HTTP/1.1 403 Forbidden');
    }
  });

  it('when it asks for anything but a WebSocket, as an ordinary request', async () => {
    expect(await upgrade('/health/live', { Upgrade: 'h2c' })).toBe('HTTP/1.1 200 OK');
  });

  it('with the sub-protocol of graphql-ws: 4406', async () => {
    expect(await (await openSocket(live.url, { protocol: '' })).closeCode()).toBe(4406);
    await expect(openSocket(live.url, { protocol: 'graphql-ws' })).rejects.toThrow('Server sent no subprotocol');
  });
});

describe('a socket is closed', () => {
  it.each<[number, string, unknown[]]>([
    [4400, 'for what is not JSON', ['{']],
    [4400, 'for a message of no type that there is', [{ type: 'hello' }]],
    [4400, 'for a message that only servers send', [{ type: 'next', id: '1', payload: {} }]],
    [4400, 'for a query that is no text', [{ id: '1', type: 'subscribe', payload: { query: 1 } }]],
    [4401, 'when something is asked before it has signed in', [subscribe('1', CURSORS)]],
    [4401, 'without a token', [{ type: 'connection_init' }]],
    [4401, 'for a token of another kind', [{ type: 'connection_init', payload: { authorization: 'Basic reader' } }]],
    [4401, 'for a token that is none', [{ type: 'connection_init', payload: { authorization: 'Bearer nobody' } }]],
    [4401, 'for an authorization that is no text', [{ type: 'connection_init', payload: { authorization: { a: 1 } } }]],
    [4403, 'for a token that has ended', [{ type: 'connection_init', payload: { authorization: 'Bearer ended' } }]],
    [4429, 'when it signs in twice', [0, 1].map(() => ({ type: 'connection_init', payload: { Authorization: 'bearer reader' } }))],
    [1009, 'for a message above 128 KB', ['x'.repeat(128 * 1024 + 1)]],
  ])('with %i %s', async (code, _title, messages) => {
    const socket = await openSocket(live.url);
    for (const message of messages) socket.send(message);
    expect(await socket.closeCode()).toBe(code);
  });

  it('with 4409 when an id is used twice at a time, also one that is longer than what a socket can be closed with', async () => {
    for (const id of ['same', 'ü'.repeat(100)]) {
      const socket = await openSocket(live.url);
      await socket.init('reader');
      for (let count = 0; count < 2; count++) socket.send(subscribe(id, CURSORS));
      expect(await socket.closeCode()).toBe(4409);
    }
  });

  it('with 4408 when it does not sign in within three seconds', async () => {
    expect(await (await openSocket(live.url)).closeCode()).toBe(4408);
  });

  it('with 4403 when its token expires', async () => {
    live.tokens.set('short', { ...reader, expiresAt: new Date(Date.now() + 400) });
    const socket = await openSocket(live.url);
    await socket.init('short');
    expect(await socket.closeCode()).toBe(4403);
  });

  it('with 4403 at once when the log says that its token was revoked, and without that some seconds later', async () => {
    const tokenId = newId();
    live.tokens.set('token', { ...reader, token: { id: tokenId, scopes: ['READER'], expiresAt: null } });
    live.tokens.set('session', { ...reader, userId: newId() });
    const [token, session, other] = await Promise.all([0, 1, 2].map(() => openSocket(live.url)));
    await Promise.all([token!.init('token'), session!.init('session'), other!.init('reader')]);
    // The feed reads the log while somebody subscribes.
    other!.send(subscribe('1', 'subscription { eventPublished { cursor } }'));
    for (const name of ['token', 'session']) live.tokens.set(name, new Unauthenticated('It has ended.', 'ended'));
    await live.publish({ type: 'token.revoked', subject: tokenId, actorId: null, data: { name: 'nightly' } });
    expect([await token!.closeCode(), await session!.closeCode()]).toEqual([4403, 4403]);
    expect(other!.ws.readyState).toBe(WebSocket.OPEN);
    other!.ws.close();
  });
});

describe('sockets are counted', () => {
  it('by address and by user: 1013', async () => {
    const few = await startLiveRouter({ live: { maxPerAddress: 3, maxPerUser: 2 } });
    try {
      const [first, second, third, fourth] = [
        await openSocket(few.url),
        await openSocket(few.url),
        await openSocket(few.url),
        await openSocket(few.url),
      ];
      expect(await fourth.closeCode()).toBe(1013);
      await first.init('reader');
      await second.init('reader');
      third.send({ type: 'connection_init', payload: { authorization: 'Bearer reader' } });
      expect(await third.closeCode()).toBe(1013);
      first.ws.close();
      await first.closeCode();
      await (await openSocket(few.url)).init('reader'); // there is room again
    } finally {
      await few.stop();
    }
  });

  it('are told to come back when the server goes down', async () => {
    const going = await startLiveRouter();
    const [idle, busy] = [await openSocket(going.url), await openSocket(going.url)];
    await busy.init('reader');
    busy.send(subscribe('1', CURSORS));
    await going.stop();
    expect([await idle.closeCode(), await busy.closeCode()]).toEqual([1001, 1001]);
  });
});

it('a socket is told to try again later when the log cannot be read as it signs in', async () => {
  const other = await startLiveRouter();
  try {
    await other.database.owner`alter table events.head rename to head_away`;
    const socket = await openSocket(other.url);
    socket.send({ type: 'connection_init', payload: { authorization: 'Bearer reader' } });
    expect(await socket.closeCode()).toBe(1013);
  } finally {
    await other.stop();
  }
});

describe('an operation over a socket', () => {
  it('is a query or a mutation, too', async () => {
    const socket = await openSocket(live.url);
    await socket.init('reader');
    socket.send(subscribe('q', '{ me { id } }'));
    expect((await socket.message('next', 'q')).payload).toEqual({ data: { me: { id: reader.userId } } });
    await socket.message('complete', 'q');
    socket.send(subscribe('partly', '{ asset(id: "missing") { name } me { id } }'));
    expect((await socket.message('next', 'partly')).payload).toMatchObject({
      data: { asset: null, me: {} },
      errors: [{ extensions: { code: 'NOT_FOUND' } }],
    });
    socket.send(subscribe('m', 'mutation { signOut(input: {}) { signedOut } }'));
    expect((await socket.message('next', 'm')).payload).toEqual({ data: { signOut: { signedOut: true } } });
    socket.send(subscribe('s', '{ __schema { subscriptionType { name } } }'));
    expect((await socket.message('next', 's')).payload).toEqual({ data: { __schema: { subscriptionType: { name: 'Subscription' } } } });
    socket.ws.close();
  });

  it.each<[string, unknown[], string, { as?: string; variables?: object }?]>([
    ['is no GraphQL', ['GRAPHQL_PARSE_FAILED'], 'subscription {'],
    ['does not fit the schema', ['GRAPHQL_VALIDATION_FAILED'], 'subscription { assetChanged { nothing } }'],
    ['does not fit the schema, as a query', ['GRAPHQL_VALIDATION_FAILED'], '{ nothing }'],
    ['selects two fields', ['GRAPHQL_VALIDATION_FAILED'], 'subscription { assetChanged { cursor } scanProgress { cursor } }'],
    ['selects nothing', [['BAD_USER_INPUT', 'query']], 'subscription { assetChanged @skip(if: true) { cursor } }'],
    [
      'selects by a variable at its root',
      ['GRAPHQL_VALIDATION_FAILED'],
      'subscription ($x: Boolean!) { assetChanged @include(if: $x) { cursor } }',
      { variables: { x: true } },
    ],
    [
      'has a variable that cannot be',
      [['BAD_USER_INPUT', 'f.tags[0]']],
      'subscription ($f: AssetFilter) { assetChanged(filter: $f) { cursor } }',
      { variables: { f: { tags: [{}] } } },
    ],
    [
      'has a time that cannot be',
      [['BAD_USER_INPUT', 'at']],
      'subscription ($at: DateTime) { assetChanged(filter: { updatedAfter: $at }) { cursor } }',
      { variables: { at: 'noon' } },
    ],
    ['has a type that cannot be', [['BAD_USER_INPUT', 'types']], 'subscription { eventPublished(types: ["*"]) { cursor } }'],
    [
      'has a filter that is too long',
      [['BAD_USER_INPUT', 'filter.sourceIds']],
      'subscription ($ids: [ID!]) { assetChanged(filter: { sourceIds: $ids }) { cursor } }',
      { variables: { ids: Array(1_001).fill('x') } },
    ],
    ['has a cursor that is none', [['BAD_USER_INPUT', 'after']], 'subscription { assetChanged(after: "x") { cursor } }'],
    ['has a cursor of another log', ['CURSOR_EXPIRED'], 'subscription { assetChanged(after: "0abc.1") { cursor } }'],
    ['is too deep', ['QUERY_TOO_DEEP'], `subscription { assetChanged { asset { ${'parent { '.repeat(20)} id ${'} '.repeat(20)} } } }`],
    [
      'could cost too much',
      ['QUERY_TOO_COSTLY'],
      'subscription { assetChanged { asset { children(first: 200) { nodes { columns(first: 200) { nodes { asset { columns(first: 200) { nodes { id } } } } } } } } } }',
    ],
    ['has too many tokens', ['QUERY_TOO_COSTLY'], `subscription { assetChanged { ${'cursor at '.repeat(1_000)} } }`],
    [
      'has too many tokens only once it is a query',
      ['QUERY_TOO_COSTLY'],
      `subscription { assetChanged { ${Array.from({ length: 240 }, (_, index) => `a${index}: asset { id }`).join(' ')} } }`,
    ],
    [
      'has too many aliases',
      ['QUERY_TOO_COSTLY'],
      `subscription { assetChanged { ${Array.from({ length: 501 }, (_, index) => `a${index}: at`).join(' ')} } }`,
    ],
    ['comes from whoever may read nothing', ['FORBIDDEN'], CURSORS, { as: 'ingestor' }],
    ['has no name of several', [['BAD_USER_INPUT', 'operationName']], `query A { me { id } } query B { me { id } }`],
  ])('is refused when it %s', async (_title, expected, query, options) => {
    expect(await refusal(query, options)).toEqual(expected);
  });

  it('does not suggest names of the schema', async () => {
    const socket = await openSocket(live.url);
    await socket.init('reader');
    socket.send(subscribe('1', 'subscription { assetChange { cursor } }'));
    const [error] = (await socket.message('error')).payload;
    expect(error).toMatchObject({ message: expect.not.stringMatching(/did you mean/i), locations: [{ line: 1, column: 16 }] });
    socket.ws.close();
  });

  it('is one of a hundred at a time', async () => {
    const socket = await openSocket(live.url);
    await socket.init('reader');
    for (let count = 1; count <= 101; count++) socket.send(subscribe(`s${count}`, CURSORS));
    expect((await socket.message('error')).payload).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', limit: 100, retryAfterMs: 1_000 } },
    ]);
    expect(socket.messages.filter(({ type }) => type === 'error')).toHaveLength(1);
    socket.send({ id: 's1', type: 'complete' });
    socket.send(subscribe('again', '{ me { id } }'));
    await socket.message('next', 'again');
    socket.ws.close();
  });

  it('is charged by what one event may cost', async () => {
    live.tokens.set('spender', { ...reader, userId: newId() });
    const socket = await openSocket(live.url);
    await socket.init('spender');
    const costly = 'subscription { assetChanged { asset { children(first: 200) { nodes { columns(first: 200) { nodes { id } } } } } } }';
    for (let count = 1; count <= 60; count++) socket.send(subscribe(`s${count}`, costly));
    expect((await socket.message('error')).payload).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } },
    ]);
    socket.ws.close();
  });
});

describe('a reader that takes nothing', () => {
  it('of what it missed is closed, too', async () => {
    const slow = await startLiveRouter();
    try {
      const after = await slow.publish(assetEvent(newId()));
      const socket = await openSocket(slow.url);
      await socket.init('reader');
      await slow.publish(...Array.from({ length: 1_000 }, () => assetEvent(`large ${newId()}`)));
      socket.ws.pause();
      socket.send(
        subscribe('1', 'subscription ($after: String) { assetChanged(after: $after) { cursor asset { description } } }', { after }),
      );
      const active = async () => /pursight_subscriptions_active (\d+)/.exec(await (await fetch(`${slow.url}/metrics`)).text())![1];
      await expect.poll(active, { timeout: 10_000 }).toBe('1');
      await expect.poll(active, { timeout: 10_000 }).toBe('0');
      socket.ws.resume();
      expect(await socket.closeCode()).toBe(4290);
      const { cursor } = socket.messages.at(-1).payload.data.assetChanged;
      const rest = await slow.subscribe('subscription ($after: String) { assetChanged(after: $after) { cursor } }', {
        variables: { after: cursor },
      });
      const seqOf = (text: string): number => Number(text.split('.')[1]);
      expect(seqOf((await rest.next()).data.assetChanged.cursor)).toBe(seqOf(cursor) + 1);
    } finally {
      await slow.stop();
    }
  });

  it('is closed with 4290, and nothing more is made for it', async () => {
    const made: string[] = [];
    const slow = await startLiveRouter({ onAsset: (id) => void made.push(id) });
    try {
      const socket = await openSocket(slow.url);
      await socket.init('reader');
      socket.send(subscribe('1', 'subscription { assetChanged { cursor asset { description } } }'));
      await slow.subscribe(CURSORS); // so that the feed has begun
      socket.ws.pause();
      // What the system keeps for a socket comes to some megabytes: until they are full, payloads are made.
      let published = 0;
      const publish = async (): Promise<void> => {
        published += 100;
        await slow.publish(...Array.from({ length: 100 }, () => assetEvent(`large ${newId()}`)));
      };
      const keepsUp = async (): Promise<boolean> => {
        for (let look = 0; look < 100 && made.length < published; look++) await sleep(20);
        return made.length >= published;
      };
      do await publish();
      while ((await keepsUp()) && published < 2_000);
      for (let round = 0; round < 4; round++) await publish();
      expect(made.length).toBeLessThan(published - 300);
      const active = async () => /pursight_subscriptions_active (\d+)/.exec(await (await fetch(`${slow.url}/metrics`)).text())![1];
      await expect.poll(active, { timeout: 10_000 }).toBe('1');
      await sleep(2_500); // longer than others are given to say goodbye
      socket.ws.resume();
      expect(await socket.closeCode()).toBe(4290);
    } finally {
      await slow.stop();
    }
  });
});
