/** HTTP requests: an operation as clients send it, or what somebody makes of one who wants to see the server fall. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Operation } from './operations.ts';
import { makeRunEvent, type Known, type Random } from './values.ts';

export type HttpRequest = { method: string; path: string; headers: Record<string, string>; body?: Buffer };

const JSON_TYPE = { 'content-type': 'application/json' };

export const plainRequest = ({ query, variables }: Operation): HttpRequest => ({
  method: 'POST',
  path: '/graphql',
  headers: JSON_TYPE,
  body: Buffer.from(JSON.stringify({ query, variables })),
});

export const describeRequest = ({ method, path, headers, body }: HttpRequest): string =>
  `${method} ${path} ${JSON.stringify(headers)}\n${String(body).slice(0, 2_000)}`;

type Mutate = (random: Random, operation: Operation, request: HttpRequest, known: Known) => HttpRequest;

/** Pieces that mean something to a parser of GraphQL. */
const PIECES = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '...',
  '$',
  '!',
  '@',
  ':',
  '=',
  '|',
  '&',
  '"""',
  '"',
  '#',
  '\u0000',
  '\ufeff',
  ' on ',
  'fragment F on Query { ...F }',
  'query',
  '{__typename}',
  '\\u{110000}',
  '99999999999999999999',
  '1.5e-999',
];

function spoilText(random: Random, text: string): string {
  let spoilt = text;
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(spoilt.length + 1);
    const until = Math.min(spoilt.length, at + random.below(12));
    spoilt = random.pick([
      () => spoilt.slice(0, at) + spoilt.slice(until),
      () => spoilt.slice(0, at) + random.pick(PIECES) + spoilt.slice(at),
      () => spoilt.slice(0, until) + spoilt.slice(at),
      () => spoilt.slice(0, at),
    ])();
  }
  return spoilt;
}

function spoilBytes(random: Random, bytes: Buffer): Buffer {
  const spoilt = Buffer.from(bytes);
  for (let times = 1 + random.below(4); times > 0 && spoilt.length > 0; times--) spoilt[random.below(spoilt.length)] = random.below(256);
  return random.chance(0.3) ? spoilt.subarray(0, random.below(spoilt.length + 1)) : spoilt;
}

/** Through the other door. */
function ingest(random: Random, _operation: Operation, request: HttpRequest, known: Known): HttpRequest {
  const events = Array.from({ length: 1 + random.below(4) }, () => makeRunEvent({ random, known }));
  return json({ ...request, path: random.pick(['/api/v1/lineage', '/api/v1/lineage/batch']) }, random.chance(0.3) ? events[0] : events);
}

const json = (request: HttpRequest, body: unknown): HttpRequest => ({ ...request, body: Buffer.from(JSON.stringify(body)) });

const MUTATIONS: readonly Mutate[] = [
  ingest,
  ingest,
  (random, operation, request, known) => {
    const events = ingest(random, operation, request, known);
    return { ...events, body: spoilBytes(random, events.body!) };
  },
  (random, { query, variables }, request) => json(request, { query: spoilText(random, query), variables }),
  (random, { query, variables }, request) => json(request, { query: spoilText(random, query), variables }),
  (random, _operation, request) => ({ ...request, body: spoilBytes(random, request.body!) }),
  (random, { query }, request) =>
    json(request, { query, variables: random.pick<unknown>([null, [], 'x', 5, { v0: { v0: [[]] } }, { 'a.b': 1 }]) }),
  (random, { query, variables }, request) =>
    json(request, { query, variables, operationName: random.pick<unknown>(['', 'Nothing', 5, null, {}, 'x'.repeat(5_000)]) }),
  (random, { query, variables }, request) =>
    json(request, {
      query,
      variables,
      extensions: random.pick<unknown>([
        { persistedQuery: { version: 1, sha256Hash: 'x' } },
        [],
        'x',
        { code: 1 },
        { persistedQuery: null },
      ]),
    }),
  (random, operation, request) =>
    json(request, random.pick<unknown>([[operation], [], null, 'text', 5, {}, { query: null }, { query: [] }, { query: operation }])),
  (_random, { query }, request) => json(request, { query: `${query} ${query}` }),
  (random, { query, variables }, request) => {
    const path = `/graphql?query=${encodeURIComponent(query.toWellFormed())}&variables=${encodeURIComponent(JSON.stringify(variables).slice(0, 8_000).toWellFormed())}`;
    return {
      method: 'GET',
      path: path.slice(0, 12_000),
      headers: random.chance(0.5) ? request.headers : { 'apollo-require-preflight': '1' },
    };
  },
  (random, _operation, request) => ({
    ...request,
    headers: {
      ...request.headers,
      'content-type': random.pick([
        'text/plain',
        '',
        'application/json; charset=utf-16',
        'multipart/form-data; boundary=x',
        'application/graphql',
        'application/json;;;',
      ]),
    },
  }),
  (random, _operation, request) => {
    const [encoding, body] = random.pick<[string, Buffer]>([
      ['gzip', gzipSync(request.body!)],
      ['gzip', request.body!],
      ['br', brotliCompressSync(request.body!)],
      ['br', spoilBytes(random, brotliCompressSync(request.body!))],
      ['gzip', gzipSync(Buffer.alloc(5_000_000))],
      ['zstd', request.body!],
      ['gzip, gzip', request.body!],
    ]);
    return { ...request, headers: { ...request.headers, 'content-encoding': encoding }, body };
  },
  (random, _operation, request) => ({
    ...request,
    headers: {
      ...request.headers,
      accept: random.pick(['multipart/mixed', 'text/event-stream', 'image/png', '*/*;q=x', 'application/graphql-response+json']),
    },
  }),
  (random, _operation, request) => ({
    ...request,
    headers: {
      ...request.headers,
      authorization: random.pick([
        '',
        'Bearer',
        'Bearer x',
        'Basic eDp4',
        `Bearer pursight_${'A'.repeat(84)}`,
        `Bearer ${'e30.'.repeat(3)}`,
        `Bearer ${'x'.repeat(6_000)}`,
      ]),
    },
  }),
  (random, _operation, request) => ({
    ...request,
    headers: {
      ...request.headers,
      'x-request-id': '\u00ff'.repeat(50),
      'x-forwarded-for': random.pick(['::', 'x', '1.2.3.4, 5.6.7.8']),
      traceparent: '00-x',
      cookie: '='.repeat(100),
    },
  }),
  (random, { query, variables }, request) => {
    const depth = random.pick([50, 500, 30_000]);
    return random.pick([
      () => ({ ...request, body: Buffer.from(`{"query":"{ me { id } }","variables":${'['.repeat(depth)}${']'.repeat(depth)}}`) }),
      () => json(request, { query: `${'{ a '.repeat(Math.min(depth, 5_000))}${'}'.repeat(Math.min(depth, 5_000))}`, variables }),
      () => json(request, { query: `${query} ${'#'.repeat(depth)}`, variables }),
      () => json(request, { query: `{ ${'me { id } '.repeat(Math.min(depth, 5_000))} }` }),
      () =>
        json(request, { query: `query ($x: ${'['.repeat(Math.min(depth, 5_000))}ID${']'.repeat(Math.min(depth, 5_000))}) { me { id } }` }),
    ])();
  },
  (random, _operation, request) => ({ ...request, method: random.pick(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'POST']) }),
  (random, _operation, request) => ({
    ...request,
    path: random.pick([
      '/graphql/',
      '/graphql?sdl',
      '/%',
      '/%00',
      '/health/ready',
      '/metrics',
      '/playground/%2e%2e/x',
      `/${'a'.repeat(9_000)}`,
      '/graphql?query=%ff',
    ]),
  }),
];

export const mutateRequest = (random: Random, operation: Operation, known: Known): HttpRequest =>
  random.pick(MUTATIONS)(random, operation, plainRequest(operation), known);
