/** What somebody who attacks a GraphQL server tries first. Each try is refused with its code, and the next user is served. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '#platform/errors.ts';
import { ERROR_CODES } from '#router/errorCodes.ts';
import { createWorld, EMAIL, PASSWORD, type Ask, type World } from './world.ts';

let world: World;
let reader: Ask;
let ingestor: Ask;
let token: string;
beforeAll(async () => {
  world = await createWorld();
  reader = await world.createUser([{ role: 'READER' }]);
  ingestor = await world.createUser([{ role: 'INGESTOR' }]);
  const { data } = await world.anonymous(SIGN_IN, { input: { email: EMAIL, password: PASSWORD } });
  token = data.signIn.session.accessToken;
});
afterAll(() => world.stop());

afterEach(async () => {
  const { data, errors } = await reader('{ assets { totalCount } me { email } }');
  expect({ data, errors }).toMatchObject({ data: { assets: { totalCount: 0 } }, errors: undefined });
});

const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }';
const ME = JSON.stringify({ query: '{ me { email } }' });
/** Nothing of these may be in any answer: suggestions, stacks, paths, SQL, traces, other parts' names for things. */
const INTERNALS = /did you mean|node_modules|\/platform\/|stacktrace|\bat .+\.ts|select .+ from|ftv1|queryPlan|serviceName|"exception"/i;

type Answer = { status: number; headers: Headers; text: string; body: any; code?: string };

async function send(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(world.url + path, init);
  const text = await response.text();
  expect(text).not.toMatch(INTERNALS);
  expect([...response.headers.keys()].filter((name) => name.startsWith('access-control') || name === 'x-powered-by')).toEqual([]);
  const body = response.headers.get('content-type')?.includes('json') && text ? JSON.parse(text) : undefined;
  for (const { extensions } of body?.errors ?? []) expectDocumented(extensions);
  return { status: response.status, headers: response.headers, text, body, code: body?.errors?.[0]?.extensions?.code };
}

/** An error has what docs/errors.md says of its code, and nothing else. */
function expectDocumented({ code, ...details }: { code: ErrorCode } & Record<string, unknown>): void {
  const names = Object.keys(ERROR_CODES[code].fields);
  expect(names.map((name) => name.replace('?', ''))).toEqual(expect.arrayContaining(Object.keys(details)));
  expect(details).toEqual(
    expect.objectContaining(Object.fromEntries(names.filter((name) => !name.endsWith('?')).map((name) => [name, expect.anything()]))),
  );
}

/** As the administrator, unless `headers` say otherwise. */
const post = (body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}, init: RequestInit = {}): Promise<Answer> =>
  send('/graphql', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body,
    ...init,
  });
const run = (query: string, variables?: object, headers?: Record<string, string>): Promise<Answer> =>
  post(JSON.stringify({ query, variables }), headers);

const refusal = async (asked: Promise<Answer>) => {
  const { status, body } = await asked;
  expect(body).not.toHaveProperty('data');
  return { status, ...body.errors[0].extensions };
};

describe('an operation that asks for too much', () => {
  const columns = (below: string) => `columns(first: 200) { nodes { asset { ${below} } } }`;
  it.each([
    [
      '40 levels',
      `{ asset(id: "a") { ${'parent { '.repeat(38)} id ${'} '.repeat(38)} } }`,
      { code: 'QUERY_TOO_DEEP', depth: 40, limit: 20 },
    ],
    [
      '40 levels by fragments',
      `{ asset(id: "a") { ...F0 } } ${Array.from({ length: 38 }, (_, i) => `fragment F${i} on Asset { parent { ...F${i + 1} } }`).join(' ')} fragment F38 on Asset { id }`,
      { code: 'QUERY_TOO_DEEP', depth: 40, limit: 20 },
    ],
    [
      '200 × 200 × 200 objects',
      `{ assets(first: 200) { nodes { ${columns('history(first: 200) { nodes { at } }')} } } }`,
      { code: 'QUERY_TOO_COSTLY', cost: 8_080_200, limit: 200_000 },
    ],
    [
      '5,000 aliases',
      `{ ${Array.from({ length: 5_000 }, (_, i) => `a${i}: me { id }`).join(' ')} }`,
      { code: 'QUERY_TOO_COSTLY', limit: 2_000, of: 'tokens' },
    ],
    [
      '510 aliases in few tokens',
      `{ ${Array.from({ length: 51 }, (_, i) => `b${i}: __type(name: "Asset") { ...F }`).join(' ')} } fragment F on __Type { ${Array.from({ length: 9 }, (_, i) => `c${i}: name`).join(' ')} }`,
      { code: 'QUERY_TOO_COSTLY', cost: 510, limit: 500, of: 'aliases' },
    ],
    ['one field 2,000 times', `{ ${'serverVersion '.repeat(1_990)} }`, { code: 'QUERY_TOO_COSTLY', of: 'comparisons' }],
    ['one field 1,000 times, three deep', `{ a { ${'b { c } '.repeat(1_000)} } }`, { code: 'QUERY_TOO_COSTLY', of: 'tokens' }],
    [
      'a directive 10,000 times',
      `{ me { id ${'@include(if: true) '.repeat(10_000)} } }`,
      { code: 'QUERY_TOO_COSTLY', cost: 20_000, limit: 2_000, of: 'tokens' },
    ],
    [
      'introspection under 200 aliases',
      `{ ${Array.from({ length: 200 }, (_, i) => `s${i}: __schema { ...F }`).join(' ')} } fragment F on __Schema { types { fields { args { name } } } }`,
      { code: 'QUERY_TOO_COSTLY', cost: 222_200, limit: 200_000 },
    ],
    [
      'lists nested 900 deep',
      `mutation { registerSource(input: { name: "x", connector: "p", config: ${'['.repeat(900)}${']'.repeat(900)} }) { cursor } }`,
      { code: 'QUERY_TOO_DEEP', depth: 900, limit: 8 },
    ],
  ])('%s: refused with its figures', async (_, query, expected) => {
    expect(await refusal(run(query))).toMatchObject({ status: 400, ...expected });
  });

  it('cannot hide its cost in variables, defaults, skipped directives or fragments', async () => {
    const body = 'nodes { columns(first: $n) { nodes { asset { history(first: $n) { nodes { at } } } } } }';
    const costs = [
      await refusal(run(`query ($n: Int) { assets(first: $n) { ${body} } }`, { n: 200 })),
      await refusal(run(`query ($n: Int = 200) { assets(first: $n) { ${body} } }`)),
      await refusal(run(`query ($n: Int = 200, $no: Boolean = false) { assets(first: $n) @skip(if: $no) { ${body} } }`)),
      await refusal(run(`query ($n: Int = 200) { ...Q } fragment Q on Query { assets(first: $n) { ... @include(if: true) { ${body} } } }`)),
    ];
    expect(costs.map(({ code, cost }) => ({ code, cost }))).toEqual(Array(4).fill({ code: 'QUERY_TOO_COSTLY', cost: 8_080_200 }));
  });

  it('is not even read when its fragments are in a cycle', async () => {
    expect(
      await refusal(run('{ asset(id: "a") { ...A } } fragment A on Asset { parent { ...B } } fragment B on Asset { parent { ...A } }')),
    ).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(await refusal(run('{ __schema { types { ...T } } } fragment T on __Type { ofType { ...T } }'))).toMatchObject({
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
    expect(await refusal(run(`{ __schema { types { ${'fields { type { '.repeat(12)} name ${'} } '.repeat(12)} } } }`))).toMatchObject({
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
  });
});

describe('a body that is too large', () => {
  const huge = Buffer.alloc(20_000_000, ' ');
  const stream = () =>
    new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < huge.length; sent += 100_000) controller.enqueue(huge.subarray(sent, sent + 100_000));
        controller.close();
      },
    });
  it('is refused with what came and what is allowed: announced, in chunks, or packed', async () => {
    const answers = [
      await post(huge),
      await post(stream(), {}, { duplex: 'half' } as RequestInit),
      await post(gzipSync(huge), { 'content-encoding': 'gzip' }),
      await post(brotliCompressSync(huge), { 'content-encoding': 'br' }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(413);
      expect(body.errors[0].extensions).toEqual({ code: 'PAYLOAD_TOO_LARGE', limit: 262_144, size: expect.any(Number) });
      expect(body.errors[0].extensions.size).toBeGreaterThan(262_144);
    }
  });
  it('is read up to the limit, however its values are nested', async () => {
    const nested = `{"query":"query ($f: AssetFilter) { assets(filter: $f) { totalCount } }","variables":{"f":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}}`;
    expect(await refusal(post(nested))).toMatchObject({ status: 400, code: 'BAD_USER_INPUT', field: 'f' });
    const operationName = 'x'.repeat(200_000);
    const answer = await post(JSON.stringify({ query: '{ me { email } }', operationName }));
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
    expect(answer.text.length).toBeLessThan(2_000);
  });
});

describe('requests of another shape', () => {
  it.each<[string, string, Record<string, string>]>([
    ['text/plain', ME, { 'content-type': 'text/plain' }],
    ['a form', `query=${encodeURIComponent('{ me { email } }')}`, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a batch', `[${ME},${ME}]`, {}],
    ['no JSON', '{', {}],
    ['a bare value', '1', {}],
    ['no body', ' ', {}],
    ['another alphabet', ME, { 'content-type': 'application/json; charset=latin1' }],
    ['an unknown packing', ME, { 'content-encoding': 'zstd' }],
    ['a packing that it has not', ME, { 'content-encoding': 'gzip' }],
    ['a persisted query', JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }), {}],
    [
      'one to be kept',
      JSON.stringify({ query: '{ me { email } }', extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }),
      {},
    ],
    ['a subscription', JSON.stringify({ query: 'subscription { eventPublished { cursor } }' }), {}],
  ])('%s: BAD_USER_INPUT', async (_, body, headers) => {
    const answer = await post(body, headers);
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
    expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });

  it('are told what to send, in the words of this API and not of what it is made with', async () => {
    const authorization = `Bearer ${token}`;
    const json = { authorization, 'content-type': 'application/json' };
    const query = encodeURIComponent('{ me { email } }');
    const requests: [string, string, RequestInit][] = [
      ['POST; queries may come by GET', '/graphql', { method: 'PUT', headers: json, body: ME }],
      ['POST; queries may come by GET', '/graphql', { method: 'DELETE' }],
      [
        'Send JSON with "content-type: application/json"',
        '/graphql',
        { method: 'POST', headers: { 'content-type': 'text/plain' }, body: ME },
      ],
      ['Send JSON with "content-type: application/json"', `/graphql?query=${query}`, {}],
      [
        'Send JSON with "content-type: application/json"',
        '/graphql',
        { method: 'POST', headers: { authorization, 'content-type': 'text/plain' }, body: ME },
      ],
      ['"query"', '/graphql', { method: 'POST', headers: json, body: '{}' }],
      ['"query" must be a string', '/graphql', { method: 'POST', headers: json, body: '{"query":{"kind":"Document"}}' }],
      ['"query" must be a string', '/graphql', { method: 'POST', headers: json, body: '{"query":1}' }],
      ['send its text in "query"', '/graphql', { method: 'POST', headers: json, body: '{"operationName":"a"}' }],
      ['one operation a request', '/graphql', { method: 'POST', headers: json, body: `[${ME}]` }],
      ['content-type out', `/graphql?query=${query}`, { headers: { authorization, 'content-type': 'image/png' } }],
      ['Accept "application/', '/graphql', { method: 'POST', headers: { ...json, accept: 'image/png' }, body: ME }],
    ];
    for (const [words, path, request] of requests) {
      const { text, code, status } = await send(path, request);
      expect({ words, text, code }).toMatchObject({
        text: expect.stringContaining(JSON.stringify(words).slice(1, -1)),
        code: 'BAD_USER_INPUT',
      });
      expect([400, 405, 406, 415]).toContain(status);
      expect(text).not.toMatch(/apollo|preflight|graphql-js/i);
    }
  });

  it('answers other methods with 405, whatever headers say of the method', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD']) {
      const known: Record<string, string> = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      for (const headers of [known, {}]) {
        const answer = await send('/graphql', { method, headers });
        expect({ method, status: answer.status, allow: answer.headers.get('allow') }).toEqual({ method, status: 405, allow: 'GET, POST' });
        expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
      }
    }
    const mutation = encodeURIComponent('mutation { signOut(input: {}) { signedOut } }');
    const disguises: Record<string, string>[] = [
      {},
      { 'x-http-method-override': 'POST' },
      { 'x-http-method': 'POST' },
      { 'x-method-override': 'POST' },
    ];
    for (const headers of disguises) {
      const answer = await send(`/graphql?query=${mutation}&_method=POST`, { headers: { authorization: `Bearer ${token}`, ...headers } });
      expect(answer).toMatchObject({ status: 405, code: 'BAD_USER_INPUT' });
    }
  });

  it('takes nothing from a page of another site, which cannot send a token', async () => {
    const origin = { origin: 'https://evil.example' };
    const cross: [string, RequestInit][] = [
      ['/graphql', { method: 'POST', headers: { ...origin, 'content-type': 'text/plain' }, body: ME }],
      [
        '/graphql',
        { method: 'POST', headers: { ...origin, 'content-type': 'application/x-www-form-urlencoded' }, body: 'query={me{email}}' },
      ],
      ['/graphql?query={me{email}}', { headers: origin }],
      [
        '/graphql',
        {
          method: 'OPTIONS',
          headers: { ...origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
        },
      ],
    ];
    for (const [path, init] of cross) {
      expect(await send(path, init)).toMatchObject({ status: init.method === 'OPTIONS' ? 405 : 400, code: 'BAD_USER_INPUT' });
    }
  });

  it('has no second door', async () => {
    for (const path of ['/graphql?sdl', '/graphql?debug=1']) {
      expect(await send(path, { headers: { authorization: `Bearer ${token}` } })).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
    }
    for (const path of [
      '/graphql/schema',
      '/graphql.sdl',
      '/.well-known/apollo/server-health',
      '/graphiql',
      '/altair',
      '/voyager',
      '/v1/graphql',
      '/console',
      '/debug',
    ]) {
      expect((await send(path, { headers: { authorization: `Bearer ${token}` } })).status).toBe(404);
    }
  });
});

describe('what an answer gives away', () => {
  it('no suggestions: of fields, arguments, types, enum values and input fields, in the text and in variables', async () => {
    const filter = 'query ($f: AssetFilter) { assets(filter: $f) { totalCount } }';
    for (const [query, variables] of [
      ['{ aset(id: "a") { id } }'],
      ['{ asset(idd: "a") { nam } }'],
      ['{ asset(id: "a") { ... on Asse { id } } }'],
      ['{ assets }'],
      ['{ assets(filter: { kinds: [TABL] }) { totalCount } }'],
      ['{ assets(filter: { kind: TABLE }) { totalCount } }'],
      ['{ me { id @includ(if: true) } }'],
      [filter, { f: { kinds: ['TABL'] } }],
      [filter, { f: { kind: 'TABLE' } }],
      ['query ($f: AssetFilte) { assets(filter: $f) { totalCount } }'],
    ] as [string, object?][]) {
      const { status, text } = await run(query, variables);
      expect({ query, status, suggests: /did you mean/i.test(text) }).toEqual({ query, status: 400, suggests: false });
    }
  });

  it('nor does it look long for them in what a stranger sent', { timeout: 5_000 }, async () => {
    const email = ['x'.repeat(1_000) + ' Did you mean '.repeat(17_900)]; // beyond what a message repeats
    const body = JSON.stringify({ query: SIGN_IN, variables: { input: { email, password: 'x' } } });
    expect(await refusal(send('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body }))).toMatchObject({
      code: 'BAD_USER_INPUT',
      field: 'input.email',
    });
  });

  it('no trace, plan or debug information, whatever headers ask for', async () => {
    const asked = {
      'apollo-federation-include-trace': 'ftv1',
      'x-apollo-tracing': '1',
      'apollo-query-plan-experimental': '1',
      'apollo-query-plan-experimental-format': 'prettified',
      'apollographql-client-name': 'x',
      'apollo-cache-control': '1',
      'x-debug': '1',
    };
    const { body } = await run('{ me { email } }', undefined, asked);
    expect(body).toEqual({ data: { me: { email: EMAIL } } });
    const { data, errors } = await world.ask('{ asset(id: "nonsense") { id } }');
    expect({ data, errors }).toEqual({ data: { asset: null }, errors: undefined });
  });

  it('nothing of how the parts speak with each other', async () => {
    for (const query of [
      '{ _service { sdl } }',
      '{ _entities(representations: []) { __typename } }',
      '{ __type(name: "_Any") { name } }',
      '{ __type(name: "AssetFactPart") { name } }',
      '{ assetFacts(ids: []) }',
    ]) {
      const { body } = await run(query);
      expect(body.data?.__type ?? null).toBeNull();
      expect(body.data?.assetFacts).toBeUndefined();
    }
    const { body } = await run('{ __schema { types { name } directives { name } } }');
    const names = [...body.data.__schema.types, ...body.data.__schema.directives].map(({ name }: { name: string }) => name);
    expect(names.filter((name) => /^_(?!_)|^(join|link|federation)__|^(key|shareable|external|requires|provides)$/.test(name))).toEqual([]);
  });

  it('the schema to those who read, and to nobody else', async () => {
    const asked = '{ __schema { queryType { name } } }';
    expect((await reader(asked)).data).toEqual({ __schema: { queryType: { name: 'Query' } } });
    for (const query of [asked, '{ __type(name: "Asset") { name } }', '{ ...F } fragment F on Query { __schema { queryType { name } } }']) {
      expect((await ingestor(query)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', policy: 'role:READER' } }]);
      expect((await world.anonymous(query)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
    expect((await world.anonymous('{ nonsense }')).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('odd characters come back as data or are refused, and break nothing', async () => {
    const text = '\u0000\u202e\ud800\u{1f600}\'";--${7*7}<script>%00';
    const variables = await run('query ($id: ID!) { asset(id: $id) { id } }', { id: text });
    expect(variables.body).toEqual({ data: { asset: null } });
    expect(await run('{ mе { email } }')).toMatchObject({ status: 400, code: 'GRAPHQL_PARSE_FAILED' }); // a Cyrillic letter
    expect(await post('{"query":"{ me { email } }","variables":{"__proto__":{"admin":true}},"__proto__":{"query":"x"}}')).toMatchObject({
      status: 200,
    });
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('security headers, on errors too', async () => {
    const answers = await Promise.all([
      post(ME),
      post('{'),
      send('/graphql', { method: 'POST', body: ME, headers: { 'content-type': 'application/json' } }),
      send('/nothing'),
      send('/health/live'),
      send('/metrics'),
      send('/playground'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 401, 404, 200, 200, 200]);
    for (const { headers } of answers) {
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('permissions-policy')).toContain('camera=()');
      expect(headers.get('server')).toBeNull();
    }
    expect(answers[0]!.headers.get('cache-control')).toBe('no-store');
  });
});

describe('guessing passwords', () => {
  it('40 at once end in RATE_LIMITED; another account still signs in', async () => {
    const { email } = (await world.createUser([{ role: 'READER' }])) as Ask & { email: string };
    const guesses = await Promise.all(
      Array.from({ length: 40 }, (_, i) => world.anonymous(SIGN_IN, { input: { email, password: `wrong ${i}` } })),
    );
    const codes = guesses.map(({ errors }) => errors![0]!.extensions.code as string);
    expect(new Set(codes)).toEqual(new Set(['UNAUTHENTICATED', 'RATE_LIMITED']));
    expect(codes.filter((code) => code === 'UNAUTHENTICATED').length).toBeLessThanOrEqual(10);
    const last = await world.anonymous(SIGN_IN, { input: { email, password: 'wrong' } });
    expect(last.errors![0]!.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    expect(last.errors![0]!.extensions.retryAfterMs).toBeLessThanOrEqual(60_000);
    expect((await world.anonymous(SIGN_IN, { input: { email: EMAIL, password: PASSWORD } })).data.signIn.session.accessToken).toBeTruthy();
  });
});
