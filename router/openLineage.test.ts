import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NotAllowed, TooMuch } from '#platform/errors.ts';
import type { RequestContext } from '#platform/graphql/context.ts';
import { createSubgraph } from '#platform/graphql/subgraph.ts';
import { createCatalog, createIdentity, createSession, startTestRouter, type TestRouter } from './testing/router.ts';

/** Refuses the events `{ "refused": <why> }`, and fails as a whole at `{ "fails": … }`. */
const lineage = createSubgraph('lineage', {
  Mutation: {
    async ingestLineage(_: unknown, { input: { events } }: { input: { events: Record<string, string>[] } }, context: RequestContext) {
      seen.push({ events, context });
      if (context.viewer!.userId === 'reader') throw new NotAllowed('This needs the role INGESTOR.', 'role:INGESTOR');
      if (events[0]?.fails === 'often') throw new TooMuch('RATE_LIMITED', 'Too much.', { retryAfterMs: 1_500 });
      if (events[0]?.fails === 'inside') throw new Error('connect ECONNREFUSED 10.0.0.7:5432');
      if (events[0]?.fails === 'slowly') await new Promise(() => {});
      const failed = events.flatMap(({ refused }, index) => (refused ? [{ index, field: 'run.runId', message: refused }] : []));
      return { accepted: events.length - failed.length, failed, cursor: 'c' };
    },
  },
});

let started: TestRouter;
let seen: { events: unknown[]; context: RequestContext }[];
beforeAll(async () => {
  started = await startTestRouter({ subgraphs: [createCatalog({}), createIdentity(), createSession(), lineage], deadlineMs: 2_000 });
});
afterAll(() => started.router.stop());
beforeEach(() => void (seen = []));

type Sent = { as?: string; path?: string; method?: string; headers?: Record<string, string> };
async function send(body: BodyInit | null, { as = 'ingestor', path = '/api/v1/lineage', method = 'POST', headers = {} }: Sent = {}) {
  const response = await fetch(`${started.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(as && { authorization: `Bearer ${as}` }), ...headers },
    ...(method !== 'GET' && { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text && JSON.parse(text) };
}
const sendJson = (body: unknown, sent?: Sent) => send(JSON.stringify(body), sent);
const code = ({ status, body }: Awaited<ReturnType<typeof send>>) => [
  status,
  body.errors?.[0].extensions.code,
  body.errors?.[0].extensions.field,
];

describe('an event', () => {
  it('is taken as its sender’s, under the id of the request', async () => {
    const answer = await sendJson({ eventType: 'START' });
    expect([answer.status, answer.body]).toEqual([201, {}]);
    expect(seen).toMatchObject([
      { events: [{ eventType: 'START' }], context: { viewer: { userId: 'ingestor' }, requestId: answer.headers.get('x-request-id') } },
    ]);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('may come packed, with a charset, at an address that ends with a slash, and as the list of one', async () => {
    expect((await send(gzipSync('{"a":1}'), { headers: { 'content-encoding': 'gzip' } })).status).toBe(201);
    expect(
      (await sendJson({ a: 2 }, { headers: { 'content-type': 'application/json; charset=UTF-8' }, path: '/api/v1/lineage/' })).status,
    ).toBe(201);
    expect((await sendJson([{ a: 3 }], { path: '/api/v1/lineage/batch' })).body).toMatchObject({ status: 'success' });
    expect(seen.map(({ events }) => events)).toEqual([[{ a: 1 }], [{ a: 2 }], [{ a: 3 }]]);
  });

  it('that is refused is answered with what is wrong', async () => {
    const answer = await sendJson({ refused: 'This must be a UUID.' });
    expect(code(answer)).toEqual([400, 'BAD_USER_INPUT', 'run.runId']);
    expect(answer.body.errors[0].message).toBe('This must be a UUID.');
  });
});

describe('a batch', () => {
  it('is answered with what became of its events', async () => {
    expect(await sendJson([{}, { refused: 'No.' }, {}])).toMatchObject({
      status: 200,
      body: {
        status: 'partial_success',
        summary: { received: 3, successful: 2, failed: 1, retriable: 0, non_retriable: 1 },
        failed_events: [{ index: 1, reason: 'run.runId: No.', retriable: false }],
      },
    });
    expect(await sendJson([{ refused: 'No.' }])).toMatchObject({
      status: 400,
      body: { status: 'failure', summary: { successful: 0, failed: 1 } },
    });
    expect(await sendJson([])).toMatchObject({ status: 200, body: { status: 'success', summary: { received: 0 } } });
  });

  it('has 1,000 events at most', async () => {
    expect((await sendJson(Array.from({ length: 1_000 }, () => ({})))).status).toBe(200);
    expect(code(await sendJson(Array.from({ length: 1_001 }, () => ({}))))).toEqual([413, 'PAYLOAD_TOO_LARGE', undefined]);
  });
});

describe('what cannot be taken', () => {
  it('is told by the status and the code that other addresses have', async () => {
    expect(code(await sendJson({}, { as: '' }))).toEqual([401, 'UNAUTHENTICATED', undefined]);
    expect((await sendJson({}, { as: 'stale' })).headers.get('www-authenticate')).toBe('Bearer');
    expect(code(await sendJson({}, { as: 'reader' }))).toEqual([403, 'FORBIDDEN', undefined]);
    expect(code(await send('{}', { headers: { 'content-type': 'text/plain' } }))).toEqual([415, 'BAD_USER_INPUT', 'request']);
    for (const body of ['null', '7', '"x"', '{', '{"a":1}x']) expect(code(await send(body))).toEqual([400, 'BAD_USER_INPUT', 'request']);
    expect(code(await send(gzipSync('{}').subarray(0, 10), { headers: { 'content-encoding': 'gzip' } }))).toEqual([
      400,
      'BAD_USER_INPUT',
      'request',
    ]);
    const limited = await sendJson({ fails: 'often' });
    expect([...code(limited), limited.headers.get('retry-after')]).toEqual([429, 'RATE_LIMITED', undefined, '2']);
    const inside = await sendJson({ fails: 'inside' });
    expect([code(inside)[0], inside.text.includes('ECONNREFUSED'), inside.body.errors[0].extensions.requestId]).toEqual([
      500,
      false,
      inside.headers.get('x-request-id'),
    ]);
    const late = await sendJson({ fails: 'slowly' });
    expect(code(late)).toEqual([504, 'TIMEOUT', undefined]);
    expect(late.body.errors[0].message).toContain('took longer');
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('is anything by %s', async (method) => {
    const answer = await send(null, { method, as: '' });
    expect([...code(answer), answer.headers.get('allow')]).toEqual([405, 'BAD_USER_INPUT', 'request', 'POST']);
  });

  it('is what is nested too deep, or too large, also unpacked', async () => {
    const deep = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect((await send(deep(90))).status).toBe(201);
    for (const levels of [100, 1_000_000]) expect(code(await send(deep(levels)))).toEqual([400, 'BAD_USER_INPUT', 'request']);
    const wide = JSON.stringify({ a: 'x'.repeat(10 * 1024 * 1024 - 10) });
    expect((await send(wide)).status).toBe(201);
    expect(code(await send(`${wide}     `))).toEqual([413, 'PAYLOAD_TOO_LARGE', undefined]);
    const packed = gzipSync(JSON.stringify({ a: 'x'.repeat(100_000_000) }));
    expect(code(await send(packed, { headers: { 'content-encoding': 'gzip' } }))).toEqual([413, 'PAYLOAD_TOO_LARGE', undefined]);
  });

  it('is not read of who is not signed in', async () => {
    const { hostname, port } = new URL(started.url);
    const socket = connect(Number(port), hostname);
    socket.write('POST /api/v1/lineage HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9000000\r\n\r\n{');
    const [answer] = await new Promise<Buffer[]>((resolve) => socket.once('data', (data) => resolve([data])));
    expect(String(answer)).toMatch(/^HTTP\/1.1 401 /);
    socket.destroy();
  });
});

it('is counted under its own route', async () => {
  await sendJson({});
  const metrics = await (await fetch(`${started.url}/metrics`)).text();
  expect(metrics).toContain('pursight_http_requests_total{route="/api/v1/lineage",status="201"}');
});
